from __future__ import annotations

import asyncio
import shlex
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from daemon.cli import cli
from daemon.cli.answered import leave
from daemon.host.lock import InstanceLock
from daemon.order import Hold, HoldKind, Image, ImageState, Merge, MergeState, Order, Phase, Verb, facts
from daemon.order.hold import CHOICES
from daemon.order.problem import Code
from daemon.store.asks import Answer, Outcome
from daemon.store.place import FILE
from daemon.store.sqlite.reader import SqliteReader
from daemon.store.sqlite.store import SqliteStore
from daemon.store.waiting import Waiting
from tests.changed import changed
from tests.core.grouped import grouped
from tests.core.orders import NOW, in_trouble, order

OAK = "12 Oak St"


class Asking:
    """A watched folder and a state file, without a daemon."""

    def __init__(self, top: Path) -> None:
        self.watched, self.state, self._config = top / "in", top / "state", top / "bracketd.yaml"
        (self.watched / OAK / "DCIM").mkdir(parents=True)
        (self.watched / OAK / "DCIM" / "IMG_0431.JPG").write_bytes(b"x")
        self._config.write_text(f"folders: [{{watch: {self.watched}, output: {top}/out}}]\nstate_dir: {self.state}\n")

    def has(self, *orders: Order, waits: str | None = None) -> None:
        """Store these orders, and a reason why the shoot waits, if given."""

        async def work() -> None:
            store = SqliteStore.open(self.state)
            for one in orders:
                await store.add(one, facts.Locked(one.brackets))
            if waits is not None:
                waiting = Waiting(str(self.watched / OAK), OAK, waits, 1, 1, NOW)
                await store.replace_waiting(str(self.watched), [waiting])
            store.close()

        asyncio.run(work())

    def made(self, phase: str, number: int = 0, shoot: str = OAK, **more: Any) -> Order:
        """An order of a shoot in the watched folder. ``number`` makes its ID unique."""
        one = changed(order(2, phase=Phase(phase)), id=f"{number}f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", shoot=shoot)
        folder, made = str(self.watched / shoot), NOW + number
        return changed(one, folder=folder, output=f"/out/{shoot}", created_at=made, updated_at=made, **more)

    def says(self, *words: str) -> Result:
        """Run the program and return its result."""
        return CliRunner().invoke(cli, ["--config", str(self._config), *words])

    def submit(self, *words: str, shoot: str = OAK) -> Result:
        """Run ``bracketd submit`` for a shoot in the watched folder."""
        return self.says("submit", *words, str(self.watched / shoot))

    def running(self) -> InstanceLock:
        """Hold a daemon's lock."""
        return InstanceLock(self.state)

    @contextmanager
    def answered(self, outcome: Outcome, text: str) -> Iterator[None]:
        """A daemon that gives every ask this answer."""
        ended = threading.Event()

        async def answer() -> None:
            store = SqliteStore.open(self.state)
            while not ended.is_set():
                for ask in await store.asks():
                    await store.answer(Answer(ask, outcome, text, NOW))
                await asyncio.sleep(0.01)
            store.close()

        daemon = threading.Thread(target=asyncio.run, args=(answer(),))
        with self.running():
            daemon.start()
            try:
                yield
            finally:
                ended.set()
                daemon.join()

    @property
    def asked(self) -> list[tuple[str, str]]:
        """The asks that the daemon would find."""
        with SqliteReader(self.state) as reader:
            return reader.asked()


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """A watched folder and a state file, while no daemon is running."""
    return Asking(tmp_path)


ABSENT = "The daemon is not running; it will do this when it starts (`bracketd run`)."


@pytest.mark.parametrize(
    ("verb", "will"),
    [
        ("retry", "will be retried"),
        ("approve", "will be approved"),
        ("cancel", "will be cancelled unless it is merged first"),
        ("dismiss", "will be dismissed once its current steps have finished"),
    ],
)
def test_an_ask_is_left_for_a_daemon_that_does_not_run(asking: Asking, verb: str, will: str) -> None:
    """An allowed ask is left while no daemon is running, and the output says that none is running."""
    one = asking.made("held")
    asking.has(one)
    done = asking.says(verb, OAK)
    assert (done.exit_code, done.output) == (0, f"{OAK} {will}. {ABSENT}\n")
    assert asking.asked == [(verb, one.id)]


def misgrouped(asking: Asking) -> Order:
    """A stored order that is held because its images differ from the planned ones."""
    held = grouped(((0, 1, 2), (3, 4, 5)), ((0, 1), (2,), (3, 4, 5)))
    one = changed(held, folder=str(asking.watched / OAK))
    asking.has(one)
    return one


