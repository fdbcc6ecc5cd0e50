"""The units under a real systemd, unchanged except for times. See ``systemd_nspawn``."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator

import pytest

from tests.edges.sandbox.shots import shoot
from tests.whole.conftest import AT_ONCE
from tests.whole.program import Json, until
from tests.whole.systemd_nspawn import ACCOUNT, PATIENCE, REPOSITORY, Machine, Service, booted, missing

ROOT = os.environ.get("BRACKETD_NSPAWN_ROOT")

pytestmark = pytest.mark.skipif(missing(ROOT) is not None, reason=str(missing(ROOT)))

API, KEY = "http://127.0.0.1:8700", "sandbox-key-0123456789"
SANDBOX = ("--json", "--port=8700", f"--key={KEY}", "--poll-floor=0", *(f"--set={switch}" for switch in AT_ONCE))

SHORTER = """\
[Service]
RestartSec=1
WatchdogSec=6
TimeoutStopSec=10
"""
"""Shorter times for the tests. The daemon promises to stop within ten seconds."""

BOTH = pytest.mark.parametrize("unit", ["bracketd.service", "bracketd@.service"])


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A machine with the sandbox, on which the account's manager runs without a login."""
    assert ROOT is not None
    with booted(ROOT) as machine:
        machine.do("loginctl", "enable-linger", ACCOUNT)
        machine.do("systemd-run", "--unit=sandbox", "bracketd", "sandbox", *SANDBOX)
        until(lambda: API in machine.do("journalctl", "--unit=sandbox"), PATIENCE)
        yield machine
        assert ask(machine, "report")["violations"] == []


@pytest.fixture
def service(machine: Machine, unit: str) -> Iterator[Service]:
    """An installed unit that is not started, with settings for one watched folder."""
    user = "@" not in unit
    service = Service(machine, unit.replace("@", f"@{ACCOUNT}"), user, machine.cursor())
    folder = f"{machine.home}/.config/systemd/user" if user else "/etc/systemd/system"
    ask(machine, "faults", [])
    own = (f"{machine.home}/{name}" for name in (".config/bracketd", ".local/state", "Pictures"))
    machine.do("rm", "-rf", *own, f"{folder}/{unit}.d")
    machine.write(f"{folder}/{unit}", (REPOSITORY / "systemd" / unit).read_bytes())
    machine.write(f"{folder}/{unit}.d/shorter.conf", SHORTER)
    until(lambda: machine.at(f"/run/user/{machine.uid}/bus").exists(), PATIENCE)
    service.systemctl("daemon-reload")
    machine.do_as_account("mkdir", "-p", f"{machine.home}/Pictures/Shoots")
    configure(machine)
    yield service
    service.systemctl("stop", service.unit)
    service.systemctl("reset-failed")


def ask(machine: Machine, what: str, body: object = None) -> Json:
    """Ask the sandbox for its report, or set faults."""
    code = (
        "import sys, urllib.request as r; "
        "print(r.urlopen(r.Request(sys.argv[1], sys.argv[2].encode() or None)).read().decode())"
    )
    sent = "" if body is None else json.dumps(body)
    answer: Json = json.loads(machine.do("python3", "-c", code, f"{API}/_sandbox/{what}", sent))
    return answer


def settings(**api: str) -> Json:
    """Settings of one watched folder and of the API."""
    return {
        "api": {"base_url": API, "poll_every": "0.2s", **api},
        "folders": [{"watch": "~/Pictures/Shoots", "output": "~/Pictures/Finished", "quiet_period": "0.5s"}],
    }


def configure(machine: Machine, text: str | None = None) -> None:
    """Write the account's settings."""
    content = json.dumps(settings(key=KEY)) if text is None else text
    machine.write(f"{machine.home}/.config/bracketd/config.yaml", content, mode=0o600)


def drop(machine: Machine, name: str) -> None:
    """Drop a shoot of one scene into the watched folder."""
    for file, data in shoot(1).items():
        machine.write(f"{machine.home}/Pictures/Shoots/{name}/{file}", data)


def reach(service: Service, name: str, phase: str) -> Json:
    """Wait until the account's ``bracketd status`` shows a phase. Returns the order."""
    seen: list[Json] = []

    def there() -> Json | None:
        seen[:] = [order for order in service.status()["orders"] if order["shoot"] == name]
        return next((order for order in seen if order["phase"] == phase), None)

    try:
        return until(there, PATIENCE) or {}
    except TimeoutError:
        raise AssertionError(f"{seen}\n" + "\n".join(service.journal())) from None


@BOTH
def test_it_has_started_when_it_watches(service: Service) -> None:
    """The unit becomes active after the settings were read and the folders scanned, not when the process starts."""
    service.systemctl("start", service.unit)
    said = service.show("ActiveState", "SubState", "StatusText")
    assert said == ["active", "running", "watching 1 folder(s)"], "the start ends only after the first scan"


@BOTH
def test_a_shoot_becomes_a_picture_for_everybody(service: Service) -> None:
    """Others can read the pictures but not the state, the verbs find the state, and the journal never has the key."""
    service.systemctl("enable", "--now", service.unit)
    drop(service.machine, "12 Oak St")
    order = reach(service, "12 Oak St", "downloaded")
    assert service.status()["daemon"]["running"]
    pictures = list(service.machine.at(order["output"]).iterdir())
    assert {path.name for path in pictures} == {"IMG_0001.jpg", "order.json"}
    assert [stat.S_IMODE(path.stat().st_mode) for path in pictures] == [0o644, 0o644]
    state = service.machine.at(f"{service.machine.home}/.local/state/bracketd")
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    events = [json.loads(line)["event"] for line in service.journal() if line.startswith("{")]
    assert {"watching", "settled", "downloaded"} <= set(events)
    assert KEY not in "\n".join(service.journal())


