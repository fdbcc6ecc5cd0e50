from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.errors import Mismatch
from daemon.order import Ended, Health, ImageState, MergeState, Phase, Preset, Verb, facts, next_steps, steps
from daemon.order.allowed import next_command
from daemon.order.facts import Failure
from daemon.order.intents import intent
from daemon.order.problem import MEANINGS, Code
from daemon.order.trouble import CODES, bug
from tests.changed import changed
from tests.core.orders import NOW, POLICY, after, merged, order, processed, reckoned, sent, uploaded


def test_every_bracket_is_registered_then_sent() -> None:
    """A locked order registers each bracket; uploads of registered brackets come first."""
    start = order(3)
    assert next_steps(start) == (steps.Register(0), steps.Register(1), steps.Register(2))
    one = after(start, sent(1)[0])
    assert one.phase is Phase.UPLOADING
    assert next_steps(one) == (steps.Upload(1), steps.Register(0), steps.Register(2))


def test_the_brackets_flow_creates_the_order_first() -> None:
    """In the brackets flow nothing is registered before the order exists."""
    start = order(flow="brackets")
    assert next_steps(start) == (steps.Create(),)
    assert next_steps(after(start, facts.Created()))[0] == steps.Register(0)


def test_uploaded_only_after_a_last_look() -> None:
    """When every bracket is stored, the files and the service are checked again before the merge."""
    start = after(order(1), *sent(0))
    assert (start.phase, next_steps(start)) == (Phase.UPLOADING, (steps.Confirm(),))
    complete = after(start, facts.Confirmed(()))
    assert (complete.phase, next_steps(complete)) == (Phase.UPLOADED, (steps.Merge(),))


def test_no_merge_with_a_bracket_missing() -> None:
    """While one bracket is not stored, a confirmation has no effect."""
    start = after(order(2), *sent(0), facts.Confirmed(()))
    assert start.phase is Phase.UPLOADING
    assert steps.Merge() not in next_steps(start)


def test_a_lost_registration_is_replaced_and_the_old_one_discarded() -> None:
    """A refused or expired registration gets a new id, and the old one is deleted before the merge."""
    start = after(order(1), sent(0)[0], facts.SlotLost(0, 0, "expired"))
    assert start.registration(0) != order(1).registration(0)
    assert next_steps(start) == (steps.Register(0), steps.Discard("s0.0"))
    again = after(start, *sent(0, attempt=1))
    assert next_steps(again) == (steps.Discard("s0.0"),)
    assert after(again, facts.Confirmed(())).phase is Phase.UPLOADING
    assert after(again, facts.Discarded("s0.0"), facts.Confirmed(())).phase is Phase.UPLOADED


def test_a_registration_whose_answer_was_lost_is_discarded_too() -> None:
    """An id that may exist at the service is deleted before the merge."""
    start = order(1)
    lost = after(start, facts.SlotLost(0, 0, "no answer"))
    assert lost.uploads.discards == (start.registration(0),)


def test_late_answers_change_nothing() -> None:
    """An answer to a replaced registration is not used for the current one."""
    start = after(order(1), sent(0)[0], facts.SlotLost(0, 0, "expired"))
    for late in sent(0, attempt=0):
        assert after(start, late) is start


def test_a_changed_file_is_sent_again_after_the_quiet_period() -> None:
    """A bracket that changes before the merge loses its registration and waits for the quiet period."""
    stored = after(order(2), *sent(0), *sent(1))
    changed = after(stored, facts.Changed(1, 0, 4321, 99, 71))
    assert (changed.brackets[1].size, changed.brackets[1].stored) == (4321, False)
    assert changed.due == NOW + POLICY.quiet
    assert "DCIM/IMG_0432.JPG changed" in changed.messages[0]
    assert steps.Discard("s1.0") in next_steps(changed)


def test_the_brackets_flow_sends_again_to_the_same_url() -> None:
    """If a registration cannot be deleted, new bytes replace the old ones; a late answer does not count."""
    stored = after(order(2, flow="brackets"), facts.Created(), *sent(0), *sent(1))
    changed = after(stored, facts.Changed(1, 0, 4321, 99, 71))
    assert next_steps(changed) == (steps.Upload(1),)
    assert changed.uploads.discards == ()
    assert after(changed, facts.Stored(1, 0)) is changed
    assert after(changed, facts.Stored(1, 1)).brackets[1].stored