def test_only_some_images_are_approved(asking: Asking) -> None:
    """``approve --only`` leaves an ask with the names as they were given."""
    one = misgrouped(asking)
    done = asking.says("approve", OAK, "--only", "IMG_0434.JPG", "2")
    assert (done.exit_code, ABSENT in done.output) == (0, True)
    assert asking.asked == [("approve only", one.id)]
    with closing(sqlite3.connect(asking.state / FILE)) as connection:
        assert connection.execute("SELECT names FROM asks").fetchall() == [('["IMG_0434.JPG", "2"]',)]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--only",), 2, "Write --only and the names of images together"),
        (("IMG_0434",), 2, "Write --only and the names of images together"),
        (("--only", "IMG_9999"), 1, "Nothing was approved for 12 Oak St: IMG_9999 names no image"),
    ],
)
def test_a_choice_without_an_image_is_refused(asking: Asking, words: tuple[str, ...], status: int, said: str) -> None:
    """A choice with a wrong name, or without ``--only`` or names, is refused at once. Nothing is asked."""
    misgrouped(asking)
    done = asking.says("approve", OAK, *words)
    assert (done.exit_code, said in done.output) == (status, True), done.output
    assert asking.asked == []


def test_nothing_to_choose_from(asking: Asking) -> None:
    """An order under way has no images to choose from."""
    asking.has(asking.made("uploading"))
    done = asking.says("approve", OAK, "--only", "1")
    assert (done.exit_code, "currently has no images to choose from (uploading)" in done.output) == (1, True)


@pytest.mark.parametrize("phase", ["settled", "uploading", "uploaded"])
def test_what_may_be_asked_of_an_order_under_way(asking: Asking, phase: str) -> None:
    """An order before its merge can be approved and cancelled; ``retry`` is refused while it has no problem."""
    one = asking.made(phase)
    asking.has(one)
    assert f"Nothing is wrong with {OAK} ({phase}). There is nothing to retry." in asking.says("retry", OAK).output
    dismissed = asking.says("dismiss", OAK)
    said = f"{OAK} is not held ({phase}), so it cannot be dismissed. `bracketd cancel` ends it"
    assert (dismissed.exit_code, said in dismissed.output) == (1, True)
    for verb in ("approve", "cancel"):
        assert asking.says(verb, OAK).exit_code == 0
    assert asking.asked == [("approve", one.id), ("cancel", one.id)]


def test_an_order_that_waits_may_be_tried_at_once(asking: Asking) -> None:
    """``retry`` of an order that backs off leaves its ask."""
    one = asking.made("uploading", troubles=in_trouble("no connection", Code.NETWORK))
    asking.has(one)
    assert asking.says("retry", OAK).exit_code == 0
    assert asking.asked == [("retry", one.id)]


@pytest.mark.parametrize("phase", ["merging", "processing", "downloading"])
def test_what_is_merged_is_not_cancelled(asking: Asking, phase: str) -> None:
    """After the merge ``cancel`` and ``dismiss`` say that the order will be finished; ``approve`` is allowed."""
    one = asking.made(phase, merge=Merge(MergeState.SEEN))
    asking.has(one)
    for verb in ("cancel", "dismiss"):
        done = asking.says(verb, OAK)
        assert done.exit_code == 1
        assert ": bracketd will finish it, buy its pictures and deliver them." in done.output
    assert asking.says("approve", OAK).exit_code == 0
    assert asking.asked == [("approve", one.id)]


def test_what_is_held_after_its_merge_is_dismissed(asking: Asking) -> None:
    """``cancel`` of an order that is held at a limit names ``dismiss``, and says that nothing more is bought."""
    one = asking.made("held", standing=Hold(Phase.DOWNLOADING), merge=Merge(MergeState.SEEN))
    asking.has(one)
    said = "Nothing more is bought while it is held. `bracketd dismiss` ends it."
    assert said in asking.says("cancel", OAK).output
    assert asking.says("dismiss", OAK).exit_code == 0
    assert asking.asked == [("dismiss", one.id)]


@pytest.mark.parametrize("verb", ["retry", "approve", "cancel", "dismiss"])
@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("downloaded", f"has already been delivered; its pictures are in /out/{OAK}. There is nothing to "),
        ("cancelled", "was cancelled. There is nothing to "),
    ],
)
def test_what_ended_is_left_alone(asking: Asking, verb: str, phase: str, said: str) -> None:
    """Every verb for an ended order is refused with the reason."""
    asking.has(asking.made(phase))
    done = asking.says(verb, OAK)
    assert done.exit_code == 1
    assert f"{OAK} {said}" in done.output
    assert asking.asked == []


