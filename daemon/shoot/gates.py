"""The gates that a shoot must pass to be settled. Each gate gives its reason.

All gates are pure functions. A gate that cannot decide lets the shoot pass and says so. No gate holds a shoot for ever
without a visible reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from daemon.shoot.arrival import Arrival, Quiet
from daemon.shoot.files import Bound, File, FileClass, Listing

PATIENCE = 30.0
"""Seconds between scans of a shoot that waits for something other than time."""

RAREST = 300.0
"""Most seconds between such scans."""

PART = 20
"""The interval between scans is this fraction (a twentieth) of the time without changes."""

DAMAGED = 600.0
"""Seconds without changes, beyond the quiet period, after which an incomplete photo counts as damaged."""

UNREAD = 3600.0
"""Seconds for which the disk must fail to read a photo, but not others, before the photo counts as damaged."""

DANGLING = 300.0
"""Seconds without changes, beyond the quiet period, to wait for the rest of a bracket set."""


BOUNDS = {
    Bound.TOO_MANY: (
        "contains more files and folders than a shoot may have, possibly through a link, so it is not sent. "
        "Remove the link, or split the shoot into several folders in the watched folder"
    ),
    Bound.LEADS_OUT: (
        "is a link to a folder that contains the watched folder, so bracketd does not follow it. Remove the link"
    ),
}
"""Why a shoot waits after a scan that stopped early, and what to do. Each text is a predicate."""


READY = "a .ready file marks the shoot as complete"


@dataclass(frozen=True, slots=True)
class Terms:
    """A watched folder's rules for its shoots. With ``leave_out``, shoots are sent without damaged photos."""

    quiet: Quiet
    leave_out: bool = False


class GateState(StrEnum):
    """What a gate decided. A shoot does not reach the gates after the first one that it waits at."""

    PASSED = "passed"
    WAITS = "waits"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate's result: what it decided, why, and ``look_at``, the latest time for the next scan.

    If ``look_at`` is None for a shoot that waits, only a change can help. ``why`` is empty for a gate that was not
    reached.
    """

    gate: str
    state: GateState
    why: str = ""
    look_at: float | None = None


def gates(arrival: Arrival, terms: Terms) -> tuple[GateResult, ...]:
    """The results of all gates, in their order."""
    results: list[GateResult] = []
    for name, gate in GATES.items():
        reached = closed_gate(results) is None
        results.append(gate(arrival, terms) if reached else GateResult(name, GateState.NOT_REACHED))
    return tuple(results)


def closed_gate(results: Iterable[GateResult]) -> GateResult | None:
    """The gate that a shoot waits at; None if it passed all."""
    return next((result for result in results if result.state is GateState.WAITS), None)


def _bounds(arrival: Arrival, _terms: Terms) -> GateResult:
    bound = arrival.found.bound
    if bound is not None:
        return _wait("bounds", arrival, BOUNDS[bound])
    return _pass("bounds", "all files and folders were scanned")


def _photos(arrival: Arrival, _terms: Terms) -> GateResult:
    photos, problems = arrival.found.photos, arrival.found.problems
    if not photos and problems:
        return _wait("photos", arrival, f"no photos found; {problems[0]}")
    if not photos:
        return GateResult("photos", GateState.WAITS, "no photos")
    return _pass("photos", _count(arrival.found))


def _names(arrival: Arrival, _terms: Terms) -> GateResult:
    if in_flight := arrival.found.of(FileClass.IN_FLIGHT):
        return _wait("names", arrival, f"{_named(in_flight)} still being copied or synced")
    return _pass("names", "no file has a temporary name")


def _placeholders(arrival: Arrival, _terms: Terms) -> GateResult:
    if placeholders := arrival.found.of(FileClass.PLACEHOLDER):
        return _wait(
            "placeholders", arrival, f"{_named(placeholders)} online-only and not downloaded by the sync client yet"
        )
    return _pass("placeholders", "no file is an online-only placeholder")


def _client(arrival: Arrival, _terms: Terms) -> GateResult:
    client = arrival.client
    if client.done is False:
        return _wait("sync client", arrival, client.why)
    return _pass("sync client", client.why or "no sync client was asked")


def _stillness(arrival: Arrival, terms: Terms) -> GateResult:
    quiet_at, quiet = still_at(arrival, terms), f"{in_seconds(needed(arrival, terms))} s without changes"
    if arrival.is_ready:
        return _pass("stillness", READY)
    if arrival.seen_at < quiet_at:
        moving = arrival.moving
        grows = f"{moving.path} changed last ({moving.size / 1e6:.0f} MB); " if moving is not None else ""
        why = f"{_count(arrival.found)}; {grows}will be sent after {quiet}"
        return GateResult("stillness", GateState.WAITS, why, quiet_at)
    return _pass("stillness", quiet)


def _structure(arrival: Arrival, terms: Terms) -> GateResult:
    problems = problems_of(arrival)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    if problems and not _leaves_out(arrival, terms):
        damaged_at = _damaged_at(arrival, terms)
        damaged = arrival.seen_at >= damaged_at
        how = "Replace it, or run `bracketd submit` with the folder to send the rest"
        long = f"; nothing has changed for {(arrival.seen_at - arrival.still_since) / 60:.0f} min" if damaged else ""
        result = _wait("structure", arrival, f"{problems[0]}{more}{long}. {how}")
        return result if damaged or result.look_at is None else replace(result, look_at=min(result.look_at, damaged_at))
    if any(file.path not in arrival.faults for file in arrival.unexamined):
        return GateResult("structure", GateState.WAITS, "checking its photos", arrival.seen_at)
    if problems:
        return _pass("structure", f"leaves out {problems[0]}{more}")
    return _pass("structure", f"{len(arrival.found.photos)} photo(s) checked, all complete")


def _leaves_out(arrival: Arrival, terms: Terms) -> bool:
    """True if the shoot is sent without its incomplete photos: they count as damaged, and others are left."""
    if not terms.leave_out or arrival.seen_at < _damaged_at(arrival, terms):
        return False
    return not arrival.found.problems and len(problems_of(arrival)) < len(arrival.found.photos)


def _sets(arrival: Arrival, terms: Terms) -> GateResult:
    if arrival.is_ready:
        return _pass("sets", READY)
    if may_dangle(arrival):
        return GateResult("sets", GateState.WAITS, "checking its bracket sets", arrival.seen_at)
    if arrival.dangling is None:
        return _pass("sets", "not checked, because photos are left out")
    if not arrival.dangling:
        return _pass("sets", "no incomplete bracket sets found")
    until = still_at(arrival, terms) + DANGLING
    if arrival.seen_at < until:
        why = f"{arrival.dangling}; waiting up to {DANGLING / 60:.0f} min for the rest"
        return GateResult("sets", GateState.WAITS, why, until)
    return _pass("sets", f"{arrival.dangling}; sent without the rest")


GATES: Mapping[str, Callable[[Arrival, Terms], GateResult]] = {
    "bounds": _bounds,
    "names": _names,
    "placeholders": _placeholders,
    "photos": _photos,
    "sync client": _client,
    "stillness": _stillness,
    "structure": _structure,
    "sets": _sets,
}
"""The gates by name, in order. The first one that a shoot does not pass gives the reason for the wait."""


SURE = 30.0
"""The least quiet period in seconds for a shoot that its sync client reports as done.

