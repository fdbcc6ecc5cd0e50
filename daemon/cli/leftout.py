"""Why a file of a shoot is not sent, in words."""

from __future__ import annotations

from daemon.shoot import LeftOut, Why


def why_left_out(one: LeftOut) -> str:
    """What follows “not sent:” and “left out:”."""
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
            return "could not be read, or was not whole, when the shoot was locked"
        case Why.FORMAT:
            return "bracketd does not send pictures of this format. Add it as DNG or JPEG if it belongs to the shoot"
