"""The decoding process: ``python -m daemon.previews.worker LIMITS``, with the limits as JSON.

It reads requests from its standard input and writes answers to its standard output, one at a time. It ends when its
input ends, which also happens when the daemon dies, and when nothing was asked for ``Limits.idle`` seconds. It gives
itself the lowest priority and the limits of memory and processor time that the system offers, and cannot write files.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import resource
import sys
import threading
from typing import BinaryIO

from daemon.previews import decode, wire
from daemon.previews.look import similarity
from daemon.previews.sheet import sheet
from daemon.previews.values import Failure, FailureKind, Limits

_LEAVE_AFTER = (FailureKind.DAMAGED, FailureKind.OUT_OF_MEMORY)
"""After these failures, decoders may be in an undefined state and memory fragmented. A new process is cheap."""


def main(arguments: list[str]) -> None:
    """Answer requests until there are no more."""
    limits = Limits(**json.loads(arguments[0]))
    restrict(limits)
    answers = _own_output()
    requests: queue.Queue[wire.Message] = queue.Queue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    while True:
        try:
            message = requests.get(timeout=limits.idle)
        except queue.Empty:
            return
        _renew_processor_time(limits)
        answer = _answer(wire.request_of(message), limits)
        leaving = isinstance(answer, Failure) and answer.kind in _LEAVE_AFTER
        answers.write(wire.answered(answer, leaving=leaving))
        answers.flush()
        if leaving:
            return


def restrict(limits: Limits) -> None:
    """Give this process the lowest priority, bounded memory, and no right to write files or a core dump."""
    with contextlib.suppress(OSError):
        os.nice(19)
    for limit, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):  # macOS does not limit the address space
            resource.setrlimit(limit, (most, most))


def _renew_processor_time(limits: Limits) -> None:
    """Allow ``cpu_seconds`` more from now on. The system then ends the process with SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + limits.cpu_seconds
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(wanted: wire.Wanted, limits: Limits) -> wire.Answer:
    if isinstance(wanted, wire.ThumbnailWanted):
        return decode.thumbnail(wanted.path, wanted.size, limits)
    if isinstance(wanted, wire.SimilaritiesWanted):
        return tuple(similarity(wanted.finished, frame) for frame in wanted.frames)
    return sheet(wanted.title, wanted.strips, limits)


def _own_output() -> BinaryIO:
    """The standard output, reserved for answers. Anything that a library prints is discarded."""
    answers = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    return answers


def _receive(stream: BinaryIO, requests: queue.Queue[wire.Message]) -> None:
    """Read requests until the input ends, then end the process at once, even while it decodes."""
    with contextlib.suppress(wire.Malformed):
        while len(start := stream.read(wire.SIZES.size)) == wire.SIZES.size:
            header, data = wire.sizes(start, wire.MOST_REQUEST)
            text, rest = stream.read(header), stream.read(data)
            if len(rest) < data:
                break
            requests.put((wire.header_of(text), rest))
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
