"""How the service is asked to group an order: the table in ``daemon.order.plan``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from daemon.order import FlowName, Order, Phase, Preset, facts
from daemon.order.money import fewest_images
from daemon.order.plan import NOT_SENT, GroupingRequest, grouping_request, images_planned
from daemon.order.planned import PlannedImage
from daemon.order.policy import Limits
from daemon.shoot import Shot
from daemon.shoot.sets import Confidence, GroupingName
from tests.core.orders import POLICY, after, order

FLOWS: list[FlowName] = ["images", "brackets"]
MODES: list[GroupingName] = ["sets", "folders"]
AUTOMATIC = GroupingRequest()


def planned(
    *sets: Sequence[int],
    flow: FlowName = "images",
    grouping: GroupingName = "sets",
    unsure: Sequence[int] = (),
    times: Sequence[int | None] | None = None,
) -> Order:
    """An order with these sets, given by the numbers of their brackets, which were taken one after another.

    ``unsure`` are the places of sets that a person should look at. ``times`` are the capture times in seconds.
    """
    count = sum(map(len, sets))
    start = order(count, flow)
    seconds = range(100, 100 + count) if times is None else times
    shots = (replace(b, shot=Shot(second=second)) for b, second in zip(start.brackets, seconds, strict=True))
    plan = (
        PlannedImage(tuple(one), Confidence.ASK if place in unsure else Confidence.CERTAIN)
        for place, one in enumerate(sets)
    )
    return replace(start, brackets=tuple(shots), plan=tuple(plan), preset=Preset(grouping=grouping))


def without(of: Order, number: int) -> Order:
    """The order after one of its brackets was left out."""
    bad = facts.Failed(None, facts.Failure.FILE, "cut off", bracket=number)
    return after(replace(of, preset=replace(of.preset, bad_files="leave_out")), bad)


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("number", [None, 3])
def test_the_setting_decides_if_the_service_groups(flow: FlowName, number: int | None) -> None:
    """With ``automatic`` or a fixed number the request is the setting, whatever the plan expects."""
    start = replace(planned([0, 1], [2], flow=flow), preset=Preset(number))
    assert grouping_request(start) == GroupingRequest(number)
    assert after(start, facts.Locked(start.brackets)).notes == ()


@pytest.mark.parametrize("grouping", MODES)
def test_the_brackets_flow_sends_the_planned_sets(grouping: GroupingName) -> None:
    """The brackets flow sends every planned set and single photo, also uncertain ones, in shooting order."""
    start = planned([0, 2, 1], [3], [5, 4], flow="brackets", grouping=grouping, unsure=[2])
    assert grouping_request(start) == GroupingRequest(sets=((0, 2, 1), (3,), (5, 4)))
    assert fewest_images(start) == 3
    assert after(start, facts.Locked(start.brackets)).notes == ()


@pytest.mark.parametrize("grouping", MODES)
def test_the_images_flow_sends_a_number_for_even_sets(grouping: GroupingName) -> None:
    """If every set is certain and of one size, and no other photo is between its photos, the images flow sends that."""
    start = planned([0, 1, 2], [5, 4, 3], grouping=grouping)
    assert grouping_request(start) == GroupingRequest(3)
    assert fewest_images(start) == 2
    assert after(start, facts.Locked(start.brackets)).notes == ()


def test_single_photos_alone_are_a_number_too() -> None:
    """A shoot of single photos is sent as sets of one."""
    assert grouping_request(planned([0], [1], [2])) == GroupingRequest(1)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(planned([0, 1, 2], [3, 4]), id="two sizes"),
        pytest.param(planned([0, 1, 2], [3]), id="a single photo"),
        pytest.param(planned([0, 1], [2, 3], unsure=[1]), id="one is uncertain"),
        pytest.param(planned([0, 2], [1, 3]), id="two cameras at the same time"),
        pytest.param(planned([0, 1], [2, 3], times=[100, 101, 101, 102]), id="equal times at a border"),
        pytest.param(planned([0, 1], [2, 3], times=[None, None, None, None]), id="no times"),
    ],
)
def test_the_images_flow_says_that_the_service_decides(start: Order) -> None:
    """If a fixed number would not surely give the planned sets, the service groups, and a note names the other flow."""
    assert grouping_request(start) == AUTOMATIC
    locked = after(start, facts.Locked(start.brackets))
    assert locked.notes == (NOT_SENT,)
    assert "`flow: brackets`" in NOT_SENT
    assert after(locked, facts.Locked(start.brackets)).notes == (NOT_SENT,)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_plan_that_lacks_brackets_is_not_sent(flow: FlowName) -> None:
    """No photo is lost: the sets are requested only if every bracket is in exactly one of them."""
    start = planned([0, 1], [2, 3], flow=flow)
    for plan in ((), start.plan[:1], (*start.plan, start.plan[0])):
        assert grouping_request(replace(start, plan=plan)) == AUTOMATIC


def test_a_bracket_that_is_left_out_is_not_part_of_its_set() -> None:
    """A set without one bad file is requested with the others, and a set without any is not requested."""
    start = planned([0, 1, 2], [3], flow="brackets")
    assert grouping_request(without(start, 1)).sets == ((0, 2), (3,))
    assert grouping_request(without(start, 3)).sets == ((0, 1, 2),)
    assert [one.brackets for one in images_planned(without(start, 3))] == [(0, 1, 2)]


def test_a_fixed_number_ends_with_a_bracket_that_is_left_out() -> None:
    """Without a bad file the sets have two sizes, so the images flow lets the service decide and says so."""
    start = planned([0, 1, 2], [3, 4, 5])
    assert grouping_request(start) == GroupingRequest(3)
    left = without(start, 1)
    assert grouping_request(left) == AUTOMATIC
    assert left.notes[-1] == NOT_SENT


def test_an_order_with_too_many_sets_is_held_before_it_is_sent() -> None:
    """The limit per order counts planned sets, because each becomes an image."""
    start = planned([0, 1], [2], [3], flow="brackets")
    policy = replace(POLICY, limits=Limits(images_per_order=2))
    assert after(start, facts.Locked(start.brackets), policy=policy).phase is Phase.HELD


def retried(start: Order, today: Preset) -> Order:
    """A held order after a retry with the current settings of its watched folder."""
    refused = facts.Failed(None, facts.Failure.REQUEST, "refused")
    return after(start, refused, facts.Retried(today))


def test_a_retry_keeps_the_settings_of_the_shoot() -> None:
    """A retry uses the current settings, except the shoot's own and those that its plan is based on."""
    own = {"enhance": {"sky_replacement": False}, "grouping": "sets", "per_image": None, "prefer": "raw", "name": "Oak"}
    locked = Preset(5, {"privacy": True}, singles="send").with_own(own)
    start = replace(planned([0, 1], [2], flow="brackets"), preset=locked)
    after_retry = retried(start, Preset(3, {"privacy": False, "sky_replacement": True}, quality=70)).preset
    assert after_retry == Preset(
        None,
        {"privacy": False, "sky_replacement": False},
        quality=70,
        grouping="sets",
        prefer="raw",
        singles="send",
        own=own,
    )


