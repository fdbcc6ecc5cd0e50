from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from daemon.cli import cli
from daemon.config.shoot import NAME
from daemon.host.lock import InstanceLock
from daemon.order import Bracket, Image, ImageState, Order, Phase, facts
from daemon.order.problem import Code
from daemon.shoot import Arrival, File, GateResult, GateState, LeftOut, Quiet, Terms, Why, listing, verdict
from daemon.store.sqlite.store import SqliteStore
from daemon.store.waiting import Waiting
from tests.changed import changed
from tests.core.orders import in_trouble, order
from tests.edges.exif.taken import Camera, shot_of
from tests.edges.sandbox.shots import NOON, bracket, shoot

OAK = "12 Oak St"
PHOTOS = shoot(2)
WHOLE = PHOTOS["IMG_0001.JPG"]


class Explaining:
    """A watched folder with a shoot, and a state file."""

    def __init__(self, top: Path) -> None:
        self.watched, self.shoot, self.state = top / "in", top / "in" / OAK, top / "state"
        self._config = top / "bracketd.yaml"
        self.shoot.mkdir(parents=True)
        self._config.write_text(f"folders: [{{watch: {self.watched}, output: {top}/out}}]\nstate_dir: {self.state}\n")

    def planned_by(self, grouping: str) -> None:
        """Set who groups the photos of the watched folder."""
        folder = f"{{watch: {self.watched}, output: {self.watched.parent}/out, grouping: {grouping}}}"
        self._config.write_text(f"folders: [{folder}]\nstate_dir: {self.state}\n")

    def sets(self, text: str) -> None:
        """Add settings."""
        with open(self._config, "a", encoding="utf-8") as config:
            config.write(text)

    def put(self, path: str, data: bytes = WHOLE) -> Path:
        """Write a file of the shoot."""
        file = self.shoot / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file

    def has(self, *orders: Order, waits: str | None = None, gates: tuple[GateResult, ...] = ()) -> None:
        """Store these orders of the shoot, and if given, why the shoot waits, with the results of its gates."""

        async def work() -> None:
            store = SqliteStore.open(self.state)
            for one in orders:
                await store.add(one, facts.Locked(one.brackets))
            if waits is not None:
                await store.replace_waiting(str(self.watched), [Waiting(str(self.shoot), OAK, waits, 1, 1, 5.0, gates)])
            store.close()

        asyncio.run(work())

    def order(self, *brackets: Bracket, **more: Any) -> Order:
        """An order of the shoot."""
        return changed(order(0), folder=str(self.shoot), brackets=brackets, **more)

    def asks(self, file: Path) -> Result:
        """Run the program and return its result."""
        return CliRunner().invoke(cli, ["--config", str(self._config), "explain", str(file)])

    def of(self, path: str) -> dict[str, str]:
        """The rows about a file of the shoot, by label."""
        return self.sections(path)[0]

    def sections(self, path: str) -> tuple[dict[str, str], str, dict[str, str]]:
        """The rows about a file of the shoot, the title of the gates, and the rows of the gates."""
        done = self.asks(self.shoot / path)
        assert done.exit_code == 0, done.output
        title, *lines = done.output.splitlines()
        assert title == f"{path} in {self.shoot}"
        titles = [number for number, line in enumerate(lines) if not line.startswith("  ")]
        end = titles[0] if titles else len(lines)
        return rows(lines[:end]), "".join(lines[end : end + 1]), rows(lines[end + 1 :])


def rows(lines: list[str]) -> dict[str, str]:
    """Rows of the output, by label."""
    found = [(line[2:14].strip(), line[15:]) for line in lines]
    assert len(dict(found)) == len(found), "each label has one row"
    return dict(found)


@pytest.fixture
def explaining(tmp_path: Path) -> Explaining:
    """A watched folder and a state file, while no daemon is running."""
    return Explaining(tmp_path)


def sent(path: str) -> Bracket:
    """A photo that was uploaded."""
    return Bracket(path, len(WHOLE), 1, 1, stored_at=5.0)


