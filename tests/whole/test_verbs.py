from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.program import Bracketd, bracketd, until

OAK = "12 Oak St"

TIME, TEXT, COUNT = "a time", str, int
ORDER: dict[str, Any] = {
    "shoot": TEXT,
    "folder": TEXT,
    "output": TEXT,
    "phase": TEXT,
    "health": TEXT,
    "messages": list,
    "order_id": TEXT,
    "url": TEXT,
    "brackets": {"total": COUNT, "uploaded": COUNT},
    "images": {"total": COUNT, "processed": COUNT, "downloaded": COUNT, "failed": COUNT},
    "bytes": {"total": COUNT, "uploaded": COUNT},
    "created_at": TIME,
    "updated_at": TIME,
}
DAEMON: dict[str, Any] = {
    "running": bool,
    "pid": COUNT,
    "version": TEXT,
    "watching": bool,
    "started_at": TIME,
    "state_dir": TEXT,
    "messages": list,
}
WAITING: dict[str, Any] = {
    "shoot": TEXT,
    "folder": TEXT,
    "reason": TEXT,
    "files": COUNT,
    "bytes": COUNT,
    "since": TIME,
}


def has_shape(value: Any, shape: Any) -> bool:
    """Whether JSON has exactly these keys, in this order, and types."""
    if isinstance(shape, dict):
        return list(value) == list(shape) and all(has_shape(value[key], shape[key]) for key in shape)
    if shape == TIME:
        return datetime.fromisoformat(value).utcoffset() is not None
    return type(value) is shape


