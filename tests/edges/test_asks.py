from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from daemon.cli import cli
from daemon.host.lock import InstanceLock
from daemon.order import Hold, MergeState, Order, Phase, facts
from daemon.store.reader import Reader
from daemon.store.store import Store
from daemon.store.waiting import Waiting
from tests.core.orders import NOW, order

OAK = "12 Oak St"


class Asking:
    """A watched folder and a state file, and nobody at work in them."""

    def __init__(self, top: Path) -> None:
        self.watched, self._state, self._config = top / "in", top / "state", top / "bracketd.yaml"
        (self.watched / OAK / "DCIM").mkdir(parents=True)
        (self.watched / OAK / "DCIM" / "IMG_0431.JPG").write_bytes(b"x")
        self._config.write_text(f"folders: [{{watch: {self.watched}, output: {top}/out}}]\nstate_dir: {self._state}\n")

    def has(self, *orders: Order, waits: str | None = None) -> None:
        """The state file has these orders; and the shoot waits, if it does."""

        async def work() -> None:
            store = Store.open(self._state)
            for one in orders:
                await store.add(one, facts.Locked(one.brackets))
            if waits is not None:
                waiting = Waiting(str(self.watched / OAK), OAK, waits, 1, 1, NOW)
                await store.replace_waiting(str(self.watched), [waiting])
            store.close()

        asyncio.run(work())

    def made(self, phase: str, number: int = 0, shoot: str = OAK, **more: Any) -> Order:
        """An order of a shoot in the watched folder, ``number`` telling it from others."""
        one = replace(order(2, phase=Phase(phase)), id=f"{number}f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11", shoot=shoot)
        folder, made = str(self.watched / shoot), NOW + number
        return replace(one, folder=folder, output=f"/out/{shoot}", created_at=made, updated_at=made, **more)

    def says(self, *words: str) -> Result:
        """What the program answers."""
        return CliRunner().invoke(cli, ["--config", str(self._config), *words])

    def submit(self, *words: str, shoot: str = OAK) -> Result:
        """``bracketd submit`` of a shoot in the watched folder."""
        return self.says("submit", *words, str(self.watched / shoot))

    def running(self) -> InstanceLock:
        """A daemon's lock, as long as it is held."""
        return InstanceLock(self._state)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What the daemon finds when it looks."""
        with Reader(self._state) as reader:
            return reader.asked()


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    """Somebody who asks while no daemon runs."""
    return Asking(tmp_path)


@pytest.mark.parametrize("verb", ["retry", "approve", "cancel"])
@pytest.mark.parametrize("phase", ["settled", "uploading", "uploaded", "held"])
def test_a_wish_for_an_order_that_is_not_merged(asking: Asking, verb: str, phase: str) -> None:
    """``retry``, ``approve`` and ``cancel`` leave their word for the order, and say that nobody runs to hear it."""
    one = asking.made(phase)
    asking.has(one)
    done = asking.says(verb, OAK)
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"{OAK} ")
    assert "The daemon is not running" in done.output
    assert asking.asked == [(verb, one.id)]


@pytest.mark.parametrize("phase", ["merging", "processing", "downloading"])
def test_what_is_merged_is_not_cancelled(asking: Asking, phase: str) -> None:
    """After the merge ``cancel`` says that the order is finished; ``approve`` and ``retry`` are heard."""
    one = asking.made(phase, merge=MergeState.SEEN)
    asking.has(one)
    done = asking.says("cancel", OAK)
    assert done.exit_code == 1
    assert "was merged already; it will be finished, and its pictures bought and delivered." in done.output
    assert asking.says("approve", OAK).output.startswith(f"{OAK} is approved: it will not be held for a limit")
    assert asking.says("retry", OAK).exit_code == 0
    assert asking.asked == [("approve", one.id), ("retry", one.id)]


def test_what_is_held_after_its_merge_is_not_cancelled(asking: Asking) -> None:
    """``cancel`` of an order that is held for a limit says that nothing more is bought as long as it is."""
    asking.has(asking.made("held", held_in=Phase.DOWNLOADING, merge=MergeState.SEEN))
    assert "nothing more is bought while it is held" in asking.says("cancel", OAK).output
    assert asking.asked == []


@pytest.mark.parametrize("verb", ["retry", "approve", "cancel"])
@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("downloaded", f"is delivered already, its pictures are in /out/{OAK}; there is nothing to "),
        ("cancelled", "is cancelled; there is nothing to "),
    ],
)
def test_what_ended_is_left_alone(asking: Asking, verb: str, phase: str, said: str) -> None:
    """Of an order that ended nothing is wanted any more, and it is said so."""
    asking.has(asking.made(phase))
    done = asking.says(verb, OAK)
    assert done.exit_code == 1
    assert f"{OAK} {said}" in done.output
    assert asking.asked == []


@pytest.mark.parametrize("verb", ["retry", "approve", "cancel"])
@pytest.mark.parametrize(("same_as", "word"), [(None, "submit"), ("another's id", "submit --again")])
def test_what_was_skipped_is_submitted(asking: Asking, verb: str, same_as: str | None, word: str) -> None:
    """Of a skipped shoot nothing is wanted but that it is sent, and it is said how."""
    one = asking.made("skipped", same_as=same_as)
    asking.has(one)
    done = asking.says(verb, OAK)
    assert done.exit_code == 1
    assert f"was skipped. `bracketd {word}` sends it: {one.folder}" in done.output
    assert asking.asked == []


def test_a_doubt_about_old_photos_is_no_matter_of_trying_again(asking: Asking) -> None:
    """A shoot that is held since its photos may have been skipped is approved or cancelled; ``retry`` says so."""
    one = asking.made("held", hold=Hold.SKIPPED_BEFORE)
    asking.has(one)
    done = asking.says("retry", OAK)
    assert done.exit_code == 1
    assert "`bracketd approve` sends it, `bracketd cancel` skips it" in done.output
    for verb in ("approve", "cancel"):
        assert asking.says(verb, OAK).exit_code == 0
    assert asking.asked == [("approve", one.id), ("cancel", one.id)]


def test_a_wish_means_the_order_that_has_not_ended(asking: Asking) -> None:
    """Of a shoot's orders the one that is under way or held is meant, be it the oldest; ``show`` shows the newest."""
    held, supplement = asking.made("held"), asking.made("downloaded", 1)
    asking.has(held, supplement)
    assert asking.says("approve", OAK).exit_code == 0
    assert asking.asked == [("approve", held.id)]
    assert supplement.id in asking.says("show", OAK).output