@BOTH
def test_a_hung_daemon_is_started_again(service: Service) -> None:
    """If the daemon hangs, the watchdog ends it, the journal says where it hung, and a new daemon works."""
    service.systemctl("start", service.unit)
    service.systemctl("kill", "--kill-whom=main", "--signal=STOP", service.unit)
    service.reaches(NRestarts="1", ActiveState="active")
    answer = "\n".join(service.journal())
    assert "Watchdog timeout" in answer
    assert "Fatal Python error: Aborted" in answer
    drop(service.machine, "12 Oak St")
    reach(service, "12 Oak St", "downloaded")


@BOTH
def test_a_killed_daemon_finishes_its_order(service: Service) -> None:
    """After a kill during an upload, it is restarted and finishes the order with one merge."""
    service.systemctl("start", service.unit)
    ask(service.machine, "faults", ["upload slow seconds=600"])
    drop(service.machine, "12 Oak St")
    order = reach(service, "12 Oak St", "uploading")
    service.systemctl("kill", "--kill-whom=main", "--signal=KILL", service.unit)
    ask(service.machine, "faults", [])
    service.reaches(NRestarts="1", ActiveState="active")
    reach(service, "12 Oak St", "downloaded")
    at_sandbox = ask(service.machine, "report")["orders"][order["order_id"]]
    assert len(at_sandbox["merges"]) == 1
    assert [image["charged"] for image in at_sandbox["images"]] == [1]


@BOTH
def test_settings_that_cannot_be_used_need_a_person(service: Service) -> None:
    """With invalid settings it exits with 78, is never active or restarted, and the journal has the remedy."""
    configure(service.machine, "folders:\n- watch: ~/Pictures/Shoots\n  output: ~/Pictures/Shoots/Finished\n")
    service.systemctl("start", "--no-block", service.unit)
    service.reaches(ActiveState="failed", SubState="failed", Result="exit-code", ExecMainStatus="78", NRestarts="0")
    assert not any(line.startswith("Started ") for line in service.journal())
    assert any(re.match(r"bracketd: /\S+/config\.yaml:3: folders\[0\]\.output: ", line) for line in service.journal())


@BOTH
def test_it_stops_in_time(service: Service) -> None:
    """A stop during an upload takes at most ten seconds and is not a failure."""
    service.systemctl("start", service.unit)
    ask(service.machine, "faults", ["upload slow seconds=600"])
    drop(service.machine, "12 Oak St")
    reach(service, "12 Oak St", "uploading")
    service.systemctl("stop", service.unit)
    assert service.show("ActiveState", "Result", "ExecMainStatus") == ["inactive", "success", "0"]
    assert "stopped" in [json.loads(line)["event"] for line in service.journal() if line.startswith("{")]


@pytest.mark.parametrize("unit", ["bracketd@.service"])
def test_the_key_can_be_a_credential(service: Service) -> None:
    """A key in /etc/credstore is found. Without any key the journal says so and the status is 78."""
    configure(service.machine, json.dumps(settings()))
    service.systemctl("start", "--no-block", service.unit)
    service.reaches(ActiveState="failed", ExecMainStatus="78")
    assert any("No API key is set" in line for line in service.journal())
    service.machine.write("/etc/credstore/autoenhance_api_key", f"{KEY}\n", mode=0o600)
    service.systemctl("start", service.unit)
    drop(service.machine, "12 Oak St")
    reach(service, "12 Oak St", "downloaded")
    service.machine.do("rm", "/etc/credstore/autoenhance_api_key")


@BOTH
def test_the_stricter_lines_can_be_used(service: Service) -> None:
    """With every commented restriction a shoot is still finished, and originals are read-only."""
    service.machine.do_as_account(
        "mkdir", "-p", f"{service.machine.home}/Pictures/Finished", f"{service.machine.home}/.local/state/bracketd"
    )
    folder = f"{service.machine.home}/.config/systemd/user" if service.user else "/etc/systemd/system"
    shipped = REPOSITORY / "systemd" / service.unit.replace(ACCOUNT, "")
    stricter = shipped.read_text().partition("# Stricter")[2].partition("\n[Install]")[0]
    lines = re.findall(r"^#([A-Z]\w+=.*)", stricter, re.MULTILINE)
    service.machine.write(f"{folder}/{shipped.name}.d/stricter.conf", "\n".join(["[Service]", *lines, ""]))
    service.systemctl("daemon-reload")
    service.systemctl("start", service.unit)
    drop(service.machine, "12 Oak St")
    reach(service, "12 Oak St", "downloaded")
    (pid,) = service.show("MainPID")
    for name, writable in (("Finished", True), ("Shoots", False), ("Shoots/12 Oak St/IMG_0001.JPG", False)):
        path = f"{service.machine.home}/Pictures/{name}"
        look = f'if test -w "{path}"; then echo writable; fi'
        answer = service.machine.do("nsenter", f"--target={pid}", "--mount", "sh", "-c", look)
        assert (answer == "writable\n") is writable, path
