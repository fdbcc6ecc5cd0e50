"""Kinds of arrivals: what people and copying programs do."""

from __future__ import annotations

from collections.abc import Callable

from tests.shell.arrivals import names, writers
from tests.shell.arrivals.disk import UNTOLD
from tests.shell.arrivals.plan import FIXED, LOCAL, LONGEST, TIMES, WHOLE_EXTENSIONS, Draw, Hearing, Plan
from tests.shell.arrivals.writers import Photo, Step, one_by_one

FEW = 12
"""Pauses of an arrival, so many at most."""


def _copied(plan: Plan) -> None:
    photos = plan.photos(1, 8)
    plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in photos], plan.breaths(len(photos) - 1)))


def _copied_fast(plan: Plan) -> None:
    photos = plan.photos(10, 40)
    plan.play(one_by_one([writers.in_place(p, [0.02]) for p in photos], [0.02] * (len(photos) - 1)))


def _two_cards(plan: Plan) -> None:
    for folder, at in (("card 1/", 0.0), ("card 2/", plan.random.uniform(0.0, 0.9) * plan.quiet.base)):
        photos = [plan.photo("ARW", folder) for _ in range(plan.random.randint(1, 5))]
        plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in photos], plan.breaths(len(photos) - 1)), at)


def _copied_unknown(plan: Plan) -> None:
    photos = plan.photos(1, 4, sorted(UNTOLD))
    work = [writers.in_place(photo, plan.breaths(plan.random.randint(1, 4))) for photo in photos]
    plan.play(one_by_one(work, plan.breaths(len(photos) - 1)))


def _moved_in(plan: Plan) -> None:
    plan.play(writers.at_once(plan.photos(1, 40)))


def _finder(plan: Plan) -> None:
    photos = plan.photos()
    plan.play(one_by_one([writers.preallocated(p, plan.pieces()) for p in photos], plan.breaths(len(photos) - 1)))
    plan.drop(plan.done_at + 0.5, writers.appear(".DS_Store"))


def _explorer(plan: Plan) -> None:
    photos = plan.photos()
    work = [writers.preallocated(p, plan.pieces(), seen=False) for p in photos]
    plan.play(one_by_one(work, plan.breaths(len(photos) - 1)))
    plan.drop(plan.done_at + 0.5, writers.appear("Thumbs.db"))


def _stalled(write: Callable[[Photo, list[float]], writers.Writer]) -> Draw:
    def draw(plan: Plan) -> None:
        photos = plan.photos()
        stalls = plan.random.randrange(len(photos))
        pieces = [plan.stalled() if number == stalls else plan.pieces() for number in range(len(photos))]
        work = [write(photo, pauses) for photo, pauses in zip(photos, pieces, strict=True)]
        plan.play(one_by_one(work, plan.breaths(len(photos) - 1)))

    return draw


def _unseen(photo: Photo, pauses: list[float]) -> writers.Writer:
    return writers.preallocated(photo, pauses, seen=False)


def _time_first(plan: Plan) -> None:
    """After a photo's first moment, no scan sees it change, so the time it takes to fill shortens the quiet period.

    A stall is seen only by a check of the photo's content during the stall.
    """
    plan.quiet = FIXED
    photos = plan.photos()
    stalls = plan.random.randrange(len(photos))
    pieces = [plan.stalled() if number == stalls else plan.pieces() for number in range(len(photos))]
    work = [writers.time_first(photo, pauses) for photo, pauses in zip(photos, pieces, strict=True)]
    plan.play(one_by_one(work, [min(pause, FIXED.base - 20) for pause in plan.breaths(len(photos) - 1)]))


def _control_file(plan: Plan) -> None:
    photos, pattern = plan.photos(1, 3), plan.random.choice(names.BESIDE)
    work = [writers.beside(plan.name(photo, pattern), photo, plan.stalled()) for photo in photos]
    plan.play(one_by_one(work, plan.breaths(len(work) - 1)))


def _firefox(plan: Plan) -> None:
    work = [writers.reserved(plan.name(photo, "{mix}.part"), photo, plan.stalled()) for photo in plan.photos(1, 3)]
    plan.play(one_by_one(work, plan.breaths(len(work) - 1)))


def _two_writers(plan: Plan) -> None:
    first, second = plan.photos(1, 4), plan.photos(1, 3)
    plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in first], plan.breaths(len(first) - 1)))
    hidden = [writers.under(plan.name(photo, ".{name}.{mix}"), photo, plan.stalled()) for photo in second]
    plan.play(one_by_one(hidden, plan.breaths(len(second) - 1)), plan.random.uniform(0.0, 0.9) * plan.quiet.base)


def _same_photos_twice(plan: Plan) -> None:
    photos = plan.photos(1, 3)
    for at in (0.0, plan.random.uniform(0.1, 0.9) * plan.quiet.base):
        work = [writers.under(plan.name(photo, ".{name}.{mix}"), photo, plan.pieces()) for photo in photos]
        plan.play(one_by_one(work, plan.breaths(len(photos) - 1)), at)


