"""Pipes, sockets, devices and endless files under the names of files that bracketd reads."""

from __future__ import annotations

import io
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from daemon import exif
from daemon.access import access_of
from daemon.config import load
from daemon.config.settings import SyncthingSettings
from daemon.errors import BracketdError
from daemon.exif.structure import structure
from daemon.files import content, incoming, outgoing
from daemon.files.passing import can_be_read
from daemon.frames import shot_in
from daemon.host.lock import PID, running_pid
from daemon.recovery.notes import find_notes
from daemon.regular import NotRegular, TooLarge, json_of, open_regular, read_regular
from daemon.shoot import File
from daemon.store.place import FILE
from daemon.store.sqlite.copies import COPIES, copies
from daemon.store.sqlite.reader import SqliteReader
from daemon.syncing.dropbox import Dropbox
from daemon.syncing.syncthing.settings import configurations

PATIENCE = 10.0
"""Seconds after which a call counts as one that hangs."""

DEEP = "[" * 200_000


def saved() -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "blue").save(file, "JPEG")
    return file.getvalue()


JPEG = saved()


def pipe(path: Path) -> None:
    """A pipe without a writer."""
    os.mkfifo(path)


def listener(path: Path) -> None:
    """A socket in the file system."""
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(path.parent)  # the path of a socket may have about a hundred bytes
        try:
            listening.bind(path.name)
        finally:
            os.chdir(here)


def endless(path: Path) -> None:
    """A link to a device that gives zero bytes without end."""
    path.symlink_to("/dev/zero")


SPECIAL = [pipe, listener, endless]


def promptly(call: Callable[[], object]) -> object:
    """The result or error of a call, which must not take long."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(call())
        except (OSError, BracketdError, ValueError) as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    for _ in range(int(PATIENCE / 0.05)):
        thread.join(0.05)  # signals have their turn in between
        if outcome:
            break
    assert outcome, "it hangs"
    return outcome[0]


@pytest.mark.parametrize("special", SPECIAL)
def test_what_is_not_a_regular_file_is_not_opened(tmp_path: Path, special: Callable[[Path], None]) -> None:
    """Reading a pipe, a socket, a device or a folder fails at once."""
    special(tmp_path / "x")
    assert isinstance(promptly(lambda: open_regular(tmp_path / "x")), NotRegular)
    assert isinstance(promptly(lambda: read_regular(tmp_path / "x", 10)), NotRegular)
    assert isinstance(promptly(lambda: open_regular(tmp_path)), IsADirectoryError)


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    """A file of the largest size is read; one byte more is an error with the limit."""
    (tmp_path / "x").write_bytes(b"x" * 100_000)
    assert read_regular(tmp_path / "x", 100_000) == b"x" * 100_000
    with pytest.raises(TooLarge, match="larger than 99,999 bytes"):
        read_regular(tmp_path / "x", 99_999)


@contextmanager
def lease(path: Path) -> Iterator[list[int]]:
    """Hold a lease on a file, as Samba does for its clients, and release it when the kernel asks for it."""
    import fcntl  # noqa: PLC0415 - not on every system
    import signal  # noqa: PLC0415

    if not hasattr(fcntl, "F_SETLEASE"):
        pytest.skip("only Linux has leases")
    asked: list[int] = []
    descriptor = os.open(path, os.O_RDWR)

    def give_back(number: int, _frame: object) -> None:
        asked.append(number)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)

    before = signal.signal(signal.SIGIO, give_back)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        yield asked
    finally:
        os.close(descriptor)
        signal.signal(signal.SIGIO, before)


def test_a_file_with_a_lease_is_waited_for(tmp_path: Path) -> None:
    """A file with a file server's lease is read once the server releases it."""
    (tmp_path / "x").write_bytes(b"photo")
    with lease(tmp_path / "x") as asked:
        assert promptly(lambda: read_regular(tmp_path / "x", 10)) == b"photo"
    assert asked


