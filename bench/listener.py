"""What the service's two halves share: TLS, HTTP/1.1, and a log of what came when.

Storage and API are two programs, as they are two hosts in truth. Both append to one log, a line of JSON an exchange;
its times are seconds since 1970, as the journal's are.
"""

from __future__ import annotations

import json
import os
import signal
import socketserver
import ssl
import sys
import time
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

BUFFER = 256 * 1024


@dataclass
class Exchange:
    """A request: when its first line had come, when its answer had gone, and of which order it was, if it tells."""

    method: str
    path: str
    began: float
    ended: float
    order_id: str | None = None


class Log:
    """Exchanges in a file. A line is written at once, so that several processes can write to one file."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, exchange: Exchange) -> None:
        """Append one."""
        os.write(self._descriptor, json.dumps(asdict(exchange)).encode() + b"\n")


class Listener(socketserver.TCPServer):
    """Listens on any free port of loopback; mixed with a way to serve several connections at once."""

    request_queue_size = 64
    allow_reuse_address = True

    def __init__(self, answer: type[Answer], certificate: str, log: str) -> None:
        super().__init__(("127.0.0.1", 0), answer)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.log = Log(log)

    def announce_and_serve(self) -> None:
        """Print the port, for whoever started this program, and serve until SIGTERM or until that one is gone."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.starter = os.getppid()
        sys.stdout.write(f"{self.server_address[1]}\n")
        sys.stdout.flush()
        with self:
            self.serve_forever()

    def service_actions(self) -> None:
        """Called twice a second: nobody shall be left behind listening."""
        super().service_actions()
        if os.getppid() != self.starter:
            sys.exit()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of our business; anything else is told."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Answer(BaseHTTPRequestHandler):
    """One connection and its requests, one after the other."""

    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = BUFFER
    timeout = 120

    def setup(self) -> None:
        """Agree on TLS here, where one handshake does not wait for another."""
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def parse_request(self) -> bool:
        """Note when the request's first line was there."""
        self.began = time.time()
        return super().parse_request()

    def length(self) -> int:
        """Bytes in the request's body."""
        return int(self.headers.get("Content-Length", "0"))

    def reply(self, body: bytes, order_id: str | None = None, content_type: str = "application/json") -> None:
        """Answer with 200, and log it."""
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.log.add(Exchange(self.command, self.path, self.began, time.time(), order_id))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name for it
        """Say nothing: there is the log."""