def test_help_names_every_verb(tmp_path: Path) -> None:
    """``--help`` lists the verbs, each of them has help of its own, and ``--version`` tells the version."""
    told = bracketd("--help", home=tmp_path).stdout
    for verb in ("run", "check", "status", "show", "submit", "retry", "sandbox", "demo"):
        assert f"  {verb} " in told
        done = bracketd(verb, "--help", home=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    assert bracketd("--version", home=tmp_path).stdout.startswith("bracketd, version ")


@pytest.mark.parametrize(
    "words", [("frobnicate",), ("show",), ("retry",), ("submit", "/no/such/folder"), ("status", "x")]
)
def test_wrong_usage(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A verb that there is not, or without what it needs, ends with status 2 and says how it is used."""
    done = bracketd(*words, home=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: bracketd" in done.stderr


VERBS = [("run",), ("check",), ("status",), ("show", OAK), ("retry", OAK), ("submit", "/")]


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_without_a_configuration(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Without a configuration file each verb says where it looked and what to do, and ends with status 78."""
    done = bracketd(*words, home=tmp_path)
    assert (done.returncode, done.stdout) == (78, "")
    assert str(tmp_path / ".config" / "bracketd" / "config.yaml") in done.stderr
    assert "Copy config.example.yaml there" in done.stderr
    named = bracketd(*words, home=tmp_path, BRACKETD_CONFIG=str(tmp_path / "mine.yaml"))
    assert str(tmp_path / "mine.yaml") in named.stderr


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """All mistakes in the settings come together, each with line and remedy; ``status`` needs none of them."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "api:\n  key: secret-key\n  flow: imagse\n"
        f"folders:\n  - watch: {tmp_path}/in\n    output: {tmp_path}/in/out\n    quite_period: 90s\n"
        f"state_dir: {tmp_path}/state\n"
    )
    for verb in ("run", "check"):
        done = bracketd("--config", str(config), verb, home=tmp_path)
        assert (done.returncode, done.stdout) == (78, "")
        lines = done.stderr.splitlines()
        assert len(lines) == 3
        for line, (number, key, remedy) in zip(
            lines,
            [
                (3, "api.flow", "Did you mean images?"),
                (6, "folders[0].output", "choose a folder elsewhere"),
                (7, "folders[0].quite_period", "Did you mean quiet_period?"),
            ],
            strict=True,
        ):
            assert f"{config}:{number}: {key}: " in line
            assert remedy in line
        assert "secret-key" not in done.stderr
    done = bracketd("--config", str(config), "status", "--json", home=tmp_path)
    assert json.loads(done.stdout)["orders"] == []


def test_a_file_that_is_no_yaml(tmp_path: Path) -> None:
    """Each verb says in which line a configuration file cannot be read, and ends with status 78."""
    config = tmp_path / "config.yaml"
    config.write_text("api:\n\tkey: secret-key\n")
    for words in VERBS:
        done = bracketd("--config", str(config), *words, home=tmp_path)
        assert (done.returncode, done.stdout) == (78, "")
        assert done.stderr == f"bracketd: {config}:2: A tab is used for indentation. Indent with spaces.\n"


def test_no_key(program: Bracketd, sandbox: Sandbox) -> None:
    """Without a key ``run`` and ``check`` say where it can be put; it may come from the environment or a file."""
    del program.settings["api"]["key"]
    program.write_config()
    for verb in ("run", "check"):
        done = program.run(verb)
        assert "There is no API key" in done.stderr
        assert done.returncode == {"run": 78, "check": 1}[verb]
    assert program.run("check", AUTOENHANCE_API_KEY=sandbox.key).returncode == 0
    file = program.home / "key"
    file.write_text(sandbox.key + "\n")
    file.chmod(0o600)
    program.settings["api"]["key_file"] = str(file)
    program.start()
    program.drop(OAK, shoot(1, stops=(0,)))
    program.reach(OAK, "downloaded")


def test_check_finds_everything_well(program: Bracketd) -> None:
    """``check`` names settings, folders, state and service; what is missing is named with its remedy and status 1."""
    program.write_config()
    done = program.run("check")
    assert (done.returncode, done.stderr) == (0, "")
    for words in (str(program.config), str(program.watched), str(program.state), "takes the key", "all is well"):
        assert words in done.stdout
    program.watched.rmdir()
    done = program.run("check")
    assert done.returncode == 1
    assert f"{program.watched} is not there. Make it, or mount its disk" in done.stderr


def test_the_shape_of_status(program: Bracketd) -> None:
    """``status --json`` has exactly the documented keys and types, while the daemon runs and while it does not."""
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "downloaded")
    program.drop("1 Elm St", {"IMG_0001.JPG": b""})
    until(lambda: program.peek()["waiting"])
    told = program.status()
    assert list(told) == ["version", "daemon", "orders", "waiting"]
    assert told["version"] == 1
    assert has_shape(told["daemon"], DAEMON)
    assert told["daemon"] == told["daemon"] | {"running": True, "pid": program.pid, "state_dir": str(program.state)}
    assert has_shape(told["waiting"][0], WAITING)
    (order,) = told["orders"]
    assert has_shape(order, ORDER)
    assert (order["folder"], order["output"]) == (str(program.watched / OAK), str(program.output / OAK))
    assert order["url"].endswith(order["order_id"])
    assert order["created_at"] <= order["updated_at"]
    program.stop()
    later = program.status()
    assert later["orders"] == told["orders"]
    assert later["daemon"] == told["daemon"] | {
        "running": False,
        "pid": None,
        "watching": False,
        "started_at": None,
    }
    assert later["waiting"] == []


def test_show_tells_everything(program: Bracketd) -> None:
    """``show`` finds a shoot by name, folder or id, and tells its files, sets, images and journal."""
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
        "of IMG_0001.JPG, IMG_0002.JPG, IMG_0003.JPG",
        "journal:",
        "MergeIntended",
        "Delivered",
    ):
        assert words in text
    assert "signature=" not in text, "an upload URL is a key, too"


def test_what_cannot_be_asked_for(program: Bracketd) -> None:
    """``show``, ``retry`` and ``submit`` say why they cannot, with status 1, and nothing is changed."""
    program.start()
    program.drop(OAK, shoot(1, stops=(0,)))
    order = program.reach(OAK, "downloaded")
    elsewhere = program.home / "elsewhere"
    elsewhere.mkdir()
    for words, said in (
        (("show", "Elm"), "no order is called 'Elm'"),
        (("retry", "Elm"), "no order is called 'Elm'"),
        (("retry", OAK), "is downloaded; there is nothing to try again"),
        (("submit", str(program.watched / OAK)), f"was sent already; its pictures are in {order['output']}"),
        (("submit", str(elsewhere)), "is not directly in a watched folder"),
        (("submit", str(program.watched)), "is not directly in a watched folder"),
    ):
        done = program.run(*words)
        assert (done.returncode, done.stdout) == (1, ""), words
        assert said in done.stderr
    assert program.status()["orders"] == [order]


def test_what_is_under_way_is_not_submitted(program: Bracketd, sandbox: Sandbox) -> None:
    """``submit`` of a shoot that is under way says so; ``retry`` of a skipped one says what sends it."""
    sandbox.faults(["merge slow-grouping seconds=2"])
    program.drop("1 Elm St", shoot(1))
    program.start()
    program.drop(OAK, shoot(1, stops=(0,)))
    program.reach(OAK, "merging", "processing")
    done = program.run("submit", str(program.watched / OAK))
    assert (done.returncode, "is under way already" in done.stderr) == (1, True)
    done = program.run("retry", "1 Elm St")
    assert (done.returncode, "`bracketd submit` sends it" in done.stderr) == (1, True)
    program.reach(OAK, "downloaded")


def test_one_name_for_two_shoots(program: Bracketd) -> None:
    """A name that two shoots share is not guessed at: both are named with what tells them apart."""
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


def test_the_key_is_told_to_nobody(program: Bracketd) -> None:
    """No verb prints the key, and no process that it starts carries it among its words."""
    program.start(sys.executable, "-m", "daemon")
    program.drop(OAK, shoot(1, stops=(0,)))
    program.reach(OAK, "downloaded")
    for words in (("status",), ("status", "--json"), ("show", OAK), ("check",), ("--help",)):
        done = program.run(*words)
        assert program.key not in done.stdout + done.stderr
    daemon = psutil.Process(program.pid)
    for process in (daemon, *daemon.children(recursive=True)):
        assert not any(program.key in word for word in process.cmdline())
