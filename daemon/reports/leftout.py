"""The text that says why a file of a shoot is not sent."""

from __future__ import annotations

from daemon.shoot import LeftOut, Why


def why_left_out(one: LeftOut) -> str:
    """The text that follows “not sent:” or “left out:”."""
    of = f"{one.of} of “{one.shoot}”" if one.of and one.shoot else one.of or "a photo that is sent"
    match one.why:
        case Why.COPY:
            return f"a copy of {of}"
        case Why.VARIANT:
            return f"the same frame as {of}, in another format"
        case Why.DERIVED:
            return f"made from {of}"
        case Why.DECLINED:
            copy = f"a copy of {of}, which" if one.of else "its shoot"
            return f"{copy} was cancelled or skipped before"
        case Why.CONFLICT:
            return "a conflict copy of a sync client"
        case Why.UNREADABLE:
            return "was unreadable or incomplete when the shoot was locked"
        case Why.FORMAT:
            return "bracketd does not send this format. If the photo belongs to the shoot, add it as DNG or JPEG"
        case Why.SKIPPED:
            return "the setting `singles` or the shoot's bracketd.yaml leaves it out"