def test_two_orders_that_could_be_meant(asking: Asking) -> None:
    """When several orders of a shoot have not ended nobody guesses; each is named by the id that tells it apart."""
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
    """A shoot that waits, was skipped as it was there before, or is held before its merge, is sent."""
    if before is not None:
        asking.has(asking.made(**before))
    done = asking.submit(*(["--again"] if again else []))
    assert done.exit_code == 0, done.output
    assert asking.asked == [("submit again" if again else "submit", str(asking.watched / OAK))]


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"phase": "uploading"}, "is under way already (uploading)"),
        ({"phase": "processing", "merge": MergeState.SEEN}, "is under way already (processing)"),
        ({"phase": "held", "merge": MergeState.SEEN}, "was merged already. `bracketd retry` lets it go on"),
    ],
)
def test_what_is_under_way_is_not_submitted(asking: Asking, before: dict[str, Any], said: str, again: bool) -> None:
    """What is under way, or was merged and is held, is not sent a second time beside itself, on no word."""
    asking.has(asking.made(**before))
    done = asking.submit(*(["--again"] if again else []))
    assert done.exit_code == 1
    assert said in done.output
    assert asking.asked == []


def test_what_was_sent_is_sent_again_only_on_that_word(asking: Asking) -> None:
    """A delivered shoot is refused with where its pictures are and what buys them anew."""
    sent = asking.made("downloaded")
    asking.has(sent, asking.made("cancelled", 1, supplement_of=sent.id))
    done = asking.submit()
    assert done.exit_code == 1
    assert "was sent already; its pictures are in /out/12 Oak St" in done.output
    assert "`bracketd submit --again` sends and buys it again" in done.output
    assert asking.asked == []
    assert "the whole shoot will be sent" in asking.submit("--again").output
    assert asking.asked == [("submit again", sent.folder)]


