"""Compares the result of an arrival with the promises: never locked early, never forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from daemon.grouping import extension
from daemon.shoot import FileClass, Listing
from daemon.watcher.watcher import GATHER
from tests.shell.arrivals.books import Lock
from tests.shell.arrivals.disk import UNTOLD, kind_of
from tests.shell.arrivals.kinds import plan_of
from tests.shell.arrivals.plan import AGAIN, DAMAGED, DANGLING, LONGEST, REST, TIMES, End, Plan
from tests.shell.arrivals.watch import SEEING, Blind, Watched

SUPPLEMENTED = (End.LATER, End.BY_PERSON)
UNTAKEN = (End.HELD, End.NOTHING)
LONG = 1.5 * DAMAGED
"""Seconds after which what was not taken by then is held."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An arrival and its faults.

    ``extra`` is how long after the quiet period it was locked, in seconds. ``early``: photos arrived after the first
    lock, which is not a fault if this was impossible to detect.
    """

    kind: str
    seed: int
    end: End
    early: bool
    extra: float | None
    broken: tuple[str, ...]


def arrive(kind: str, seed: int, blind: Blind = SEEING) -> Outcome:
    """Run one arrival of a kind, and judge the result."""
    return judge(plan_of(kind, seed), blind)


def judge(plan: Plan, blind: Blind = SEEING) -> Outcome:
    """Run a planned arrival, and judge the result."""
    watched, last = Watched(plan, blind), last_moment(plan)
    watched.run(plan.done_at + LONG if plan.end in UNTAKEN else last + 1.0)
    locks, final = watched.locks, watched.found
    extra = None
    if locks and plan.end not in (*UNTAKEN, *SUPPLEMENTED):
        extra = locks[-1].at - plan.done_at - plan.quiet.base
    return Outcome(
        kind=plan.kind,
        seed=plan.seed,
        end=plan.end,
        early=bool(locks) and not _has_all(locks[0], final),
        extra=extra,
        broken=tuple(_broken(plan, locks, final, watched.waits, last)),
    )


def last_moment(plan: Plan) -> float:
    """The latest time for locking a shoot: after the quiet period and one more scan, unless scans are blocked."""
    hearing, pace = plan.hearing, plan.pace
    heard = hearing.lag + GATHER if not hearing.lost and plan.end not in SUPPLEMENTED else hearing.interval
    quiet = plan.quiet.base
    if plan.quiet.adaptive:
        quiet = max(quiet, min(TIMES * (plan.longest + heard + pace.stale + plan.deaf), LONGEST))
    looks = len(plan.acts) * (pace.stat * (REST + 2) + pace.look) + pace.stale
    damaged = DAMAGED if plan.end is End.WITHOUT else 0.0
    dangling = DANGLING if plan.lacking else 0.0
    return plan.done_at + heard + quiet + damaged + dangling + AGAIN + looks


def _broken(plan: Plan, locks: Sequence[Lock], final: Listing, waits: str, last: float) -> Iterator[str]:
    if plan.end in UNTAKEN:
        if locks:
            yield f"taken after {locks[0].at:.1f} s"
        yield from (f"{name} is not named in “{waits}”" for name in plan.named if name not in waits)
        return
    if not locks or locks[-1].at > last:
        yield f"left behind: not taken by {last:.1f} s ({waits})"
        return
    if plan.end in SUPPLEMENTED:
        yield from _supplements(plan, locks, final)
        return
    if len(locks) > 1:
        yield f"taken {len(locks)} times"
    if others := [photo.path for photo in locks[0].photos if kind_of(photo.path) is not FileClass.PHOTO]:
        yield f"sent with what is no photo: {others}"
    elif not _has_all(locks[0], final) or locks[0].broken:
        yield f"taken early, after {locks[0].at:.1f} s"
    if plan.lacking and locks[0].at < plan.done_at + plan.quiet.base + DANGLING:
        yield f"the rest of a set was not waited for: taken after {locks[0].at:.1f} s"
    if locks[0].without != plan.named or (plan.named and locks[0].at < plan.done_at + DAMAGED):
        yield f"sent without {sorted(locks[0].without)}, after {locks[0].at:.1f} s"


def _supplements(plan: Plan, locks: Sequence[Lock], final: Listing) -> Iterator[str]:
    """Check that each late photo is in one order, and that files of unknown formats differ if sent unfinished."""
    new = [path for lock in locks for path in lock.new]
    if sorted(new) != sorted(photo.path for photo in final.photos):
        yield f"left behind: of {len(final.photos)} photos there are orders for {len(new)}"
    there = frozenset(final.files)
    broken = [photo for lock in locks for photo in lock.broken]
    yield from (f"{photo.path} was sent unfinished" for photo in broken if extension(photo.path) not in UNTOLD)
    yield from (f"nobody sees that {photo.path} was sent unfinished" for photo in broken if photo in there)
    if plan.end is End.BY_PERSON:
        yield from (f"taken while {file.path} was under way" for lock in locks for file in lock.under_way)


def _has_all(lock: Lock, final: Listing) -> bool:
    there = frozenset(photo for photo in final.photos if photo.path not in lock.without)
    return there == lock.photos


def figures(outcomes: Iterable[Outcome]) -> str:
    """A table: for each kind the number of arrivals, the number locked early, and the wait beyond the quiet period."""
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.kind].append(outcome)
    lines = [f"{'kind':<52} {'arrivals':>8} {'early':>6} {'broken':>6} {'median':>8} {'longest':>8}"]
    for kind, some in kinds.items():
        extra = [outcome.extra for outcome in some if outcome.extra is not None]
        waits = f"{median(extra):7.1f}s {max(extra):7.1f}s" if extra else f"{some[0].end.value:>17}"
        early, broken = sum(outcome.early for outcome in some), sum(bool(outcome.broken) for outcome in some)
        lines.append(f"{kind:<52} {len(some):>8} {early:>6} {broken:>6} {waits}")
    return "\n".join(lines)
