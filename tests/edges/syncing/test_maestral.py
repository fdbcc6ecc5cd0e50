from __future__ import annotations

from pathlib import Path

import pytest

from daemon.syncing import SyncReport
from daemon.syncing.maestral import Maestral

from .standin import StandIn

DONE = SyncReport(True, "Maestral has downloaded all known files of 12 Oak St")


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """A shoot in the Dropbox folder that Maestral syncs."""
    shoot = tmp_path / "Dropbox (Maestral)" / "Shoots" / "12 Oak St"
    shoot.mkdir(parents=True)
    write_settings(tmp_path / ".config" / "maestral" / "maestral.ini", tmp_path / "Dropbox (Maestral)")
    return shoot


def write_settings(file: Path, root: Path, *, section: str = "sync") -> None:
    """Settings as Maestral 1.9 writes them (``[sync]``), or as versions before 1.4.8 did (``[main]``)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"[auth]\naccount_id = dbid:x%y\n\n[{section}]\npath = {root}\nexcluded_items = []\n")


def status(text: str) -> str:
    """The output of ``maestral status`` (``cli_info.py``) with this status."""
    return (
        f"\nAccount:      anna@example.com (Basic)\nUsage:        1% of 2GB\nStatus:       {text}\nSync errors:  0\n\n"
    )


def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with the stand-ins."""
    return {"HOME": str(tmp_path), "PATH": str(tmp_path / "commands")}


# Maestral 1.9.6: the file statuses and "Up to date", "Syncing...", "Paused", "Connecting..." are in constants.py, the
# other words in sync.py and manager.py.
@pytest.mark.parametrize(
    ("filestatus", "doing", "said"),
    [
        ("up to date\n", "Up to date", DONE),
        ("up to date\n", "Syncing ↓ 3/12", DONE),
        ("up to date\n", "Syncing ↑ 3/12", DONE),
        ("up to date\n", "Uploading deletions...", DONE),
        ("uploading\n", "Syncing ↑ 3/12", DONE),
        (
            "downloading\n",
            "Syncing ↓ 3/12",
            SyncReport(False, "Maestral is still downloading files into 12 Oak St (“Syncing ↓ 3/12”)"),
        ),
        (
            "up to date\n",
            "Fetching remote changes",
            SyncReport(False, "Maestral is still checking which files to download (“Fetching remote changes”)"),
        ),
        (
            "up to date\n",
            "Indexing 4000...",
            SyncReport(False, "Maestral is still checking which files to download (“Indexing 4000...”)"),
        ),
        (
            "up to date\n",
            "Connecting...",
            SyncReport(None, "Maestral has nothing left to download for 12 Oak St, but reports “Connecting...”"),
        ),
        (
            "unwatched\n",
            "Paused",
            SyncReport(None, "Maestral is not syncing 12 Oak St: it is paused or excludes this folder (“Paused”)"),
        ),
        (
            "error\n",
            "Up to date",
            SyncReport(None, "Maestral could not sync some files in 12 Oak St. See `maestral status`"),
        ),
        ("something new\n", "Up to date", SyncReport(None, "Maestral says “something new”")),
        ("", "Up to date", SyncReport(None, "Maestral says “”")),
    ],
)
def test_what_it_says(tmp_path: Path, shoot: Path, filestatus: str, doing: str, said: SyncReport) -> None:
    """A shoot is done if Maestral says so and is not checking for changes."""
    StandIn(tmp_path / "commands", "maestral", {"filestatus": filestatus, "status": status(doing)})
    assert Maestral(environ(tmp_path)).ask(str(shoot)) == said


@pytest.mark.parametrize(
    "printed",
    [
        "Maestral daemon is not running.\n",
        "! Configuration 'work' does not exist. Use 'maestral config-files' to list all configurations.\n",
    ],
)
def test_without_its_daemon(tmp_path: Path, shoot: Path, printed: str) -> None:
    """Without its daemon, Maestral is not queried further, because that would load the whole client."""
    standin = StandIn(tmp_path / "commands", "maestral", {"status": printed}, status=1)
    said = Maestral(environ(tmp_path)).ask(str(shoot))
    assert said == SyncReport(None, f"Maestral says “{printed.strip()}”")
    assert len(standin.calls()) == 1


def test_no_command(tmp_path: Path, shoot: Path) -> None:
    """A Maestral without its command still syncs the folder, and the report says that it cannot be queried."""
    keeper = Maestral(environ(tmp_path))
    assert keeper.keeps(str(shoot))
    assert keeper.ask(str(shoot)) == SyncReport(None, "The `maestral` command is not installed")


def test_the_account_that_keeps_the_folder(tmp_path: Path, shoot: Path) -> None:
    """Of several accounts, the one whose folder contains the shoot is queried."""
    directory = tmp_path / ".config" / "maestral"
    write_settings(directory / "maestral.ini", tmp_path / "private")
    write_settings(directory / "damaged.ini", Path("a\n[["))
    write_settings(directory / "work.ini", tmp_path / "Dropbox (Maestral)", section="main")
    standin = StandIn(tmp_path / "commands", "maestral", {"filestatus": "up to date\n", "status": status("Up to date")})
    assert Maestral(environ(tmp_path)).ask(str(shoot)) == DONE
    assert [arguments for arguments, _ in standin.calls()] == [
        ["status", "-c", "work"],
        ["filestatus", "-c", "work", str(shoot)],
    ]


@pytest.mark.parametrize(
    ("variable", "place"),
    [(None, ".config"), (None, "Library/Application Support"), ("XDG_CONFIG_HOME", "elsewhere")],
)
def test_places(tmp_path: Path, variable: str | None, place: str) -> None:
    """Its settings are found in all known places."""
    write_settings(tmp_path / place / "maestral" / "maestral.ini", tmp_path / "Dropbox")
    named = {variable: str(tmp_path / place)} if variable else {}
    assert Maestral({"HOME": str(tmp_path), **named}).keeps(str(tmp_path / "Dropbox" / "Shoots"))


def test_no_longer_kept(tmp_path: Path, shoot: Path) -> None:
    """For a shoot outside every Maestral folder, the report says that this is unknown."""
    StandIn(tmp_path / "commands", "maestral", {})
    assert Maestral(environ(tmp_path)).ask(str(shoot.parents[2] / "elsewhere")) == SyncReport(
        None, "Maestral no longer syncs a folder that contains elsewhere"
    )
