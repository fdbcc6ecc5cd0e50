"""The service's storage: takes brackets and forgets them. ``python -m bench.storage CERTIFICATE LOG`` prints its port.

A process a connection, so that no lock of the interpreter is what an upload waits for. It takes every path and checks
nothing: who measures storage's own work learns nothing of the client.
"""

from __future__ import annotations

import os
import signal
import socketserver
import sys
from io import BufferedReader

from bench.listener import BUFFER, Answer, Listener


class Storage(socketserver.ForkingMixIn, Listener):
    """Forks for each connection."""

    max_children = 64

    def server_close(self) -> None:
        """End the connections, too."""
        for pid in self.active_children or ():
            os.kill(pid, signal.SIGKILL)
        super().server_close()


class Forget(Answer):
    """Reads what is put, into the same place again and again."""

    def do_PUT(self) -> None:  # noqa: N802 - as the base looks for it
        """A bracket."""
        assert isinstance(self.rfile, BufferedReader)
        room, left = memoryview(bytearray(BUFFER)), self.length()
        left -= len(self.rfile.read(min(left, len(self.rfile.peek()))))  # what came along with the head
        while left:
            taken = self.request.recv_into(room[:left])
            if not taken:
                raise ConnectionError("the client hung up")
            left -= taken
        self.reply(b"")


if __name__ == "__main__":
    Storage(Forget, *sys.argv[1:]).announce_and_serve()
