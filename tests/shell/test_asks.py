"""Every ask gets an answer, and no ask stops the daemon or the next ask."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from daemon.files import scan
from daemon.order import Ended, Hold, Image, ImageState, Limits, Merge, MergeState, Order, Phase, facts, steps
from daemon.order.facts import Failure
from daemon.orders import Desk
from daemon.store.asks import Ask, Outcome
from daemon.store.place import FILE
from daemon.watcher.asks import PATIENCE
from tests.changed import changed
from tests.shell.scene import INTERVAL, QUIET, Scene, Scripted, delivered, watching
from tests.shell.simulated import SimulatedClock, simulate
from tests.shell.test_runner import POLICY, World, running, shoot, until
from tests.stores.states import ask, look

OAK = "12 Oak St"
MERGED = "12 Oak St has already been merged, so it cannot be cancelled."
DONE, REFUSED, FAILED = Outcome.DONE, Outcome.REFUSED, Outcome.FAILED


def answer(state: Path, seq: int) -> tuple[Outcome, str]:
    """The answer to an ask, which must exist."""
    with look(state) as reader:
        found = reader.answer(seq)
    assert found is not None, "not answered"
    return found


def asked_for(state: Path, verb: object, target: object) -> int:
    """Write an ask into the state file, as any program can."""
    with closing(sqlite3.connect(state / FILE)) as connection, connection:
        values = (verb, target)
        done = connection.execute("INSERT INTO asks (at, verb, target) VALUES (0, CAST(? AS TEXT), ?)", values)
        return int(done.lastrowid or 0)


def limited(number: int, **how: object) -> Order:
    """An order of two processed images."""
    ready = tuple(Image(f"{number}-{n}", f"picture {n}", state=ImageState.PROCESSED) for n in range(2))
    order = changed(shoot(number), phase=Phase.DOWNLOADING, merge=Merge(MergeState.SEEN), images=ready)
    return changed(order, **how)


# --- orders ---


@pytest.mark.parametrize(
    ("verb", "outcome", "said", "end"),
    [
        ("approve", DONE, "12 Oak St is approved; limits no longer apply to it.", Phase.DOWNLOADED),
        ("retry", DONE, "12 Oak St is being retried.", Phase.HELD),
        ("dismiss", DONE, "12 Oak St is dismissed; none of its images will be bought.", Phase.CANCELLED),
        ("cancel", REFUSED, f"{MERGED} Nothing more is bought while it is held.", Phase.HELD),
    ],
)
def test_an_order_that_is_held_at_a_limit(tmp_path: Path, verb: str, outcome: Outcome, said: str, end: Phase) -> None:
    """Every verb for an order that is held at a limit is answered, and only an approved order is bought."""

    async def work(clock: SimulatedClock) -> None:
        world, policy = World(clock), replace(POLICY, limits=Limits(images_per_order=1))
        async with running(tmp_path, world, limited(0), policy=policy) as (store, _):
            await until(store, shoot(0).id, Phase.HELD)
            seq = ask(tmp_path, verb, shoot(0).id, clock.now())
            await asyncio.sleep(60)
            what, text = answer(tmp_path, seq)
            assert (what, text.startswith(said)) == (outcome, True), text
            assert (await store.load(shoot(0).id)).phase is end
            await asyncio.sleep(2 * 3600)
        assert world.count(steps.Fetch) == (2 if verb == "approve" else 0)

    simulate(work)


def test_a_healthy_order_needs_no_retry(tmp_path: Path) -> None:
    """``retry`` of a healthy order is refused with the reason, and changes nothing."""

    async def work(clock: SimulatedClock) -> None:
        async with running(tmp_path, World(clock, takes=100.0), shoot(0)):
            await asyncio.sleep(5)
            seq = ask(tmp_path, "retry", shoot(0).id, clock.now())
            await asyncio.sleep(5)
            said = "Nothing is wrong with 12 Oak St (settled). There is nothing to retry."
            assert answer(tmp_path, seq) == (REFUSED, said)
            with look(tmp_path) as reader:
                assert "Retried" not in [entry["fact"] for entry in reader.journal(shoot(0).id)]

    simulate(work)


def test_a_healthy_order_may_try_a_refused_account(tmp_path: Path) -> None:
    """While the account is refused, ``retry`` of any order probes it immediately."""
    mended: list[float] = []

    async def work(clock: SimulatedClock) -> None:
        def refused(_of: Order, step: steps.Step) -> facts.Fact | None:
            return None if mended else facts.Failed(step, Failure.ACCOUNT, "refused", unsent=True)

        late = replace(shoot(1), due=None)
        async with running(tmp_path, World(clock, trouble=refused), shoot(0), late) as (store, _):
            await asyncio.sleep(10)
            mended.append(clock.now())
            seq = ask(tmp_path, "retry", shoot(1).id, clock.now())
            await until(store, shoot(0).id, Phase.DOWNLOADED, patience=120)
            assert answer(tmp_path, seq)[0] is DONE

    simulate(work)


@dataclass
class OneFails(World):
    """A service that fails on the second of two images until the image is reprocessed."""

    images: int = 2
    good: bool = False

    def answer(self, of: Order, step: steps.Step) -> facts.Fact:
        """The fact of a step."""
        if not isinstance(step, steps.Poll):
            return super().answer(of, step)
        shown = (facts.PolledImage("i0", "i0", ended=True), facts.PolledImage("i1", "i1", ended=self.good))
        return facts.Polled(False, False, shown[: self.images])


def test_one_failed_image_is_retried(tmp_path: Path) -> None:
    """``retry`` of a delivered order reprocesses its failed image, and only that image is bought."""

    async def work(clock: SimulatedClock) -> OneFails:
        world = OneFails(clock)
        async with running(tmp_path, world, shoot(0)) as (store, _):
            first = await until(store, shoot(0).id, Phase.DOWNLOADED)
            assert [image.state for image in first.images] == [ImageState.PLACED, ImageState.FAILED]
            seq = ask(tmp_path, "retry", shoot(0).id, clock.now())
            world.good = True
            await asyncio.sleep(60)
            again = await until(store, shoot(0).id, Phase.DOWNLOADED)
            assert [image.state for image in again.images] == [ImageState.PLACED, ImageState.PLACED]
            said = "12 Oak St: 1 failed image will be processed again. You only pay for images that succeed."
            assert answer(tmp_path, seq) == (DONE, said)
        return world

    world = simulate(work)
    bought = [step.image for _, step in world.taken if isinstance(step, steps.Fetch)]
    assert (bought, world.count(steps.Merge)) == (["i0", "i1"], 1)


@pytest.mark.stores("sqlite")
def test_a_dismissal_waits_for_the_download_under_way(tmp_path: Path) -> None:
    """An image whose download has begun is bought and delivered before the rest is dismissed, even after a kill."""

    async def work(clock: SimulatedClock) -> None:
        def refused(_of: Order, step: steps.Step) -> facts.Fact | None:
            return facts.Failed(step, Failure.REQUEST, "422", unsent=True) if step == steps.Fetch("0-1") else None

        @dataclass
        class Slow(World):
            async def perform(self, of: Order, step: steps.Step) -> facts.Fact:
                """Perform a step. The first image takes ten minutes."""
                await asyncio.sleep(600 if step == steps.Fetch("0-0") else 0)
                return await super().perform(of, step)

        state, world = tmp_path / "state", Slow(clock, trouble=refused)
        async with running(state, world, limited(0)) as (store, _):
            await until(store, shoot(0).id, Phase.HELD)
            seq = ask(state, "dismiss", shoot(0).id, clock.now())
            await asyncio.sleep(300)
            with look(state) as reader:
                assert reader.asked() == [("dismiss", shoot(0).id)], "it is not forgotten meanwhile"
            shutil.copytree(state, tmp_path / "as a kill leaves it")
            done = await until(store, shoot(0).id, Phase.DOWNLOADED)
            assert [image.state for image in done.images] == [ImageState.PLACED, ImageState.DISMISSED]
            said = "12 Oak St is dismissed; 1 image will not be bought. 1 image already bought will be delivered."
            assert answer(state, seq) == (DONE, said)
        async with running(tmp_path / "as a kill leaves it", world) as (store, _):
            await until(store, shoot(0).id, Phase.CANCELLED)
            assert answer(tmp_path / "as a kill leaves it", seq)[0] is DONE

    simulate(work)


# --- what cannot be carried out ---

GARBAGE = [
    ("retry", ""),
    ("retry", "unknown"),
    ("cancel", "a\0b"),
    ("approve", 5),
    ("dismiss", b"\xff\xfe"),
    ("dismiss", 1.5),
    ("submit", "/elsewhere/12 Oak St"),
    ("submit", ""),
    ("submit again", b"\xff"),
    ("skip", "12 Oak St"),
    ("adopt", "\0"),
    ("adopt", b"/in/\xff"),
    ("frobnicate", "12 Oak St"),
    ("", ""),
    (b"\xff\xfe", b"\xff\xfe"),
]


@pytest.mark.stores("sqlite")
def test_garbage_is_answered_and_stops_nothing(tmp_path: Path) -> None:
    """Asks with invalid targets and verbs are each answered, and the next ask is carried out."""

    async def work(clock: SimulatedClock) -> list[int]:
        async with running(tmp_path, World(clock)):
            return []

    simulate(work)
    seqs = [asked_for(tmp_path, verb, target) for verb, target in GARBAGE]
    seqs.append(asked_for(tmp_path, "adopt", "/in"))

    async def again(clock: SimulatedClock) -> None:
        async with running(tmp_path, World(clock), shoot(0)) as (store, _):
            await until(store, shoot(0).id, Phase.DOWNLOADED)

    simulate(again)
    outcomes = [answer(tmp_path, seq)[0] for seq in seqs]
    adopts = [verb for verb, _ in (*GARBAGE, ("adopt", "/in"))]
    assert outcomes == [DONE if verb == "adopt" else REFUSED for verb in adopts]


class Broken(Desk):
    """A desk with a bug."""

    def deliver(self, ask: Ask) -> bool:
        """Fail."""
        raise UnicodeEncodeError("latin-1", ask.target, 3, 4, "ordinal not in range(256)")


def test_an_ask_that_raises_is_answered_once_for_all(tmp_path: Path) -> None:
    """An ask that triggers a bug is answered with the error and stops neither this run nor the next."""

    async def work(clock: SimulatedClock) -> int:
        async with running(tmp_path, World(clock), shoot(0), desk_type=Broken) as (store, _):
            seq = ask(tmp_path, "submit", "/in/12 Öak", clock.now())
            await until(store, shoot(0).id, Phase.DOWNLOADED)
        async with running(tmp_path, World(clock), shoot(1), desk_type=Broken) as (store, _):
            await until(store, shoot(1).id, Phase.DOWNLOADED)
        return seq

    outcome, text = answer(tmp_path, simulate(work))
    assert outcome is FAILED
    assert text.startswith("This failed because of a bug in bracketd (UnicodeEncodeError: 'latin-1' codec can't encode")


@pytest.mark.stores("sqlite")
def test_an_order_that_cannot_be_read_is_answered_for(tmp_path: Path) -> None:
    """An ask for an order with an invalid row is answered, before the order was visited and after."""

    async def work(clock: SimulatedClock) -> tuple[int, int]:
        async with running(tmp_path, World(clock), shoot(0), shoot(1)) as (store, _):
            with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
                connection.execute("UPDATE orders SET preset = 'nonsense' WHERE id = ?", (shoot(0).id,))
            first = ask(tmp_path, "approve", shoot(0).id, clock.now())
            await until(store, shoot(1).id, Phase.DOWNLOADED)
            second = ask(tmp_path, "dismiss", shoot(0).id, clock.now())
            await asyncio.sleep(10)
        return first, second

    for seq in simulate(work):
        assert answer(tmp_path, seq)[0] is FAILED


# --- folders ---


def in_scene(tmp: Path, work: Callable[[Scene, SimulatedClock], object], **how: object) -> None:
    """Run ``work`` in a watched folder."""

    async def begin(clock: SimulatedClock) -> None:
        async with watching(tmp, clock, **how) as scene:  # type: ignore[arg-type]
            await work(scene, clock)  # type: ignore[misc]

    simulate(begin)


@pytest.mark.parametrize("verb", ["submit", "submit again", "skip"])
def test_a_folder_that_is_gone(tmp: Path, verb: str) -> None:
    """An ask for a folder that was removed is answered, and the watcher continues."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        outcome, text = await scene.submit(OAK, verb) or (None, "")
        assert (outcome, text) == (REFUSED, f"The folder {scene.root / OAK} no longer exists, so nothing was done.")
        scene.put(f"{OAK}/IMG_1.JPG")
        await asyncio.sleep(INTERVAL + QUIET + 5)
        assert scene.orders() == {OAK: ("settled", 1)}

    in_scene(tmp, work)


