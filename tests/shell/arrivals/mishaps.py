"""Kinds of arrivals with faulty clocks, disks and programs."""

from __future__ import annotations

from tests.shell.arrivals import writers
from tests.shell.arrivals.plan import AGAIN, POLL, SYNCED, Draw, End, Hearing, Pace, Plan
from tests.shell.arrivals.syncs import TEMPORARY
from tests.shell.arrivals.writers import Step, one_by_one


def _clock_skew(plan: Plan) -> None:
    years = plan.random.choice((-40, -1, 1, 30)) * 365 * 86_400.0
    photos = [photo._replace(taken=years + plan.random.uniform(-100, 100)) for photo in plan.photos()]
    work = [
        writers.preallocated(photo, plan.stalled()) if plan.random.random() < 0.2 else writers.in_place(photo, [1.0])
        for photo in photos
    ]
    plan.play(one_by_one(work, plan.breaths(len(work) - 1)))


def _slow_disk(plan: Plan) -> None:
    """A network drive on which files change during a scan."""
    plan.quiet, plan.hearing = SYNCED, Hearing(POLL, lost=1.0)
    plan.pace = Pace(stat=plan.random.uniform(0.05, 1.0))
    photos = plan.photos(2, 5)
    work = [
        writers.in_place(photo, plan.pieces())
        if plan.random.random() < 0.5
        else writers.preallocated(photo, plan.stalled(), seen=False)
        for photo in photos
    ]
    plan.play(one_by_one(work, plan.breaths(len(work) - 1)))


def _slow_looks(plan: Plan) -> None:
    """A drive on which checking a photo takes seconds, and files change meanwhile."""
    _slow_disk(plan)
    plan.pace = Pace(look=plan.random.uniform(0.1, 2.0))


def _stale_stats(plan: Plan) -> None:
    """A mount whose answers are up to a minute old, as with NFS and SMB. A third of the quiet period is left."""
    plan.quiet, plan.hearing, plan.pace = SYNCED, Hearing(POLL, lost=1.0), Pace(stale=plan.random.uniform(5, 60))
    photos = plan.photos(2, 5)
    work = [writers.in_place(photo, plan.pieces()) for photo in photos]
    plan.play(one_by_one(work, [plan.random.uniform(0, 28) for _ in photos[1:]]))


def _scans_fail(plan: Plan) -> None:
    """A mount that sometimes does not respond for a while."""
    plan.hearing = Hearing(plan.hearing.interval, lost=1.0)
    photos = plan.photos(2, 5)
    plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in photos], plan.breaths(len(photos) - 1)))
    until = plan.done_at = plan.done_at + plan.random.uniform(0, 60)
    plan.scan_fails, plan.deaf = lambda now: now < until and now % 40 < 15, 15 + AGAIN


def _looks_fail(plan: Plan) -> None:
    """Photos that cannot be read when they are checked first, but can be read later."""
    plan.play(writers.at_once(plan.photos()))
    until = plan.done_at = plan.quiet.base + plan.random.uniform(10, 120)
    plan.look_fails = lambda now: now < until


def _left_by_a_crash(plan: Plan) -> None:
    plan.play(writers.at_once(plan.photos(1, 3)))
    photo = plan.photo()
    left = plan.name(photo, plan.random.choice(TEMPORARY))
    plan.play([Step(1, writers.create(left, photo.size)), Step(1, writers.write(left, 4096))])
    plan.end, plan.named = End.HELD, frozenset({left})


def _damaged(*, leave_out: bool) -> Draw:
    def draw(plan: Plan) -> None:
        photos = plan.photos(2, 4)
        broken = photos[-1]
        plan.play(writers.at_once(photos[:-1]))
        size = plan.random.choice((0, broken.size // 2, broken.size))
        plan.play([Step(0, writers.create(broken.path, broken.size, size))], plan.random.random())
        plan.leave_out, plan.named = leave_out, frozenset({broken.path})
        plan.end = End.WITHOUT if leave_out else End.HELD

    return draw


def _no_photos(plan: Plan) -> None:
    plan.play([Step(0, writers.appear("floor plan.pdf")), Step(5, writers.appear("a.xmp"))])
    plan.end = End.NOTHING


KINDS: dict[str, Draw] = {
    "clocks years ahead or behind": _clock_skew,
    "a disk with slow scans": _slow_disk,
    "a disk with slow looks into photos": _slow_looks,
    "a mount with stale stats": _stale_stats,
    "scans that fail for a while": _scans_fail,
    "looks into photos that fail for a while": _looks_fail,
    "a temporary file left by a crash": _left_by_a_crash,
    "damaged for good, to be held": _damaged(leave_out=False),
    "damaged for good, to be left out": _damaged(leave_out=True),
    "no photos at all": _no_photos,
}
"""Every kind by what it is."""
