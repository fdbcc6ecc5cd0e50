"""The messages about the images and photos of an order."""

from __future__ import annotations

from daemon.order.deadline import KEPT_FOR, kept_until
from daemon.order.naming import names_of
from daemon.order.phase import Phase

RETRY_FAILED = "`bracketd retry` has the failed images processed again, for free, and buys only those"
"""What a person can do about the failed images of a delivered order."""


def dismissed_text(count: int, *, known: bool) -> str:
    """The message about images that a person dismissed. ``known``: the service says which photos they show."""
    again = "; `bracketd submit` sends their photos as a new order, unless another order has them" if known else ""
    return f"{count} image(s) were dismissed on request and not bought{again}"


def not_picked_text(count: int, merged_at: float | None) -> str:
    """The message about images that a person did not pick."""
    text = f"{count} image(s) were not picked and not bought; `bracketd approve SHOOT --only NAME` buys them too"
    if merged_at is None:
        return text
    until = kept_until(merged_at + KEPT_FOR)
    return f"{text}. The vendor promises to keep them for 24 hours, until {until}; later it may have deleted them"


def late_text(files: tuple[str, ...], phase: Phase) -> str:
    """The message about photos that are in no order. ``phase`` is that of the shoot's order."""
    came = f"{len(files)} photo(s) came after the shoot was"
    match phase:
        case Phase.SKIPPED:
            text = f"{came} skipped, and are not sent: {names_of(files)}"
        case Phase.CANCELLED:
            text = f"{came} locked, and are not sent because it was cancelled: {names_of(files)}"
            whole = "`bracketd submit FOLDER` sends the whole shoot"
            return f"{text}. {whole}. Move them to a folder of their own to send them alone"
        case _:
            text = f"{came} locked and are in no order: {names_of(files)}"
    return f"{text}. Move them to a folder of their own to send them"


def altered_text(files: tuple[str, ...]) -> str:
    """The message about photos that changed after the merge."""
    text = f"{len(files)} photo(s) changed after they were merged: {names_of(files)}"
    return f"{text}. The pictures show the old versions; `bracketd submit --again` sends and buys the shoot again"
