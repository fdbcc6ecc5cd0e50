"""File names and text in UTF-8, whatever the locale says.

Python takes the encoding of file names from the locale. Under ``LANG=en_US`` (Latin-1) it would read the bytes of
``Café`` as ``CafÃ©``: the service would show that name, and a verb run from a UTF-8 terminal would mean another folder
than the daemon. Python's UTF-8 Mode (PEP 540) ignores the locale, but can only be chosen when the interpreter starts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from daemon.errors import ConfigError, Problem

MODE = ("-X", "utf8=1")
"""Python's option for UTF-8 Mode. Unlike ``$PYTHONUTF8`` it also holds after ``-E`` and ``-I``."""

VARIABLE = "PYTHONUTF8"
"""The environment variable that passes UTF-8 Mode on to Python programs that bracketd starts."""


def ensure_utf8() -> None:
    """Start this program again in UTF-8 Mode if file names are in another encoding. It keeps its process id.

    Raises ConfigError when that is not possible.
    """
    if sys.getfilesystemencoding() == "utf-8":
        return
    command = again(sys.executable, sys.orig_argv)
    why = "Python stays in the locale's encoding"
    try:
        if command is not None:
            os.execve(sys.executable, command, with_utf8(os.environ))  # noqa: S606 - this very program
    except OSError as error:
        why = f"{sys.executable} cannot be started again: {error.strerror}"
    what = f"File names are in {sys.getfilesystemencoding()} and not in UTF-8 ({why})"
    raise ConfigError((Problem("the environment", what, f"Set {VARIABLE}=1, or LANG to a UTF-8 locale"),))


def again(executable: str, arguments: Sequence[str]) -> list[str] | None:
    """The command that starts the same program in UTF-8 Mode.

    ``arguments`` are the command line of this process, the interpreter first. None if there is no interpreter to
    start, or if this process was started so already: it must not start itself for ever.
    """
    if not executable or tuple(arguments[1:3]) == MODE:
        return None
    return [executable, *MODE, *arguments[1:]]


def with_utf8(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for the second start."""
    return {**environ, VARIABLE: "1"}