def test_a_photo(explaining: Explaining) -> None:
    """A photo is shown with size, time, completeness, and the gate that its shoot waits at."""
    photo = explaining.put("DCIM/100CANON/IMG_1.JPG")
    os.utime(photo, (1_700_000_000, 1_700_000_000))
    explaining.has(waits=STILL.why, gates=(STILL,))
    shown = explaining.of("DCIM/100CANON/IMG_1.JPG")
    assert shown.pop("on disk").startswith(f"3.9 kB ({len(WHOLE):,} bytes), changed 2023-11-1")
    assert shown == {
        "class": "a photo",
        "content": "complete",
        "shoot": "waits at the gate “stillness”",
        "set": "in no set: single photo. The service decides, because `grouping` is automatic",
    }


STILL = GateResult("stillness", GateState.WAITS, "1 photo(s), 0 MB so far; will be sent after 30 s without changes")


def test_the_gates_of_a_waiting_shoot(explaining: Explaining) -> None:
    """Every gate of a waiting shoot is shown as the daemon found it, with its reason and the time."""
    explaining.put("IMG_1.JPG")
    arrival = Arrival.first(listing([File("IMG_1.JPG", 1, 1, 1)]), 0.0)
    results = verdict(arrival, Terms(Quiet(30.0))).gates
    explaining.has(waits=STILL.why, gates=results)
    _file, title, gates = explaining.sections("IMG_1.JPG")
    assert title == "Gates of the shoot, as of the daemon's last scan. The daemon is not running now:"
    assert gates == {
        "bounds": "passed: all files and folders were scanned",
        "names": "passed: no file has a temporary name",
        "placeholders": "passed: no file is an online-only placeholder",
        "photos": "passed: 1 photo(s), 0 MB so far",
        "sync client": "passed: no sync client was asked",
        "stillness": f"waits: {STILL.why}",
        "structure": "not reached",
        "sets": "not reached",
    }
    with InstanceLock(explaining.state):
        assert explaining.sections("IMG_1.JPG")[1] == "Gates of the shoot, as of the daemon's last scan:"


def test_a_shoot_that_waits_for_something_else_than_a_gate(explaining: Explaining) -> None:
    """If no gate closes, the reason why the shoot waits is shown, and the gates only if they are known."""
    explaining.put("IMG_1.JPG")
    explaining.has(waits="cannot be scanned (Input/output error)")
    file, title, gates = explaining.sections("IMG_1.JPG")
    assert (file["shoot"], title, gates) == ("waits: cannot be scanned (Input/output error)", "", {})
    explaining.has(waits="not sent yet", gates=(replace(STILL, state=GateState.PASSED),))
    file, title, gates = explaining.sections("IMG_1.JPG")
    assert (file["shoot"], gates) == ("waits: not sent yet", {"stillness": f"passed: {STILL.why}"})


def test_photos_that_are_not_whole(explaining: Explaining) -> None:
    """A cut-off photo is shown with its length, an empty one as empty. Unknown formats count as complete."""
    explaining.put("cut.JPG", WHOLE[:3000])
    explaining.put("empty.JPG", b"")
    explaining.put("unknown.X3F", b"FOVb" + bytes(range(256)))
    assert "cut off after 3.0 kB" in explaining.of("cut.JPG")["content"]
    assert explaining.of("empty.JPG")["content"] == "is empty (0 bytes)"
    assert explaining.of("empty.JPG")["on disk"].startswith("0 bytes, changed")
    assert explaining.of("unknown.X3F")["content"] == "cannot be checked for .X3F files; assumed complete"
    assert explaining.of("gone.JPG")["on disk"] == "does not exist"


def test_only_what_it_needs_is_loaded() -> None:
    """``explain`` imports nothing that only the daemon needs, so that it answers quickly."""
    code = "import sys, daemon.cli.explain; print({'daemon.watcher', 'structlog', 'watchdog'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"


