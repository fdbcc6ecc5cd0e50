"""The service's storage: takes brackets and forgets them.

``python -m bench.storage CERTIFICATE LOG LINE_MB_S`` prints its port. All connections together take so many million
bytes a second, 0 for as many as they can. A process a connection, so that no lock of the interpreter is what an upload
waits for. It takes every path and checks nothing: who measures storage's own work learns nothing of the client.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socketserver
import sys
import time
from io import BufferedReader

from bench.listener import BUFFER, Answer, Listener

SLACK = 0.02
"""Seconds by which a line's clock may be ahead or behind: sleeping for each piece would cost more than the piece."""


class Line:
    """Lets bytes pass at a rate, whichever process they come to."""

    def __init__(self, bytes_a_second: float) -> None:
        self._rate = bytes_a_second
        self._free_at = multiprocessing.Value("d", 0.0)

    def passed(self, count: int) -> None:
        """Return when the line is through with ``count`` bytes more."""
        if not self._rate:
            return
        with self._free_at.get_lock():
            now = time.monotonic()
            self._free_at.value = free_at = max(self._free_at.value, now - SLACK) + count / self._rate
        if free_at > now + SLACK:
            time.sleep(free_at - now)


class Storage(socketserver.ForkingMixIn, Listener):
    """Forks for each connection."""

    max_children = 64

    def __init__(self, certificate: str, log: str, line: Line) -> None:
        super().__init__(Forget, certificate, log)
        self.line = line

    def server_close(self) -> None:
        """End the connections, too."""
        for pid in self.active_children or ():
            os.kill(pid, signal.SIGKILL)
        super().server_close()


class Forget(Answer):
    """Reads what is put, into the same place again and again."""

    server: Storage

    def do_PUT(self) -> None:  # noqa: N802 - as the base looks for it
        """A bracket."""
        assert isinstance(self.rfile, BufferedReader)
        room, left = memoryview(bytearray(BUFFER)), self.length()
        left -= len(self.rfile.read(min(left, len(self.rfile.peek()))))  # what came along with the head
        while left:
            taken = self.request.recv_into(room[:left])
            if not taken:
                raise ConnectionError("the client hung up")
            self.server.line.passed(taken)
            left -= taken
        self.reply(b"")


if __name__ == "__main__":
    CERTIFICATE, LOG, LINE_MB_S = sys.argv[1:]
    Storage(CERTIFICATE, LOG, Line(float(LINE_MB_S) * 1e6)).announce_and_serve()
