"""What to tell a person of orders that the state does not know, and of delivery notes that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

_MEANS = (
    "The state is older than they are, or a second bracketd works with a state of its own. Shoots that they seem to "
    "have sent are held. Stop bracketd and run `bracketd doctor --recover` to take the orders up"
)
_WRONG = "A note that is wrong may be removed"


def words_of_unknown(count: int, first: str) -> str:
    """Of delivery notes: how many, and the path of the first."""
    more = f" and {count - 1} more" if count > 1 else ""
    return f"{first}{more}: delivery note(s) of orders that are not in the state. {_MEANS}. {_WRONG}"


def words_of_listed(count: int) -> str:
    """Of orders that the service lists: how many."""
    return f"the service has {count} newer order(s) of bracketd's that are not in the state. {_MEANS}"


def words_of_unread(unread: Mapping[str, str]) -> str:
    """Of delivery notes, or folders with some, that cannot be read: which, why, and what that means."""
    first = min(unread)
    more = f" and {len(unread) - 1} more" if len(unread) > 1 else ""
    what = f"{first}{more}: delivery note(s) that cannot be read ({unread[first]})"
    means = "A shoot that only they call delivered may be sent and bought again"
    return f"{what}. {means}. Let bracketd's user read them, or remove those that are damaged; they are tried again"
