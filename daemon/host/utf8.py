"""Makes Python use UTF-8 for file names and text, whatever the locale is.

Python takes the encoding of file names from the locale. Under ``LANG=en_US`` (Latin-1) it would read the bytes of
``Café`` as ``CafÃ©``: the service would show that name, and a command from a UTF-8 terminal would address another
folder than the daemon. Python's UTF-8 Mode (PEP 540) ignores the locale, but must be set when the interpreter starts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from daemon.errors import ConfigError, Problem

MODE = ("-X", "utf8=1")
"""Python's option for UTF-8 Mode. Unlike ``$PYTHONUTF8`` it also works with ``-E`` and ``-I``."""

VARIABLE = "PYTHONUTF8"
"""The environment variable that passes UTF-8 Mode on to Python programs that bracketd starts."""


def ensure_utf8() -> None:
    """Restart this program in UTF-8 Mode if file names use another encoding. It keeps its process ID.

    Raises ConfigError if that is not possible.
    """
    if sys.getfilesystemencoding() == "utf-8":
        return
    command = again(sys.executable, sys.orig_argv)
    why = "Python keeps using the locale's encoding"
    try:
        if command is not None:
            os.execve(sys.executable, command, with_utf8(os.environ))  # noqa: S606 - this program itself
    except OSError as error:
        why = f"{sys.executable} could not be restarted: {error.strerror}"
    what = f"File names are encoded in {sys.getfilesystemencoding()} instead of UTF-8 ({why})"
    raise ConfigError((Problem("the environment", what, f"Set {VARIABLE}=1, or LANG to a UTF-8 locale"),))


def again(executable: str, arguments: Sequence[str]) -> list[str] | None:
    """The command that starts the same program in UTF-8 Mode.

    ``arguments`` are the command line of this process, with the interpreter first. None if the interpreter is unknown,
    or if this process already runs in UTF-8 Mode, to prevent endless restarts.
    """
    if not executable or tuple(arguments[1:3]) == MODE:
        return None
    return [executable, *MODE, *arguments[1:]]


def with_utf8(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for the restart."""
    return {**environ, VARIABLE: "1"}
