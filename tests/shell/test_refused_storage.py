"""How often brackets are sent, and when an order is held, while storage or the service refuses them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.order import FlowName, Health, Order, Phase, facts, steps
from daemon.order.facts import Failure, Lost
from tests.shell.simulated import START, SimulatedClock, simulate
from tests.shell.test_runner import POLICY, World, running, shoot, until
from tests.stores.states import ask

HOUR = 3600.0
NAMES_AN_HOUR = 30
"""Uses of one exact name that the service takes in an hour."""

SAID = "403: AccessDenied: Request has expired"

Trouble = Callable[[Order, steps.Step], facts.Fact | None]


def refused(of: Order, number: int, cause: Lost = Lost.REFUSED) -> facts.SlotLost:
    """Storage refuses a bracket."""
    return facts.SlotLost(number, of.brackets[number].attempt, f"Storage refused the upload ({SAID}).", cause, SAID)


def refuses(of: Order, step: steps.Step) -> facts.Fact | None:
    """Storage that refuses every bracket."""
    return refused(of, step.bracket) if isinstance(step, steps.Upload) else None


def refuses_one(of: Order, step: steps.Step) -> facts.Fact | None:
    """Storage that refuses the first bracket and accepts the others."""
    return refused(of, 0) if step == steps.Upload(0) else None


def is_taken(of: Order, step: steps.Step) -> facts.Fact | None:
    """A service that answers every registration with "already exists"."""
    return refused(of, step.bracket, Lost.TAKEN) if isinstance(step, steps.Register) else None


def is_unheard(of: Order, step: steps.Step) -> facts.Fact | None:
    """A network that loses the answer to every registration of the first bracket."""
    return refused(of, 0, Lost.UNHEARD) if step == steps.Register(0) else None


def hangs_up(_of: Order, step: steps.Step) -> facts.Fact | None:
    """Storage that closes every connection without an answer."""
    return facts.Failed(step, Failure.PASSING, "connection reset") if isinstance(step, steps.Upload) else None


def hangs_up_on_one(_of: Order, step: steps.Step) -> facts.Fact | None:
    """Storage that closes every connection with the first bracket, and accepts the others."""
    return facts.Failed(step, Failure.PASSING, "connection reset") if step == steps.Upload(0) else None


def never_shows(_of: Order, step: steps.Step) -> facts.Fact | None:
    """A service that accepts every bracket and shows none of them."""
    return facts.Confirmed((0, 1, 2)) if isinstance(step, steps.Confirm) else None


def an_hour_of(
    tmp_path: Path, trouble: Trouble, *, brackets: int = 3, flow: FlowName = "images"
) -> tuple[World, Order]:
    """The requests of the first hour, and the order after it."""

    async def work(clock: SimulatedClock) -> tuple[World, Order]:
        world = World(clock, trouble=trouble)
        one = replace(shoot(0, brackets), flow=flow)
        async with running(tmp_path, world, one, every=60.0) as (store, _):
            await asyncio.sleep(HOUR)
            return world, await store.load(one.id)

    return simulate(work)


def names_of(world: World) -> int:
    """The highest number of uses of any bracket's name."""
    return max(Counter(step.bracket for _, step in world.taken if isinstance(step, steps.Register)).values())


@pytest.mark.parametrize(("brackets", "most"), [(3, 15), (40, 20)])
def test_storage_that_refuses_everything_is_not_flooded(tmp_path: Path, brackets: int, most: int) -> None:
    """In an hour of refusals a few complete files are sent, then the order is held with the storage's error."""
    world, order = an_hour_of(tmp_path, refuses, brackets=brackets)
    assert world.count(steps.Upload) <= most
    assert names_of(world) <= POLICY.slot_tries
    assert (order.phase, order.health) == (Phase.HELD, Health.ATTENTION)
    assert SAID in order.messages[0]
    assert SAID in {bracket.refused for bracket in order.brackets}


def test_a_refused_bracket_does_not_stop_the_others(tmp_path: Path) -> None:
    """While one bracket is refused, the others are stored; then the order is held and names that bracket."""
    world, order = an_hour_of(tmp_path, refuses_one, brackets=20)
    assert [bracket.stored for bracket in order.brackets] == [False] + [True] * 19
    assert world.count(steps.Upload) == 19 + POLICY.slot_tries
    assert order.phase is Phase.HELD
    assert f"storage refused {order.brackets[0].path}" in order.messages[0]


def test_a_place_that_only_expired_is_replaced_within_seconds(tmp_path: Path) -> None:
    """Upload slots that expired while the machine slept cost a few seconds, and nothing is held."""
    expired = {steps.Upload(n): True for n in range(3)}

    def once(of: Order, step: steps.Step) -> facts.Fact | None:
        if isinstance(step, steps.Upload) and expired.pop(step, False):
            return refused(of, step.bracket)
        return None

    async def work(clock: SimulatedClock) -> Order:
        async with running(tmp_path, World(clock, trouble=once), shoot()) as (store, _):
            return await until(store, shoot().id, Phase.MERGING, patience=20.0)

    order = simulate(work)
    assert order.messages == ()
    assert order.uploads.refusals == 0
    assert not any(bracket.refusals or bracket.refused for bracket in order.brackets)


def test_a_retry_gives_a_few_more_tries(tmp_path: Path) -> None:
    """Repeated retries within an hour do not use up a name."""

    async def work(clock: SimulatedClock) -> tuple[World, Order]:
        world = World(clock, trouble=refuses)
        async with running(tmp_path, world, shoot()) as (store, _):
            held_at = []
            while clock.now() < START + HOUR:
                await until(store, shoot().id, Phase.HELD, patience=2 * HOUR)
                held_at.append(clock.now())
                ask(tmp_path, "retry", shoot().id, clock.now())
                await asyncio.sleep(5)
            return world, await store.load(shoot().id)

    world, order = simulate(work)
    assert names_of(world) < NAMES_AN_HOUR - 10
    assert world.count(steps.Upload) < 3 * POLICY.slot_tries
    assert order.brackets[0].refusals > 0


def test_a_service_that_knows_every_registration_is_asked_rarely(tmp_path: Path) -> None:
    """A registration that always gets 409 is tried a few times, then the order is held with the service's answer."""
    world, order = an_hour_of(tmp_path, is_taken)
    assert names_of(world) <= POLICY.slot_tries
    assert world.count(steps.Register) <= 15
    assert order.phase is Phase.HELD
    assert "the service refused to register" in order.messages[0]
    assert SAID in order.messages[0]


@pytest.mark.parametrize("trouble", [is_unheard, hangs_up, hangs_up_on_one])
def test_what_passes_is_never_held_and_uses_up_no_name(tmp_path: Path, trouble: Trouble) -> None:
    """After lost answers and closed connections, requests become less frequent, and nothing is held."""
    world, order = an_hour_of(tmp_path, trouble, brackets=10)
    assert order.phase is Phase.UPLOADING
    assert order.health is Health.RETRYING
    assert names_of(world) < NAMES_AN_HOUR / 2
    assert world.count(steps.Upload) < 10 * 10


def test_a_service_that_never_shows_what_it_took_is_not_flooded(tmp_path: Path) -> None:
    """Brackets that stay invisible are sent again a few times, ever less often, then the order is held."""
    world, order = an_hour_of(tmp_path, never_shows, flow="brackets")
    assert world.count(steps.Upload) <= 3 * POLICY.slot_tries
    assert order.phase is Phase.HELD
    assert "does not show them: DCIM/IMG_0431.JPG" in order.messages[0]
