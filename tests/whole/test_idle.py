"""``bracketd run --idle-on-config-error``, for service managers that restart after every error."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.cli.idle import until_valid
from daemon.errors import ConfigError, Problem
from tests.whole.program import COMMAND, PATIENCE, environment, until


class Idler:
    """The program, started in a folder with the files that ``configure`` wrote."""

    def __init__(self, home: Path) -> None:
        self.config, self._log = home / "config.yaml", home / "log"
        words = (COMMAND, "--config", str(self.config), "run", "--idle-on-config-error")
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, env=environment(home))

    def configure(self, **api: str) -> None:
        """Write valid settings without a key. The caller provides the key."""
        folders = [{"watch": "shoots", "output": "finished"}]
        part = self.config.with_suffix(".part")
        part.write_text(json.dumps({"api": api, "folders": folders, "state_dir": "state", "page": "off"}))
        part.replace(self.config)

    def says(self, words: str) -> None:
        """Wait until the output contains a text."""
        until(lambda: words in self.said() or self.process.poll() is not None)
        assert words in self.said()

    def said(self) -> str:
        """All output of the program."""
        return self._log.read_text()


@pytest.fixture
def idler(tmp_path: Path) -> Iterator[Idler]:
    """The program without settings."""
    idler = Idler(tmp_path)
    try:
        yield idler
    finally:
        idler.process.kill()
        idler.process.wait()


def test_it_says_what_is_wrong_and_starts_when_that_is_mended(idler: Idler) -> None:
    """Each problem is reported with its remedy. When all are fixed, the daemon starts, and stops as usual."""
    idler.says(f"bracketd: {idler.config}: The file does not exist. ")
    idler.says("nothing is watched until the settings are fixed")
    idler.configure(key="two words")
    idler.says(f"bracketd: {idler.config}:1: api.key: The key contains a space")
    idler.configure(key="one-word")
    idler.says('"event": "watching"')
    idler.process.terminate()
    assert idler.process.wait(PATIENCE) == 0
    idler.says('"event": "stopped"')


def test_a_key_that_was_missing_is_noticed(idler: Idler) -> None:
    """The daemon also starts after a fix outside the configuration file."""
    key = idler.config.with_name("key")
    idler.configure(key_file=str(key))
    idler.says(f"The key file {key} cannot be read")
    key.write_text("one-word")
    idler.says('"event": "watching"')


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_on_request(idler: Idler, number: int) -> None:
    """A signal ends the waiting silently with status 0, which is not a failure to a service manager."""
    idler.says("nothing is watched until the settings are fixed")
    idler.process.send_signal(number)
    assert idler.process.wait(PATIENCE) == 0
    assert "Traceback" not in idler.said()


def _answers(*answers: str) -> Callable[[], str]:
    """Settings with these mistakes in turn, then ``good``."""
    left = iter(answers)

    def read() -> str:
        if (answer := next(left, "good")) != "good":
            raise ConfigError((Problem("config.yaml:1", answer, "Mend it."),))
        return answer

    return read


def test_a_problem_is_reported_once(capfd: pytest.CaptureFixture[str]) -> None:
    """The settings are checked often, but the log grows only when there is something new."""
    assert until_valid(_answers("wrong", "wrong", "wrong", "worse", "wrong"), every=0) == "good"
    lines = [line for line in capfd.readouterr().err.splitlines() if "config.yaml" in line]
    assert lines == [f"bracketd: config.yaml:1: {what}. Mend it." for what in ("wrong", "worse", "wrong")]


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    """A daemon that starts after waiting handles signals as usual."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    until_valid(_answers("wrong"), every=0)
    assert [signal.getsignal(number) for number in numbers] == before