@pytest.mark.parametrize("verb", ["submit", "skip"])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be read (Permission denied)"),
        (OSError(errno.ELOOP, "Too many levels of symbolic links"), "cannot be read (Too many levels"),
    ],
    ids=["no permission", "a loop"],
)
def test_a_folder_that_cannot_be_looked_into(tmp: Path, verb: str, error: Exception, said: str) -> None:
    """The system's error for a folder is in the answer, and the next ask is carried out."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        scene.fails[scan.scan] = error
        outcome, text = await scene.submit(OAK, verb) or (None, "")
        assert (outcome, said in text) == (FAILED, True), text
        scene.fails.clear()
        assert (await scene.submit(OAK) or (None, ""))[0] is DONE

    in_scene(tmp, work)


@dataclass
class Buggy(Scripted):
    """Probes with a bug."""

    error: Exception | None = None

    def fault(self, path: str) -> str | None:
        """Raise the bug's error while it is set."""
        if self.error is not None:
            raise self.error
        return super().fault(path)


@pytest.mark.parametrize("error", [ValueError("embedded null byte"), KeyError("bug"), RecursionError("too deep")])
def test_a_bug_is_the_answer(tmp: Path, error: Exception) -> None:
    """An error from a bug is in the ask's answer, and the next ask is carried out."""
    probes = Buggy(error=error)

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        outcome, text = await scene.submit(OAK) or (None, "")
        assert (outcome, f"a bug in bracketd ({type(error).__name__}" in text) == (FAILED, True), text
        probes.error = None
        assert (await scene.submit(OAK) or (None, ""))[0] is DONE

    in_scene(tmp, work, probes=probes)


