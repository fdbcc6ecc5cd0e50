"""A program's system calls in sequence, from strace(1) with ``-f -y``, and rules about that sequence.

A call has a beginning and an end, which are lines of the trace. A call that is interrupted by another thread's call is
written as ``<unfinished ...>`` and ``<... resumed>``. One call is *before* another if it ended before the other began.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

WHOLE = re.compile(r"(?P<thread>\d+) +(?P<name>\w+)\((?P<args>.*)\) += (?P<result>-?\d+)(?P<rest>.*)")
UNFINISHED = re.compile(r"(?P<thread>\d+) +(?P<name>\w+)\((?P<args>.*) <unfinished \.\.\.>")
RESUMED = re.compile(r"(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<args>.*)\) += (?P<result>-?\d+)(?P<rest>.*)")

WRITES = ("write", "pwrite64", "writev", "pwritev")
SYNCS = ("fsync", "fdatasync")
LINKS = ("link", "linkat")
UNLINKS = ("unlink", "unlinkat")
RENAMES = ("rename", "renameat", "renameat2")
SENDS = ("sendto", "sendmsg", "write")
TRACED = sorted({*WRITES, *SYNCS, *LINKS, *UNLINKS, *RENAMES, *SENDS})


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that succeeded: ``began`` and ``ended`` are lines of the trace."""

    name: str
    args: str
    began: int
    ended: int

    @property
    def file(self) -> str:
        """The file of its first argument, which ``-y`` shows: a path, or a socket."""
        found = re.match(r"\d+<(.*?)>(?:, |$)", self.args)
        return found[1] if found else ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths in its arguments."""
        return tuple(re.findall(r'"((?:[^"\\]|\\.)*)"', self.args))


@dataclass(frozen=True, slots=True)
class Act:
    """Calls to find: ``all`` calls, the ``first`` one, or the ``next`` one after the previous act."""

    name: str
    which: Literal["all", "first", "next"]
    matches: Callable[[Call], bool]

    def span(self, calls: Sequence[Call], after: int = -1) -> tuple[int, int] | None:
        """The lines of its beginning and its end. ``next`` must be behind line ``after``."""
        found = [call for call in calls if self.matches(call) and (self.which != "next" or call.began > after)]
        return (found[0].began, found[-1 if self.which == "all" else 0].ended) if found else None


class Disorder(AssertionError):
    """A call is missing, or too early."""


def parse(lines: Iterable[str]) -> list[Call]:
    """The successful calls, in the sequence in which they began."""
    calls, begun = [], dict[str, tuple[int, str]]()
    for number, line in enumerate(lines):
        if whole := WHOLE.match(line):
            calls.append((int(whole["result"]), Call(whole["name"], whole["args"], number, number)))
        elif unfinished := UNFINISHED.match(line):
            begun[unfinished["thread"]] = number, unfinished["args"]
        elif resumed := RESUMED.match(line):
            began, args = begun.pop(resumed["thread"])
            calls.append((int(resumed["result"]), Call(resumed["name"], args + resumed["args"], began, number)))
    return sorted((call for result, call in calls if result >= 0), key=lambda call: call.began)


def require_order(calls: Sequence[Call], acts: Sequence[Act]) -> None:
    """Assert that each act begins after the previous one has ended. Raises ``Disorder`` for the first that does not."""
    before, ended = "the beginning", -1
    for act in acts:
        span = act.span(calls, ended)
        if span is None:
            raise Disorder(f"{act.name}: not there, or not after {before} (line {ended + 1})")
        if span[0] <= ended:
            raise Disorder(f"{act.name} (line {span[0] + 1}) began before {before} had ended (line {ended + 1})")
        before, ended = act.name, span[1]


def written(path: str) -> Act:
    """All writes to a file."""
    return Act(f"writing {path}", "all", lambda call: call.name in WRITES and call.file == path)


def noted(path: str, words: str) -> Act:
    """The first write of these words to a file."""
    name = f"writing {words} to {path}"
    return Act(name, "first", lambda call: call.name in WRITES and call.file == path and words in call.args)


def synced(path: str) -> Act:
    """A flush of a file or folder to the disk."""
    return Act(f"flush of {path}", "next", lambda call: call.name in SYNCS and call.file == path)


def named(old: str, new: str) -> Act:
    """A hard link to a file."""
    return Act(f"link {new}", "first", lambda call: call.name in LINKS and call.paths == (old, new))


def renamed(old: str, new: str) -> Act:
    """A rename of a file."""
    return Act(f"rename to {new}", "first", lambda call: call.name in RENAMES and call.paths == (old, new))


def unnamed(path: str) -> Act:
    """The removal of a name."""
    return Act(f"unlink {path}", "first", lambda call: call.name in UNLINKS and call.paths == (path,))


def sent(words: str) -> Act:
    """The first request with these words in it."""
    return Act(f"request {words}", "first", lambda call: is_request(call) and words in call.args)


def is_request(call: Call) -> bool:
    """True if a call sends the head of an HTTP request."""
    method = re.match("(GET|POST|PUT|DELETE) /", call.paths[0]) if call.paths else None
    return call.name in SENDS and call.file.startswith("socket:") and method is not None
