"""Finds the order that a command's SHOOT argument identifies.

The argument is compared with every order in steps, the most certain first:

1. exactly: an order's ID, its shoot's name, its folder or its output folder, or a path inside one of the folders;
2. the same, but in any case and Unicode form, through links, or as a terminal shows it;
3. the first characters of an ID, at least four;
4. the first three characters of an ID, or part of a name.

The first step that finds an order decides. A match of step 4 is enough to show an order, but not to change it: then the
error lists the matches. Waiting shoots are found in the same way, and the error gives the command that sends them.
"""

from __future__ import annotations

import os
import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from daemon.cli.target import command
from daemon.config.mistake import nearest
from daemon.reports.status import ENDED
from daemon.store.reading import Reader
from daemon.store.waiting import Waiting
from daemon.text import letters, printable

SURE, SHORTEST = 4, 3
"""The minimum number of characters of an ID that identify an order (step 3), or suggest one (step 4)."""

MOST = 10
"""The maximum number of orders that an error lists."""

CUT = "…"
"""The end of a name that `status` has cut."""

Row = dict[str, Any]
Found = TypeVar("Found")


def one(reader: Reader, given: str) -> Row:
    """The newest order that matches. Raises ClickException if no order matches, or orders of several shoots."""
    rows, waiting = _newest_first(reader), reader.waiting()
    found = _sure(rows, given)
    if not found and not _named_waiting(waiting, given):
        found = _guessed(rows, given)
        if found and (alike := _part_of_name(waiting, given, _shoot)):
            listed = "".join(f"\n  waits     {printable(each.folder)}" for each in alike[:MOST])
            raise click.ClickException(f"{given!r} matches several shoots. Specify the name:{_listed(found)}{listed}")
    return _of_one_shoot(given, found, rows, waiting)[0]


def going(reader: Reader, given: str) -> Row:
    """The matching order that has not ended, or the newest if all have ended. Raises ClickException like ``one``."""
    found = _of_sure_shoot(reader, given)
    open_ones = [row for row in found if row["phase"] not in ENDED]
    if len(open_ones) > 1:
        raise click.ClickException(f"{given!r} matches several orders. Specify the ID:{_listed(open_ones, 'phase')}")
    if not open_ones and (parts := _parts(reader, found[0])):
        raise click.ClickException(
            f"{given!r} was split. Specify the name of a part or its ID:{_listed(parts, 'shoot')}"
        )
    return (open_ones or found)[0]


def _parts(reader: Reader, whole: Row) -> list[Row]:
    """The orders under way of the properties that a shoot was split into. ``whole`` is an order of the whole shoot."""
    begins = f"{whole['shoot']} ("
    others = [row for row in reader.orders() if row["folder"] == whole["folder"] and row["shoot"].startswith(begins)]
    return [row for row in others if row["phase"] not in ENDED]


def folder_of(reader: Reader, given: str) -> str:
    """The folder of the shoot whose orders match. Raises ClickException like ``one``."""
    return str(_of_sure_shoot(reader, given)[0]["folder"])


def _of_sure_shoot(reader: Reader, given: str) -> list[Row]:
    """The orders that steps 1 to 3 find, newest first, which are of one shoot. Raises ClickException like ``one``."""
    rows, waiting = _newest_first(reader), reader.waiting()
    found = _sure(rows, given)
    if not (found or _named_waiting(waiting, given)) and (guessed := _guessed(rows, given)):
        raise click.ClickException(f"no order is called {given!r}. Specify the ID of one of these:{_listed(guessed)}")
    return _of_one_shoot(given, found, rows, waiting)


def _newest_first(reader: Reader) -> list[Row]:
    return sorted(reader.orders(), key=lambda row: float(row["created_at"]), reverse=True)


def _of_one_shoot(given: str, found: list[Row], rows: Sequence[Row], waiting: Sequence[Waiting]) -> list[Row]:
    """Return ``found`` if it has orders of exactly one shoot. Raises ClickException otherwise."""
    if not found:
        raise click.ClickException(_not_sent(rows, waiting, given))
    if len({row["folder"] for row in found}) > 1:
        raise click.ClickException(f"{given!r} matches several shoots. Specify the ID or the folder:{_listed(found)}")
    return found