def test_a_retry_keeps_the_grouping_that_the_plan_was_made_for() -> None:
    """If the watched folder starts or stops sending sets, a retry does not change that for a locked order."""
    start = planned([0, 1], [2], flow="brackets")
    assert grouping_request(retried(start, Preset(3))).sets == ((0, 1), (2,))
    by_service = replace(start, preset=Preset(5))
    assert grouping_request(retried(by_service, Preset(grouping="sets"))) == GroupingRequest(5)


@pytest.mark.parametrize("number", [None, 3])
def test_a_retry_uses_the_current_grouping(number: int | None) -> None:
    """If the service groups, a retry uses the current setting, because the service may have refused the earlier one."""
    start = replace(planned([0, 1], [2]), preset=Preset(5))
    assert grouping_request(retried(start, Preset(number))) == GroupingRequest(number)


def of_three(*sets: Sequence[int], leave_out: int) -> Order:
    """An order with a fixed number of three and these planned sets, after one of its brackets was left out."""
    start = replace(planned(*sets, grouping="automatic"), preset=Preset(3, bad_files="leave_out"))
    return after(start, facts.Failed(None, facts.Failure.FILE, "cut off", bracket=leave_out))


def test_a_photo_is_not_left_out_if_the_sets_after_it_would_be_shifted() -> None:
    """With a fixed number, a missing photo holds the order if the other brackets would be cut into other sets."""
    assert of_three([0, 1, 2], [3, 4, 5], [6, 7, 8], [9], leave_out=4).phase is Phase.HELD
    assert of_three([0, 1, 2], [3, 4, 5], [6, 7, 8], [9], leave_out=9).phase is not Phase.HELD


@pytest.mark.parametrize(("before", "today"), [(3, 6), (6, None), (None, 6), (3, 3)])
def test_a_plan_for_another_number_is_dropped(before: int | None, today: int | None) -> None:
    """If a retry changes the number, the images are no longer compared with sets that nobody asked for."""
    start = replace(planned([0, 1, 2], [3, 4, 5]), preset=Preset(before))
    held = after(start, facts.Failed(None, facts.Failure.REQUEST, "422", unsent=True))
    retried = after(held, facts.Retried(Preset(today)))
    assert (retried.preset.per_image, retried.plan) == (today, start.plan if before == today else ())