def test_a_disk_that_recovers_is_waited_for(tmp: Path) -> None:
    """An ask for a folder on an unresponsive disk is retried for two minutes before it fails."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        scene.fails[scan.scan] = OSError(errno.EIO, "Input/output error")
        assert await scene.submit(OAK) is None
        await asyncio.sleep(60)
        assert scene.answer(1) is None
        scene.fails.clear()
        await asyncio.sleep(10)
        assert scene.answer(1) == (DONE, "12 Oak St: sending 1 photo.")

    in_scene(tmp, work)


def test_a_disk_that_stays_broken_is_the_answer(tmp: Path) -> None:
    """After two minutes an ask for a folder on a broken disk is answered with the error."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        scene.fails[scan.scan] = OSError(errno.ESTALE, "Stale file handle")
        await scene.submit(OAK)
        await asyncio.sleep(PATIENCE + 10)
        outcome, text = scene.answer(1) or (None, "")
        assert (outcome, "cannot be read (Stale file handle)" in text) == (FAILED, True)

    in_scene(tmp, work)


@pytest.mark.parametrize("target", ["", ".", "..", "a/b", "../out", "12 Oak St/"])
def test_paths_that_are_not_a_shoot_of_the_folder(tmp: Path, target: str) -> None:
    """The watched folder itself, its parent and folders inside a shoot are refused, and nothing is sent."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        for verb in ("submit", "skip"):
            assert not scene.desk.deliver(Ask(9, verb, f"{scene.root}/{target}"))
        await asyncio.sleep(5)
        assert scene.orders() == {}

    in_scene(tmp, work)


def test_a_name_that_is_not_utf_8(tmp: Path) -> None:
    """A shoot whose name is not UTF-8 can be submitted, and its ask is answered."""
    name = os.fsdecode(b"caf\xe9")

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{name}/IMG_1.JPG")
        assert await scene.submit(name) == (DONE, r"caf\udce9: sending 1 photo.")
        assert scene.orders() == {name: ("settled", 1)}

    in_scene(tmp, work)


# --- a shoot that waits ---


async def waits(scene: Scene) -> None:
    """Add a shoot that has not settled yet."""
    scene.put(f"{OAK}/IMG_1.JPG")
    scene.hint(OAK)
    await asyncio.sleep(5)
    assert OAK in scene.waiting()


def test_a_waiting_shoot_is_skipped_by_a_person(tmp: Path) -> None:
    """A waiting shoot that a person skips is not sent, whatever is added to its folder."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        await waits(scene)
        send = f"`bracketd submit '{scene.root / OAK}'`"
        said = f"12 Oak St is skipped and will not be sent. To send it after all: {send}"
        assert await scene.submit(OAK, "skip") == (DONE, said)
        assert (scene.waiting(), scene.orders()) == ({}, {OAK: ("skipped", 0)})
        scene.put(f"{OAK}/IMG_2.JPG")
        scene.hint(OAK)
        await asyncio.sleep(2 * INTERVAL + QUIET)
        assert (scene.waiting(), scene.orders()) == ({}, {OAK: ("skipped", 0)})
        order = await scene.store.newest(str(scene.root / OAK))
        assert order is not None
        assert (order.standing, order.due) == (Ended.SKIPPED_BY_PERSON, None)
        again = await scene.submit(OAK, "skip")
        assert (again or (None,))[0] is REFUSED
        assert await scene.submit(OAK) == (DONE, "12 Oak St: sending 2 photos.")

    in_scene(tmp, work)


