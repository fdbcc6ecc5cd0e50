"""How an order ended without being delivered."""

from __future__ import annotations

from enum import StrEnum

from daemon.order.phase import Phase


class Ended(StrEnum):
    """How an order ended without being delivered. Shoots of orders that a person ended are sent again only on request.

    CANCELLED_BY_RULE: before the merge, because a photo is gone or another order replaced it. DISMISSED: a person did
    not want the images of the merged order. SKIPPED_BY_RULE: the shoot has known photos, or was there before bracketd.
    """

    CANCELLED_BY_PERSON = "cancelled by a person"
    CANCELLED_BY_RULE = "cancelled by a rule"
    DISMISSED = "dismissed"
    SKIPPED_BY_PERSON = "skipped by a person"
    SKIPPED_BY_RULE = "skipped by a rule"

    @property
    def phase(self) -> Phase:
        """The phase of an order that ended like this."""
        return Phase.SKIPPED if self in (Ended.SKIPPED_BY_PERSON, Ended.SKIPPED_BY_RULE) else Phase.CANCELLED

    @property
    def by_person(self) -> bool:
        """True if a person ended the order."""
        return self not in (Ended.CANCELLED_BY_RULE, Ended.SKIPPED_BY_RULE)


DECLINED = frozenset({Ended.CANCELLED_BY_PERSON, Ended.DISMISSED})
"""How an order ends if a person decided against it. Its photos are sent again only on request, in any folder."""
