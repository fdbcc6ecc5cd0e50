"""Is a shoot settled? Gates, one after the other, each of which can say why it holds a shoot back.

All are decided from numbers they are given. A gate that cannot tell lets a shoot pass and says so; none holds one for
ever without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from daemon.shoot.arrival import Arrival, Quiet
from daemon.shoot.files import Bound, File, FileClass, Listing

PATIENCE = 30.0
"""Seconds between looks at a shoot that waits for something else than time."""

RAREST = 300.0
"""The most seconds between such looks."""

PART = 20
"""What has not changed for long is looked at when a twentieth of that time has passed."""

DAMAGED = 600.0
"""Seconds of stillness, beyond the quiet period, after which a photo that is not whole counts as damaged."""

UNREAD = 3600.0
"""Seconds for which the disk must not give out a photo, and give out others, before the photo counts as damaged."""

DANGLING = 300.0
"""Seconds of stillness, beyond the quiet period, for which the rest of a bracket set is waited for."""


BOUNDS = {
    Bound.TOO_MANY: (
        "contains more files and folders than a shoot may have, possibly through a link, so it is not sent. "
        "Remove the link, or split the shoot into several folders in the watched folder"
    ),
    Bound.LEADS_OUT: "is a link to a folder that contains the watched folder, so bracketd does not follow it. Remove the link",
}
"""Why a shoot waits when a scan stopped before its end, and what to do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a watched folder asks of its shoots. ``leave_out``: they go without photos that are damaged."""

    quiet: Quiet
    leave_out: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a gate says: whether it lets the shoot pass, why, and when to look again at the latest.

    ``look_at`` None: only a change can help.
    """

    gate: str
    passed: bool
    why: str
    look_at: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a shoot is settled, and if not, why it waits; ``look_at`` is when to scan it again at the latest.

    ``examine``: a look into those of its photos that are ``unexamined``, and for ``dangling`` bracket sets, can help,
    and nothing else is missing. ``ask``: what the sync client says can end the wait sooner.
    """

    settled: bool
    reason: str
    look_at: float | None = None
    examine: bool = False
    ask: bool = False


def verdict(arrival: Arrival, terms: Terms) -> Verdict:
    """Whether a shoot is settled: every gate lets it pass."""
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
    """What every gate says of a shoot, in their order."""
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
"""The gates in the order in which they are asked; the first that does not let a shoot pass says why it waits."""


SURE = 30.0
"""The least seconds for which a shoot must be still whose sync client says that all is there.

Not none, for the client knows only what was announced to it: the sender looks for new files every ten seconds
(Syncthing's ``fsWatcherDelayS``) and hashes them first, and of what is just being copied into its folder on this very
machine it knows nothing yet.
"""


def still_at(arrival: Arrival, terms: Terms) -> float:
    """From when on a shoot has been still for long enough."""
    return arrival.still_since + needed(arrival, terms)


def needed(arrival: Arrival, terms: Terms) -> float:
    """Seconds for which a shoot must be still; few, if its sync client knows that all is there.

    Dropbox and Maestral know of a photo only when it is at the service, so between two of a slow sender they are done.
    """
    quiet = terms.quiet
    if arrival.client.done and arrival.client.foresees and quiet.adaptive:
        quiet = replace(quiet, base=min(quiet.base, SURE))
    return quiet.of(arrival.pauses)


def may_dangle(arrival: Arrival) -> bool:
    """Whether a look for bracket sets that lack photos is still to be made.

    Nobody looks when a person says that all is there, or when photos that are not whole could not tell anyway.
    """
    return arrival.dangling is None and not arrival.is_ready and not problems_of(arrival)


def look_every(still: float, *, least: float, most: float) -> float:
    """Seconds between looks at what has not changed for ``still`` seconds: the longer, the rarer."""
    return min(max(least, still / PART), most)


def problems_of(arrival: Arrival) -> tuple[str, ...]:
    """What is wrong with folders and photos, each in words."""
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
    """Held back by something else than time, which is looked at the rarer the longer nothing has changed."""
    still = arrival.seen_at - arrival.still_since
    return Told(gate, False, why, arrival.seen_at + look_every(still, least=PATIENCE, most=RAREST))


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"


def _named(files: tuple[File, ...]) -> str:
    first = files[0].path
    return f"{first} is" if len(files) == 1 else f"{first} and {len(files) - 1} more are"


def _count(found: Listing) -> str:
    return f"{len(found.photos)} photo(s), {found.bytes / 1e6:.0f} MB so far"