def test_brackets_the_service_lacks_are_sent_again() -> None:
    """A stored bracket that the service does not show in time is sent again."""
    start = after(order(2, flow="brackets"), facts.Created(), *sent(0), *sent(1))
    soon = after(start, facts.Confirmed((1,)), now=NOW + 1)
    assert soon.brackets[1].stored
    assert soon.due == NOW + 1 + POLICY.confirm_every
    late = after(start, facts.Confirmed((1,)), now=NOW + POLICY.confirm_wait)
    assert (late.brackets[0].stored, late.brackets[1].stored) == (True, False)


def test_the_intent_to_merge_is_recorded_first() -> None:
    """After the recorded intent the order is only polled; the merge is not requested again."""
    assert intent(steps.Merge()) == facts.MergeIntended()
    intended = after(uploaded(), facts.MergeIntended())
    assert (intended.phase, intended.merge.state) == (Phase.MERGING, MergeState.ASKED)
    assert next_steps(intended) == (steps.Poll(),)


def test_idle_right_after_the_merge_is_not_done() -> None:
    """An idle order without images is not done, and its merge is not repeated within the grace."""
    idle = facts.Polled(merging=False, processing=False, images=())
    start = after(after(uploaded(), facts.MergeIntended()), idle, now=NOW + POLICY.idle_grace - 1)
    assert (start.phase, next_steps(start)) == (Phase.MERGING, (steps.Poll(),))


def test_an_unanswered_merge_is_asked_again_only_after_the_grace() -> None:
    """A merge without an answer counts as not carried out after enough idle polls over the grace."""
    idle = facts.Polled(merging=False, processing=False, images=())
    start = after(uploaded(), facts.MergeIntended(), *[idle] * POLICY.idle_looks)
    assert next_steps(start) == (steps.Poll(),), "no time has passed"
    assert next_steps(after(start, idle, now=NOW + POLICY.idle_grace)) == (steps.Merge(),)


def test_a_clock_that_jumps_ahead_repeats_no_merge() -> None:
    """However far the clock jumps, a merge without an answer is repeated only after many polls."""
    idle = facts.Polled(merging=False, processing=False, images=())
    start = after(after(uploaded(), facts.MergeIntended()), *[idle] * (POLICY.idle_looks - 1), now=NOW + 86400)
    assert next_steps(start) == (steps.Poll(),)


def test_the_grace_begins_when_the_answer_was_lost() -> None:
    """A merge request may take minutes to fail; the grace starts then."""
    idle, lost = facts.Polled(merging=False, processing=False, images=()), NOW + 300
    start = after(uploaded(), facts.MergeIntended())
    start = after(start, facts.Failed(steps.Merge(), Failure.PASSING, "no answer"), now=lost)
    start = after(start, *[idle] * POLICY.idle_looks, now=lost + POLICY.idle_grace - 1)
    assert next_steps(start) == (steps.Poll(),)


def test_an_answered_merge_is_never_asked_again() -> None:
    """However long an order is idle after an accepted merge, it is only polled, with a message."""
    idle = facts.Polled(merging=False, processing=False, images=())
    start = after(merged(), idle, now=NOW + 10 * POLICY.idle_grace)
    assert next_steps(start) == (steps.Poll(),)
    assert start.health is Health.RETRYING
    assert "accepted the merge" in start.messages[0]


@pytest.mark.parametrize(
    ("failed", "steps"),
    [
        (facts.Failed(steps.Merge(), Failure.PASSING, "no connection", unsent=True), (steps.Merge(),)),
        (facts.Failed(steps.Merge(), Failure.PASSING, "answer lost"), (steps.Poll(),)),
    ],
)
def test_a_merge_is_repeated_only_when_it_certainly_was_not_sent(
    failed: facts.Failed, steps: tuple[steps.Step, ...]
) -> None:
    """A merge that was never sent is requested again; one whose answer was lost is polled."""
    assert next_steps(after(uploaded(), facts.MergeIntended(), failed)) == steps


