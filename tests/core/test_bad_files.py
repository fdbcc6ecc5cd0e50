from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.errors import Mismatch
from daemon.order import FlowName, Health, Order, Phase, Preset, facts, next_steps, steps
from daemon.order.facts import Failure
from daemon.order.trouble import ANSWERS
from tests.changed import changed
from tests.core.orders import NOW, POLICY, after, order, sent, uploaded

WITHOUT = Preset(bad_files="leave_out")


def shoot(brackets: int = 2, flow: FlowName = "images", preset: Preset = WITHOUT) -> Order:
    """A locked shoot whose folder is set to leave out photos that cannot be read."""
    return changed(order(brackets, flow), preset=preset, created=flow == "brackets")


def bad(step: steps.Step, number: int | None = 0) -> facts.Failed:
    """The failure of a step because of a file that cannot be read."""
    return facts.Failed(step, Failure.FILE, "cannot be read", bracket=number)


@pytest.mark.parametrize("kind", facts.Failure)
def test_every_kind_of_failure_has_its_answer(kind: Failure) -> None:
    """Every kind of failure has a rule, after which the order becomes due again or is held."""
    assert kind in ANSWERS
    mismatch = Mismatch.ORDER if kind is Failure.MISMATCH else None
    result = after(shoot(), facts.Failed(steps.Register(0), kind, "why", bracket=0, mismatch=mismatch))
    asleep = result.due is None and result.phase not in (Phase.HELD, Phase.CANCELLED)
    assert not asleep
    assert any("why" in message for message in result.messages)


def test_an_unreadable_photo_holds_the_order_unless_the_folder_says_otherwise() -> None:
    """By default the order is held, and continues when the file is fixed."""
    held = after(shoot(preset=Preset()), bad(steps.Register(0)))
    assert (held.phase, held.messages, held.sent) == (Phase.HELD, ("cannot be read",), (0, 1))
    assert next_steps(after(held, facts.Retried())) == (steps.Register(1), steps.Register(0))


def test_an_order_goes_without_a_photo_that_cannot_be_read() -> None:
    """With ``leave_out`` the order continues at once and names the photo, also after its delivery."""
    without = after(shoot(), bad(steps.Register(0)))
    assert (without.phase, without.due, without.sent) == (Phase.SETTLED, NOW, (1,))
    assert without.brackets[0].left_out == "cannot be read"
    assert without.health is Health.ATTENTION
    assert without.messages == ("DCIM/IMG_0431.JPG is left out: cannot be read",)
    ended = changed(without, phase=Phase.DOWNLOADED)
    assert (ended.health, ended.messages) == (Health.ATTENTION, without.messages)


def test_the_registration_of_a_photo_that_is_left_out_is_taken_back() -> None:
    """The registration is deleted before the merge, even if its answer was lost."""
    start = after(shoot(), sent(0)[0], sent(1)[0])
    without = after(start, bad(steps.Upload(0)))
    assert next_steps(without) == (steps.Upload(1), steps.Discard("s0.0"))
    ready = after(without, facts.Stored(1, 0))
    assert after(ready, facts.Confirmed(())).phase is Phase.UPLOADING
    gone = after(ready, facts.Discarded("s0.0"))
    assert next_steps(gone) == (steps.Confirm(),)
    assert after(gone, facts.Confirmed(())).phase is Phase.UPLOADED
    unheard = after(shoot(), bad(steps.Register(0)))
    assert steps.Discard(shoot().registration(0)) in next_steps(unheard)


def test_a_stored_photo_that_is_left_out_is_taken_back() -> None:
    """If an uploaded file is found bad before the merge, its bytes do not reach an image."""
    ready = after(shoot(), *sent(0), *sent(1))
    without = after(ready, bad(steps.Confirm(), 0))
    assert (without.sent, next_steps(without)) == ((1,), (steps.Discard("s0.0"),))


def test_late_answers_about_a_photo_that_is_left_out_change_nothing() -> None:
    """Late facts about its registrations do not bring the photo back."""
    without = after(shoot(), sent(0)[0], bad(steps.Upload(0)))
    for attempt in (0, 1):
        late = (*sent(0, attempt), facts.SlotLost(0, attempt, "expired"), facts.Changed(0, attempt, 7, 7, 7))
        assert after(without, *late) is without


def test_an_order_does_not_go_without_its_last_photo() -> None:
    """An order without photos is held, not merged."""
    one = after(shoot(), bad(steps.Register(0)))
    none = after(one, bad(steps.Register(1), 1))
    assert (none.phase, none.sent) == (Phase.HELD, (1,))


