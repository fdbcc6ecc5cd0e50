from __future__ import annotations

import sys
from pathlib import Path

import pytest

from daemon.syncing import ClientName, SyncthingAccess, client_for

from .scripted import write_config
from .standin import StandIn
from .test_dropbox import write_info
from .test_maestral import write_settings


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    """A watched folder that no client syncs, and clients that sync other folders."""
    write_config(tmp_path / ".config" / "syncthing", "127.0.0.1:1", tmp_path / "Sync")
    write_info(tmp_path, personal=tmp_path / "Dropbox")
    write_settings(tmp_path / ".config" / "maestral" / "maestral.ini", tmp_path / "Maestral")
    watched = tmp_path / "Shoots"
    watched.mkdir()
    return watched


@pytest.mark.parametrize(("above", "name"), [("Sync", "Syncthing"), ("Dropbox", "Dropbox"), ("Maestral", "Maestral")])
def test_who_keeps_it(tmp_path: Path, watched: Path, above: str, name: str) -> None:
    """The client whose folder contains the watched folder is found, even before the watched folder exists."""
    found = client_for(str(tmp_path / above / "Shoots"), environ={"HOME": str(tmp_path)})
    assert found is not None
    assert found.name == name
    assert client_for(str(watched), environ={"HOME": str(tmp_path)}) is None


def test_a_mark_of_one_that_cannot_be_asked(tmp_path: Path, watched: Path) -> None:
    """A folder with a ``.stfolder`` belongs to another account's Syncthing; the report on each shoot says so."""
    (watched / ".stfolder").mkdir()
    found = client_for(str(watched), environ={"HOME": str(tmp_path)})
    assert found is not None
    said = found.ask(str(watched / "12 Oak St"))
    assert said.done is None
    assert said.why.startswith("Syncthing syncs 12 Oak St, but under another account or on another machine")


@pytest.mark.parametrize(
    ("named", "name"), [("syncthing", "Syncthing"), ("dropbox", "Dropbox"), ("maestral", "Maestral")]
)
def test_a_client_that_is_named(tmp_path: Path, watched: Path, named: ClientName, name: str) -> None:
    """A client that the settings name is always used, and reports that it cannot tell."""
    found = client_for(str(watched), sync_client=named, environ={"HOME": str(tmp_path), "PATH": str(tmp_path)})
    assert found is not None
    assert found.name == name
    said = found.ask(str(watched / "12 Oak St"))
    assert said.done is None
    assert said.why


def test_what_is_certain_comes_first(tmp_path: Path, watched: Path) -> None:
    """A client that certainly syncs the folder is preferred to a Syncthing that does not respond."""
    del watched
    down = SyncthingAccess("http://127.0.0.1:1", "a-key")
    known = {"HOME": str(tmp_path)}
    found = [
        client_for(str(tmp_path / name / "Shoots"), syncthing=down, environ=known) for name in ("Dropbox", "Pictures")
    ]
    assert [client and client.name for client in found] == ["Dropbox", "Syncthing"]


def test_nothing_is_opened(tmp_path: Path) -> None:
    """No client opens anything in the watched folder, neither in the search nor for a report."""
    shoot = tmp_path / "Kept" / "Shoots" / "12 Oak St"
    shoot.mkdir(parents=True)
    (shoot / "IMG_1.JPG").write_bytes(b"photo")
    write_config(tmp_path / ".config" / "syncthing", "127.0.0.1:1", tmp_path / "Kept")
    write_info(tmp_path, personal=tmp_path / "Kept")
    write_settings(tmp_path / ".config" / "maestral" / "maestral.ini", tmp_path / "Kept")
    for name in ("dropbox-cli", "maestral"):
        StandIn(tmp_path / "commands", name, {"filestatus": "PATH: up to date\n", "status": "Status: Up to date\n"})
    known = {"HOME": str(tmp_path), "PATH": str(tmp_path / "commands")}
    opened = []
    recording = True

    def record(event: str, arguments: tuple[object, ...]) -> None:
        if recording and event in ("open", "os.listdir", "os.scandir"):
            opened.append(str(arguments[0]))

    sys.addaudithook(record)  # a hook cannot be removed, but it stops recording
    names: tuple[ClientName, ...] = ("syncthing", "dropbox", "maestral")
    for name in names:
        client = client_for(str(shoot.parent), sync_client=name, environ=known)
        assert client is not None
        client.ask(str(shoot))
    recording = False
    assert any(path.endswith("config.xml") for path in opened)
    assert not [path for path in opened if path.startswith(str(tmp_path / "Kept"))]


def test_none(tmp_path: Path, watched: Path) -> None:
    """``none`` returns no client, even if one syncs the folder."""
    del watched
    assert client_for(str(tmp_path / "Sync"), sync_client="none", environ={"HOME": str(tmp_path)}) is None


def test_nothing_is_known(tmp_path: Path) -> None:
    """On a machine without sync clients none is found."""
    assert client_for(str(tmp_path / "Shoots"), environ={"HOME": str(tmp_path)}) is None