def _written_again(begin: Callable[[str], writers.Act]) -> Draw:
    def draw(plan: Plan) -> None:
        photos = plan.photos(1, 3, (*WHOLE_EXTENSIONS, *UNTOLD))
        end = plan.play(one_by_one([writers.in_place(p, plan.pieces()) for p in photos], plan.breaths(len(photos) - 1)))
        photo = plan.random.choice(photos)
        again = [Step(plan.breath(), begin(photo.path)), *writers.filled(photo.path, photo.size, plan.breaths(2))]
        plan.play([*again, Step(writers.SOON, writers.stamp(photo.path, photo.taken))], end)

    return draw


def _broken_off(plan: Plan) -> None:
    """A copy stops early and sets the file's time. Minutes later the whole file, or the rest of it, is copied."""
    photos = plan.photos()
    broken = photos[0]
    part = [writers.create(broken.path, broken.size), writers.write(broken.path, broken.size // 3)]
    if plan.random.random() < 0.5:
        part.append(writers.stamp(broken.path, broken.taken))
    end = plan.play([Step(0.5, act) for act in part])
    rest = [writers.in_place(photo, plan.pieces()) for photo in photos[1:]]
    if rest:
        end = plan.play(one_by_one(rest, plan.breaths(len(rest) - 1)), end)
    wait = plan.stall()
    if plan.random.random() < 0.5:
        plan.play(writers.filled(broken.path, broken.size, [wait, 1.0]), end)
    else:
        plan.play(writers.in_place(broken, plan.pieces()), end + wait)


def _tidied(plan: Plan) -> None:
    """During the arrival, photos, folders and the shoot itself are deleted and renamed."""
    photos = [plan.photo("NEF", "DCIM/100CANON/") for _ in range(plan.random.randint(3, 6))]
    end = plan.play(one_by_one([writers.in_place(p, [0.5]) for p in photos], plan.breaths(len(photos) - 1)))
    end = plan.play([Step(plan.long_breath(), writers.remove(photos[0].path))], end)
    changes = [
        Step(plan.long_breath(), writers.rename(photos[1].path, "DCIM/100CANON/kitchen.NEF")),
        Step(plan.long_breath(), lambda disk: disk.rename_folder("DCIM/100CANON", "DCIM/101CANON")),
        Step(plan.long_breath(), lambda disk: disk.rename_shoot("12 Oak Street")),
    ]
    plan.play([step for step in changes if plan.random.random() < 0.7], end)


def _made_ahead(plan: Plan) -> None:
    """The folder, with a NAS's own files, exists for up to an hour before its first photo."""
    plan.play([Step(0, lambda disk: disk.make_folder())])
    photos = plan.photos()
    plan.drop(100.0, writers.appear("@eaDir/x/SYNOFILE_THUMB_M.jpg"))
    work = one_by_one([writers.in_place(p, plan.pieces()) for p in photos], plan.breaths(len(photos) - 1))
    plan.play(work, plan.random.uniform(200, 3600))


def _pauses_that_grow(plan: Plan) -> None:
    """Complete photos with growing pauses, none longer than four times the longest pause before it.

    For fewer than twenty pauses, the longest is also their 95th percentile. Hints are late, too.
    """
    plan.quiet, plan.hearing = LOCAL, Hearing(lag=0.5)
    pauses = [plan.random.uniform(12, 28)]
    while len(pauses) < 4 or plan.random.random() < 0.7:
        pauses.append(plan.random.uniform(0.3, 0.98) * min(TIMES * (max(pauses) - 1), LONGEST - 5))
        if len(pauses) == FEW:
            break
    photos = [plan.photo() for _ in range(len(pauses) + 1)]
    plan.play(one_by_one([[Step(0, writers.put(photo))] for photo in photos], pauses))


def _tethered(plan: Plan) -> None:
    """A camera uploads directly: each photo in small pieces, one per second, then a pause until the next photo."""
    plan.quiet, plan.hearing = LOCAL, Hearing(lag=0.5)
    photos = plan.photos(3, 4)
    pauses = [plan.random.uniform(20, 28), *(plan.random.uniform(35, 75) for _ in photos[2:])]
    plan.play(one_by_one([writers.in_place(photo, [1.0] * 22) for photo in photos], pauses))


KINDS: dict[str, Draw] = {
    "copied, file after file": _copied,
    "copied fast, many files": _copied_fast,
    "copied, formats that cannot be looked into": _copied_unknown,
    "two cards, one after or beside the other": _two_cards,
    "moved in whole": _moved_in,
    "Finder: preallocated, then filled": _finder,
    "Explorer: preallocated, time set at the end": _explorer,
    "stalled for minutes: short": _stalled(writers.in_place),
    "stalled for minutes: preallocated": _stalled(writers.preallocated),
    "stalled for minutes: time set at the end": _stalled(_unseen),
    "stalled for minutes: time set first": _time_first,
    "downloaded with a control file beside it": _control_file,
    "downloaded by Firefox: an empty file and a .part": _firefox,
    "two writers at once, other photos": _two_writers,
    "two writers at once, the same photos": _same_photos_twice,
    "copied, then once more over it in place": _written_again(lambda path: lambda disk: disk.overwrite(path)),
    "copied, then emptied and copied again": _written_again(lambda path: lambda disk: disk.truncate(path)),
    "broken off, completed minutes later": _broken_off,
    "deleted and renamed while it comes": _tidied,
    "a folder made long ahead": _made_ahead,
    "pauses that grow": _pauses_that_grow,
    "tethered: small pieces, long pauses": _tethered,
}
"""Every kind by what it is."""