def with_failed(one: Order) -> Order:
    """The order with one image in place and one failed image."""
    failed = Image("i1", "picture 1", state=ImageState.FAILED)
    return replace(one, images=(Image("i0", "picture 0", state=ImageState.PLACED), failed))


def test_failed_images_of_a_delivered_order_are_retried(asking: Asking) -> None:
    """``retry`` selects the shoot's order with failed images, even if a later supplement was delivered completely."""
    one, supplement = with_failed(asking.made("downloaded")), asking.made("downloaded", 1, supplement_of="0")
    asking.has(one, supplement)
    assert asking.says("retry", OAK).exit_code == 0
    assert asking.asked == [("retry", one.id)]


def test_two_orders_with_failed_images_are_not_guessed_at(asking: Asking) -> None:
    """If two orders of a shoot have failed images, ``retry`` lists both IDs and does nothing."""
    orders = [with_failed(asking.made("downloaded", number)) for number in (0, 1)]
    asking.has(*orders, asking.made("downloaded", 2))
    done = asking.says("retry", OAK)
    assert done.exit_code == 1
    assert all(order.id[:8] in done.output for order in orders)
    assert asking.says("retry", orders[0].id).exit_code == 0
    assert asking.asked == [("retry", orders[0].id)]


@pytest.mark.parametrize("verb", ["retry", "approve", "cancel", "dismiss"])
@pytest.mark.parametrize(
    ("other", "word"),
    [(None, "submit"), ("lost", "submit --again"), ("downloaded", "submit --again"), ("skipped", "submit")],
)
def test_what_was_skipped_is_submitted(asking: Asking, verb: str, other: str | None, word: str) -> None:
    """The answer for a skipped shoot names ``submit``, with --again only if its photos may have been bought."""
    if other not in (None, "lost"):
        asking.has(asking.made(str(other), shoot="Oak, as it came"))
    same_as = {None: None, "lost": "lost"}.get(other, asking.made("downloaded").id)
    one = asking.made("skipped", 1, same_as=same_as)
    asking.has(one)
    done = asking.says(verb, OAK)
    assert done.exit_code == 1
    assert f"was skipped. To send it: `bracketd {word} {shlex.quote(one.source.folder)}`" in done.output
    assert asking.asked == []


@pytest.mark.parametrize("kind", sorted(CHOICES))
def test_a_decision_is_not_made_by_a_retry(asking: Asking, kind: HoldKind) -> None:
    """A shoot that waits for a person's choice is approved or cancelled; ``retry`` names the reasons."""
    one = asking.made(
        "held",
        standing=Hold(Phase.SETTLED, kind),
        troubles=in_trouble("6 photos may be here twice. `bracketd approve` sends them", Code.DOUBTFUL_PHOTOS),
    )
    asking.has(one)
    done = asking.says("retry", OAK)
    assert done.exit_code == 1
    said = "12 Oak St was not retried: 6 photos may be here twice. `bracketd approve` sends them."
    assert said in done.output
    for verb in ("approve", "cancel"):
        assert asking.says(verb, OAK).exit_code == 0
    assert asking.asked == [("approve", one.id), ("cancel", one.id)]


def test_a_wish_means_the_order_that_has_not_ended(asking: Asking) -> None:
    """A verb selects the shoot's order that has not ended, even the oldest; ``show`` selects the newest."""
    held, supplement = asking.made("held"), asking.made("downloaded", 1)
    asking.has(held, supplement)
    assert asking.says("approve", OAK).exit_code == 0
    assert asking.asked == [("approve", held.id)]
    assert supplement.id in asking.says("show", OAK).output


def test_two_orders_that_could_be_meant(asking: Asking) -> None:
    """If several orders of a shoot have not ended, the error lists their IDs, and an ID selects one."""
    held, supplement = asking.made("held"), asking.made("settled", 1, supplement_of="0")
    asking.has(held, supplement)
    done = asking.says("cancel", OAK)
    assert done.exit_code == 1
    assert f"{held.id[:8]}  held" in done.output
    assert f"{supplement.id[:8]}  settled" in done.output
    assert asking.says("cancel", supplement.id[:8]).exit_code == 0
    assert asking.asked == [("cancel", supplement.id)]