@pytest.mark.parametrize("text", [DEEP, '{"a":' * 200_000, "{", "\ufeff{}"])
def test_json_that_cannot_be_read_is_one_error(text: str) -> None:
    """A document that is nested too deeply is invalid, like one that is cut off."""
    with pytest.raises(ValueError, match=r".+"):
        json_of(text)


def recorded(path: Path) -> File:
    """A photo as recorded before something else replaced it."""
    status = path.stat()
    return File(path.name, status.st_size, status.st_mtime_ns, status.st_ino)


FAR = (b"II*\0" + (70_000).to_bytes(4, "little")).ljust(64 * 1024, b"\0")
"""The head of a TIFF file whose directory lies behind it."""

PHOTO_READERS: dict[str, Callable[[Path], object]] = {
    "mark": lambda path: content.mark(str(path.parent), path.name),
    "sha256": lambda path: content.sha256(str(path.parent), path.name),
    "upload": lambda path: list(outgoing.chunks(str(path.parent), recorded(path), lambda: None)),
    "structure": structure,
    "exif": exif.read,
    "frame": lambda path: shot_in(str(path.parent), path.name, FAR),
}


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize("reader", PHOTO_READERS)
def test_a_replaced_photo_is_an_error(tmp_path: Path, reader: str, special: Callable[[Path], None]) -> None:
    """Reading a photo fails if a pipe, a socket or a device has replaced it."""
    special(tmp_path / "IMG_1.JPG")
    failed = promptly(lambda: PHOTO_READERS[reader](tmp_path / "IMG_1.JPG"))
    assert isinstance(failed, OSError | BracketdError)
    assert "not a regular file" in str(failed)


@pytest.mark.parametrize("special", SPECIAL)
def test_a_replaced_photo_does_not_prove_that_the_disk_works(tmp_path: Path, special: Callable[[Path], None]) -> None:
    """A pipe, a socket or a device in a photo's place does not prove that the disk works."""
    special(tmp_path / "IMG_1.JPG")
    assert promptly(lambda: can_be_read(str(tmp_path), "IMG_1.JPG")) is False
    (tmp_path / "IMG_2.JPG").write_bytes(JPEG)
    assert can_be_read(str(tmp_path), "IMG_2.JPG")


@pytest.mark.parametrize("special", [pipe, listener])
def test_a_picture_arrives_where_something_else_lay(tmp_path: Path, special: Callable[[Path], None]) -> None:
    """A pipe or a socket with the hidden name of a picture does not block its download."""
    special(tmp_path / incoming.part_name("i1"))

    def arrive() -> str | None:
        with incoming.Part(str(tmp_path), "i1") as part:
            return incoming.place(
                str(tmp_path), "i1", incoming.PictureName("IMG_1", "jpg"), part.write([JPEG], len(JPEG)).sha256
            )

    assert promptly(arrive) == "IMG_1.jpg"


@pytest.mark.parametrize("special", SPECIAL)
def test_a_note_that_is_not_a_file_still_occupies_its_name(tmp_path: Path, special: Callable[[Path], None]) -> None:
    """A pipe, a socket or a device named order.json is not a note, but the name is in use."""
    special(tmp_path / "order.json")
    assert promptly(lambda: incoming.read_json(str(tmp_path), "order.json")) == {}
    assert promptly(lambda: find_notes([str(tmp_path)]).found) == ()


@pytest.mark.parametrize("large", [False, True])
def test_a_note_that_is_too_much_is_something_else(tmp_path: Path, large: bool) -> None:
    """JSON that is nested too deeply or too long is not a note."""
    (tmp_path / "order.json").write_text("{}" if large else DEEP)
    if large:
        os.truncate(tmp_path / "order.json", incoming.LARGEST_JSON + 1)
    assert incoming.read_json(str(tmp_path), "order.json") == {}
    assert find_notes([str(tmp_path)]).found == ()


