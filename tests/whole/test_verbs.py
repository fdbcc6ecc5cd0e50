from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import psutil

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.program import Bracketd, until

OAK = "12 Oak St"

TIME, TEXT, COUNT = "a time", str, int
ORDER: dict[str, Any] = {
    "shoot": TEXT,
    "folder": TEXT,
    "output": TEXT,
    "phase": TEXT,
    "health": TEXT,
    "messages": list,
    "problems": list,
    "order_id": TEXT,
    "url": TEXT,
    "brackets": {"total": COUNT, "uploaded": COUNT},
    "images": {"total": COUNT, "processed": COUNT, "downloaded": COUNT, "failed": COUNT},
    "bytes": {"total": COUNT, "uploaded": COUNT},
    "dev_mode": bool,
    "supplement_of": type(None),
    "sheet": type(None),
    "kept_until": type(None),
    "created_at": TIME,
    "updated_at": TIME,
    "phase_since": TIME,
}
DAEMON: dict[str, Any] = {
    "running": bool,
    "pid": COUNT,
    "version": TEXT,
    "watching": bool,
    "started_at": TIME,
    "state_dir": TEXT,
    "messages": list,
    "events_missed": COUNT,
    "unanswered_s": type(None),
}
ATTENTION: dict[str, Any] = {"kind": TEXT, "folder": TEXT, "count": COUNT, "names": list, "message": TEXT}
WAITING: dict[str, Any] = {
    "shoot": TEXT,
    "folder": TEXT,
    "reason": TEXT,
    "gate": TEXT,
    "files": COUNT,
    "bytes": COUNT,
    "since": TIME,
}


def has_shape(value: Any, shape: Any) -> bool:
    """True if JSON has exactly these keys, in this order, and these types."""
    if isinstance(shape, dict):
        return list(value) == list(shape) and all(has_shape(value[key], shape[key]) for key in shape)
    if shape == TIME:
        return datetime.fromisoformat(value).utcoffset() is not None
    return type(value) is shape


def test_the_shape_of_status(program: Bracketd) -> None:
    """``status --json`` has exactly the documented keys and types, while the daemon runs and while it does not."""
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    program.drop("1 Elm St", {"IMG_0001.JPG": b""})
    (program.watched / "loose.JPG").write_bytes(b"x")
    until(lambda: program.peek()["waiting"] and program.peek()["attention"])
    status = program.status()
    assert list(status) == ["version", "daemon", "orders", "waiting", "attention", "transfers"]
    assert status["version"] == 1
    assert has_shape(status["daemon"], DAEMON)
    assert status["daemon"] == status["daemon"] | {"running": True, "pid": program.pid, "state_dir": str(program.state)}
    assert has_shape(status["waiting"][0], WAITING)
    assert has_shape(status["attention"][0], ATTENTION)
    (order,) = status["orders"]
    assert has_shape(order, ORDER)
    assert (order["folder"], order["output"]) == (str(program.watched / OAK), str(program.output / OAK))
    assert order["url"].endswith(order["order_id"])
    assert order["created_at"] <= order["updated_at"]
    program.stop()
    later = program.status()
    assert later["orders"] == status["orders"]
    assert later["daemon"] == status["daemon"] | {
        "running": False,
        "pid": None,
        "watching": False,
        "started_at": None,
    }
    assert later["waiting"] == later["attention"] == later["transfers"] == []


def test_show_tells_everything(program: Bracketd) -> None:
    """``show`` finds a shoot by name, folder or id, and prints its files, sets, images and journal."""
    program.settings["api"]["flow"] = "brackets"
    program.start()
    program.drop(OAK, shoot(2))
    order = program.reach(OAK, "downloaded")
    shown = {program.run("show", words).stdout for words in (OAK, order["folder"], order["order_id"][:8])}
    (text,) = shown
    for words in (
        f"{OAK}: downloaded, ok",
        order["folder"],
        order["output"],
        order["url"],
        "brackets: 6 of 6 uploaded",
        "✓ IMG_0001.JPG",
        "images: 2",
        "placed  IMG_0001.jpg",
        "from IMG_0001.JPG, IMG_0002.JPG, IMG_0003.JPG",
        "journal:",
        "merge is about to be requested",
        "bracket uploaded: IMG_0001.JPG",
        "picture in place: IMG_0001.jpg",
        "shoot delivered, order.json written",
    ):
        assert words in text
    assert "signature=" not in text, "an upload URL is also a secret"


def test_what_cannot_be_asked_for(program: Bracketd) -> None:
    """``show``, ``retry`` and ``submit`` say why they fail, with status 1, and change nothing."""
    program.start()
    program.drop(OAK, shoot(1, stops=(0,)))
    order = program.reach(OAK, "downloaded")
    elsewhere = program.home / "elsewhere"
    elsewhere.mkdir()
    for words, said in (
        (("show", "Elm"), "no order is called 'Elm'"),
        (("retry", "Elm"), "no order is called 'Elm'"),
        (("retry", OAK), f"its pictures are in {order['output']}. There is nothing to retry."),
        (("submit", str(program.watched / OAK)), f"and has no new photos. Its pictures are in {order['output']}"),
        (("submit", str(elsewhere)), "is not directly in a watched folder"),
        (("submit", str(program.watched)), "is a watched folder, not a shoot"),
    ):
        done = program.asks(*words)
        assert (done.returncode, done.stdout) == (1, ""), words
        assert said in done.stderr
    assert program.status()["orders"] == [order]


def test_what_is_under_way_is_not_submitted(program: Bracketd, sandbox: Sandbox) -> None:
    """``submit`` of a shoot in progress says so. ``retry`` of a skipped shoot names the command that sends it."""
    sandbox.faults(["merge slow-grouping seconds=2"])
    program.drop("1 Elm St", shoot(1))
    program.start()
    program.drop(OAK, shoot(1, stops=(0,)))
    program.reach(OAK, "merging", "processing")
    done = program.run("submit", str(program.watched / OAK))
    assert (done.returncode, "is already in progress" in done.stderr) == (1, True)
    done = program.run("retry", "1 Elm St")
    assert (done.returncode, "was skipped. To send it: `bracketd submit " in done.stderr) == (1, True)
    program.reach(OAK, "downloaded")


def test_one_name_for_two_shoots(program: Bracketd) -> None:
    """For a name that two shoots share, both are listed with their differences, and nothing is done."""
    other = program.home / "more shoots"
    (other / OAK).mkdir(parents=True)
    program.settings["folders"].append(program.folder | {"watch": str(other)})
    for folder in (program.watched, other):
        (folder / OAK).mkdir(exist_ok=True)
        (folder / OAK / "IMG_0001.JPG").write_bytes(shoot(1)["IMG_0001.JPG"])
    program.start()
    done = program.run("show", OAK)
    assert done.returncode == 1
    for folder in (program.watched, other):
        assert str(folder / OAK) in done.stderr
        assert program.run("show", str(folder / OAK)).returncode == 0


def test_the_key_is_never_shown(program: Bracketd) -> None:
    """No verb prints the key, and no process has it among its arguments."""
    program.start(sys.executable, "-m", "daemon")
    program.drop(OAK, shoot(1, stops=(0,)))
    program.reach(OAK, "downloaded")
    for words in (("status",), ("status", "--json"), ("show", OAK), ("check",), ("--help",)):
        done = program.run(*words)
        assert program.key not in done.stdout + done.stderr
    daemon = psutil.Process(program.pid)
    for process in (daemon, *daemon.children(recursive=True)):
        assert not any(program.key in word for word in process.cmdline())
