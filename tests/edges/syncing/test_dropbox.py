from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest

from daemon.syncing import SyncReport
from daemon.syncing.dropbox import Dropbox

from .standin import StandIn

UP_TO_DATE = "PATH: up to date\n"


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """A shoot in the Dropbox folder of an account."""
    shoot = tmp_path / "Dropbox" / "Shoots" / "12 Oak St"
    shoot.mkdir(parents=True)
    write_info(tmp_path, personal=tmp_path / "Dropbox")
    return shoot


def write_info(home: Path, **paths: Path) -> None:
    """``info.json`` as Dropbox writes it."""
    accounts = {
        kind: {"path": str(path), "host": 4711, "is_team": False, "subscription_type": "Plus"}
        for kind, path in paths.items()
    }
    (home / ".dropbox").mkdir(exist_ok=True)
    (home / ".dropbox" / "info.json").write_text(json.dumps(accounts))


def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with the stand-ins, and with a key that they must not get."""
    return {"HOME": str(tmp_path), "PATH": str(tmp_path / "commands"), "AUTOENHANCE_API_KEY": "k3y-that-must-stay-home"}


# What `filestatus` prints is made in dropbox.in (nautilus-dropbox); what `status` prints was seen by others, in the
# issues NixOS/nixpkgs#35303, janeczku/docker-dropbox#44 and otherguy/docker-dropbox#2, in erikw/tmux-powerline#478, and
# in the status-bar scripts g-suraj/Scripts, a-irs/dot and ccokee/dotfiles.
@pytest.mark.parametrize(
    ("filestatus", "status", "said"),
    [
        (UP_TO_DATE, "Up to date\n", SyncReport(True, "Dropbox has downloaded all known files of 12 Oak St")),
        (UP_TO_DATE, "Idle\n", SyncReport(True, "Dropbox has downloaded all known files of 12 Oak St")),
        (
            UP_TO_DATE,
            'Syncing "nixos.txt"\nUploading "nixos.txt"...\n',
            SyncReport(True, "Dropbox has downloaded all known files of 12 Oak St"),
        ),
        (
            UP_TO_DATE,
            'Syncing "agi-bin" • 2+ days\nIndexing "agi-bin" (2+ days)\n',
            SyncReport(True, "Dropbox has downloaded all known files of 12 Oak St"),
        ),
        (
            "PATH: syncing\n",
            "Syncing 12 files • 2 mins\nDownloading 12 files (3.1 MB/sec, 2 mins)\n",
            SyncReport(False, "Dropbox is still syncing 12 Oak St (“Downloading 12 files (3.1 MB/sec, 2 mins)”)"),
        ),
        (
            "PATH: syncing\n",
            'Syncing "IMG_1.JPG"\n',
            SyncReport(False, 'Dropbox is still syncing 12 Oak St (“Syncing "IMG_1.JPG"”)'),
        ),
        ("PATH: syncing\n", "", SyncReport(False, "Dropbox is still syncing 12 Oak St (“nothing”)")),
        (
            UP_TO_DATE,
            "Downloading file list...\n",
            SyncReport(False, "Dropbox is still checking which files to download"),
        ),
        (
            UP_TO_DATE,
            "Connecting...\n",
            SyncReport(None, "Dropbox has nothing left to download for 12 Oak St, but reports “Connecting...”"),
        ),
        (
            UP_TO_DATE,
            "Starting...\n",
            SyncReport(None, "Dropbox has nothing left to download for 12 Oak St, but reports “Starting...”"),
        ),
        (
            UP_TO_DATE,
            "Syncing paused\n",
            SyncReport(None, "Dropbox has nothing left to download for 12 Oak St, but reports “Syncing paused”"),
        ),
        (
            UP_TO_DATE,
            "Sync paused\n",
            SyncReport(None, "Dropbox has nothing left to download for 12 Oak St, but reports “Sync paused”"),
        ),
        (
            UP_TO_DATE,
            "Aktualisiert\n",
            SyncReport(None, "Dropbox has nothing left to download for 12 Oak St, but reports “Aktualisiert”"),
        ),
        (
            "PATH: unwatched\n",
            "Up to date\n",
            SyncReport(None, "Dropbox is not syncing 12 Oak St: it is paused, still starting, or excludes this folder"),
        ),
        ("PATH: unsyncable\n", "Up to date\n", SyncReport(None, "Dropbox cannot sync some files in 12 Oak St")),
        ("PATH: File doesn't exist\n", "Up to date\n", SyncReport(None, "Dropbox says “File doesn't exist”")),
        ("PATH: unknown\n", "Up to date\n", SyncReport(None, "Dropbox says “unknown”")),
        ("Dropbox isn't running!\n", "", SyncReport(None, "Dropbox says “Dropbox isn't running!”")),
        ("Dropbox isn't responding!\n", "", SyncReport(None, "Dropbox says “Dropbox isn't responding!”")),
        ("Dropbox daemon stopped.\n", "", SyncReport(None, "Dropbox says “Dropbox daemon stopped.”")),
        ("", "", SyncReport(None, "Dropbox says “”")),
    ],
)
def test_what_it_says(tmp_path: Path, shoot: Path, filestatus: str, status: str, said: SyncReport) -> None:
    """A shoot is done if Dropbox says so and is running. Unknown texts prove nothing."""
    StandIn(tmp_path / "commands", "dropbox", {"filestatus": filestatus, "status": status})
    assert Dropbox(environ(tmp_path)).ask(str(shoot)) == said


@pytest.mark.parametrize("name", ["dropbox", "dropbox.py", "dropbox-cli"])
def test_names_of_the_command(tmp_path: Path, shoot: Path, name: str) -> None:
    """Its command is found under each of its names."""
    StandIn(tmp_path / "commands", name, {"filestatus": UP_TO_DATE, "status": "Up to date\n"})
    assert Dropbox(environ(tmp_path)).ask(str(shoot)).done is True


def test_the_daemon_is_not_started(tmp_path: Path, shoot: Path) -> None:
    """A ``dropbox`` that is the daemon itself, as in some distributions, is never run."""
    daemon = tmp_path / "commands" / "dropbox"
    daemon.parent.mkdir()
    daemon.write_text(f"#!/bin/sh\ntouch '{tmp_path}/started'\n")
    daemon.chmod(0o755)
    assert Dropbox(environ(tmp_path)).ask(str(shoot)).done is None
    assert not (tmp_path / "started").exists()


def test_no_command(tmp_path: Path, shoot: Path) -> None:
    """A Dropbox without its command still syncs the folder, and the report says that it cannot be queried."""
    keeper = Dropbox(environ(tmp_path))
    assert keeper.keeps(str(shoot))
    assert keeper.ask(str(shoot)) == SyncReport(None, "The `dropbox` command is not installed")


def test_what_it_is_given(tmp_path: Path, shoot: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The command gets the resolved folder and only the variables it needs: no key, and no terminal."""
    standin = StandIn(tmp_path / "commands", "dropbox", {"filestatus": UP_TO_DATE, "status": "Up to date\n"})
    (tmp_path / "mine").symlink_to(shoot.parent)
    Dropbox(environ(tmp_path)).ask(str(tmp_path / "mine" / "12 Oak St"))
    assert [arguments for arguments, _ in standin.calls()] == [["filestatus", str(shoot)], ["status"]]
    for _, given in standin.calls():
        assert given["HOME"] == str(tmp_path)
        assert "k3y-that-must-stay-home" not in json.dumps(given)
    assert capfd.readouterr() == ("", "")