IN_FLIGHT = "still being copied or synced"
CONFLICT = "a conflict copy of a sync client; it is not sent"
PLACEHOLDER = "an online-only placeholder"
NO_PHOTO = "not a photo; bracketd ignores it and does not wait for it"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (".IMG_1.JPG.Xy12zQ", f"{IN_FLIGHT} (its name matches .NAME.XXXXXX, a temporary rsync name)"),
        (".syncthing.IMG_1.JPG.tmp", f"{IN_FLIGHT} (its name matches .syncthing.*.tmp)"),
        ("IMG_1.JPG.filepart", f"{IN_FLIGHT} (its name matches *.filepart)"),
        (".rsync-partial/IMG_1.JPG", f"{IN_FLIGHT} (it is in .rsync-partial)"),
        (".IMG_1.JPG.icloud", f"{PLACEHOLDER} (its name matches .*.icloud)"),
        (
            "IMG_1.sync-conflict-20260102-101500-ABCDEFG.JPG",
            f"{CONFLICT} (its name matches *.sync-conflict-????????-??????*)",
        ),
        (".ready", "marks the shoot as complete"),
        ("notes.txt", NO_PHOTO),
        ("._IMG_1.JPG", f"{NO_PHOTO} (its name matches ._*)"),
        (".rsync-partial/notes.txt", NO_PHOTO),
        ("@eaDir/IMG_1.JPG", "bracketd ignores the folder @eaDir; nothing in it is sent or waited for"),
        ("MISC/IMG_1.JPG", "bracketd ignores the folder MISC; nothing in it is sent or waited for"),
        ("notes/MISC/IMG_1.JPG", "a photo"),
    ],
)
def test_names(explaining: Explaining, path: str, said: str) -> None:
    """The class of a file is shown with the pattern that its name or folder matches; only photos are opened."""
    explaining.put("DCIM/IMG_1.JPG")
    explaining.put(path)
    shown = explaining.of(path)
    assert shown["class"] == said
    assert ("content" in shown) is (said == "a photo")


def test_what_an_order_did_with_it(explaining: Explaining) -> None:
    """A file of an order is shown as uploaded, with its picture, or with the reason why it is left out."""
    explaining.has(
        explaining.order(
            sent("IMG_1.JPG"),
            sent("IMG_2.JPG"),
            Bracket("IMG_3.JPG", 1, 1, 1, left_out="ends after 1 of 2 MB"),
            Bracket("IMG_4.JPG", 1, 1, 1),
            left_out=("IMG_1.CR3", "copy.JPG", "IMG_1 (Case Conflict).JPG"),
            images=(Image("a", "a", (0, 1), ImageState.PLACED, file="IMG_1.jpg"),),
            phase=Phase.UPLOADING,
        )
    )
    begins = "6f1d1f0e, uploading: "
    for path, said in (
        ("IMG_1.JPG", "uploaded, in IMG_1.jpg"),
        ("IMG_3.JPG", "left out: ends after 1 of 2 MB"),
        ("IMG_4.JPG", "to be uploaded"),
        ("IMG_1.CR3", "not sent: IMG_1.JPG of the same frame is sent instead"),
        ("copy.JPG", "not sent: a copy of another photo, or unreadable or incomplete when the shoot was locked"),
        ("IMG_1 (Case Conflict).JPG", "not sent: a conflict copy"),
        ("IMG_5.JPG.filepart", "not in the order, which contains only photos"),
        ("IMG_6.JPG", "not in the order"),
    ):
        assert explaining.of(path)["order"] == begins + said
    assert "order" not in explaining.of("notes.txt")


LATE = "not in the order, because it arrived after the shoot was locked"


@pytest.mark.parametrize(
    ("late", "said"),
    [((), LATE), (("late.JPG",), f"{LATE}. To send it, move it to a folder of its own")],
)
def test_a_late_photo(explaining: Explaining, late: tuple[str, ...], said: str) -> None:
    """A photo that arrived after the lock is shown as late, with what to do if it is not sent automatically."""
    explaining.put("late.JPG")
    explaining.put("IMG_1.NEF")
    explaining.has(explaining.order(sent("IMG_1.JPG"), phase=Phase.DOWNLOADED, late=late))
    assert explaining.of("late.JPG")["order"] == f"6f1d1f0e, downloaded: {said}"
    said = "not in the order: the same frame as IMG_1.JPG, in another format"
    assert explaining.of("IMG_1.NEF")["order"] == f"6f1d1f0e, downloaded: {said}"


