"""``bracketd run --idle-on-config-error``, for service managers that cannot tell a wrong setting from a crash."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.cli.idle import until_mended
from daemon.errors import ConfigError, Problem
from tests.whole.program import COMMAND, PATIENCE, environment, until


class Idler:
    """The program, started in a folder of its own, where it finds whatever ``configure`` wrote."""

    def __init__(self, home: Path) -> None:
        self.config, self._log = home / "config.yaml", home / "log"
        words = (COMMAND, "--config", str(self.config), "run", "--idle-on-config-error")
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, env=environment(home))

    def configure(self, **api: str) -> None:
        """Write settings that are good but for the key, which is the caller's affair."""
        folders = [{"watch": "shoots", "output": "finished"}]
        part = self.config.with_suffix(".part")
        part.write_text(json.dumps({"api": api, "folders": folders, "state_dir": "state"}))
        part.replace(self.config)

    def says(self, words: str) -> None:
        """Wait until the program says this."""
        until(lambda: words in self.said() or self.process.poll() is not None)
        assert words in self.said()

    def said(self) -> str:
        """All that the program said."""
        return self._log.read_text()


@pytest.fixture
def idler(tmp_path: Path) -> Iterator[Idler]:
    """The program, which finds no settings."""
    idler = Idler(tmp_path)
    try:
        yield idler
    finally:
        idler.process.kill()
        idler.process.wait()


def test_it_says_what_is_wrong_and_starts_when_that_is_mended(idler: Idler) -> None:
    """Each problem is told with its remedy; when none is left, the daemon starts by itself, and stops as ever."""
    idler.says(f"bracketd: {idler.config}: The file does not exist. ")
    idler.says("nothing is watched until the settings are mended")
    idler.configure(key="two words")
    idler.says(f"bracketd: {idler.config}:1: api.key: The key contains a space")
    idler.configure(key="one-word")
    idler.says('"event": "watching"')
    idler.process.terminate()
    assert idler.process.wait(PATIENCE) == 0
    idler.says('"event": "stopped"')


def test_a_key_that_was_missing_is_noticed(idler: Idler) -> None:
    """What is mended need not be the configuration file."""
    key = idler.config.with_name("key")
    idler.configure(key_file=str(key))
    idler.says(f"The key file {key} cannot be read")
    key.write_text("one-word")
    idler.says('"event": "watching"')


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_can_be_told_to_end(idler: Idler, number: int) -> None:
    """A signal ends the waiting with status 0, which no service manager takes for a failure, and without noise."""
    idler.says("nothing is watched until the settings are mended")
    idler.process.send_signal(number)
    assert idler.process.wait(PATIENCE) == 0
    assert "Traceback" not in idler.said()


def _answers(*answers: str) -> Callable[[], str]:
    """Settings that are wrong for these reasons in turn, then ``good``."""
    left = iter(answers)

    def read() -> str:
        if (answer := next(left, "good")) != "good":
            raise ConfigError((Problem("config.yaml:1", answer, "Mend it."),))
        return answer

    return read


def test_a_problem_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    """However often the settings are looked at, the log grows only when there is something new to say."""
    assert until_mended(_answers("wrong", "wrong", "wrong", "worse", "wrong"), every=0) == "good"
    told = [line for line in capfd.readouterr().err.splitlines() if "config.yaml" in line]
    assert told == [f"bracketd: config.yaml:1: {what}. Mend it." for what in ("wrong", "worse", "wrong")]


def test_signals_mean_afterwards_what_they_meant_before() -> None:
    """The daemon that starts after the waiting gets the signals as it would have without it."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    until_mended(_answers("wrong"), every=0)
    assert [signal.getsignal(number) for number in numbers] == before
