"""Answers of the service for another order: bracketd buys nothing foreign and reports the mismatch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.errors import Mismatch
from daemon.order import FlowName, Health, Order, Phase
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox
from tests.shell.at_sandbox import Office, office
from tests.shell.simulated import SimulatedClock, simulate

pytestmark = pytest.mark.long

OAK, ELM = "12 Oak St", "1 Elm St"
FLOWS = pytest.mark.parametrize("flow", ["images", "brackets"])

LOOKS = {
    "other-order": Mismatch.ORDER,
    "foreign-images": Mismatch.ORDER,
    "foreign-alone": Mismatch.ORDER,
    "unsigned-images": Mismatch.TAKEN,
    "repeated-image": Mismatch.REPEATED,
    "many-images": Mismatch.MORE_IMAGES,
    "missing-image": Mismatch.TOTAL,
}


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    """A sandbox without delays, with small pictures."""
    with running_sandbox("--poll-floor", "0", "--long-side", "120", "--set", "name_limit=0") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(service: Sandbox) -> Iterator[Sandbox]:
    """The sandbox without faults. Checks at the end that no rule was broken."""
    before = len(service.violations())
    service.faults([])
    yield service
    assert service.violations()[before:] == []


async def neighbour(at: Office) -> Order:
    """Another shoot that was sent and delivered before."""
    return await at.reach(await at.send(ELM, shoot(1, stops=(-3.0, 0.0, 3.0))), Phase.DOWNLOADED)


def require_delivered(at: Office, done: Order, *others: Order) -> None:
    """Check that the order has its own two pictures, and that the ledger equals the sandbox's charges."""
    assert (done.health, done.messages) == (Health.OK, ())
    assert at.pictures(done) == ["IMG_0001.jpg", "IMG_0004.jpg", "order.json"]
    at.require_own(done)
    assert at.bought() == at.charged(done, *others)


@pytest.mark.parametrize("kind", LOOKS)
def test_nothing_foreign_is_bought(tmp_path: Path, sandbox: Sandbox, kind: str) -> None:
    """If no poll ever matches, the order is held with the reason as a value and as text; a retry continues it."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock) as at:
            other = await neighbour(at)
            sandbox.faults([f"show_order {kind} rate=1"])
            held = await at.reach(await at.send(OAK, shoot(2)), Phase.HELD)
            assert held.tries.mismatch is LOOKS[kind]
            assert "The service answered like this" in held.messages[0]
            assert "`bracketd retry`" in held.messages[0]
            own = {image["image_id"] for image in at.at_sandbox(held)["images"]}
            assert {image.id for image in held.images} <= own
            assert (at.pictures(held), at.charged(held)) == ([], [])
            sandbox.faults([])
            await at.retry(held)
            require_delivered(at, await at.reach(held, Phase.DOWNLOADED), other)

    simulate(work)


@pytest.mark.parametrize("kind", LOOKS)
@FLOWS
def test_a_wrong_look_that_passes_is_not_noticed(tmp_path: Path, sandbox: Sandbox, kind: str, flow: FlowName) -> None:
    """If answers are mixed up for a while, the polls are repeated until they are right."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock, flow) as at:
            other = await neighbour(at)
            sandbox.faults([f"show_order {kind} next=3"])
            require_delivered(at, await at.reach(await at.send(OAK, shoot(2)), Phase.DOWNLOADED), other)
            (fault,) = sandbox.report()["faults"]
            assert fault["happened"] == 3

    simulate(work)


SLOTS = {"images": "create_image", "brackets": "create_bracket"}
NAMED = {
    "images": ("merge_order", "process_image"),
    "brackets": ("create_order", "order_brackets", "process_order", "process_image"),
}


