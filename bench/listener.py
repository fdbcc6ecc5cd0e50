"""Shared by the service's two halves: TLS, HTTP/1.1, and a log of requests with their times.

Storage and API are two programs, as they are two real hosts. Both append to one log, one line of JSON per exchange;
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
    """A request: the time of its first line, the time after its response, and its order's id if known."""

    method: str
    path: str
    began: float
    ended: float
    order_id: str | None = None


class Log:
    """A file of exchanges. Each line is one write, so that several processes can append to it."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, exchange: Exchange) -> None:
        """Append one."""
        os.write(self._descriptor, json.dumps(asdict(exchange)).encode() + b"\n")


class Listener(socketserver.TCPServer):
    """Listens on a free port of loopback. A mix-in for a server of several connections at once."""

    request_queue_size = 64
    allow_reuse_address = True

    def __init__(self, answer: type[Answer], certificate: str, log: str) -> None:
        super().__init__(("127.0.0.1", 0), answer)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.log = Log(log)

    def announce_and_serve(self) -> None:
        """Print the port and serve until SIGTERM or until the parent process ends."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.starter = os.getppid()
        sys.stdout.write(f"{self.server_address[1]}\n")
        sys.stdout.flush()
        with self:
            self.serve_forever()

    def service_actions(self) -> None:
        """Called twice a second: stop if the parent process is gone."""
        super().service_actions()
        if os.getppid() != self.starter:
            sys.exit()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that hangs up. Report every other error."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Answer(BaseHTTPRequestHandler):
    """Serves the requests of one connection, one after the other."""

    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = BUFFER
    timeout = 120

    def setup(self) -> None:
        """Do the TLS handshake here, so that connections do not wait for each other's handshake."""
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def parse_request(self) -> bool:
        """Record when the request's first line arrived."""
        self.began = time.time()
        return super().parse_request()

    def length(self) -> int:
        """The length of the request's body in bytes."""
        return int(self.headers.get("Content-Length", "0"))

    def reply(self, body: bytes, order_id: str | None = None, content_type: str = "application/json") -> None:
        """Answer with 200, and log it."""
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.log.add(Exchange(self.command, self.path, self.began, time.time(), order_id))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Print nothing: the log has it."""
