"""Messages about a shoot that looks like several properties, and when it can still be split."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.order.naming import names_of

SPLIT = "`bracketd split SHOOT` makes an order of each property"
AS_ONE = "`bracketd approve SHOOT` or `bracketd submit FOLDER` sends them as one order"


@dataclass(frozen=True, slots=True)
class Several:
    """A shoot looks like several properties. ``found`` describes them, such as ``looks like 2 properties: …``.

    ``untimed`` are photos without a capture time; their property is only assumed. ``ask``: hold the shoot.
    """

    found: str
    untimed: tuple[str, ...] = ()
    ask: bool = False


def described(several: Several) -> str:
    """What was found, for an order that is sent as one."""
    if not several.untimed:
        return several.found
    untimed = f"{len(several.untimed)} photo(s) without a capture time count with their folder or the set before"
    return f"{several.found}; {untimed}: {names_of(several.untimed)}"


def asking(several: Several) -> str:
    """The message of an order that is held until a person decides."""
    return f"{described(several)}. Nothing was sent. {SPLIT}; {AS_ONE}. `split: never` in bracketd.yaml says it is one"


def reported(several: str, *, merged: bool) -> str:
    """The message of an order that is sent as one."""
    if merged:
        return f"{several}. They were sent as one order. With `split: ask`, such shoots wait for you"
    return f"{several}. They are sent as one order. Until its merge, {SPLIT}"