@pytest.mark.parametrize(
    "before",
    [
        {"phase": "skipped"},
        {"phase": "held"},
        {"phase": "held", "supplement_of": "another's id"},
        {"phase": "cancelled"},
        None,
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_what_submit_sends(asking: Asking, before: dict[str, Any] | None, again: bool) -> None:
    """``submit`` accepts a shoot that waits, was skipped at first sight, or is held before its merge."""
    if before is not None:
        asking.has(asking.made(**before))
    done = asking.submit(*(["--again"] if again else []))
    assert done.exit_code == 0, done.output
    assert asking.asked == [("submit again" if again else "submit", str(asking.watched / OAK))]


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"phase": "uploading"}, "is already in progress (uploading)"),
        ({"phase": "processing", "merge": Merge(MergeState.SEEN)}, "is already in progress (processing)"),
        ({"phase": "held", "merge": Merge(MergeState.SEEN)}, "has already been merged. `bracketd retry` resumes it"),
    ],
)
def test_what_is_under_way_is_not_submitted(asking: Asking, before: dict[str, Any], said: str, again: bool) -> None:
    """No ``submit`` sends a second order beside one that is in progress, or merged and held."""
    asking.has(asking.made(**before))
    done = asking.submit(*(["--again"] if again else []))
    assert done.exit_code == 1
    assert said in done.output
    assert asking.asked == []


@pytest.mark.parametrize(("words", "verb"), [((), "submit"), (("--again",), "submit again")])
@pytest.mark.parametrize("phase", ["downloaded", "skipped", "cancelled"])
def test_whether_a_shoot_was_sent_is_for_the_daemon_to_say(
    asking: Asking, phase: str, words: tuple[str, ...], verb: str
) -> None:
    """``submit`` of an ended shoot is left for the daemon, which reads the photos and answers."""
    asking.has(asking.made(phase))
    done = asking.submit(*words)
    assert (done.exit_code, done.output.startswith(f"{OAK} will be sent ")) == (0, True)
    assert asking.asked == [(verb, str(asking.watched / OAK))]


@pytest.mark.parametrize("verb", ["show", "retry", "approve", "dismiss"])
@pytest.mark.parametrize("words", [OAK, "12 oak st", "folder"])
def test_a_shoot_that_is_not_sent_yet(asking: Asking, verb: str, words: str) -> None:
    """A verb for a waiting shoot says why the shoot waits, and gives the command that sends it now."""
    asking.has(waits="2 files are not whole")
    folder = str(asking.watched / OAK)
    done = asking.says(verb, folder if words == "folder" else words)
    assert done.exit_code == 1
    send = f"To send it now: `bracketd submit {shlex.quote(folder)}`"
    said = f"{OAK} has not been sent yet. It is waiting: 2 files are not whole. {send}"
    assert said in done.output
    assert asking.asked == []


@pytest.mark.parametrize("words", [OAK, "12 oak st", "folder"])
def test_a_waiting_shoot_is_cancelled(asking: Asking, words: str) -> None:
    """``cancel`` of a waiting shoot asks to skip it."""
    asking.has(waits="2 files are not whole")
    folder = str(asking.watched / OAK)
    done = asking.says("cancel", folder if words == "folder" else words)
    assert (done.exit_code, done.output) == (0, f"{OAK} will be skipped. {ABSENT}\n")
    assert asking.asked == [("skip", folder)]


def test_late_photos_that_wait_are_cancelled(asking: Asking) -> None:
    """``cancel`` skips the waiting late photos of a delivered shoot, but cancels an order in progress."""
    asking.has(asking.made("downloaded"), waits="new photos in a shoot")
    assert asking.says("cancel", OAK).exit_code == 0
    one = asking.made("uploading", 1)
    asking.has(one, waits="new photos in a shoot")
    assert asking.says("cancel", OAK).exit_code == 0
    assert asking.asked == [("skip", str(asking.watched / OAK)), ("cancel", one.id)]


def test_capitals_do_not_matter(asking: Asking) -> None:
    """A shoot is found by its name in any case; if two names differ only in case, the exact match wins."""
    one, other = asking.made("held"), asking.made("held", 1, shoot=OAK.upper())
    asking.has(one)
    assert asking.says("retry", "12 OAK st").exit_code == 0
    asking.has(other)
    assert asking.says("approve", OAK.upper()).exit_code == 0
    assert asking.asked == [("retry", one.id), ("approve", other.id)]
    ambiguous = asking.says("cancel", "12 oak st")
    said = "matches several shoots. Specify the ID or the folder:"
    assert (ambiguous.exit_code, said in ambiguous.output) == (1, True)


