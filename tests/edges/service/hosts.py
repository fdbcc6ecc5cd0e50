"""A host on loopback that does exactly what a test's script says, down to single bytes and closed connections."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Self

ELSEWHERE = "127.0.0.2" if sys.platform == "linux" else "localhost"
"""A second address on loopback. Only Linux answers on all of 127.0.0.0/8 by default."""

Script = Callable[["Exchange"], None]


class Exchange:
    """One received request, with methods to respond to it."""

    def __init__(self, conn: socket.socket, head: bytes, after: bytes) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ")
        self.headers = {key.lower(): value for key, value in (line.split(": ", 1) for line in lines[1:])}
        self.body = b""
        self.conn = conn
        self._after = after
        self._read = False

    def read(self) -> bytes:
        """The request's body, or the part that arrived before the client disconnected."""
        missing = 0 if self._read else int(self.headers.get("content-length", "0")) - len(self._after)
        self._read = True
        self.body += self._after
        self._after = b""
        while missing > 0 and (piece := self.conn.recv(min(missing, 1 << 20))):
            self.body += piece
            missing -= len(piece)
        return self.body

    def json(self) -> object:
        """The request's body as JSON."""
        return json.loads(self.body)

    def raw(self, data: bytes) -> None:
        """Send arbitrary bytes as the response."""
        self.conn.sendall(data)

    def answer(self, status: int, body: bytes | str | Mapping[str, object] = b"", **headers: str) -> None:
        """Send a well-formed response. The keyword ``content_type`` becomes the header ``Content-Type``, and so on."""
        self.read()
        if isinstance(body, Mapping):
            body = json.dumps(body)
            headers.setdefault("content_type", "application/json")
        data = body.encode() if isinstance(body, str) else body
        headers.setdefault("content_length", str(len(data)))
        lines = [f"HTTP/1.1 {status} Word", *(f"{key.replace('_', '-')}: {value}" for key, value in headers.items())]
        self.raw("\r\n".join([*lines, "", ""]).encode() + data)

    def hang_up(self) -> None:
        """Close the connection immediately."""
        self.conn.close()


class Host:
    """A server that runs ``script`` for every request and records all requests in ``seen``."""

    def __init__(self, script: Script, *, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.seen: list[Exchange] = []
        self.connections = 0
        self._tls = tls
        self._listener = socket.create_server((address, 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._conns: list[socket.socket] = []
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{address}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for conn in self._conns:
            with contextlib.suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self._listener.accept()
                conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # so that hanging up loses no bytes
                self.connections += 1
                self._conns.append(conn)
                thread = threading.Thread(target=self._serve, args=(conn,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, conn: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(conn):
            if self._tls:
                conn = self._tls.wrap_socket(conn, server_side=True)
            with contextlib.closing(conn):
                for exchange in self._requests(conn):
                    self.seen.append(exchange)
                    self.script(exchange)
                    exchange.read()

    def _requests(self, conn: socket.socket) -> Iterator[Exchange]:
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                piece = conn.recv(65536)
                if not piece:
                    return
                data += piece
            head, _, after = data.partition(b"\r\n\r\n")
            data = b""
            yield Exchange(conn, head, after)


def always(status: int, body: bytes | str | Mapping[str, object] = b"", **headers: str) -> Script:
    """A script that sends the same response to every request."""
    return lambda exchange: exchange.answer(status, body, **headers)
