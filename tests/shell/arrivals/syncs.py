"""Kinds of arrivals through sync clients and other programs that use temporary names."""

from __future__ import annotations

from daemon.shoot import Client
from tests.shell.arrivals import names, writers
from tests.shell.arrivals.disk import UNTOLD
from tests.shell.arrivals.plan import FIXED, SYNCED, Draw, Hearing, Plan
from tests.shell.arrivals.writers import Step, one_by_one

TEMPORARY = tuple(pattern for patterns in names.TEMPORARY.values() for pattern in patterns)


def _temporary(plan: Plan) -> None:
    pattern = plan.random.choice(TEMPORARY)
    photos = plan.photos()
    pieces = [plan.stalled() if plan.random.random() < 0.3 else plan.pieces() for _ in photos]
    work = [writers.under(plan.name(p, pattern), p, pauses) for p, pauses in zip(photos, pieces, strict=True)]
    if plan.random.random() < 0.5:
        plan.play(one_by_one(work, plan.breaths(len(work) - 1)))
        return
    for each in work:  # several at once
        plan.play(each, plan.random.uniform(0.0, 0.9) * plan.quiet.base)


def _placed_at_the_end(plan: Plan) -> None:
    photos = plan.photos(1, 4)
    hidden = [plan.name(photo, ".~tmp~/{name}") for photo in photos]
    work = [writers.preallocated(p._replace(path=name), plan.stalled()) for p, name in zip(photos, hidden, strict=True)]
    end = plan.play(one_by_one(work, plan.breaths(len(work) - 1)))
    plan.play([Step(0.3, writers.rename(name, p.path)) for name, p in zip(hidden, photos, strict=True)], end)


def _placeholders(plan: Plan) -> None:
    pattern = plan.random.choice(names.PLACEHOLDERS)
    for photo in plan.photos():
        plan.play(writers.placeholder(plan.name(photo, pattern), photo, plan.stall()), plan.random.random())


def _dataless(plan: Plan) -> None:
    for photo in plan.photos():
        plan.play(writers.dataless(photo, plan.stall()), plan.random.random())


def _conflicts(plan: Plan) -> None:
    photos = plan.photos(2, 4)
    copy = photos[0]._replace(path=plan.name(photos[0], plan.random.choice(names.CONFLICTS)))
    work = [writers.in_place(photo, plan.pieces()) for photo in (*photos, copy)]
    plan.play(one_by_one(work, plan.breaths(len(work) - 1)))


def _junk(plan: Plan) -> None:
    """Thumbnails, sidecars and databases are written until long after, with pauses below the quiet period."""
    photos = plan.photos()
    work = [writers.in_place(photo, plan.pieces()) for photo in photos]
    end = plan.play(one_by_one(work, [plan.long_breath() for _ in photos[1:]]))
    at, number = 0.0, 0
    while at < end + 12 * plan.quiet.base:
        at, number = at + plan.random.uniform(0.3, 0.9) * plan.quiet.base, number + 1
        made = plan.name(photos[number % len(photos)], plan.random.choice(names.JUNK))
        plan.drop(at, writers.appear(made))


def _busy(plan: Plan) -> None:
    """The client writes files of unknown formats in place, with pauses of minutes, and reports that it is busy."""
    plan.quiet, plan.hearing = plan.random.choice((FIXED, FIXED, SYNCED)), Hearing()
    photos = plan.photos(1, 2, sorted(UNTOLD))
    plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in photos], [plan.stall() for _ in photos[1:]]))
    until = plan.done_at + plan.random.uniform(0, 60)
    plan.done_at = until
    plan.says = lambda now: Client(now > until, "Syncthing has more to download" if now <= until else "all is there")


def _done(plan: Plan) -> None:
    """The client reports that everything is there, because it does not know the next files.

    Sometimes it does not respond.
    """
    plan.quiet, plan.hearing = SYNCED, Hearing(lost=plan.random.choice((0.0, 1.0)))
    photos = plan.photos(1, 3)
    stalls = plan.random.random() < 0.5
    pieces = [[1.0, plan.random.uniform(10, 60), 1.0] if stalls else [1.0] for _ in photos]
    work = [
        writers.under(plan.name(photo, ".syncthing.{name}.tmp"), photo, pauses)
        for photo, pauses in zip(photos, pieces, strict=True)
    ]
    plan.play(one_by_one(work, [plan.random.uniform(0, 28) for _ in photos[1:]]))
    silent = plan.random.random() < 0.3
    plan.says = lambda now: Client(None if silent and now % 40 < 20 else True, "Syncthing", foresees=True)


def _done_in_between(plan: Plan) -> None:
    """The sender is slow.

    The client learns of a photo once it is at the service, and reports completion after each one.
    """
    plan.quiet, plan.hearing = SYNCED, Hearing()
    photos = plan.photos(2, 6)
    work = [writers.under(plan.name(photo, ".~{name}"), photo, plan.pieces()) for photo in photos]
    plan.play(one_by_one(work, [plan.random.uniform(31, 60) for _ in photos[1:]]))
    plan.says = lambda _now: Client(True, "Dropbox has downloaded all known files")


KINDS: dict[str, Draw] = {
    "under a temporary name": _temporary,
    "in a hidden folder, placed at the end": _placed_at_the_end,
    "placeholders that are brought": _placeholders,
    "dataless files that are brought": _dataless,
    "with conflict copies": _conflicts,
    "junk until long after": _junk,
    "a sync client that says it is busy": _busy,
    "a sync client that says all is there": _done,
    "a sync client that is done between two photos": _done_in_between,
}
"""Every kind by what it is."""
