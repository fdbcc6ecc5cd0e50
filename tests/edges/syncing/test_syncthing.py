from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from daemon.syncing import SyncReport, SyncthingAccess
from daemon.syncing.syncthing import Syncthing
from tests.edges.service.hosts import Host, always

from .conftest import Hosts
from .scripted import KEY, SENDER, Answers, connected, environ, item, status, write_config

DONE = SyncReport(True, "Syncthing has downloaded all known files of 12 Oak St", foresees=True)


def test_done(host: Hosts, shoot: Path) -> None:
    """A shoot is done if nothing is needed and a device that shares it is connected."""
    assert Syncthing(environ(shoot, host(Answers()))).ask(str(shoot)) == DONE


def test_only_this_shoot_counts(host: Hosts, shoot: Path) -> None:
    """Only needed items inside the shoot are reported, with their number and size."""
    need = (
        item("Shoots/12 Oak St/DCIM", 128, type="FILE_INFO_TYPE_DIRECTORY"),
        item("Shoots/12 Oak St/DCIM/IMG_1.JPG", 25_000_000),
        item("Shoots/12 Oak St/IMG_2.JPG", 25_000_000),
        item("Shoots/12 Oak Street/IMG_3.JPG"),
        item("Shoots/1 Elm St/IMG_4.JPG"),
        item("12 Oak St/IMG_5.JPG"),
    )
    keeper = Syncthing(
        environ(shoot, host(Answers({"/rest/db/status": status("syncing", files=5, size=50_003_000)}, need)))
    )
    assert keeper.ask(str(shoot)) == SyncReport(False, "Syncthing is still downloading 2 files (50 MB) into 12 Oak St")
    other = shoot.parent / "3 High St"
    assert keeper.ask(str(other)) == SyncReport(
        True, "Syncthing has downloaded all known files of 3 High St", foresees=True
    )


def test_nothing_left_but_a_last_file_under_way(host: Hosts, shoot: Path) -> None:
    """A needed file counts even while all of its bytes are in transit and none counts as needed."""
    answers = Answers(
        {"/rest/db/status": status("syncing", files=1, size=0)}, (item("Shoots/12 Oak St/IMG_1.JPG", 1000),)
    )
    assert Syncthing(environ(shoot, host(answers))).ask(str(shoot)).done is False


def test_names_are_compared_as_people_read_them(host: Hosts, tmp_path: Path) -> None:
    """A shoot name with combining accents on disk is found under Syncthing's composed spelling."""
    shoot = tmp_path / "Shoots" / "12 Oak St" / unicodedata.normalize("NFD", "Café")
    shoot.mkdir(parents=True)
    answers = Answers(
        {"/rest/db/status": status("syncing", files=1, size=9)},
        (item(unicodedata.normalize("NFC", "12 Oak St/Café/IMG_1.JPG")),),
    )
    said = Syncthing(environ(shoot, host(answers))).ask(str(shoot))
    assert said.done is False


def test_removals(host: Hosts, shoot: Path) -> None:
    """Files that still have to be removed hold a shoot, unless the folder ignores removals."""
    gone = (item("Shoots/12 Oak St/IMG_1.JPG", 0, deleted=True), item("Shoots/1 Elm St/IMG_1.JPG"))
    counted = Answers({"/rest/db/status": status("syncing", files=1, deletes=1)}, gone)
    assert Syncthing(environ(shoot, host(counted))).ask(str(shoot)) == SyncReport(
        False, "Syncthing is still removing 1 file from 12 Oak St"
    )
    ignored = Answers({"/rest/db/status": status("syncing", files=1, deletes=0)}, gone)
    assert Syncthing(environ(shoot, host(ignored))).ask(str(shoot)) == DONE


def test_every_page_is_read(host: Hosts, shoot: Path) -> None:
    """Needed items on a later page of the list are found too."""
    need = (*(item(f"Shoots/1 Elm St/{n}.JPG") for n in range(2500)), item("Shoots/12 Oak St/IMG_1.JPG"))
    answers = Answers({"/rest/db/status": status("syncing", files=2501)}, need)
    assert Syncthing(environ(shoot, host(answers))).ask(str(shoot)) == SyncReport(
        False, "Syncthing is still downloading 1 file (1 KB) into 12 Oak St"
    )


def test_a_list_without_end(host: Hosts, shoot: Path) -> None:
    """If the list is too long to read, the whole folder counts, and the number of requests is limited."""
    need = tuple(item(f"Shoots/1 Elm St/{n}.JPG") for n in range(20_000))
    started = host(Answers({"/rest/db/status": status("syncing", files=20_000, size=20_000_000)}, need))
    assert Syncthing(environ(shoot, started)).ask(str(shoot)) == SyncReport(
        False, "Syncthing is still downloading 20,000 files (20 MB) into Photos"
    )
    assert len(started.seen) < 20


