"""Which steps may be under way at once: lanes of a width, and steps that exclude each other."""

from __future__ import annotations

from daemon.order import facts

UPLOAD_STEPS = (facts.Register, facts.Upload)


def lane(step: facts.Step) -> str:
    """Which lane a step takes: uploads, downloads, or short calls."""
    if isinstance(step, UPLOAD_STEPS):
        return "uploads"
    return "downloads" if isinstance(step, facts.Fetch) else "calls"


def excluded(step: facts.Step, under_way: list[facts.Step]) -> bool:
    """Two steps never concern the same bracket or image at once, and a look at the whole waits for its parts."""
    match step:
        case facts.Register(number) | facts.Upload(number):
            return any(isinstance(other, UPLOAD_STEPS) and other.bracket == number for other in under_way)
        case facts.Fetch(image) | facts.Place(image):
            return any(isinstance(other, facts.Fetch | facts.Place) and other.image == image for other in under_way)
        case facts.Discard():
            return False
        case _:
            return bool(under_way)