@pytest.mark.parametrize("special", SPECIAL)
def test_a_picture_s_name_that_something_else_bears_is_left_to_it(
    tmp_path: Path, special: Callable[[Path], None]
) -> None:
    """A finished picture gets the next name if a pipe, a socket or a device has the first one."""
    special(tmp_path / "IMG_1.jpg")
    with incoming.Part(str(tmp_path), "i1") as part:
        sha = part.write([JPEG], len(JPEG)).sha256
    assert (
        promptly(lambda: incoming.place(str(tmp_path), "i1", incoming.PictureName("IMG_1", "jpg"), sha))
        == "IMG_1-2.jpg"
    )


def test_a_note_is_written_where_something_else_lay(tmp_path: Path) -> None:
    """A pipe with the hidden name of a note does not block the delivery."""
    os.mkfifo(tmp_path / ".order.json.part")
    assert promptly(lambda: incoming.write_json(str(tmp_path), "order.json", {"shoot": "x"})) is None
    assert incoming.read_json(str(tmp_path), "order.json") == {"shoot": "x"}


@pytest.mark.parametrize("special", SPECIAL)
@pytest.mark.parametrize("which", ["config.yaml", "key"])
def test_settings_must_be_a_file(tmp_path: Path, which: str, special: Callable[[Path], None]) -> None:
    """A configuration or key file that is a pipe, a socket or a device is named as the problem."""
    if which == "key":
        (tmp_path / "config.yaml").write_text("api: {key_file: key}\nfolders: [{watch: in, output: out}]\n")
    special(tmp_path / which)
    failed = promptly(lambda: load(tmp_path / "config.yaml", {}))
    assert isinstance(failed, BracketdError)
    assert f"{tmp_path / which}" in str(failed)
    assert "cannot be read (not a regular file)" in str(failed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# x\n" * 300_000, "larger than 1,048,576 bytes"),
        (DEEP, "nested more than 50 deep"),
        ("- " * 60 + "x", "nested more than 50 deep"),
    ],
    ids=["large", "deep in brackets", "deep in lists"],
)
def test_settings_that_are_too_much_are_a_problem(tmp_path: Path, text: str, said: str) -> None:
    """A configuration file that is huge, or nested too deeply, is named as the problem."""
    (tmp_path / "config.yaml").write_text(text)
    failed = promptly(lambda: load(tmp_path / "config.yaml", {}))
    assert isinstance(failed, BracketdError)
    assert said in str(failed)


@pytest.mark.parametrize("special", SPECIAL)
def test_settings_of_sync_clients_that_are_not_files(tmp_path: Path, special: Callable[[Path], None]) -> None:
    """A sync client whose settings are a pipe, a socket or a device manages no folder; such a key file is a problem."""
    (tmp_path / ".dropbox").mkdir()
    for name in (".dropbox/info.json", "config.xml", "key"):
        special(tmp_path / name)
    environ = {"HOME": str(tmp_path), "STCONFDIR": str(tmp_path)}
    assert promptly(lambda: Dropbox(environ).keeps(str(tmp_path))) is False
    assert promptly(lambda: list(configurations(environ))) == []
    asked = SyncthingSettings.model_validate({"address": "http://127.0.0.1:1", "key_file": tmp_path / "key"})
    assert "not a regular file" in str(promptly(lambda: access_of(asked)))


def test_a_sync_client_s_settings_that_are_nested_too_deeply(tmp_path: Path) -> None:
    """A sync client whose settings cannot be read manages no folder."""
    (tmp_path / ".dropbox").mkdir()
    (tmp_path / ".dropbox" / "info.json").write_text(DEEP)
    assert Dropbox({"HOME": str(tmp_path)}).keeps(str(tmp_path)) is False


def test_a_state_directory_with_pipes_in_it(tmp_path: Path) -> None:
    """A pipe as the state file is a damaged state; among the copies, or as the pid file, it is ignored."""
    os.mkfifo(tmp_path / FILE)
    assert "it is not a regular file" in str(promptly(lambda: SqliteReader(tmp_path)))
    (tmp_path / COPIES).mkdir()
    os.mkfifo(tmp_path / COPIES / "2026-01-01.sqlite3")
    assert promptly(lambda: copies(tmp_path / FILE)) == []
    os.mkfifo(tmp_path / PID)
    assert promptly(lambda: running_pid(tmp_path)) is None