def test_a_file_of_a_frame_that_was_sent(explaining: Explaining) -> None:
    """A file that is not sent is shown with the photo that it is a variant of or made from."""
    camera = Camera()
    bracket = replace(sent("A/DSC00001.JPG"), shot=shot_of(camera, "A/DSC00001.JPG"))
    known = LeftOut("B/DSC00001.ARW", Why.VARIANT, "A/DSC00001.JPG")
    order = explaining.order(bracket, phase=Phase.DOWNLOADED, left_out=(known.path,))
    explaining.has(changed(order, left_out_why=(known,)))
    for path in ("B/DSC00001.ARW", "C/DSC00001.ARW", "web/Oak-1.jpg"):
        explaining.put(path, camera.take(path, 1))
    begins, variant = "6f1d1f0e, downloaded: ", "the same frame as A/DSC00001.JPG, in another format"
    assert explaining.of("B/DSC00001.ARW")["order"] == f"{begins}not sent: {variant}"
    assert explaining.of("C/DSC00001.ARW")["order"] == f"{begins}not in the order: {variant}"
    assert explaining.of("web/Oak-1.jpg")["order"] == f"{begins}not in the order: made from A/DSC00001.JPG"


def test_only_the_orders_that_have_it_are_reported(explaining: Explaining) -> None:
    """Only the orders that contain a file are shown for it."""
    first = explaining.order(sent("IMG_1.JPG"), phase=Phase.DOWNLOADED)
    supplement = changed(first, id="7" + first.id[1:], brackets=(sent("late.JPG"),), supplement_of=first.id)
    cancelled = changed(first, id="8" + first.id[1:], brackets=(Bracket("old.JPG", 1, 1, 1),), phase=Phase.CANCELLED)
    explaining.has(cancelled, first, supplement)
    assert explaining.of("IMG_1.JPG")["order"] == "6f1d1f0e, downloaded: uploaded"
    assert explaining.of("late.JPG")["order"] == "7f1d1f0e, downloaded: uploaded"
    assert explaining.of("old.JPG")["order"] == "8f1d1f0e, cancelled: was not uploaded"


def test_a_shoot_that_was_skipped_or_is_not_known(explaining: Explaining) -> None:
    """A skipped shoot's photo is shown with the reason; an unknown shoot's with how to find out more."""
    explaining.put("IMG_1.JPG")
    assert explaining.of("IMG_1.JPG")["shoot"].startswith("not known yet. `bracketd status` shows")
    explaining.has(explaining.order(phase=Phase.SKIPPED, troubles=in_trouble("already in the folder", Code.SKIPPED)))
    assert explaining.of("IMG_1.JPG")["order"] == "6f1d1f0e, skipped: already in the folder"


def test_a_folder_without_photos(explaining: Explaining) -> None:
    """A file in a folder without photos is shown as ignored; with a photo in the folder it is not."""
    explaining.put("notes.txt")
    explaining.put(".ready")
    assert explaining.of("notes.txt")["shoot"] == "has no photos; bracketd ignores it"
    explaining.put("DCIM/IMG_1.JPG")
    assert explaining.of("notes.txt")["shoot"].startswith("not known yet.")


def test_paths_that_are_not_a_file_of_a_shoot(explaining: Explaining) -> None:
    """A file elsewhere, a loose file and a folder are refused with what to do instead."""
    for path, said in (
        (explaining.watched.parent / "x.JPG", "is not in a watched folder"),
        (explaining.watched / "loose.JPG", "is not in a shoot, so it is not sent. Move it into its shoot's folder"),
        (explaining.shoot, "is a folder. Specify a file in it"),
    ):
        done = explaining.asks(path)
        assert (done.exit_code, said in done.output) == (1, True), done.output


def test_by_another_path(explaining: Explaining) -> None:
    """A file given through a link to the watched folder is the same file."""
    explaining.put("IMG_1.JPG")
    (explaining.watched.parent / "link").symlink_to(explaining.watched, target_is_directory=True)
    done = explaining.asks(explaining.watched.parent / "link" / OAK / "IMG_1.JPG")
    assert done.output == explaining.asks(explaining.shoot / "IMG_1.JPG").output
    assert done.exit_code == 0


