from __future__ import annotations

import subprocess
import sys

import pytest

from daemon.host.utf8 import MODE, again, with_utf8

ASKED = "import sys; from daemon.host.utf8 import ensure_utf8; ensure_utf8(); print(sys.getfilesystemencoding(), {})"
OTHER = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""An environment in which Python decodes file names as ASCII."""


def run(*options: str, show: str = "sys.argv[1:]", words: tuple[str, ...] = ()) -> str:
    """The output of a program that calls ``ensure_utf8``, started with these options of Python."""
    command = (sys.executable, *options, "-c", ASKED.format(show), *words)
    done = subprocess.run(command, env=OTHER, capture_output=True, check=True, timeout=30)
    return done.stdout.decode().strip()


@pytest.mark.parametrize("options", [(), ("-P",), ("-I",), ("-E", "-B")])
def test_a_program_is_started_again_in_utf8(options: tuple[str, ...]) -> None:
    """File names are UTF-8 and the arguments are unchanged, whatever the locale and Python's options are."""
    assert run(*options, words=("status", "Caf\xe9 Müller")) == "utf-8 ['status', 'Caf\xe9 Müller']"


def test_a_program_keeps_its_process() -> None:
    """The restart keeps the process ID, so the service manager still knows the process."""
    program = "print(__import__('os').getpid(), end=' '); " + ASKED.format("__import__('os').getpid()")
    process = subprocess.Popen((sys.executable, "-u", "-c", program), env=OTHER, stdout=subprocess.PIPE)
    said = process.communicate(timeout=30)[0].decode().split()
    assert said == [str(process.pid), str(process.pid), "utf-8", str(process.pid)]


def test_programs_that_are_started_speak_utf8_too() -> None:
    """Programs that bracketd starts, such as the sandbox, use the same encoding."""
    assert with_utf8({"A": "b", "PYTHONUTF8": "0"}) == {"A": "b", "PYTHONUTF8": "1"}


@pytest.mark.parametrize(("executable", "arguments"), [("", ["python", "x"]), ("python", ["python", *MODE, "x"])])
def test_a_program_is_started_again_once(executable: str, arguments: list[str]) -> None:
    """There is no further restart without an interpreter or after a restart that did not help."""
    assert again(executable, arguments) is None