@pytest.mark.parametrize("files", [[], ["notes.txt"], [".ready"], ["MISC/IMG_1.JPG", "notes.txt"]])
@pytest.mark.parametrize("words", [(), ("--again",)])
def test_a_folder_without_photos_is_not_submitted(asking: Asking, files: list[str], words: tuple[str, ...]) -> None:
    """``submit`` of a folder without photos says what to do, and leaves no ask."""
    empty = asking.watched / "1 Elm St"
    empty.mkdir()
    for name in files:
        (empty / name).parent.mkdir(exist_ok=True)
        (empty / name).write_bytes(b"x")
    (empty / "DCIM").mkdir()
    done = asking.submit(*words, shoot="1 Elm St")
    assert done.exit_code == 1
    assert f"{empty} has no photos, so there is nothing to send. Add photos, then submit it again." in done.output
    assert asking.asked == []


@pytest.mark.parametrize("name", ["IMG_1.JPG.filepart", ".IMG_1.JPG.icloud"])
def test_photos_that_are_still_coming_may_be_submitted(asking: Asking, name: str) -> None:
    """``submit`` accepts a shoot that only has part files or placeholders so far."""
    (asking.watched / "1 Elm St").mkdir()
    (asking.watched / "1 Elm St" / name).write_bytes(b"x")
    assert asking.submit(shoot="1 Elm St").exit_code == 0


@pytest.mark.parametrize("verb", ["retry", "approve", "cancel", "dismiss", "submit"])
def test_the_daemons_answer_is_printed(asking: Asking, verb: str) -> None:
    """While the daemon is running, its answer is printed and the command succeeds."""
    asking.has(asking.made("held"))
    with asking.answered(Outcome.DONE, "12 Oak St continues."):
        done = asking.submit() if verb == "submit" else asking.says(verb, OAK)
    assert (done.exit_code, done.output) == (0, "12 Oak St continues.\n")
    assert asking.asked == []


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.FAILED])
def test_a_refusal_of_the_daemon_fails_the_command(asking: Asking, outcome: Outcome) -> None:
    """If the daemon refuses or fails an ask, the command prints the answer and exits with status 1."""
    asking.has(asking.made("downloaded"))
    with asking.answered(outcome, "Not sent: the same photos were sent on 3 Nov as “a\x1b[2J”."):
        done = asking.submit()
    assert done.exit_code == 1
    assert "Error: Not sent: the same photos were sent on 3 Nov as “a\N{REPLACEMENT CHARACTER}[2J”." in done.output


def test_only_a_running_daemon_knows_whether_a_healthy_order_is_hindered(asking: Asking) -> None:
    """``retry`` of a healthy order is left for a running daemon, which knows the state of the account."""
    asking.has(asking.made("uploading"))
    with asking.answered(Outcome.DONE, "12 Oak St is being retried."):
        assert asking.says("retry", OAK).output == "12 Oak St is being retried.\n"


def test_a_daemon_that_does_not_answer_at_once(asking: Asking, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an answer in time, the command says what will be done, and the ask stays."""
    asking.has(asking.made("held"))
    with asking.running():
        leave(asking.state, Verb.RETRY, "an order's id", OAK, patience=0.0)
    said = "The daemon has not answered yet; it will do this as soon as it can (`bracketd status`)."
    assert capsys.readouterr().out == f"{OAK} will be retried. {said}\n"
    assert asking.asked == [("retry", "an order's id")]


def test_a_folder_is_adopted(asking: Asking) -> None:
    """``adopt`` prints the daemon's answer, or says that no daemon is running."""
    asking.has()
    folder = str(asking.watched)
    assert asking.says("adopt", folder).output == f"{folder} will be accepted as it is. {ABSENT}\n"
    assert asking.asked == [("adopt", folder)]
    with asking.answered(Outcome.DONE, f"{folder} is accepted as it is now."):
        assert asking.says("adopt", folder).output == f"{folder} is accepted as it is now.\n"
    elsewhere = asking.says("adopt", "/elsewhere")
    assert (elsewhere.exit_code, "is not a watched or output folder" in elsewhere.output) == (1, True)


def test_names_do_not_steer_the_terminal(asking: Asking) -> None:
    """Control characters in a shoot's name are replaced in the output."""
    one = asking.made("held", shoot="a\x1b[2J")
    asking.has(one)
    for verb in ("retry", "approve", "cancel"):
        assert "a\N{REPLACEMENT CHARACTER}[2J" in asking.says(verb, one.id).output