def test_in_another_form_of_unicode(explaining: Explaining) -> None:
    """A shoot typed with composed accents is found in a folder that uses decomposed ones."""
    composed, on_disk = (unicodedata.normalize(form, "Café Müller") for form in ("NFC", "NFD"))
    explaining.shoot = explaining.shoot.rename(explaining.watched / on_disk)
    explaining.put("IMG_1.JPG")
    explaining.has(waits="2 files are not whole")
    done = explaining.asks(explaining.watched / composed / "IMG_1.JPG")
    assert done.exit_code == 0, done.output
    assert "waits: 2 files are not whole" in done.output
    assert "complete" in done.output


def test_names_do_not_steer_the_terminal(explaining: Explaining) -> None:
    """Control characters in a file's name are replaced in the output, also in an error."""
    for path in (explaining.shoot / "a\x1b[2J.JPG", explaining.watched / "a\x1b[2J.JPG"):
        assert "\x1b" not in explaining.asks(path).output


def test_a_pipe_among_the_photos(explaining: Explaining) -> None:
    """A pipe with a photo's name is shown as never opened."""
    explaining.put("IMG_1.JPG")
    os.mkfifo(explaining.shoot / "IMG_2.JPG")
    shown = explaining.of("IMG_2.JPG")
    assert shown["on disk"] == "a pipe, a socket or a device; bracketd never opens it and leaves it out"
    assert "content" not in shown


@pytest.fixture
def planned(explaining: Explaining) -> Explaining:
    """A shoot of two sets of three and a single photo, in a folder with ``grouping: sets``."""
    explaining.planned_by("sets")
    for name, data in PHOTOS.items():
        explaining.put(name, data)
    explaining.put("IMG_0011.JPG", bracket(5, 0.0, NOON + timedelta(hours=1)))
    return explaining


def test_the_set_of_a_photo(planned: Explaining) -> None:
    """A photo is shown with its place in its set, the other photos of the set, and the reasons for the set."""
    shown = planned.of("IMG_0005.JPG")["set"]
    assert shown.startswith("photo 2 of 3 in set 2, with IMG_0004.JPG, IMG_0006.JPG (likely: ")
    assert "The service decides" not in shown


def test_a_photo_in_no_set(planned: Explaining) -> None:
    """A photo in no set is shown with the reason, and that a person must decide."""
    assert planned.of("IMG_0011.JPG")["set"] == "in no set: single photo; waits for your approval"


def test_a_photo_that_the_shoot_skips(planned: Explaining) -> None:
    """The shoot's own file counts: a skipped photo is shown as not sent, a listed one as fixed."""
    planned.put(NAME, b"skip: [IMG_0002.JPG]\nsingle: [IMG_0011.JPG]\n")
    assert planned.of("IMG_0002.JPG")["set"].startswith("not sent: the setting `singles` or the shoot's bracketd.yaml")
    assert planned.of("IMG_0011.JPG")["set"] == "in no set: single photo in bracketd.yaml"
    assert planned.of("IMG_0001.JPG")["set"].startswith("photo 1 of 2 in set 1, with IMG_0003.JPG")


def test_a_photo_of_a_shoot_with_a_mistake(planned: Explaining) -> None:
    """A mistake in the shoot's own file is shown with its line and remedy instead of the set."""
    planned.put(NAME, b"skip: [IMG_0020.JPG]\n")
    shown = planned.of("IMG_0001.JPG")["set"]
    assert f"{NAME}:1: skip[0]: IMG_0020.JPG is not a photo of this shoot. Did you mean IMG_0002.JPG?" in shown


def test_the_set_that_the_service_may_make(planned: Explaining) -> None:
    """If the service groups, the set is shown as expected, with the setting."""
    planned.planned_by("6")
    shown = planned.of("IMG_0005.JPG")["set"]
    assert shown.startswith("photo 5 of 6 in set 1, with ")
    assert shown.endswith("The service decides, because `grouping` is 6")