def test_done_means_every_image_ended() -> None:
    """Images are fetched when both flags are off and every image has ended, not before."""
    images = (facts.PolledImage("a", "a", ended=True), facts.PolledImage("b", "b", ended=None))
    start = after(merged(), facts.Polled(merging=False, processing=False, images=images))
    assert start.phase is Phase.PROCESSING
    both = (images[0], facts.PolledImage("b", "b", ended=False, reason="too dark", again=False))
    busy = after(start, facts.Polled(merging=False, processing=True, images=both))
    assert busy.phase is Phase.PROCESSING
    done = after(busy, facts.Polled(merging=False, processing=False, images=both))
    assert (done.phase, next_steps(done)) == (Phase.DOWNLOADING, (steps.Reckon(),))
    assert next_steps(after(done, facts.Reckoned(0, 0))) == (steps.Fetch("a"),)


def test_a_fetched_image_is_placed_and_never_fetched_again() -> None:
    """A bought image is placed from disk, and fetched again only if its file is missing."""
    bought = after(reckoned(True), facts.Fetched("i0", 10, "ab", "jpg"))
    assert next_steps(bought) == (steps.PlacePicture("i0"),)
    assert after(bought, facts.Fetched("i0", 11, "cd", "jpg")) is bought
    placed = after(bought, facts.PicturePlaced("i0", "IMG_0431.jpg"))
    assert next_steps(placed) == (steps.Deliver(),)
    assert next_steps(after(bought, facts.FetchLost("i0"))) == (steps.Fetch("i0"),)


def test_a_failed_image_is_named_and_the_others_are_delivered() -> None:
    """A failed image does not stop the others, and the order needs attention."""
    start = reckoned(True, False)
    bought = after(
        start, facts.Fetched("i0", 10, "ab", "jpg"), facts.PicturePlaced("i0", "IMG_0431.jpg"), facts.Delivered()
    )
    assert (bought.phase, bought.health, bought.due) == (Phase.DOWNLOADED, Health.ATTENTION, None)
    assert bought.messages[0] == "picture 1 failed: the service gives no reason"
    assert "`bracketd retry`" in bought.messages[1]


BOUGHT = (facts.Fetched("i0", 10, "ab", "jpg"), facts.PicturePlaced("i0", "IMG_0431.jpg"), facts.Delivered())


@pytest.mark.parametrize("trouble", ["reason", "name", "bug", "limit"])
def test_no_message_is_longer_than_a_person_reads(trouble: str) -> None:
    """Texts of the service and of errors are shortened in messages."""
    long = "so it is " * 1000
    match trouble:
        case "bug":
            ended = after(order(1), bug(steps.Register(0), ValueError(long)))
        case "limit":
            shown = facts.PolledImage("i", long, ended=False, reason=long[:300], limited=True)
            ended = after(merged(1), facts.Polled(merging=False, processing=False, images=(shown,)))
        case _:
            shown = facts.PolledImage(
                "i", long if trouble == "name" else "one", ended=False, reason=long if trouble == "reason" else None
            )
            looked = facts.Polled(merging=False, processing=False, images=(replace(shown, again=False),))
            ended = after(merged(1), looked)
    assert ended.messages
    assert all(len(message) < 900 for message in ended.messages)


def test_an_order_knows_since_when_it_is_in_its_phase() -> None:
    """The time in a phase starts with the phase; polls and failures do not restart it."""
    begun = after(order(2), *sent(0), now=NOW + 10)
    assert (begun.phase, begun.times.phase_since) == (Phase.UPLOADING, NOW + 10)
    failed = facts.Failed(steps.Upload(1), Failure.PASSING, "no line")
    later = after(begun, failed, *sent(1), now=NOW + 500)
    assert (later.phase, later.times.phase_since, later.times.updated_at) == (Phase.UPLOADING, NOW + 10, NOW + 500)
    held = after(later, facts.Failed(steps.Confirm(), Failure.REQUEST, "no"), now=NOW + 600)
    assert (held.phase, held.times.phase_since) == (Phase.HELD, NOW + 600)
    known = after(held, facts.CameLate(("a.JPG",)), now=NOW + 650)
    assert (known.phase, known.times.phase_since) == (Phase.HELD, NOW + 600)
    back = after(known, facts.Retried(), now=NOW + 700)
    assert (back.phase, back.times.phase_since) == (Phase.UPLOADING, NOW + 700)
    assert after(back, facts.Confirmed(()), now=NOW + 800).times.phase_since == NOW + 800