def test_a_skipped_shoot_stays_so_over_a_restart(tmp: Path) -> None:
    """A shoot that a person skipped is not sent after a restart."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        await waits(scene)
        await scene.submit(OAK, "skip")

    in_scene(tmp, work)

    async def later(scene: Scene, _clock: SimulatedClock) -> None:
        await asyncio.sleep(2 * INTERVAL + QUIET)
        assert scene.orders() == {OAK: ("skipped", 0)}

    in_scene(tmp, later)


def test_late_photos_that_wait_are_skipped(tmp: Path) -> None:
    """Late photos of a delivered shoot are not sent after a person skips them; later ones are."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        await scene.submit(OAK)
        await delivered(scene, OAK)
        scene.put(f"{OAK}/IMG_2.JPG")
        await asyncio.sleep(INTERVAL + 5)
        assert OAK in scene.waiting()
        assert (await scene.submit(OAK, "skip") or (None,))[0] is DONE
        assert (scene.waiting(), scene.orders()) == ({}, {OAK: ("downloaded", 1)})
        await asyncio.sleep(2 * INTERVAL + QUIET)
        assert (scene.waiting(), scene.orders()) == ({}, {OAK: ("downloaded", 1)})
        scene.put(f"{OAK}/IMG_3.JPG")
        await asyncio.sleep(2 * INTERVAL + QUIET)
        newest = await scene.store.newest(str(scene.root / OAK))
        assert newest is not None
        assert [bracket.path for bracket in newest.brackets] == ["IMG_3.JPG"]

    in_scene(tmp, work)


