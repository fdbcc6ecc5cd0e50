from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.program import Bracketd, bracketd, forked

OAK = "12 Oak St"


def test_help_names_every_verb(tmp_path: Path) -> None:
    """``--help`` lists the verbs, each verb has its own help, and ``--version`` prints the version."""
    output = bracketd("--help", home=tmp_path).stdout
    asking = ("submit", "retry", "approve", "cancel", "adopt")
    for verb in ("run", "check", "status", "show", "costs", *asking, "sandbox", "demo"):
        assert f"  {verb} " in output
        done = forked(verb, "--help", home=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    assert bracketd("--version", home=tmp_path).stdout.startswith("bracketd, version ")


@pytest.mark.parametrize(
    "words", [("frobnicate",), ("show",), ("retry",), ("submit", "/no/such/folder"), ("status", "x")]
)
def test_wrong_usage(tmp_path: Path, words: tuple[str, ...]) -> None:
    """An unknown verb, or a missing argument, ends with status 2 and prints the usage."""
    done = forked(*words, home=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage: bracketd" in done.stderr


SOME = [("run",), ("check",), ("status",), ("costs",), ("submit", "/"), ("adopt", "/")]
VERBS = [*SOME, *((verb, OAK) for verb in ("show", "retry", "approve", "cancel"))]


@pytest.mark.parametrize("words", VERBS, ids=lambda words: words[0])
def test_without_a_configuration(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Without a configuration file each verb says where it looked and what to do, and ends with status 78."""
    done = forked(*words, home=tmp_path)
    assert (done.returncode, done.stdout) == (78, "")
    assert str(tmp_path / ".config" / "bracketd" / "config.yaml") in done.stderr
    assert "bracketd config example > " in done.stderr
    named = forked(*words, home=tmp_path, BRACKETD_CONFIG=str(tmp_path / "mine.yaml"))
    assert str(tmp_path / "mine.yaml") in named.stderr


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    """All mistakes in the settings are reported together, each with line and remedy. ``status`` works anyway."""
    config = tmp_path / "config.yaml"
    config.write_text(
        "api:\n  key: secret-key\n  flow: imagse\n"
        f"folders:\n  - watch: {tmp_path}/in\n    output: {tmp_path}/in/out\n    quite_period: 90s\n"
        f"state_dir: {tmp_path}/state\n"
    )
    for verb in ("run", "check"):
        done = forked("--config", str(config), verb, home=tmp_path)
        assert (done.returncode, done.stdout) == (78, "")
        lines = done.stderr.splitlines()
        assert len(lines) == 3
        for line, (number, key, remedy) in zip(
            lines,
            [
                (3, "api.flow", "Did you mean images?"),
                (6, "folders[0].output", "Choose a folder outside the watched folders"),
                (7, "folders[0].quite_period", "Did you mean quiet_period?"),
            ],
            strict=True,
        ):
            assert f"{config}:{number}: {key}: " in line
            assert remedy in line
        assert "secret-key" not in done.stderr
    done = forked("--config", str(config), "status", "--json", home=tmp_path)
    assert json.loads(done.stdout)["orders"] == []


def test_a_file_that_is_not_yaml(tmp_path: Path) -> None:
    """Each verb reports the line in which a configuration file cannot be read, and ends with status 78."""
    config = tmp_path / "config.yaml"
    config.write_text("api:\n\tkey: secret-key\n")
    for words in VERBS:
        done = forked("--config", str(config), *words, home=tmp_path)
        assert (done.returncode, done.stdout) == (78, "")
        assert done.stderr == f"bracketd: {config}:2: A tab is used for indentation. Indent with spaces.\n"


def test_no_key(program: Bracketd, sandbox: Sandbox) -> None:
    """Without a key, ``run`` and ``check`` say where to put it. It may come from the environment or a file."""
    del program.settings["api"]["key"]
    program.write_config()
    for verb in ("run", "check"):
        done = program.run(verb)
        assert "No API key is set" in done.stderr
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
    """``check`` shows settings, folders, state and service. A watched folder need not exist yet."""
    program.write_config()
    done = program.run("check")
    assert (done.returncode, done.stderr) == (0, "")
    for words in (str(program.config), str(program.watched), str(program.state), "accepts the key"):
        assert words in done.stdout
    assert done.stdout.endswith("no problems found; start the daemon with `bracketd run`\n")
    program.watched.rmdir()
    done = program.run("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{program.watched} does not exist yet: create it first" in done.stdout