@pytest.mark.parametrize("fact", [facts.CameLate(("a.JPG",)), facts.Created(), facts.Approved()])
def test_an_order_of_an_older_version_has_been_in_its_phase_since_its_last_change(fact: facts.Fact) -> None:
    """Without a recorded start of the phase, the last change counts and is recorded."""
    start = changed(order(1, "brackets"), updated_at=NOW - 300)
    assert start.times.phase_since is None
    later = after(start, fact, now=NOW + 60)
    assert (later.times.phase_since, later.times.updated_at) == (NOW - 300, NOW + 60)


def test_late_photos_are_reported() -> None:
    """Photos that are in no order are listed; the order's health stays OK."""
    done = after(reckoned(True), *BOUGHT, facts.CameLate(("IMG_0999.JPG",)))
    assert (done.phase, done.health) == (Phase.DOWNLOADED, Health.OK)
    assert "IMG_0999.JPG" in done.messages[-1]
    assert after(done, facts.CameLate(("IMG_0999.JPG",))) is done
    assert after(done, facts.CameLate(())).messages == ()


def test_photos_that_changed_after_their_merge_ask_for_attention() -> None:
    """Photos changed after their merge are reported, with the command to send them again, until resolved."""
    done = after(reckoned(True), *BOUGHT, facts.CameLate((), ("IMG_0431.JPG",)))
    assert (done.phase, done.health) == (Phase.DOWNLOADED, Health.ATTENTION)
    assert "IMG_0431.JPG" in done.messages[-1]
    assert "--again" in done.messages[-1]
    assert after(done, facts.CameLate(())).health is Health.OK


def test_passing_failures_back_off_and_go_away() -> None:
    """A temporary failure is retried with growing waits, and its message disappears with it."""
    failed = facts.Failed(steps.Register(0), Failure.PASSING, "no route", unsent=True)
    first = after(order(2), failed)
    assert first.health is Health.RETRYING
    assert first.due is not None
    assert NOW <= first.due <= NOW + POLICY.retry_first
    many = first
    for _ in range(12):
        many = after(many, failed)
    assert many.due is not None
    assert many.due <= NOW + POLICY.retry_longest
    assert next_steps(many)[0] == steps.Register(1), "what failed waits behind its neighbours"
    good = after(many, sent(1)[0], now=many.due)
    assert (good.health, good.tries.failures) == (Health.OK, 0)


def test_the_services_wish_is_honoured() -> None:
    """No wait is shorter than Retry-After, even if another step succeeds meanwhile."""
    start = after(order(2), sent(1)[0])
    waiting = after(start, facts.Failed(steps.Register(0), Failure.PASSING, "429", unsent=True, retry_after=120.0))
    assert waiting.due == NOW + 120
    assert after(waiting, facts.Stored(1, 0), now=NOW + 3).due == NOW + 120


@pytest.mark.parametrize("kind", [Failure.REQUEST, Failure.FILE, Failure.BUG])
def test_a_permanent_failure_holds_the_order(kind: Failure) -> None:
    """A refused request, a bad file or a bug holds the order with its message; no more requests are made."""
    held = after(order(2), sent(0)[0], facts.Failed(steps.Upload(0), kind, "the reason"))
    assert (held.phase, held.stage, held.due) == (Phase.HELD, Phase.UPLOADING, None)
    assert held.messages == ("the reason",)
    assert next_steps(held) == ()


def test_what_was_under_way_when_an_order_was_held_still_counts() -> None:
    """An upload that ends after the order was held is not repeated after its release."""
    start = after(order(2), sent(0)[0], sent(1)[0], facts.Failed(steps.Upload(0), Failure.FILE, "unreadable"))
    held = after(start, facts.Stored(1, 0))
    assert (held.phase, held.messages) == (Phase.HELD, ("unreadable",))
    again = after(held, facts.Retried())
    assert (again.phase, next_steps(again)) == (Phase.UPLOADING, (steps.Upload(0),))


def test_a_retried_order_takes_the_settings_of_today_until_its_merge() -> None:
    """A merge refused for a setting is sent with the new settings; an accepted one keeps its own."""
    mended = Preset(per_image=3)
    refused = after(uploaded(), facts.MergeIntended(), facts.Failed(steps.Merge(), Failure.REQUEST, "422", unsent=True))
    assert refused.phase is Phase.HELD
    assert after(refused, facts.Retried(mended)).preset == mended
    assert after(refused, facts.Retried()).preset == refused.preset
    lost = after(uploaded(), facts.MergeIntended(), facts.Failed(steps.Poll(), Failure.REQUEST, "?", unsent=True))
    assert after(lost, facts.Retried(mended)).preset == lost.preset