def test_a_shoot_that_was_locked_meanwhile_is_cancelled(tmp: Path) -> None:
    """A skip that arrives just after the shoot became an order cancels the order."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        await scene.submit(OAK)
        await scene.submit(OAK, "skip")
        order = await scene.store.newest(str(scene.root / OAK))
        assert order is not None
        assert order.phase is Phase.CANCELLED

    in_scene(tmp, work)


# --- submit ---


async def copy_of(scene: Scene, shoot: str, copy: str) -> None:
    """Copy the photos to another folder, with their times."""
    shutil.copytree(scene.root / shoot, scene.root / copy)
    await asyncio.sleep(INTERVAL + QUIET + 5)


def test_what_a_submit_is_answered(tmp: Path) -> None:
    """The answer to ``submit`` says what is sent, or why nothing is and which command sends it."""

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        assert await scene.submit(OAK) == (DONE, "12 Oak St: sending 1 photo.")
        assert await scene.submit(OAK) == (REFUSED, "12 Oak St is already in progress (settled).")
        sent = await delivered(scene, OAK)
        said = "Not sent: 12 Oak St was sent on 14 Nov 2023 and has no new photos. Its pictures are in"
        again = "Use --again to send and buy all of it again."
        assert await scene.submit(OAK) == (REFUSED, f"{said} {sent.source.output}. {again}")
        scene.put(f"{OAK}/IMG_2.JPG")
        said = "12 Oak St: sending the new photos as a supplement (1 photo)."
        assert await scene.submit(OAK) == (DONE, said)
        await delivered(scene, OAK)
        await copy_of(scene, OAK, "copy")
        said = (
            "Not sent: the same photos were sent on 14 Nov 2023 as “12 Oak St”. Use --again to send and buy them again."
        )
        assert await scene.submit("copy") == (REFUSED, said)
        assert await scene.submit("copy", "submit again") == (DONE, "copy: sending 2 photos.")
        scene.put("empty/notes.txt")
        answer = await scene.submit("empty")
        assert answer is not None
        assert answer[1].startswith("Not sent: every photo of empty is unreadable or left out.")

    in_scene(tmp, work)


def test_what_was_never_bought_is_not_said_to_be(tmp: Path) -> None:
    """The reason on a copy of a skipped shoot says that nothing was bought, and a plain ``submit`` sends the copy."""
    (tmp / "in" / OAK).mkdir()
    (tmp / "in" / OAK / "IMG_1.JPG").write_bytes(b"x")

    async def work(scene: Scene, _clock: SimulatedClock) -> None:
        await copy_of(scene, OAK, "copy")
        skipped = await scene.store.newest(str(scene.root / "copy"))
        assert skipped is not None
        assert skipped.trouble == (
            "same photos as “12 Oak St”, which was skipped and never bought; `bracketd submit FOLDER` sends them"
        )
        assert await scene.submit("copy") == (DONE, "copy: sending 1 photo.")
        said = "Not sent: the same photos were sent on 14 Nov 2023 as “copy”. Use --again to send and buy them again."
        assert await scene.submit(OAK) == (REFUSED, said)

    in_scene(tmp, work)


def test_an_order_that_is_held_after_its_merge_is_not_sent_beside_itself(tmp: Path) -> None:
    """Even ``submit --again`` does not send a shoot again while its first order is merged and held."""

    async def work(scene: Scene, clock: SimulatedClock) -> None:
        scene.put(f"{OAK}/IMG_1.JPG")
        await scene.submit(OAK)
        order = await scene.store.newest(str(scene.root / OAK))
        assert order is not None
        held = replace(order, standing=Hold(Phase.DOWNLOADING), merge=Merge(MergeState.SEEN), due=None)
        await scene.store.record(order, None, changed(held, updated_at=clock.now() + 1), clock.now())
        said = "12 Oak St has already been merged. `bracketd retry` resumes it; `bracketd dismiss` ends it."
        for verb in ("submit", "submit again"):
            assert await scene.submit(OAK, verb) == (REFUSED, said)

    in_scene(tmp, work)
