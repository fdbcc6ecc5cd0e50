from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.order import LINE, Hold, MergeState, Order, Phase, evolve, facts, next_steps, steps
from daemon.order.due import waits
from daemon.order.problem import Code
from daemon.recovery.atservice import AtService
from daemon.recovery.reconcile import (
    SHOWS,
    UNASKED,
    Rebuilt,
    Source,
    checked,
    furthest,
    is_merged,
    merged,
    outputs,
    unchecked,
    unmerged,
)
from daemon.service import ImageReport, ImageStatus, OrderReport
from tests.changed import changed
from tests.core.orders import NOW, POLICY, after, in_trouble, order, processed, sent, uploaded
from tests.core.orders import merged as after_merge

LATER = NOW + 5000.0
IDLE = OrderReport(merging=False, processing=False, images=())
GROUPING = OrderReport(merging=True, processing=False, images=())


def seen(*images: ImageReport) -> OrderReport:
    """A resting order at the service with these images."""
    return OrderReport(merging=False, processing=False, images=images)


def image(number: int, status: ImageStatus = ImageStatus.PROCESSED) -> ImageReport:
    """An output image."""
    return ImageReport(f"i{number}", f"picture {number}", status, None, downloaded=False)


def there(of: Order, shown: OrderReport) -> AtService:
    """An order at the service."""
    return AtService(of.id, of.source.shoot, NOW, shown)


def at(phase: Phase, updated_at: float = NOW) -> Order:
    """An order in a phase."""
    return changed(order(), phase=phase, updated_at=updated_at)


HELD = replace(order(), standing=Hold(Phase.UPLOADING), due=None, troubles=in_trouble("a photo is gone", Code.FILE))


@pytest.mark.parametrize(
    ("file", "copy", "note", "source"),
    [
        (at(Phase.UPLOADING), at(Phase.UPLOADING), None, Source.FILE),
        (at(Phase.UPLOADING), at(Phase.MERGING), None, Source.COPY),
        (at(Phase.MERGING), at(Phase.UPLOADING, LATER), None, Source.FILE),
        (at(Phase.DOWNLOADING), at(Phase.DOWNLOADING, LATER), None, Source.COPY),
        (at(Phase.DOWNLOADED, LATER), None, at(Phase.DOWNLOADED), Source.FILE),
        (at(Phase.DOWNLOADING, LATER), None, at(Phase.DOWNLOADED), Source.NOTE),
        (at(Phase.CANCELLED), at(Phase.UPLOADED, LATER), None, Source.FILE),
        (at(Phase.CANCELLED), at(Phase.MERGING), None, Source.COPY),
        (at(Phase.CANCELLED), at(Phase.SKIPPED, LATER), None, Source.FILE),
        (HELD, at(Phase.SETTLED, LATER), None, Source.FILE),
        (None, HELD, at(Phase.DOWNLOADED), Source.NOTE),
    ],
    ids=[
        *("same", "copy is further", "file is further", "copy is newer", "same as note", "note is further"),
        *("cancelled is the end", "but not after the merge", "skipped was replaced", "held", "held once"),
    ],
)
def test_the_furthest_wins(file: Order | None, copy: Order | None, note: Order | None, source: Source) -> None:
    """The later phase wins, then the later change, then the more trusted source."""
    known = {
        Source.FILE: [file] if file else [],
        Source.COPY: [copy] if copy else [],
        Source.NOTE: [note] if note else [],
    }
    (best,) = furthest(known).values()
    assert best.source is source
    assert best.order == {Source.FILE: file, Source.COPY: copy, Source.NOTE: note}[source]


UNMERGED = [order(), after(order(), *sent(0)), uploaded(), uploaded(flow="brackets"), HELD]


@pytest.mark.parametrize("of", UNMERGED)
@pytest.mark.parametrize("shown", [GROUPING, seen(image(0)), seen(image(0, ImageStatus.WAITING))])
def test_what_the_service_has_merged_is_only_looked_at(of: Order, shown: OrderReport) -> None:
    """Once the service has merged an order, the next step is only a poll."""
    found = checked(Rebuilt(of, Source.COPY), there(of, shown), now=LATER, written_at=LATER)
    assert (found.order.merge.state, found.order.due, found.order.trouble) == (MergeState.SEEN, LATER, None)
    assert next_steps(found.order) == (steps.Poll(),)
    assert found.why