def _sure(rows: Sequence[Row], given: str) -> list[Row]:
    """The orders that steps 1 to 3 find."""
    found = _named(rows, given, lambda row: (row["id"], row["shoot"]), lambda row: (row["folder"], row["output"]))
    return found or [row for row in rows if len(given) >= SURE and row["id"].startswith(given.casefold())]


def _guessed(rows: Sequence[Row], given: str) -> list[Row]:
    """The orders that step 4 finds."""
    is_id = len(given) >= SHORTEST and set(given.casefold()) <= set(string.hexdigits)
    begun = [row for row in rows if is_id and row["id"].startswith(given.casefold())]
    return begun + [row for row in _part_of_name(rows, given, lambda row: str(row["shoot"])) if row not in begun]


def _named_waiting(waiting: Sequence[Waiting], given: str) -> list[Waiting]:
    return _named(waiting, given, lambda each: (each.shoot,), lambda each: (each.folder,))


def _shoot(waiting: Waiting) -> str:
    return waiting.shoot


def _part_of_name(every: Sequence[Found], given: str, name: Callable[[Found], str]) -> list[Found]:
    part = letters(given.removesuffix(CUT)).strip()
    return [each for each in every if part and part in letters(name(each))]


def _named(
    every: Sequence[Found],
    given: str,
    names: Callable[[Found], tuple[str, ...]],
    folders: Callable[[Found], tuple[str, ...]],
) -> list[Found]:
    """Entries with this name, or with this folder or a path inside it: steps 1 and 2."""
    paths, bare = _paths(given), given.rstrip(os.sep)
    if exact := [each for each in every if given in (*names(each), *folders(each)) or bare in names(each)]:
        return exact
    if inside := _first(paths, lambda path: [each for each in every if path in folders(each)]):
        return inside
    known = [(each, tuple(map(letters, names(each))), tuple(map(letters, folders(each)))) for each in every]
    if same := [each for each, called, _ in known if letters(bare) in called]:
        return same
    spelled = list(map(letters, paths))
    if inside := _first(spelled, lambda path: [each for each, _, kept in known if path in kept]):
        return inside
    return _first(paths, lambda path: [each for each in every if any(_is_same(path, kept) for kept in folders(each))])


def _first(paths: Iterable[str], found: Callable[[str], list[Found]]) -> list[Found]:
    """The result for the first path that finds something; empty if no path does."""
    return next(filter(None, map(found, paths)), [])


def _paths(given: str) -> list[str]:
    """The absolute path and every folder above it; empty if ``given`` is a plain name."""
    if os.sep not in given and given not in (os.curdir, os.pardir):
        return []
    paths = [os.path.abspath(given)]
    while (above := os.path.dirname(paths[-1])) != paths[-1]:
        paths.append(above)
    return paths


def _is_same(path: str, folder: str) -> bool:
    """True if two paths lead to the same folder. Folders with different names are not compared on disk."""
    if letters(os.path.basename(path)) != letters(os.path.basename(folder)):
        return False
    try:
        return os.path.samefile(path, folder)
    except OSError:
        return False


def waiting_for(reader: Reader, given: str) -> list[Waiting]:
    """The waiting shoots that match."""
    found = reader.waiting()
    return _named_waiting(found, given) or _part_of_name(found, given, _shoot)


def _not_sent(rows: Sequence[Row], waiting: Sequence[Waiting], given: str) -> str:
    """The error if no order matches: the shoot is still waiting, or there is no shoot with that name."""
    meant = _named_waiting(waiting, given) or _part_of_name(waiting, given, _shoot)
    if not meant:
        near = nearest(given, [*(str(row["shoot"]) for row in rows), *map(_shoot, waiting)])
        hint = f"Did you mean {printable(near)!r}? " if near is not None else ""
        return f"no order is called {given!r}. {hint}`bracketd status` lists the orders."
    return "\n".join(
        f"{printable(each.shoot)} has not been sent yet. It is waiting: {printable(each.reason).rstrip('.')}. "
        f"To send it now: `{printable(command(each.folder))}`"
        for each in meant[:MOST]
    )


def _listed(rows: Sequence[Row], key: str = "folder") -> str:
    lines = [f"\n  {row['id'][:8]}  {printable(row[key])}" for row in rows[:MOST]]
    return "".join(lines) + (f"\n  and {len(rows) - MOST} more" if len(rows) > MOST else "")
