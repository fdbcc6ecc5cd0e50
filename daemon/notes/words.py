"""Messages about orders that are not in the state, and about delivery notes that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

_MEANS = (
    "Either the state is out of date, or another bracketd uses the same folders or account. Shoots that may be in "
    "these orders are held. To import the orders, stop bracketd and run `bracketd doctor --recover`"
)
_WRONG = "You may delete a note that is wrong"


def words_of_unknown(count: int, first: str) -> str:
    """The message about notes of unknown orders. ``first`` is the path of the first of ``count`` notes."""
    more = f" and {count - 1} more" if count > 1 else ""
    return f"{first}{more}: delivery note(s) of orders that are not in the state. {_MEANS}. {_WRONG}"


def words_of_listed(count: int) -> str:
    """The message about orders at the service that are newer than the state."""
    return f"the service has {count} newer order(s) made by bracketd that are not in the state. {_MEANS}"


def words_of_unread(unread: Mapping[str, str]) -> str:
    """The message about delivery notes, or folders with notes, that cannot be read."""
    first = min(unread)
    more = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
    what = f"{first}{more}: delivery note(s) that cannot be read ({unread[first]})"
    means = "Shoots recorded as delivered only in these notes may be sent and bought again"
    todo = "Give bracketd's user read permission, or delete damaged notes. bracketd keeps trying to read them"
    return f"{what}. {means}. {todo}"
