"""The files of service managers, parsed as they parse them. ``tests/whole`` runs the systemd units."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from daemon.app.app import LAST
from daemon.cli import EX_CONFIG, cli
from daemon.config.key import CREDENTIAL
from daemon.host.disk import DISK_PATIENCE

REPOSITORY = Path(__file__).parents[2]
USER, SYSTEM = REPOSITORY / "systemd" / "bracketd.service", REPOSITORY / "systemd" / "bracketd@.service"
PLIST = REPOSITORY / "launchd" / "ai.bracketd.daemon.plist"

BOTH = pytest.mark.parametrize("unit", [USER, SYSTEM], ids=["user", "system"])

SECONDS = {"": 1, "s": 1, "min": 60, "h": 3600}


def settings(unit: Path) -> dict[str, list[str]]:
    """A unit's settings, each with all its values in sequence."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^([A-Z]\w+)=(.*)$", unit.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def seconds(unit: Path, name: str) -> int:
    """A time span of a unit in seconds, in the format of systemd.time(7)."""
    (value,) = settings(unit)[name]
    number, word = re.fullmatch(r"(\d+)(\w*)", value).groups()  # type: ignore[union-attr]  # fails when it is none
    return int(number) * SECONDS[word]


# --- systemd ---


@BOTH
@pytest.mark.parametrize("stricter", [False, True], ids=["as shipped", "with every commented setting"])
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_has_nothing_to_say_about_a_unit(unit: Path, stricter: bool, tmp_path: Path) -> None:
    """``systemd-analyze verify`` finds no problem, also with the commented settings."""
    text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE)
    if stricter:
        text = re.sub(r"^#([A-Z]\w+=)", r"\1", text, flags=re.MULTILINE)
    copy = tmp_path / unit.name
    copy.write_text(text)
    manager = "--user" if unit == USER else "--system"
    done = subprocess.run(
        ("systemd-analyze", manager, "verify", str(copy)),
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@BOTH
def test_a_unit_tells_systemd_how_bracketd_behaves(unit: Path) -> None:
    """The unit reports readiness, has a watchdog, and is always restarted, except after invalid settings."""
    found = settings(unit)
    assert found["Type"] == ["notify"]
    assert found["NotifyAccess"] == ["main"]
    assert found["Restart"] == ["on-failure"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert found["RestartPreventExitStatus"] == [str(EX_CONFIG)]


@BOTH
def test_a_unit_gives_bracketd_the_time_that_it_needs(unit: Path) -> None:
    """The unit is not killed while it stops, during a slow first scan, or between two watchdog reports."""
    assert seconds(unit, "TimeoutStopSec") > LAST
    assert seconds(unit, "TimeoutStartSec") > 10 * DISK_PATIENCE
    assert seconds(unit, "WatchdogSec") >= 3 * 60


@BOTH
def test_the_verbs_find_what_a_unit_made(unit: Path) -> None:
    """Neither unit moves settings or state to a place where the account's verbs would not find them."""
    moved = {"StateDirectory", "ConfigurationDirectory", "RootDirectory", "DynamicUser"}
    assert not moved & settings(unit).keys()
    assert "BRACKETD_CONFIG" not in unit.read_text()


@BOTH
def test_finished_pictures_stay_readable(unit: Path) -> None:
    """A unit does not change the account's umask, because other programs must be able to read the pictures."""
    assert "UMask" not in settings(unit)


@BOTH
def test_the_credential_is_the_one_that_bracketd_looks_for(unit: Path) -> None:
    """Every credential, including commented ones, has the name that the daemon uses."""
    named = re.findall(r"LoadCredential=([\w.]+)", unit.read_text())
    assert set(named) == {CREDENTIAL}


def test_a_missing_credential_is_not_a_failure() -> None:
    """The system unit names its credential without a path, so systemd ignores a missing one."""
    assert settings(SYSTEM)["LoadCredential"] == [CREDENTIAL]
    assert "LoadCredential" not in settings(USER)


def test_the_units_differ_in_who_and_where_only() -> None:
    """Both units have the same settings, except for the account and the key."""
    user, system = settings(USER), settings(SYSTEM)
    different = {name for name in user.keys() | system.keys() if user.get(name) != system.get(name)}
    assert different == {
        *("Description", "After", "User", "ExecStart", "LoadCredential", "CapabilityBoundingSet", "WantedBy")
    }
    assert system["User"] == ["%i"]
    assert (user["WantedBy"], system["WantedBy"]) == (["default.target"], ["multi-user.target"])


# --- launchd ---


@pytest.fixture
def plist() -> Iterator[dict[str, Any]]:
    """The property list's root."""
    with PLIST.open("rb") as file:
        yield plistlib.load(file)


def test_launchd_gets_what_it_understands(plist: dict[str, Any]) -> None:
    """Every key is in launchd.plist(5) and has the right type. launchd would silently ignore a misspelt key."""
    types = {
        "Label": str,
        "ProgramArguments": list,
        "RunAtLoad": bool,
        "KeepAlive": dict,
        "ThrottleInterval": int,
        "ExitTimeOut": int,
        "ProcessType": str,
        "EnvironmentVariables": dict,
        "StandardOutPath": str,
        "StandardErrorPath": str,
    }
    assert {key: type(value) for key, value in plist.items()} == types
    assert plist["Label"] == PLIST.stem
    assert all(type(value) is str for value in (*plist["ProgramArguments"], *plist["EnvironmentVariables"].values()))


def test_launchd_keeps_bracketd_alive(plist: dict[str, Any]) -> None:
    """It starts at login, is restarted with a delay after a failure only, and has enough time to stop."""
    assert plist["RunAtLoad"] is True
    assert plist["KeepAlive"] == {"SuccessfulExit": False}
    assert plist["ThrottleInterval"] >= 10
    assert plist["ExitTimeOut"] > LAST
    assert plist["ProcessType"] == "Background"


def test_launchd_holds_no_key_and_knows_no_home(plist: dict[str, Any]) -> None:
    """Every path is below the home folder that is replaced at installation, and no variable has the key."""
    paths = [plist["ProgramArguments"][0], plist["StandardOutPath"], plist["StandardErrorPath"]]
    assert all(path.startswith("/Users/you/") for path in paths)
    assert "~" not in str(plist)
    assert plist["EnvironmentVariables"] == {"PYTHONFAULTHANDLER": "1", "PYTHONUTF8": "1"}


# --- all files ---


def test_file_names_are_utf8_whatever_the_locale(plist: dict[str, Any]) -> None:
    """Each file sets Python's UTF-8 Mode, so that file names do not depend on the locale."""
    assert all("PYTHONUTF8=1" in settings(unit)["Environment"] for unit in (USER, SYSTEM))
    assert plist["EnvironmentVariables"]["PYTHONUTF8"] == "1"


def _commands(plist: dict[str, Any]) -> list[list[str]]:
    units = [settings(unit)["ExecStart"][0].split() for unit in (USER, SYSTEM)]
    return [*units, plist["ProgramArguments"]]


def test_what_they_start_is_there(plist: dict[str, Any]) -> None:
    """Each file starts ``bracketd run`` with valid options. Only launchd's uses ``--idle-on-config-error``."""
    parent = click.Context(cli, **cli.context_settings)
    for program, verb, *options in _commands(plist):
        command = cli.get_command(parent, verb)
        assert (Path(program).name, verb) == ("bracketd", "run")
        assert command is not None
        with command.make_context(verb, options, parent=parent) as context:
            assert context.params["idle_on_config_error"] is (program in plist["ProgramArguments"])