def test_photos_that_came_since_are_sent_without_the_others(asking: Asking) -> None:
    """A delivered shoot with photos that none of its orders knows is not refused: what is new in it is sent."""
    sent = asking.made("downloaded", left_out=("twin.CR3",))
    supplement = asking.made("downloaded", 1, supplement_of=sent.id)
    late = replace(supplement.brackets[0], path="late.JPG")
    asking.has(sent, replace(supplement, brackets=(late,)))
    for known in ("twin.CR3", "late.JPG", "notes.txt"):
        (asking.watched / OAK / known).write_bytes(b"x")
    assert asking.submit().exit_code == 1
    (asking.watched / OAK / "later.JPG").write_bytes(b"x")
    assert "what is new in it will be sent" in asking.submit().output
    assert asking.asked == [("submit", sent.folder)]


@pytest.mark.parametrize(
    ("phase", "state"),
    [("downloaded", "sent 12 Jan 1970"), ("processing", "sent 12 Jan 1970"), ("held", "which is held")],
)
def test_the_same_photos_are_bought_again_only_on_that_word(asking: Asking, phase: str, state: str) -> None:
    """A shoot that was skipped for having another one's photos is refused with that one's name and day."""
    other = asking.made(phase, shoot="Oak, as it came")
    asking.has(other, asking.made("skipped", 1, same_as=other.id))
    done = asking.submit()
    assert done.exit_code == 1
    assert f"has the same photos as “Oak, as it came”, {state}." in done.output
    assert asking.asked == []
    assert asking.submit("--again").exit_code == 0
    assert asking.asked == [("submit again", str(asking.watched / OAK))]


def test_photos_of_an_order_that_is_not_known_count_as_bought(asking: Asking) -> None:
    """Where the order with the same photos is lost, they are taken for paid."""
    asking.has(asking.made("skipped", same_as="lost"))
    assert "has the same photos as an order that is not known any more." in asking.submit().output
    assert asking.asked == []


@pytest.mark.parametrize("phase", ["skipped", "cancelled"])
def test_the_same_photos_are_sent_if_they_were_never_bought(asking: Asking, phase: str) -> None:
    """Where the other shoot with these photos cost nothing, sending them needs no second word."""
    other = asking.made(phase, shoot="Oak, as it came")
    asking.has(other, asking.made("skipped", 1, same_as=other.id))
    assert asking.submit().exit_code == 0
    assert asking.asked == [("submit", str(asking.watched / OAK))], "and only as long as nobody buys the other one"


def test_the_same_photos_count_as_bought_once_the_other_shoot_was_submitted(asking: Asking) -> None:
    """A shoot that was skipped and then submitted is bought: its skipped copy is refused with that shoot's name."""
    other = asking.made("cancelled", shoot="Oak, as it came")
    anew = asking.made("uploading", 1, shoot="Oak, as it came")
    asking.has(other, anew, asking.made("skipped", 2, same_as=other.id))
    done = asking.submit()
    assert done.exit_code == 1
    assert "has the same photos as “Oak, as it came”, sent" in done.output
    assert asking.asked == []