def test_after_the_merge_a_retried_order_takes_the_download_settings_of_today() -> None:
    """A refused download uses the current settings; those of the merge stay."""
    start = replace(processed(True), preset=Preset(3, {"a": 1}, "webp", 99, 10))
    refused = after(start, facts.Failed(steps.Fetch("i0"), Failure.REQUEST, "422", unsent=True))
    assert after(refused, facts.Retried(Preset(5, {"b": 2}, "jpeg", 90))).preset == Preset(3, {"a": 1}, "jpeg", 90)


def test_an_order_can_be_cancelled_until_its_merge_is_asked_for() -> None:
    """An order whose merge was refused can be cancelled; one whose merge may have happened cannot."""
    asked = after(uploaded(), facts.MergeIntended())
    assert after(asked, facts.Cancelled("replaced")) is asked
    refused = after(asked, facts.Failed(steps.Merge(), Failure.REQUEST, "422", unsent=True))
    over = after(refused, facts.Cancelled("replaced"))
    assert (over.phase, over.due, over.messages) == (Phase.CANCELLED, None, ("replaced",))
    declined = after(refused, facts.Cancelled("replaced", by_person=True))
    assert (over.standing, declined.standing) == (Ended.CANCELLED_BY_RULE, Ended.CANCELLED_BY_PERSON)
    assert after(over, facts.Cancelled("once more")) is over


def test_a_shoot_removed_before_its_merge_is_cancelled() -> None:
    """If the folder is gone before the merge the order ends without cost; after it, the order is held."""
    gone = facts.Failed(steps.Register(0), Failure.GONE, "removed")
    assert after(order(1), gone).phase is Phase.CANCELLED
    assert after(merged(), gone).phase is Phase.HELD


def test_an_account_failure_leaves_the_order_ready() -> None:
    """An order refused for the account waits while another one probes it, unless a person retries."""
    start = after(order(1), facts.Failed(steps.Register(0), Failure.ACCOUNT, "key refused", unsent=True))
    sooner = facts.Failed(steps.Register(0), Failure.ACCOUNT, "the day is full", unsent=True, retry_after=77.0)
    assert after(order(1), sooner).due == NOW + 77
    expected = (Phase.SETTLED, NOW + POLICY.account_probe, ("key refused",))
    assert (start.phase, start.due, start.messages) == expected
    assert after(start, facts.Retried(), now=NOW + 1).due == NOW + 1


def test_an_order_that_waits_for_the_account_is_resumed() -> None:
    """When the account is accepted again, a refused order continues at once; a resting one does not."""
    start = after(order(1), facts.Failed(steps.Register(0), Failure.ACCOUNT, "key refused", unsent=True))
    assert after(start, facts.Resumed(), now=NOW + 1).due == NOW + 1
    ready, asleep = order(1), replace(order(1), due=None)
    assert after(ready, facts.Resumed()) is ready
    assert after(ready, facts.Resumed(), now=NOW + 1) is ready
    assert after(asleep, facts.Resumed()) is asleep
    held = after(order(1), facts.Failed(steps.Register(0), Failure.FILE, "unreadable"))
    assert after(held, facts.Resumed()) is held


def test_a_skipped_shoot_asks_for_nothing() -> None:
    """A skipped order has no steps and needs no attention."""
    skipped = order(0, phase=Phase.SKIPPED)
    assert next_steps(skipped) == ()
    assert skipped.health is Health.OK


def test_polls_grow_from_first_to_longest() -> None:
    """The intervals between polls grow from about five seconds to half a minute."""
    start, waits = merged(), []
    for _ in range(12):
        assert start.due is not None
        waits.append(start.due - NOW)
        start = after(start, facts.Polled(merging=True, processing=False, images=()))
    assert 4.5 <= waits[0] <= 5.5
    assert all(27 <= wait <= 33 for wait in waits[-4:])


def test_names_are_unique_and_readable() -> None:
    """A bracket's name at the service has shoot and file, is unique, and survives another registration."""
    start = order(2)
    assert start.bracket_name(0) == "12 Oak St IMG_0431 6f1d1f0e-1.JPG"
    assert replace(start, id="12345678-6a3c-4d59-9d0a-3a3c9b8f4a11").bracket_name(0) != start.bracket_name(0)
    again = after(start, facts.SlotLost(0, 0, "expired"))
    assert again.bracket_name(0) == start.bracket_name(0)


