"""Names the moments at which a daemon can be killed, and kills it at one of them.

``launch/sitecustomize.py`` loads this module into the installed program. It observes the calls of each thread with
Python's profiler (https://docs.python.org/3/library/sys.html#sys.setprofile). A moment is, for example,

- ``Merge: begun``, ``Merge: done``: before and after a step is carried out;
- ``Fetched: written``, ``Fetched: committed``: the transaction that records a fact, after its first write and after its
  end; other transactions have the name of the function that requests them;
- ``PlacePicture: after link in _name_exclusively``: after a call that changes a file or sends data, made for a function
  of ours. ``start`` is the name of everything outside of steps and transactions.

Between two moments nothing changes outside the process. ``before`` a call is the same state as after the previous call,
but can be selected, too. The names come from the code, not from a list, so a new step, fact or write gets its moments
automatically. The second time in one run a moment is ``… #2``.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any

DEATHS = "BRACKETD_DEATHS"
"""Environment variable: a file with one moment per line. A process is killed at its first moment not in it."""

WHICH = "BRACKETD_DEATHS_WHICH"
"""Environment variable: which moments count. ``orders``: steps and facts; ``start``: the rest; also ``before``."""

TIMES = "BRACKETD_DEATHS_TIMES"
"""Environment variable: how often a moment counts in one run."""

ENTRIES = frozenset({"link", "mkdir", "open", "remove", "rename", "replace", "rmdir", "unlink"})
CONTENTS = frozenset({"chmod", "fdatasync", "flush", "fsync", "ftruncate", "posix_fallocate", "truncate", "write"})
SENDS = frozenset({"send", "sendall", "sendmsg"})
STATEMENTS = frozenset({"execute", "executemany", "executescript"})
CALLS = ENTRIES | CONTENTS | SENDS | STATEMENTS

STEP = "Steps.perform"
NAMED = "daemon.order."
"""The package of the classes of steps and facts."""

START = "start"
TRANSACTION = {(False, True): "before its writing", (True, True): "written", (True, False): "committed"}
"""The kind of a statement, by the connection being in a transaction before it and after it."""

WRITING = os.O_WRONLY | os.O_RDWR


class Watch:
    """Observes every call of every thread, and kills the process at its first moment that is not in ``died``.

    ``deaths`` is the descriptor of the file to which it appends that moment.
    """

    def __init__(self, died: frozenset[str], deaths: int, which: Collection[str], times: int) -> None:
        self._died, self._deaths, self._which, self._times = died, deaths, which, times
        self._passed: Counter[str] = Counter()
        self._thread = threading.local()

    def begin(self) -> None:
        """Observe all threads from their first instruction, but the main thread from its first change.

        The main thread makes hundreds of thousands of calls to load the program's modules.
        """
        threading.setprofile(self.look)
        sys.addaudithook(self._hear)

    def _hear(self, event: str, values: tuple[Any, ...]) -> None:
        """Called for Python's audit events: https://docs.python.org/3/library/audit_events.html."""
        if event == "open":
            self._thread.writing = isinstance(values[2], int) and bool(values[2] & WRITING)
        if sys.getprofile() is None and (event == "os.mkdir" or (event == "open" and self._thread.writing)):
            sys.setprofile(self.look)

    def look(self, frame: FrameType, event: str, called: Any) -> None:
        """Called by Python's profiler before and after every call."""
        if event in ("call", "return"):
            if frame.f_code.co_qualname == STEP:
                self._pass(_about(frame), "begun" if event == "call" else "done")
            return
        name: str = called.__name__
        ours = next(_ours(frame), None) if name in CALLS else None
        if ours is None:
            return
        if name in STATEMENTS:
            self._pass_statement(ours, event, called.__self__)
        elif _outside(name, called.__self__) and (name != "open" or (event != "c_call" and self._thread.writing)):
            self._pass(_about(ours), f"{'before' if event == 'c_call' else 'after'} {name} in {_name(ours)}")

    def _pass_statement(self, ours: FrameType, event: str, connection: Any) -> None:
        if event == "c_call":
            self._thread.within = connection.in_transaction
            return
        about, became = _about(ours), TRANSACTION.get((self._thread.within, connection.in_transaction))
        if became is not None:
            self._pass(about, became)
        elif about == START:
            self._pass(about, f"after a statement of {_name(ours)}")

    def _pass(self, about: str, what: str) -> None:
        if ("start" if about.islower() else "orders") not in self._which:
            return
        if what.startswith("before") and "before" not in self._which:
            return
        moment = f"{about}: {what}"
        self._passed[moment] += 1
        number = self._passed[moment]
        moment = moment if number == 1 else f"{moment} #{number}"
        if number <= self._times and moment not in self._died:
            os.write(self._deaths, f"{moment}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def _outside(name: str, owner: object) -> bool:
    """True for a call to the system: not a list's ``remove``, memory, the log, or a wake-up pipe."""
    if isinstance(owner, ModuleType):
        return owner.__name__ in (os.name, "io", "_io")
    if isinstance(owner, socket.socket):
        return name in SENDS and owner.family in (socket.AF_INET, socket.AF_INET6)
    return isinstance(owner, io.IOBase) and not isinstance(owner, io.BytesIO | io.StringIO) and owner is not sys.stderr


def _ours(frame: FrameType | None) -> Iterator[FrameType]:
    """The active functions of our own code in a thread, the innermost first."""
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith("daemon.") and frame.f_code.co_name != "<module>":
            yield frame
        frame = frame.f_back


def _name(ours: FrameType) -> str:
    return ours.f_code.co_qualname.replace(".<locals>", "")


def _about(frame: FrameType) -> str:
    """The step or fact of a call, in its class's spelling; otherwise the transaction, or ``start``."""
    for ours in _ours(frame):
        function = ours.f_locals.get("function")
        closed = _closed_over(function)
        ends = getattr(closed.get("old"), "why", None)  # the order that the parts of a shoot replace
        for value in (ours.f_locals.get("step"), ours.f_locals.get("fact"), closed.get("fact"), ends):
            if type(value).__module__.startswith(NAMED):
                return type(value).__name__
        if function is not None:
            return str(function.__qualname__.partition(".<locals>")[0]).lower()
    return START


def _closed_over(function: Any) -> Mapping[str, object]:
    """The variables of a nested function and of the function around it."""
    if getattr(function, "__closure__", None) is None:
        return {}
    return {
        name: cell.cell_contents for name, cell in zip(function.__code__.co_freevars, function.__closure__, strict=True)
    }


def begin(environ: Mapping[str, str]) -> None:
    """Observe this process if its environment asks for it."""
    if DEATHS not in environ:
        return
    with open(environ[DEATHS], encoding="utf-8") as file:
        died = frozenset(file.read().splitlines())
    deaths = os.open(environ[DEATHS], os.O_WRONLY | os.O_APPEND)
    Watch(died, deaths, environ[WHICH].split(), int(environ[TIMES])).begin()
