"""The state of an order's upload."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Uploads:
    """What the upload has created at the service, and how often it was refused.

    ``created``: the order exists at the service. ``discards`` are registrations that must be deleted before the merge.
    ``refusals`` counts the upload rounds in a row in which storage refused a bracket and accepted none; ``unseen`` how
    often the service did not show uploaded brackets.
    """

    created: bool = False
    discards: tuple[str, ...] = ()
    refusals: int = 0
    unseen: int = 0

    def discarding(self, registration: str) -> Uploads:
        """Schedule the deletion of a registration."""
        return self if registration in self.discards else replace(self, discards=(*self.discards, registration))

    def without(self, registration: str) -> Uploads:
        """Forget a registration that was deleted."""
        return replace(self, discards=tuple(other for other in self.discards if other != registration))

    def with_tries_left(self, most: int) -> Uploads:
        """Cap the count of refusals, so that some tries are left."""
        return replace(self, refusals=min(self.refusals, most), unseen=min(self.unseen, most))