def test_who_is_connected(host: Hosts, shoot: Path) -> None:
    """With no device connected the report cannot tell; right after a connection the shoot is not done."""
    nobody = {"/rest/system/connections": {"connections": {SENDER: {"connected": False}}}}
    assert Syncthing(environ(shoot, host(Answers(nobody)))).ask(str(shoot)).done is None
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    just = {"/rest/system/connections": connected(now)}
    assert Syncthing(environ(shoot, host(Answers(just)))).ask(str(shoot)).done is False
    making = {"/rest/system/connections": connected("0001-01-01T00:00:00Z")}
    assert Syncthing(environ(shoot, host(Answers(making)))).ask(str(shoot)).done is False
    strangers = {"/rest/system/connections": {"connections": {"STRANGER": {"connected": True}}}}
    assert Syncthing(environ(shoot, host(Answers(strangers)))).ask(str(shoot)).done is None


@pytest.mark.parametrize(
    ("state", "done"), [("valid", True), ("unknown", False), ("paused", None), ("notSharing", None)]
)
def test_what_the_connected_do(host: Hosts, shoot: Path, state: str, done: bool | None) -> None:
    """If Syncthing reports the remote state, only devices that share the folder count."""
    answers = Answers({"/rest/db/completion": {"remoteState": state}})
    assert Syncthing(environ(shoot, host(answers))).ask(str(shoot)).done is done


def test_zeros_of_a_paused_folder(host: Hosts, shoot: Path) -> None:
    """Zeros for a folder that does not run prove nothing."""
    answers = Answers({"/rest/db/status": status("")})
    assert Syncthing(environ(shoot, host(answers))).ask(str(shoot)).done is None


def test_a_folder_in_error(host: Hosts, shoot: Path) -> None:
    """A folder that Syncthing stopped because of an error is reported with the error."""
    answers = Answers({"/rest/db/status": status("error", error="folder path missing")})
    assert Syncthing(environ(shoot, host(answers))).ask(str(shoot)) == SyncReport(
        None, "Syncthing has stopped syncing Photos: folder path missing"
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("sendonly", SyncReport(True, "Syncthing only sends Photos and does not download into it")),
        (
            "receiveencrypted",
            SyncReport(None, "Syncthing stores Photos encrypted, so bracketd cannot tell what is missing"),
        ),
        ("receiveonly", DONE),
    ],
)
def test_kinds_of_folder(host: Hosts, shoot: Path, kind: str, said: SyncReport) -> None:
    """A folder that only sends is done; for an encrypted one the report cannot tell."""
    assert Syncthing(environ(shoot, host(Answers()), kind=kind)).ask(str(shoot)) == said


def test_the_deepest_folder_counts(host: Hosts, shoot: Path) -> None:
    """Of two nested folders, the inner one is queried."""
    started = host(Answers())
    home = shoot.parents[2] / "home"
    write_config(home, started.url.partition("://")[2], shoot.parent, shoot.parents[1])
    assert Syncthing({"HOME": str(home), "STCONFDIR": str(home)}).ask(str(shoot)) == DONE
    assert all("folder=shoots" in seen.target for seen in started.seen if "/rest/db/" in seen.target)


def test_no_longer_kept(host: Hosts, shoot: Path) -> None:
    """For a shoot that is no longer in a Syncthing folder, the report says that this is unknown."""
    known = environ(shoot, host(Answers()))
    keeper = Syncthing(known)
    assert keeper.ask(str(shoot)) == DONE
    write_config(Path(known["HOME"]), "127.0.0.1:1", shoot.parents[1] / "elsewhere")
    assert keeper.ask(str(shoot)) == SyncReport(None, "Syncthing does not sync a folder that contains 12 Oak St")


def test_the_page_is_off(host: Hosts, shoot: Path) -> None:
    """A Syncthing whose web page is disabled is not queried."""
    started = host(Answers())
    assert Syncthing(environ(shoot, started, enabled=False)).ask(str(shoot)) == SyncReport(
        None, "Syncthing's web interface is disabled, so bracketd cannot query it"
    )
    assert not started.seen


def test_given_access(host: Hosts, shoot: Path) -> None:
    """With an address and a key from bracketd's settings, Syncthing itself is asked for its folders."""
    folders = [
        {"id": "other", "label": "", "path": "/elsewhere", "type": "sendreceive", "devices": []},
        {
            "id": "shoots",
            "label": "",
            "path": str(shoot.parent),
            "type": "sendreceive",
            "devices": [{"deviceID": SENDER}],
        },
    ]
    started = host(Answers({"/rest/config/folders": folders}, key="another-key"))
    keeper = Syncthing({}, SyncthingAccess(started.url, "another-key"))
    assert keeper.keeps(str(shoot.parent))
    assert keeper.keeps(str(shoot.parents[1])) is False
    assert keeper.ask(str(shoot)) == DONE
    assert keeper.ask(str(shoot.parents[1])).done is None


def test_given_access_that_does_not_answer(shoot: Path) -> None:
    """If a configured Syncthing is down, its folders are unknown, and the report says that it does not respond."""
    with Host(always(200)) as gone:
        pass
    keeper = Syncthing({}, SyncthingAccess(gone.url, KEY))
    assert keeper.keeps(str(shoot.parent)) is None
    assert keeper.ask(str(shoot)) == SyncReport(None, f"Syncthing does not respond at {gone.url.partition('://')[2]}")