@pytest.mark.parametrize("phase", ["skipped", "cancelled"])
def test_a_skipped_copy_of_what_was_never_bought_is_said_to_need_a_plain_submit(asking: Asking, phase: str) -> None:
    """The command that a message names for a skipped shoot does not buy anything a second time."""
    other = asking.made(phase, shoot="Oak, as it came")
    asking.has(other, asking.made("skipped", 1, same_as=other.id))
    assert "was skipped. `bracketd submit` sends it" in asking.says("retry", OAK).output


@pytest.mark.parametrize("verb", ["show", "retry", "approve", "cancel"])
@pytest.mark.parametrize("words", [OAK, "12 oak st", "folder"])
def test_a_shoot_that_is_not_sent_yet(asking: Asking, verb: str, words: str) -> None:
    """Of a shoot that waits nothing can be shown or wished; it is said why it waits and what sends it now."""
    asking.has(waits="2 files are not whole")
    folder = str(asking.watched / OAK)
    done = asking.says(verb, folder if words == "folder" else words)
    assert done.exit_code == 1
    said = f"{OAK} is not sent yet; it waits: 2 files are not whole; `bracketd submit FOLDER` sends it now: {folder}"
    assert said in done.output
    assert asking.asked == []


def test_capitals_do_not_matter(asking: Asking) -> None:
    """A shoot is found by its name in capitals or not; where two differ in nothing else, the one written so is."""
    one, other = asking.made("held"), asking.made("held", 1, shoot=OAK.upper())
    asking.has(one)
    assert asking.says("retry", "12 OAK st").exit_code == 0
    asking.has(other)
    assert asking.says("approve", OAK.upper()).exit_code == 0
    assert asking.asked == [("retry", one.id), ("approve", other.id)]
    ambiguous = asking.says("cancel", "12 oak st")
    assert (ambiguous.exit_code, "could be any of these" in ambiguous.output) == (1, True)


@pytest.mark.parametrize("files", [[], ["notes.txt"], [".ready"], ["MISC/IMG_1.JPG", "notes.txt"]])
@pytest.mark.parametrize("words", [(), ("--again",)])
def test_a_folder_without_photos_is_not_submitted(asking: Asking, files: list[str], words: tuple[str, ...]) -> None:
    """Where there is nothing to send ``submit`` says so and what to do, and leaves no word for the daemon."""
    empty = asking.watched / "1 Elm St"
    empty.mkdir()
    for name in files:
        (empty / name).parent.mkdir(exist_ok=True)
        (empty / name).write_bytes(b"x")
    (empty / "DCIM").mkdir()
    done = asking.submit(*words, shoot="1 Elm St")
    assert done.exit_code == 1
    assert f"{empty} has no photos; there is nothing to send. Put them into it, and submit it then." in done.output
    assert asking.asked == []


@pytest.mark.parametrize("name", ["IMG_1.JPG.filepart", ".IMG_1.JPG.icloud"])
def test_photos_that_are_still_coming_may_be_submitted(asking: Asking, name: str) -> None:
    """A shoot of which nothing but part files or placeholders has come is not refused."""
    (asking.watched / "1 Elm St").mkdir()
    (asking.watched / "1 Elm St" / name).write_bytes(b"x")
    assert asking.submit(shoot="1 Elm St").exit_code == 0


def test_an_answer_ends_in_no_blank(asking: Asking) -> None:
    """While the daemon runs there is nothing more to say, and nothing more is printed."""
    asking.has(asking.made("held"))
    with asking.running():
        for verb in ("retry", "approve", "cancel"):
            assert asking.says(verb, OAK).output.endswith(("is tried again.\n", "for a limit.\n", "comes first.\n"))
        assert asking.submit().output == f"{OAK}: the shoot will be sent.\n"


def test_names_do_not_steer_the_terminal(asking: Asking) -> None:
    """Control characters in a shoot's name are shown as what they are not."""
    one = asking.made("held", shoot="a\x1b[2J")
    asking.has(one)
    for verb in ("retry", "approve", "cancel"):
        assert "a\N{REPLACEMENT CHARACTER}[2J" in asking.says(verb, one.id).output
