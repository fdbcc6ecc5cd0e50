"""What an order may buy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class LimitCheck(StrEnum):
    """How an order's images compare with the limits.

    OVER: they would exceed a limit, so the order is held or waits for the next day.
    """

    NOT_CHECKED = "not checked"
    WITHIN = "within"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Purchase:
    """Whether an order may buy its images. ``approved``: a person allowed it to exceed the limits.

    ``accepted``: a person saw that the images differ from the planned ones, and decided which to buy.
    """

    check: LimitCheck = LimitCheck.NOT_CHECKED
    approved: bool = False
    accepted: bool = False

    @property
    def within_limits(self) -> bool:
        """True if the images were checked and may be bought."""
        return self.check is LimitCheck.WITHIN

    @property
    def over_limit(self) -> bool:
        """True if a limit stops the order."""
        return self.check is LimitCheck.OVER

    def lifted(self) -> Purchase:
        """The order is no longer stopped by a limit. Its images are checked again before they are bought."""
        return replace(self, check=LimitCheck.NOT_CHECKED) if self.over_limit else self