def test_an_image_that_is_not_given_out_is_named() -> None:
    """An image that the service no longer has is marked as failed, and the order continues."""
    lost = after(reckoned(True, True), facts.ImageLost("i0", "no such image"))
    assert [image.state for image in lost.images] == [ImageState.FAILED, ImageState.PROCESSED]
    assert next_steps(lost) == (steps.Fetch("i1"),)


def test_a_url_that_never_accepts_the_bytes_is_replaced() -> None:
    """After a few uploads to one URL failed without an answer, the bracket is registered again."""
    start = after(order(1), sent(0)[0])
    broken = facts.Failed(steps.Upload(0), Failure.PASSING, "connection lost")
    few = after(start, *[broken] * 3)
    assert few.brackets[0].registered
    more = after(few, broken)
    assert next_steps(more) == (steps.Register(0), steps.Discard("s0.0"))


def test_a_place_that_was_never_tried_is_kept() -> None:
    """Uploads that were never sent, and failures before the registration, do not replace it."""
    offline = facts.Failed(steps.Upload(0), Failure.PASSING, "no route", unsent=True)
    start = after(order(1), sent(0)[0])
    assert next_steps(after(start, *[offline] * 8)) == (steps.Upload(0),)
    refused = facts.Failed(steps.Register(0), Failure.PASSING, "no answer")
    assert after(order(1), *[refused] * 4).uploads.discards == ()
    assert after(start, *[refused] * 4).uploads.discards == ()
    assert after(order(1), *[replace(offline, unsent=False)] * 4).uploads.discards == ()


def test_in_the_brackets_flow_a_place_that_never_takes_the_bytes_is_kept() -> None:
    """If a registration cannot be deleted, no second one is created."""
    start = after(order(1, flow="brackets"), facts.Created(), sent(0)[0])
    broken = after(start, *[facts.Failed(steps.Upload(0), Failure.PASSING, "connection lost")] * 8)
    assert (next_steps(broken), broken.uploads.discards) == ((steps.Upload(0),), ())


def test_another_output_folder_is_taken_until_a_picture_is_bought() -> None:
    """A folder name that the disk refuses is replaced and reported, until the first purchase."""
    renamed = facts.OutputRenamed("/out/12 Oa 6f1d1f0e")
    for start in (order(), uploaded(), merged(), reckoned(True, True)):
        moved = after(start, renamed)
        assert (moved.source.output, moved.phase, moved.health) == (
            renamed.output,
            start.phase,
            Health.OK,
        )
        assert moved.messages == (
            "the output's disk does not allow the shoot's name; the pictures go to /out/12 Oa 6f1d1f0e",
        )
        assert after(moved, renamed) is moved
    bought = after(reckoned(True, True), facts.Fetched("i0", 10, "ab", "jpg"))
    assert after(bought, renamed) is bought


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_meaning(code: Code) -> None:
    """Every code is in the table of meanings, and each command in it is a verb."""
    meaning, command = MEANINGS[code]
    assert meaning.endswith(".")
    assert command is None or command.split()[1] in {verb.value for verb in Verb}


@pytest.mark.parametrize("kind", facts.Failure)
def test_every_kind_of_failure_has_a_code(kind: facts.Failure) -> None:
    """Each kind of failure maps to its own problem code."""
    failed = facts.Failed(steps.Register(0), kind, "why", bracket=0, mismatch=Mismatch.ORDER)
    hindered = after(order(1), failed)
    assert hindered.problems[0].code is CODES[kind]


def test_the_next_command_is_one_that_is_allowed() -> None:
    """A problem names a command only if the daemon would carry it out."""
    failing = replace(processed(True, False), troubles=())
    assert failing.phase is Phase.DOWNLOADING
    assert next_command(failing, Code.IMAGE_FAILED) is None, "a retry waits for the delivery"
    assert next_command(after(order(1), facts.Cancelled("gone", code=Code.FILE)), Code.FILE) == "bracketd submit"
    skipped = changed(order(1), phase=Phase.SKIPPED, due=None)
    assert next_command(skipped, Code.SKIPPED) == "bracketd submit"
    assert next_command(changed(skipped, same_as="another"), Code.SKIPPED) == "bracketd submit --again"
    assert next_command(order(1), Code.RECOVERED) is None