@pytest.mark.parametrize("kind", ["other-slot", "same-url"])
@FLOWS
def test_no_photo_goes_to_anothers_place(tmp_path: Path, sandbox: Sandbox, kind: str, flow: FlowName) -> None:
    """If a registration returns another bracket's ID or URL, it is repeated, and no photo replaces another."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock, flow) as at:
            sandbox.faults([f"{SLOTS[flow]} {kind} next=3"])
            require_delivered(at, await at.reach(await at.send(OAK, shoot(2)), Phase.DOWNLOADED))

    simulate(work)


@pytest.mark.parametrize("kind", ["other-slot", "same-url"])
@FLOWS
def test_a_service_that_gives_one_place_to_all_is_reported(
    tmp_path: Path, sandbox: Sandbox, kind: str, flow: FlowName
) -> None:
    """If every bracket gets another bracket's URL, nothing is merged, and the order is held.

    In the brackets flow a URL may be that of an abandoned registration, which leaves one bracket too many.
    """

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock, flow) as at:
            sandbox.faults([f"{SLOTS[flow]} {kind} rate=1"])
            held = await at.reach(await at.send(OAK, shoot(2)), Phase.HELD)
            assert at.at_sandbox(held)["merges"] == []
            if held.tries.mismatch is None and flow == "brackets":
                assert "too many" in held.messages[0]
            else:
                assert held.tries.mismatch is Mismatch.BRACKET
                assert "the upload URL of another photo" in held.messages[0]

    simulate(work)


@FLOWS
def test_answers_that_name_another_id(tmp_path: Path, sandbox: Sandbox, flow: FlowName) -> None:
    """A request that was carried out but answered with another ID is looked up, never repeated."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock, flow) as at:
            sandbox.faults([*(f"{route} other-id" for route in NAMED[flow]), "image error"])
            require_delivered(at, await at.reach(await at.send(OAK, shoot(2)), Phase.DOWNLOADED))
            assert [fault["happened"] for fault in sandbox.report()["faults"]] == [1] * (len(NAMED[flow]) + 1)

    simulate(work)


def test_brackets_of_another_order_hold_the_merge(tmp_path: Path, sandbox: Sandbox) -> None:
    """While the list of an order's brackets contains another order's, nothing is merged."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock, "brackets") as at:
            sandbox.faults(["order_brackets other-id rate=1"])
            held = await at.reach(await at.send(OAK, shoot(2)), Phase.HELD)
            assert (held.tries.mismatch, at.at_sandbox(held)["merges"]) == (Mismatch.ORDER, [])

    simulate(work)


# --- pictures ---

PICTURES = {"small": Mismatch.SMALL_PICTURE, "cut": Mismatch.BROKEN_PICTURE}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_that_is_never_right_is_reported(tmp_path: Path, sandbox: Sandbox, kind: str) -> None:
    """If a download is always a preview or half a picture, the order is held; the image is bought and recorded once."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock) as at:
            sandbox.faults([f"download {kind} rate=1"])
            held = await at.reach(await at.send(OAK, shoot(1)), Phase.HELD)
            assert held.tries.mismatch is PICTURES[kind]
            assert "The picture is paid for" in held.messages[0]
            assert at.pictures(held) == []
            assert at.bought() == at.charged(held) == [image.id for image in held.images]
            sandbox.faults([])
            await at.retry(held)
            done = await at.reach(held, Phase.DOWNLOADED)
            assert at.pictures(done) == ["IMG_0001.jpg", "order.json"]
            assert at.bought() == at.charged(done) == [image.id for image in held.images]

    simulate(work)


@pytest.mark.parametrize("kind", ["small", "cut", "endless", "bomb"])
def test_a_wrong_picture_that_passes_is_not_noticed(tmp_path: Path, sandbox: Sandbox, kind: str) -> None:
    """A download that is small, cut, endless or a bomb is repeated; the right picture is delivered, paid for once."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock) as at:
            sandbox.faults([f"download {kind}"])
            require_delivered(at, await at.reach(await at.send(OAK, shoot(2)), Phase.DOWNLOADED))

    simulate(work)


def test_what_stands_behind_a_picture_does_not_matter(tmp_path: Path, sandbox: Sandbox) -> None:
    """A complete picture with extra bytes after its end marker is delivered immediately."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock) as at:
            sandbox.faults(["download trailer rate=1"])
            require_delivered(at, await at.reach(await at.send(OAK, shoot(2)), Phase.DOWNLOADED))
            assert sandbox.report()["faults"][0]["happened"] == 2

    simulate(work)


# --- a merge that is refused ---


@pytest.mark.parametrize(
    ("flow", "refusal", "phase"),
    [
        ("images", "merge_order 404 after=true", Phase.HELD),
        ("images", "merge_order 400 after=true", Phase.HELD),
        ("brackets", "process_order 404 after=true", Phase.HELD),
        ("images", "merge_order 402 after=true", Phase.MERGING),
        ("images", "merge_order 404", Phase.HELD),
        ("brackets", "process_order 402", Phase.MERGING),
    ],
)
def test_a_refused_merge_is_looked_for_before_the_next(
    tmp_path: Path, sandbox: Sandbox, flow: FlowName, refusal: str, phase: Phase
) -> None:
    """After a refused merge, carried out or not, the order is merged once and delivered."""

    async def work(clock: SimulatedClock) -> None:
        async with office(tmp_path, sandbox, clock, flow) as at:
            sandbox.faults([refusal])
            refused = await at.reach(await at.send(OAK, shoot(2)), phase)
            await at.retry(refused)
            require_delivered(at, await at.reach(refused, Phase.DOWNLOADED))

    simulate(work)