It is not zero, because the client only knows announced files: the sender scans for new files every ten seconds
(Syncthing's ``fsWatcherDelayS``) and hashes them first, and the client does not yet know of files that are just being
copied into its folder on this machine.
"""


def still_at(arrival: Arrival, terms: Terms) -> float:
    """The time at which the quiet period ends."""
    return arrival.still_since + needed(arrival, terms)


def needed(arrival: Arrival, terms: Terms) -> float:
    """The quiet period in seconds. It is short if the sync client knows that all files have arrived.

    That does not apply to Dropbox and Maestral. They learn of a photo once its upload is complete, so they report done
    between two photos of a slow sender.
    """
    quiet = terms.quiet
    if arrival.client.done and arrival.client.foresees and quiet.adaptive:
        quiet = replace(quiet, base=min(quiet.base, SURE))
    return quiet.of(arrival.pauses)


def _damaged_at(arrival: Arrival, terms: Terms) -> float:
    """The time from which incomplete photos count as damaged."""
    return max((still_at(arrival, terms) + DAMAGED, *(since + UNREAD for since in arrival.unread.values())))


def may_dangle(arrival: Arrival) -> bool:
    """True if the check for incomplete bracket sets still has to run.

    It does not run if a ``.ready`` file marks the shoot as complete, or if some photos are incomplete themselves.
    """
    return arrival.dangling is None and not arrival.is_ready and not problems_of(arrival)


def look_every(still: float, *, least: float, most: float) -> float:
    """The interval in seconds between scans of a shoot that has not changed for ``still`` seconds."""
    return min(max(least, still / PART), most)


def problems_of(arrival: Arrival) -> tuple[str, ...]:
    """The problems of folders and photos, each as a text."""
    files = (f"{file.path} {file.problem}" for file in arrival.found.photos if file.problem)
    faults = (f"{path} {why}" for path, why in sorted(arrival.faults.items()))
    return (*arrival.found.problems, *files, *faults)


def _pass(gate: str, why: str) -> GateResult:
    return GateResult(gate, GateState.PASSED, why)


def _wait(gate: str, arrival: Arrival, why: str) -> GateResult:
    """The result of a gate that does not wait for time. The longer nothing changes, the rarer the scans."""
    still = arrival.seen_at - arrival.still_since
    return GateResult(gate, GateState.WAITS, why, arrival.seen_at + look_every(still, least=PATIENCE, most=RAREST))


def in_seconds(seconds: float) -> str:
    """Seconds as text, with decimals only below ten."""
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"


def _named(files: tuple[File, ...]) -> str:
    first = files[0].path
    return f"{first} is" if len(files) == 1 else f"{first} and {len(files) - 1} more are"


def _count(found: Listing) -> str:
    return f"{len(found.photos)} photo(s), {found.bytes / 1e6:.0f} MB so far"
