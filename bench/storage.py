"""The service's storage: receives brackets and discards them.

``python -m bench.storage CERTIFICATE LOG LINE_MB_S`` prints its port. LINE_MB_S is the bandwidth of all connections
together in million bytes per second; 0 is unlimited. Each connection has its own process, so that uploads do not wait
for the interpreter's lock. It accepts every path and checks nothing, so that only the client is measured.
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
"""Tolerance of the bandwidth limit in seconds: sleeping for each piece would cost more than the piece."""


class Line:
    """Limits the bandwidth of several processes together."""

    def __init__(self, bytes_a_second: float) -> None:
        self._rate = bytes_a_second
        self._free_at = multiprocessing.Value("d", 0.0)

    def passed(self, count: int) -> None:
        """Return when ``count`` more bytes have passed."""
        if not self._rate:
            return
        with self._free_at.get_lock():
            now = time.monotonic()
            self._free_at.value = free_at = max(self._free_at.value, now - SLACK) + count / self._rate
        if free_at > now + SLACK:
            time.sleep(free_at - now)


class Storage(socketserver.ForkingMixIn, Listener):
    """Forks a process for each connection."""

    max_children = 64

    def __init__(self, certificate: str, log: str, line: Line) -> None:
        super().__init__(Forget, certificate, log)
        self.line = line

    def server_close(self) -> None:
        """Close the server and its connections."""
        for pid in self.active_children or ():
            os.kill(pid, signal.SIGKILL)
        super().server_close()


class Forget(Answer):
    """Reads each upload into the same buffer."""

    server: Storage

    def do_PUT(self) -> None:  # noqa: N802 - the base class requires the name
        """Receive a bracket."""
        assert isinstance(self.rfile, BufferedReader)
        room, left = memoryview(bytearray(BUFFER)), self.length()
        left -= len(self.rfile.read(min(left, len(self.rfile.peek()))))  # bytes that arrived with the head
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