@pytest.mark.parametrize(
    ("brackets", "per_image", "phase"),
    [(3, 1, Phase.SETTLED), (4, 3, Phase.SETTLED), (3, 3, Phase.HELD), (6, 3, Phase.HELD), (6, None, Phase.SETTLED)],
    ids=["one each", "a stray one", "the only set", "one of two sets", "grouped by the service"],
)
def test_a_fixed_number_is_cut_in_whole_sets(brackets: int, per_image: int | None, phase: Phase) -> None:
    """With a fixed set size one missing photo would shift all later sets, so the order is held."""
    result = after(shoot(brackets, preset=replace(WITHOUT, per_image=per_image)), bad(steps.Register(0)))
    assert result.phase is phase
    if phase is Phase.HELD:
        assert result.brackets[0].left_out is None
        assert f"sets of {per_image}" in result.messages[0]


@pytest.mark.parametrize(
    "fact",
    [bad(steps.Confirm(), None), bad(steps.Register(0), None), facts.Failed(None, Failure.FILE, "cannot be read")],
    ids=["confirm", "register", "no step"],
)
def test_an_unknown_bad_file_holds_the_order(fact: facts.Failed) -> None:
    """If it is unknown which photo is bad, none is left out."""
    assert after(shoot(), fact).phase is Phase.HELD


def test_a_photo_that_is_left_out_and_still_in_the_way_holds_the_order() -> None:
    """A repeated failure of the same photo holds the order instead of looping."""
    twice = after(shoot(), bad(steps.Register(0)), bad(steps.Confirm(), 0))
    assert twice.phase is Phase.HELD


def test_after_the_upload_no_photo_is_left_out() -> None:
    """Once the brackets are confirmed, a bad file holds the order, because the merge includes them all."""
    late = after(replace(uploaded(2), preset=WITHOUT), bad(steps.Merge(), 0))
    assert (late.phase, late.sent, late.uploads.discards) == (Phase.HELD, (0, 1), ())


def test_a_retry_takes_the_current_bad_files_setting() -> None:
    """A retry uses the folder's current ``bad_files``, so bad photos can then be left out."""
    held = after(shoot(preset=Preset()), bad(steps.Register(0)))
    again = after(held, facts.Retried(WITHOUT), bad(steps.Register(0)))
    assert (again.phase, again.sent) == (Phase.SETTLED, (1,))


def test_a_second_bad_photo_of_a_held_order_counts() -> None:
    """A bad photo found while the order was being held is left out too, and the order stays held."""
    held = after(shoot(3), facts.Failed(steps.Register(2), Failure.REQUEST, "look here"), bad(steps.Register(0)))
    assert (held.phase, held.sent, held.trouble) == (Phase.HELD, (1, 2), "look here")


def test_the_service_is_not_asked_for_photos_that_are_left_out() -> None:
    """A left-out photo that the service lacks does not block the others."""
    ready = after(shoot(2, "brackets"), bad(steps.Register(0)), *sent(1), facts.Discarded(order(2).registration(0)))
    assert after(ready, facts.Confirmed((0,))).phase is Phase.UPLOADED


def test_a_sent_photo_that_the_service_lacks_is_sent_again_beside_one_that_is_left_out() -> None:
    """A left-out photo does not keep a lost one from being sent again."""
    start = after(shoot(2, "brackets"), bad(steps.Register(0)), *sent(1), facts.Discarded(order(2).registration(0)))
    soon = after(start, facts.Confirmed((0, 1)), now=NOW + 1)
    assert soon.brackets[1].stored
    late = after(start, facts.Confirmed((0, 1)), now=NOW + POLICY.confirm_wait)
    assert (late.brackets[1].stored, next_steps(late)) == (False, (steps.Upload(1),))


def test_late_answers_do_not_erase_the_reason_of_a_cancelled_order() -> None:
    """Late answers neither revive a cancelled order nor erase its reason."""
    start = after(shoot(flow="brackets"), sent(0)[0], facts.SlotLost(0, 0, "expired"))
    over = after(changed(start, created=False), facts.Cancelled("cancelled by a person"))
    for late in (facts.Created(), facts.Discarded("s0.0"), *sent(1), bad(steps.Register(1), 1)):
        assert after(over, late) is over
    assert over.messages[0] == "cancelled by a person"
