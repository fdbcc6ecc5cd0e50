"""Tests of the outcome of a shoot that has settled, or that a person submits or skips. Each table row has a case."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from daemon.order import (
    Again,
    Ended,
    HoldKind,
    Judged,
    Known,
    LateRules,
    Merge,
    MergeState,
    Order,
    Outcome,
    Phase,
    ShootPart,
    Verb,
    fingerprint,
    outcome,
)
from daemon.order.hold import Hold
from daemon.order.outcome import Refuse, RefusedFor, Replace, Send, SkipAsSame, Supplement, the_rest
from tests.changed import changed
from tests.core.orders import NOW, order

SENT = changed(order(3), phase=Phase.DOWNLOADED, fingerprint=fingerprint(order(3).brackets))
PHOTOS = tuple(replace(photo, mark=f"{n:032}", sha256=f"{n:064}") for n, photo in enumerate(SENT.brackets))
KNOWN = replace(SENT, brackets=PHOTOS)
HERE = KNOWN.source.folder
ELSEWHERE = changed(KNOWN, id="elsewhere", folder="/in/elsewhere")
UNDER_WAY = changed(ELSEWHERE, phase=Phase.UPLOADING)
HELD = replace(KNOWN, standing=Hold(Phase.UPLOADING))
HELD_SUPPLEMENT = changed(HELD, supplement_of="x")
SKIPPED = changed(order(0, phase=Phase.SKIPPED), fingerprint=SENT.source.fingerprint)
COPY = changed(SKIPPED, same_as="x")
CANCELLED = changed(KNOWN, phase=Phase.CANCELLED)
OTHER_CANCELLED = replace(CANCELLED, id="y")

NEW = Judged(Again.NEW)
SAME = Judged(Again.SAME, KNOWN)
SAME_ELSEWHERE = Judged(Again.SAME, ELSEWHERE)
MORE = Judged(Again.MORE, KNOWN, PHOTOS[:1], 2, unsent=PHOTOS[:1])
PART = Judged(Again.SAME, KNOWN, known=2, unsent=PHOTOS[:1])
UNSURE = Judged(Again.UNSURE, SKIPPED)
UNBOUGHT = Judged(Again.SAME, changed(SKIPPED, folder="/in/a copy"))
CALLED_OFF = Judged(Again.SAME, changed(CANCELLED, standing=Ended.CANCELLED_BY_PERSON, folder="/in/a copy"))
MORE_CALLED_OFF = Judged(Again.MORE, CALLED_OFF.before, PHOTOS[:1])

RULES = LateRules("supplement", dev_mode=False, now=NOW)


def decided(known: Known, rules: LateRules = RULES) -> str:
    """The outcome in a few words."""
    result = outcome(known, rules)
    match result:
        case Refuse(why):
            return f"Refuse: {why.value}"
        case Send(unsure=True):
            return "Send, held"
        case Supplement(held=str()):
            return "Supplement, held"
        case Replace(part=Judged()):
            return "Replace by a part"
        case _:
            return type(result).__name__


SETTLED = [
    (Known(HERE, NEW), "Send"),
    (Known(HERE, NEW, orders=(SKIPPED,)), "Send"),
    (Known(HERE, NEW, has_photos=False), "Skip"),
    (Known(HERE, Judged(Again.SAME, UNDER_WAY), moved=True), "Move"),
    (Known(HERE, Judged(Again.SAME, UNDER_WAY, by_frame=1), moved=True), "SkipAsSame"),
    (Known(HERE, Judged(Again.SAME, replace(UNDER_WAY, due=None)), moved=True), "SkipAsSame"),
    (Known(HERE, Judged(Again.SAME, changed(UNDER_WAY, folder=HERE)), orders=(UNDER_WAY,), moved=True), "Leave"),
    (Known(HERE, SAME_ELSEWHERE), "SkipAsSame"),
    (Known(HERE, SAME_ELSEWHERE, orders=(COPY,)), "Leave"),
    (Known(HERE, SAME, orders=(KNOWN,)), "Leave"),
    (Known(HERE, UNSURE), "Send, held"),
    (Known(HERE, MORE, orders=(KNOWN,)), "Supplement"),
    (Known(HERE, replace(MORE, before=ELSEWHERE)), "Supplement, held"),
    (Known(HERE, MORE, orders=(HELD, KNOWN)), "Leave"),
    (Known(HERE, replace(MORE, new=()), orders=(KNOWN,)), "Leave"),
    (Known(HERE, Judged(Again.SKIPPED, SKIPPED), orders=(SKIPPED,)), "Leave"),
]


@pytest.mark.parametrize(("known", "what"), SETTLED)
def test_what_becomes_of_a_settled_shoot(known: Known, what: str) -> None:
    """New photos are sent, known ones are not, and doubtful ones are held for a person."""
    assert decided(known) == what


@pytest.mark.parametrize(
    ("late_files", "orders", "what"),
    [
        ("supplement", (KNOWN,), "Supplement"),
        ("hold", (KNOWN,), "Supplement, held"),
        ("ignore", (KNOWN,), "Leave"),
        ("ignore", (), "Supplement, held"),
    ],
)
def test_the_setting_for_late_files_decides_about_late_photos(
    late_files: str, orders: tuple[Order, ...], what: str
) -> None:
    """Late photos are sent, held or left as ``late_files`` says. A folder without an order has no late photos."""
    judged = MORE if orders else replace(MORE, before=ELSEWHERE)
    assert decided(Known(HERE, judged, orders), replace(RULES, late_files=late_files)) == what


SUBMITS = [
    (None, NEW, False, "Send"),
    (None, SAME, False, "SkipAsSame"),
    (None, SAME, True, "Send"),
    (None, MORE, False, "Supplement"),
    (None, MORE, True, "Send"),
    (None, PART, False, "Supplement"),
    (None, UNBOUGHT, False, "Send"),
    (None, CALLED_OFF, False, "Send"),
    (None, MORE_CALLED_OFF, False, "Send"),
    (changed(KNOWN, phase=Phase.UPLOADING), SAME, True, "Refuse: not allowed"),
    (replace(HELD, merge=Merge(MergeState.SEEN)), SAME, False, "Refuse: not allowed"),
    (replace(HELD, standing=Hold(Phase.UPLOADING, HoldKind.DELIVERED)), NEW, False, "Refuse: not allowed"),
    (replace(HELD, standing=Hold(Phase.UPLOADING, HoldKind.DELIVERED)), NEW, True, "Replace"),
    (HELD, SAME, False, "Replace"),
    (HELD, replace(SAME, before=replace(KNOWN, id="y")), False, "Refuse: same photos"),
    (HELD, MORE, False, "Replace by a part"),
    (HELD_SUPPLEMENT, SAME, False, "Approve"),
    (HELD_SUPPLEMENT, SAME, True, "Replace"),
    (SKIPPED, SAME, False, "Replace"),
    (SKIPPED, UNBOUGHT, False, "Replace"),
    (SKIPPED, UNSURE, False, "Replace"),
    (SKIPPED, MORE, False, "Replace by a part"),
    (SKIPPED, PART, False, "Replace by a part"),
    (COPY, SAME, False, "Refuse: same photos"),
    (COPY, SAME, True, "Replace"),
    (COPY, UNSURE, False, "Refuse: same photos"),
    (COPY, UNBOUGHT, False, "Replace"),
    (COPY, Judged(Again.SKIPPED, SKIPPED), False, "Replace"),
    (COPY, MORE_CALLED_OFF, False, "Replace"),
    (COPY, MORE, False, "Replace by a part"),
    (CANCELLED, SAME, False, "Replace"),
    (CANCELLED, PART, False, "Replace by a part"),
    (OTHER_CANCELLED, SAME, False, "Refuse: same photos"),
    (OTHER_CANCELLED, SAME, True, "Replace"),
    (OTHER_CANCELLED, Judged(Again.MORE, KNOWN, known=2), False, "Refuse: same photos"),
    (OTHER_CANCELLED, PART, False, "Replace by a part"),
    (KNOWN, SAME, False, "Refuse: sent before"),
    (KNOWN, SAME, True, "Send"),
    (KNOWN, SAME_ELSEWHERE, False, "Refuse: same photos"),
    (KNOWN, MORE, False, "Supplement"),
    (KNOWN, MORE, True, "Send"),
]


def submit(newest: Order | None, judged: Judged, *, again: bool = False) -> Known:
    """A shoot that a person submits."""
    return Known(HERE, judged, newest=newest, verb=Verb.SUBMIT_AGAIN if again else Verb.SUBMIT)


@pytest.mark.parametrize(("newest", "judged", "again", "what"), SUBMITS)
def test_what_a_submit_does(newest: Order | None, judged: Judged, again: bool, what: str) -> None:
    """``submit`` sends unsent photos; only ``--again`` sends and buys sent photos again."""
    assert decided(submit(newest, judged, again=again)) == what


@pytest.mark.parametrize("newest", [None, HELD, HELD_SUPPLEMENT, SKIPPED, KNOWN, changed(KNOWN, phase=Phase.UPLOADING)])
@pytest.mark.parametrize("again", [False, True])
def test_a_submit_without_a_readable_photo_is_refused(newest: Order | None, again: bool) -> None:
    """Nothing is sent or replaced if no photo can be read, even with ``--again``."""
    assert decided(replace(submit(newest, NEW, again=again), has_photos=False)) == "Refuse: no photos"


@pytest.mark.parametrize(
    ("newest", "elsewhere", "again", "what"),
    [
        (replace(HELD, standing=Hold(Phase.UPLOADING, HoldKind.UNKNOWN_ORDER)), True, False, "Refuse: maybe sent"),
        (replace(HELD, standing=Hold(Phase.UPLOADING, HoldKind.UNKNOWN_ORDER)), True, True, "Replace"),
        (replace(HELD, standing=Hold(Phase.UPLOADING, HoldKind.UNKNOWN_ORDER)), False, False, "Replace"),
        (HELD_SUPPLEMENT, True, False, "Refuse: maybe sent"),
        (HELD_SUPPLEMENT, False, False, "Approve"),
        (HELD, True, False, "Replace"),
        (None, True, False, "Send"),
    ],
)
def test_a_plain_submit_does_not_send_what_an_unknown_order_has(
    newest: Order | None, elsewhere: bool, again: bool, what: str
) -> None:
    """A shoot held for another order is sent only with ``--again``; once that order is gone, by any submit."""
    assert decided(replace(submit(newest, NEW, again=again), elsewhere=elsewhere)) == what


@pytest.mark.parametrize(
    ("newest", "judged", "original", "what"),
    [
        (COPY, SAME_ELSEWHERE, CANCELLED, "Replace"),
        (COPY, SAME_ELSEWHERE, SKIPPED, "Replace"),
        (COPY, SAME_ELSEWHERE, KNOWN, "Refuse: same photos"),
        (None, SAME_ELSEWHERE, CANCELLED, "Send"),
        (None, PART, CANCELLED, "Supplement"),
    ],
)
def test_photos_of_an_order_that_was_never_sent_cost_nothing_twice(
    newest: Order | None, judged: Judged, original: Order, what: str
) -> None:
    """A plain submit sends a copy of a skipped or cancelled shoot, but not photos that another order sent."""
    assert decided(replace(submit(newest, judged), original=original)) == what


def test_a_refused_copy_names_the_order_that_has_its_photos() -> None:
    """The answer to a refused submit names the original order, with and without an order of the folder."""
    refused = outcome(replace(submit(COPY, SAME_ELSEWHERE), original=ELSEWHERE), RULES)
    assert refused == Refuse(RefusedFor.SAME_PHOTOS, ELSEWHERE)
    assert outcome(replace(submit(None, SAME), original=ELSEWHERE), RULES) == SkipAsSame(KNOWN, ELSEWHERE)


def test_a_submit_of_a_shoot_that_was_sent_in_part_sends_the_rest() -> None:
    """The supplement of a submit has only the photos that no order has sent, also those that a person cancelled."""
    part = replace(MORE, new=(), declined=frozenset({PHOTOS[0].path}))
    rest = the_rest(part)
    assert rest is not None
    assert (rest.new, rest.declined) == (PHOTOS[:1], frozenset())
    assert outcome(submit(KNOWN, part), RULES) == Supplement(rest)
    assert outcome(submit(SKIPPED, part), RULES) == Replace(SKIPPED, rest)


SKIPS = [
    (changed(KNOWN, phase=Phase.UPLOADING), SAME, "Cancel"),
    (HELD, MORE, "Cancel"),
    (None, NEW, "Skip"),
    (KNOWN, NEW, "Skip"),
    (KNOWN, MORE, "SkipLate"),
    (KNOWN, replace(MORE, new=()), "Refuse: nothing new"),
    (KNOWN, SAME, "Refuse: nothing new"),
    (SKIPPED, UNSURE, "Refuse: skipped already"),
    (CANCELLED, Judged(Again.SKIPPED, CANCELLED), "Refuse: skipped already"),
]


@pytest.mark.parametrize(("newest", "judged", "what"), SKIPS)
def test_what_a_skip_does(newest: Order | None, judged: Judged, what: str) -> None:
    """``cancel`` skips what was not sent and cancels what is not merged. Otherwise it is refused with a reason."""
    assert decided(Known(HERE, judged, newest=newest, verb=Verb.SKIP)) == what


PART_ORDER = changed(HELD, part=ShootPart(1, 2))
SPLITS = [
    (None, NEW, 2, "Split"),
    (HELD, NEW, 2, "Split"),
    (changed(KNOWN, phase=Phase.UPLOADING), NEW, 2, "Split"),
    (SKIPPED, Judged(Again.SKIPPED, SKIPPED), 2, "Split"),
    (CANCELLED, CALLED_OFF, 3, "Split"),
    (HELD, NEW, 1, "Refuse: one property"),
    (HELD, replace(MORE, known=1), 2, "Refuse: sent in part"),
    (None, replace(SAME, known=3), 2, "Refuse: sent in part"),
    (KNOWN, SAME, 2, "Refuse: not allowed"),
    (replace(HELD, merge=Merge(MergeState.SEEN)), NEW, 2, "Refuse: not allowed"),
    (HELD_SUPPLEMENT, NEW, 2, "Refuse: not allowed"),
    (PART_ORDER, NEW, 2, "Refuse: not allowed"),
    (COPY, NEW, 2, "Refuse: not allowed"),
]


def split(newest: Order | None, judged: Judged, properties: int) -> Known:
    """A shoot that a person splits."""
    return Known(HERE, judged, newest=newest, verb=Verb.SPLIT, properties=properties)


@pytest.mark.parametrize(("newest", "judged", "properties", "what"), SPLITS)
def test_what_a_split_does(newest: Order | None, judged: Judged, properties: int, what: str) -> None:
    """``split`` makes an order of each property until the merge, if no other order has sent photos of the shoot."""
    assert decided(split(newest, judged, properties)) == what


def test_a_split_without_photos_or_of_a_shoot_that_may_be_delivered_is_refused() -> None:
    """Nothing is split if no photo can be read, or if an unknown order may have the photos."""
    assert decided(replace(split(HELD, NEW, 2), has_photos=False)) == "Refuse: no photos"
    held = replace(HELD, standing=Hold(Phase.SETTLED, HoldKind.UNKNOWN_ORDER))
    assert decided(replace(split(held, NEW, 2), elsewhere=True)) == "Refuse: maybe sent"
    assert decided(split(held, NEW, 2)) == "Split"


def test_every_outcome_has_a_case() -> None:
    """The cases above lead to every kind of outcome."""
    known = [known for known, _ in SETTLED]
    known += [submit(newest, judged, again=again) for newest, judged, again, _ in SUBMITS]
    known += [Known(HERE, judged, newest=newest, verb=Verb.SKIP) for newest, judged, _ in SKIPS]
    known += [split(newest, judged, properties) for newest, judged, properties, _ in SPLITS]
    assert {type(outcome(one, RULES)) for one in known} == set(get_args(Outcome))


@pytest.mark.parametrize("verb", [Verb.RETRY, Verb.ADOPT])
def test_other_verbs_are_not_about_shoots(verb: Verb) -> None:
    """A verb about orders or folders has no outcome for a shoot."""
    with pytest.raises(ValueError, match="does not apply to a shoot"):
        outcome(Known(HERE, NEW, verb=verb), RULES)
