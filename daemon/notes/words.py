"""What to tell a person of orders that the state does not know."""

from __future__ import annotations

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