def test_a_command_that_hangs(tmp_path: Path, shoot: Path) -> None:
    """A command that hangs is killed with all processes that it started."""
    hanging = tmp_path / "commands" / "dropbox-cli"
    hanging.parent.mkdir()
    hanging.write_text(f"#!/bin/sh\nsleep 60 & echo $$ $! > '{tmp_path}/pids'; wait\n")
    hanging.chmod(0o755)
    said = Dropbox(environ(tmp_path), patience=1.5).ask(str(shoot))
    assert said == SyncReport(None, "The command dropbox-cli did not finish within 1.5 seconds")
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    started = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(started, timeout=5)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_what_cannot_be_run(tmp_path: Path, shoot: Path) -> None:
    """A command that exists but cannot be run gives a report too."""
    broken = tmp_path / "commands" / "dropbox-cli"
    broken.parent.mkdir()
    broken.write_text("#!/nowhere/at/all\n")
    broken.chmod(0o755)
    assert Dropbox(environ(tmp_path)).ask(str(shoot)).done is None


def test_its_folders(tmp_path: Path, shoot: Path) -> None:
    """It syncs what is in the folder of any of its accounts, including through links."""
    write_info(tmp_path, personal=tmp_path / "elsewhere", business=tmp_path / "link")
    (tmp_path / "link").symlink_to(tmp_path / "Dropbox")
    keeper = Dropbox(environ(tmp_path))
    assert keeper.keeps(str(shoot))
    assert not keeper.keeps(str(tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "7",
        '{"personal": {"path": "Dropbox"}}',
        '{"personal": 7}',
        '{"personal": {"path": 7}}',
        '{"a": {}}',
        "\0",
    ],
)
def test_info_that_is_none(tmp_path: Path, shoot: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """An ``info.json`` without a folder means that Dropbox syncs nothing, whatever the working directory is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dropbox" / "info.json").write_text(text)
    assert not Dropbox(environ(tmp_path)).keeps(str(shoot))
