"""Shoots held for several reasons, and the asks that they accept."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from daemon.order import HoldKind, MergeState, Order, Phase
from daemon.order.found import FoundDelivered
from daemon.store.asks import Outcome
from tests.shell.scene import INTERVAL, QUIET, Scene, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.shell.test_archive import OLD, archive, copied
from tests.shell.test_unknown import note_of
from tests.stores.states import ask

OAK = "12 Oak St"
TWICE = {"Card1/DSC1.ARW": b"raw" * 900, "Card2/DSC1.JPG": b"jpeg" * 700}
"""Two files that may show one frame, and do not say when they were taken."""


async def quiet() -> None:
    """Wait until photos are found and settled."""
    await asyncio.sleep(INTERVAL + QUIET + 5)


async def newest(scene: Scene, shoot: str = OAK) -> Order:
    """A shoot's newest order."""
    found = await scene.store.newest(str(scene.root / shoot))
    assert found is not None
    return found


async def says(scene: Scene, verb: str, order: Order) -> tuple[Outcome, str]:
    """The outcome of an ask about an order."""
    seq = ask(scene.state, verb, order.id, 0.0)
    await scene.asks.hear()
    answer = scene.answer(seq)
    assert answer is not None
    return answer


async def require_choice(scene: Scene, shoot: str, hold: HoldKind, *words: str) -> None:
    """Check that the shoot is held for these reasons, that a retry sends nothing, and that one approval sends it."""
    held = await newest(scene, shoot)
    assert (held.phase, held.hold_kind) == (Phase.HELD, hold)
    message = held.trouble or ""
    assert [word for word in words if word not in message] == []
    outcome, answer = await says(scene, "retry", held)
    assert outcome is Outcome.REFUSED
    assert message.rstrip(".") in answer
    assert await newest(scene, shoot) == held
    assert (await says(scene, "approve", held))[0] is Outcome.DONE
    assert (await newest(scene, shoot)).phase is Phase.SETTLED


@pytest.mark.parametrize("noted", [False, True])
def test_a_shoot_that_may_be_here_twice_and_may_be_delivered(tmp: Path, noted: bool) -> None:
    """The hold names both reasons; a retry is refused, and only an approval sends the shoot."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            for path, data in TWICE.items():
                scene.put(f"{OAK}/{path}", data)
            hold, words = HoldKind.DOUBT, ["may be duplicates"]
            if noted:
                words.append(note_of(tmp / "in" / OAK, tmp / "out" / OAK))
                hold = HoldKind.UNKNOWN_ORDER
            await quiet()
            await require_choice(scene, OAK, hold, *words)

    simulate(work)


def test_a_shoot_that_may_be_skipped_and_may_be_delivered(tmp: Path) -> None:
    """A shoot that resembles skipped photos and is in a delivery note is held for both reasons."""
    archive(tmp, OLD, ext="ARW", size=4000)

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            copied(scene.root / OLD, scene.root / "Copy")
            shutil.rmtree(scene.root / OLD)
            path = note_of(tmp / "in" / "Copy", tmp / "out" / "Copy")
            await quiet()
            await require_choice(scene, "Copy", HoldKind.UNKNOWN_ORDER, f"of photos of “{OLD}”", path)

    simulate(work)


@pytest.mark.parametrize("noted", [False, True])
def test_late_photos_that_may_be_here_twice(tmp: Path, noted: bool) -> None:
    """A supplement that must wait for approval anyway also names every other reason."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, late_files="hold") as scene:
            scene.put(f"{OAK}/IMG_0.JPG")
            await quiet()
            done = await delivered(scene, OAK, clock.now())
            for path, data in TWICE.items():
                scene.put(f"{OAK}/{path}", data)
            hold, words = HoldKind.DOUBT, ["2 photo(s) came after the shoot was locked", "may be duplicates"]
            if noted:
                folder = str(tmp / "in" / OAK)
                late = tmp / "late" / OAK
                shutil.copytree(tmp / "in" / OAK / "Card1", late / "Card1")
                words.append(note_of(late, Path(done.source.output), "order-99999999.json", folder=folder))
                hold = HoldKind.UNKNOWN_ORDER
            await quiet()
            await require_choice(scene, OAK, hold, *words)

    simulate(work)


def test_a_plain_submit_does_not_send_a_delivered_shoot_again(tmp: Path) -> None:
    """A plain ``submit`` does not send a complete order again if a delivery note shows its delivery."""

    async def work(clock: SimulatedClock) -> None:
        async with watching(tmp, clock) as scene:
            scene.put(f"{OAK}/IMG_0.JPG")
            await quiet()
            order = await newest(scene)
            assert order.merge.state is MergeState.NOT_ASKED
            found = FoundDelivered("/out/order.json", order.brackets, (), ("IMG_0.jpg",))
            await scene.desk.happened(order.id, found)
            outcome, answer = await scene.submit(OAK) or (None, "")
            assert outcome is Outcome.REFUSED
            assert "/out/order.json says that this order was delivered" in answer
            assert "`bracketd approve`" in answer
            assert "To send and buy it anyway: `bracketd submit --again" in answer
            assert (await newest(scene)).id == order.id
            assert (await scene.submit(OAK, "submit again") or (None,))[0] is Outcome.DONE
            begun = await newest(scene)
            assert (begun.phase, begun.id == order.id) == (Phase.SETTLED, False)

    simulate(work)
