"""The gates that a shoot must pass to be settled. Each gate gives its reason.

All gates are pure functions. A gate that cannot decide lets the shoot pass and says so. No gate holds a shoot for ever
without a visible reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class Terms:
    """A watched folder's rules for its shoots. With ``leave_out``, shoots are sent without damaged photos."""

    quiet: Quiet
    leave_out: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A gate's result: if the shoot passes, why, and ``look_at``, the latest time for the next scan.

    If ``look_at`` is None, only a change can help.
    """

    gate: str
    passed: bool
    why: str
    look_at: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a shoot: if it is settled, and the reason. ``look_at`` is the latest time for the next scan.

    ``examine`` is True if only checks are missing: of its ``unexamined`` photos and for ``dangling`` bracket sets.
    ``ask`` is True if the sync client's report can end the wait sooner.
    """

    settled: bool
    reason: str
    look_at: float | None = None
    examine: bool = False
    ask: bool = False


def verdict(arrival: Arrival, terms: Terms) -> Verdict:
    """Decide on a shoot: it is settled if it passes every gate."""
    said = gates(arrival, terms)
    closed = next((told for told in said if not told.passed), None)
    if closed is not None:
        more = f" ({arrival.client.why})" if arrival.client.done is None and arrival.client.why else ""
        examine = closed.gate == "structure" and bool(arrival.unexamined)
        ask = closed.gate in ("placeholders", "sync client", "stillness")
        return Verdict(settled=False, reason=closed.why + more, look_at=closed.look_at, examine=examine, ask=ask)
    if any(file.path not in arrival.faults for file in arrival.unexamined) or may_dangle(arrival):
        return Verdict(settled=False, reason="checking its photos", look_at=arrival.seen_at, examine=True)
    return Verdict(settled=True, reason=_because(arrival, terms))


def gates(arrival: Arrival, terms: Terms) -> tuple[Told, ...]:
    """The results of all gates, in their order."""
    return tuple(gate(arrival, terms) for gate in GATES)


def _bounds(arrival: Arrival, _terms: Terms) -> Told:
    bound = arrival.found.bound
    if bound is not None:
        return _wait("bounds", arrival, BOUNDS[bound])
    return Told("bounds", True, "all files and folders were scanned")


def _photos(arrival: Arrival, _terms: Terms) -> Told:
    photos, problems = arrival.found.photos, arrival.found.problems
    if not photos and problems:
        return _wait("photos", arrival, f"no photos found; {problems[0]}")
    return Told("photos", bool(photos), _count(arrival.found) if photos else "no photos")


def _names(arrival: Arrival, _terms: Terms) -> Told:
    if in_flight := arrival.found.of(FileClass.IN_FLIGHT):
        return _wait("names", arrival, f"{_named(in_flight)} still being copied or synced")
    return Told("names", True, "no file has a temporary name")


def _placeholders(arrival: Arrival, _terms: Terms) -> Told:
    if placeholders := arrival.found.of(FileClass.PLACEHOLDER):
        return _wait(
            "placeholders", arrival, f"{_named(placeholders)} online-only and not downloaded by the sync client yet"
        )
    return Told("placeholders", True, "no file is an online-only placeholder")


def _client(arrival: Arrival, _terms: Terms) -> Told:
    client = arrival.client
    if client.done is False:
        return _wait("sync client", arrival, client.why)
    return Told("sync client", True, client.why or "no sync client was asked")


def _stillness(arrival: Arrival, terms: Terms) -> Told:
    quiet_at = still_at(arrival, terms)
    still = arrival.seen_at - arrival.still_since
    if arrival.seen_at < quiet_at and not arrival.is_ready:
        moving = arrival.moving
        grows = f"{moving.path} changed last ({moving.size / 1e6:.0f} MB); " if moving is not None else ""
        why = f"{_count(arrival.found)}; {grows}will be sent after {_seconds(needed(arrival, terms))} s without changes"
        return Told("stillness", False, why, quiet_at)
    return Told("stillness", True, f"nothing changed for {still:.0f} s")


def _structure(arrival: Arrival, terms: Terms) -> Told:
    problems = problems_of(arrival)
    if not problems:
        return Told("structure", True, f"{len(arrival.examined)} photo(s) checked, all complete")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    damaged_at = max((still_at(arrival, terms) + DAMAGED, *(since + UNREAD for since in arrival.unread.values())))
    damaged = arrival.seen_at >= damaged_at
    if damaged and terms.leave_out and not arrival.found.problems and len(problems) < len(arrival.found.photos):
        return Told("structure", True, f"leaves out {problems[0]}{more}")
    how = "Replace it, or run `bracketd submit` with the folder to send the rest"
    long = f"; nothing has changed for {(arrival.seen_at - arrival.still_since) / 60:.0f} min" if damaged else ""
    told = _wait("structure", arrival, f"{problems[0]}{more}{long}. {how}")
    return told if damaged or told.look_at is None else replace(told, look_at=min(told.look_at, damaged_at))


def _sets(arrival: Arrival, terms: Terms) -> Told:
    if not arrival.dangling or arrival.is_ready:
        return Told("sets", True, "no incomplete bracket sets found")
    until = still_at(arrival, terms) + DANGLING
    if arrival.seen_at < until:
        why = f"{arrival.dangling}; waiting up to {DANGLING / 60:.0f} min for the rest"
        return Told("sets", False, why, until)
    return Told("sets", True, f"{arrival.dangling}; sent without the rest")


GATES: tuple[Callable[[Arrival, Terms], Told], ...] = (
    _bounds,
    _names,
    _placeholders,
    _photos,
    _client,
    _stillness,
    _structure,
    _sets,
)
"""The gates in order. The first one that a shoot does not pass gives the reason for the wait."""


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


def _because(arrival: Arrival, terms: Terms) -> str:
    if arrival.is_ready:
        return "a .ready file marks the shoot as complete"
    without = f"; leaves out {len(problems_of(arrival))} photo(s)" if problems_of(arrival) else ""
    if arrival.dangling:
        without += f"; {_sets(arrival, terms).why}"
    client = f"{arrival.client.why}; " if arrival.client.done else ""
    return f"{client}unchanged for {_seconds(needed(arrival, terms))} s{without}"


def _wait(gate: str, arrival: Arrival, why: str) -> Told:
    """The result of a gate that does not wait for time. The longer nothing changes, the rarer the scans."""
    still = arrival.seen_at - arrival.still_since
    return Told(gate, False, why, arrival.seen_at + look_every(still, least=PATIENCE, most=RAREST))


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"


def _named(files: tuple[File, ...]) -> str:
    first = files[0].path
    return f"{first} is" if len(files) == 1 else f"{first} and {len(files) - 1} more are"


def _count(found: Listing) -> str:
    return f"{len(found.photos)} photo(s), {found.bytes / 1e6:.0f} MB so far"