@given(st.lists(st.sampled_from(["idle", "grouping", "working", "done"]), max_size=8), st.integers(0, 10**6))
def test_a_recovered_order_is_never_merged_again(looks: list[str], waited: int) -> None:
    """However the service shows a recovered order later, no step requests a merge."""
    shown = {
        "idle": facts.Polled(merging=False, processing=False, images=()),
        "grouping": facts.Polled(merging=True, processing=False, images=()),
        "working": facts.Polled(merging=False, processing=True, images=(facts.PolledImage("i0", "n", None),)),
        "done": facts.Polled(merging=False, processing=False, images=(facts.PolledImage("i0", "n", ended=True),)),
    }
    now, of = LATER, merged(uploaded(), GROUPING, LATER)
    for word in looks:
        assert not any(isinstance(step, steps.Merge | steps.Register | steps.Upload) for step in next_steps(of))
        now += waited
        of = evolve(of, shown[word], now=now, policy=POLICY)


@pytest.mark.parametrize("of", UNMERGED)
@pytest.mark.parametrize("at_service", [True, False])
def test_an_unmerged_order_goes_on(of: Order, at_service: bool) -> None:
    """An order that the service has not merged, long after the daemon's last write, stays as recorded."""
    found = checked(
        Rebuilt(of, Source.FILE), there(of, IDLE) if at_service else None, now=LATER, written_at=LATER - SHOWS
    )
    assert found == Rebuilt(of, Source.FILE)


def test_a_merge_that_cannot_show_yet_is_waited_for() -> None:
    """An idle order continues only when a merge from the daemon's last moments would have shown."""
    found = checked(Rebuilt(uploaded(), Source.FILE), there(order(), IDLE), now=LATER, written_at=LATER - 10)
    assert found.order.due == LATER - 10 + SHOWS
    assert "continues at" in (found.order.trouble or "")
    news = facts.CameLate(("late.jpg",))
    for now in (LATER, LATER - 3600.0):
        assert waits(found.order, now, POLICY), "also when the clock is set back: to merge twice costs money"
        assert waits(evolve(found.order, news, now=now, policy=POLICY), now, POLICY)
    held = checked(Rebuilt(HELD, Source.FILE), there(HELD, IDLE), now=LATER, written_at=LATER - 10)
    assert held.order == HELD
    unknown = checked(Rebuilt(uploaded(), Source.FILE), None, now=LATER, written_at=LATER - 10)
    assert unknown.order == uploaded()


@pytest.mark.parametrize("of", UNMERGED)
def test_without_the_service_nothing_goes_on_to_its_merge(of: Order) -> None:
    """If the service was not asked, an unmerged order is held with the reason and the command."""
    found = unchecked(Rebuilt(of, Source.COPY))
    assert found.order.phase is Phase.HELD
    assert found.order.stage is (of.stage or of.phase)
    assert found.doubtful
    assert UNASKED in (found.order.trouble or "")
    assert next_steps(found.order) == ()
    assert unchecked(found).order == found.order
    asked = checked(found, None, now=LATER, written_at=0.0)
    again = changed(of, due=LATER, phase_since=LATER)
    assert asked.order == (replace(of, due=None) if of is HELD else again)


@pytest.mark.parametrize("of", [after_merge(), processed(True), at(Phase.SKIPPED), at(Phase.CANCELLED)])
def test_only_what_waits_for_its_merge_is_in_question(of: Order) -> None:
    """Merged, skipped and cancelled orders stay as recorded."""
    assert not unmerged(of)


def test_registered_brackets_are_not_results() -> None:
    """Brackets that the service lists as images, even from later attempts, do not count as a merge."""
    of = after(order(), *sent(0))
    again = replace(of, brackets=tuple(replace(bracket, attempt=4) for bracket in of.brackets))
    shown = seen(
        *(ImageReport(i, "n", ImageStatus.WAITING, None, downloaded=False) for i in sorted(again.registrations))
    )
    assert not is_merged(of, shown)
    assert outputs(of, seen(*shown.images, image(0))) == (image(0),)


def test_the_phases_of_an_order_are_all_ranked() -> None:
    """Of two sources with different phases of an undisturbed order, the later phase always wins."""
    for near, far in pairwise(LINE):
        (best,) = furthest({Source.FILE: [at(near, LATER)], Source.COPY: [at(far)]}).values()
        assert best.order.phase is far
