"""A service that is never what one waits for: it takes the brackets and forgets them, over TLS.

It speaks as much of the images flow as one order needs (register, PUT, merge, look, download), and notes when each
request began and ended, in seconds since 1970, as the journal does. It keeps no bytes and checks nothing: that is the
sandbox's work, which would be measured too.

Run as ``python -m bench.service CERTIFICATE PROCESS_S IMAGE_BYTES``; prints its port.
"""

from __future__ import annotations

import json
import re
import ssl
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_RCVBUF, SOL_SOCKET
from typing import Any

SEEN = "/_bench/seen"
"""``GET`` gives what was seen since the last time, as a list of Exchange."""

BUFFER = 256 * 1024
ORDER = re.compile(r"/v3/orders/([^/?]+)(/merge)?")
ENHANCED = re.compile(r"/v3/images/([^/?]+)/enhanced")


@dataclass
class Exchange:
    """A request: when its first line had come, when its answer had gone, and of which order it was, if it tells."""

    method: str
    path: str
    began: float
    ended: float = 0.0
    order_id: str | None = None


@dataclass
class Course:
    """What becomes of orders: an order is processed ``process_s`` seconds after its merge, as one image."""

    process_s: float
    image: bytes
    merged_at: dict[str, float] = field(default_factory=dict)

    def look(self, order_id: str) -> dict[str, Any]:
        """The order, as the API shows it."""
        merged_at = self.merged_at.get(order_id)
        busy = merged_at is not None and time.time() < merged_at + self.process_s
        status = "processing" if busy else "processed"
        image = {"image_id": f"image-{order_id}", "image_name": "picture", "status": status}
        images = [] if merged_at is None else [image]
        return {"order_id": order_id, "is_merging": False, "is_processing": busy, "images": images}


class Listener(ThreadingHTTPServer):
    """A thread a connection; TLS begins in that thread, so that one handshake does not wait for another."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, tls: ssl.SSLContext, course: Course) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.tls, self.course = tls, course
        self.lock = threading.Lock()
        self.seen: list[Exchange] = []

    def take_seen(self) -> list[dict[str, Any]]:
        """What was seen since the last time."""
        with self.lock:
            seen, self.seen = self.seen, []
        return [asdict(exchange) for exchange in seen]


class Answer(BaseHTTPRequestHandler):
    """One connection and its requests, one after the other."""

    server: Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = BUFFER

    def setup(self) -> None:
        """Agree on TLS, and have room for the bytes that are thrown away."""
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.room = memoryview(bytearray(BUFFER))
        super().setup()

    def parse_request(self) -> bool:
        """Note when the request's first line was there."""
        self.exchange = Exchange("", "", time.time())
        return super().parse_request()

    def do_GET(self) -> None:
        """A look at an order, an image, or what was seen."""
        if self.path == SEEN:
            self._answer(json.dumps(self.server.take_seen()).encode())
        elif image := ENHANCED.match(self.path):
            self._answer(self.server.course.image, image[1].removeprefix("image-"), content_type="image/jpeg")
        elif order := ORDER.match(self.path):
            self._answer(json.dumps(self.server.course.look(order[1])).encode(), order[1])
        else:
            self._answer(b'{"orders": []}')

    def do_POST(self) -> None:
        """A registration or a merge."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if order := ORDER.match(self.path):
            self.server.course.merged_at[order[1]] = time.time()
            self._answer(b"{}", order[1])
            return
        host, image_id = self.headers["Host"], body["image_id"]
        slot = {"image_id": image_id, "s3PutObjectUrl": f"https://{host}/put/{image_id}"}
        self._answer(json.dumps(slot).encode(), body["order_id"])

    def do_PUT(self) -> None:
        """A bracket, thrown away as it comes."""
        left = int(self.headers["Content-Length"])
        while left:
            taken = self.rfile.readinto1(self.room[:left])
            if not taken:
                self.close_connection = True
                return
            left -= taken
        self._answer(b"")

    def do_DELETE(self) -> None:
        """A registration taken back."""
        self._answer(b"{}")

    def _answer(self, body: bytes, order_id: str | None = None, *, content_type: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        exchange = self.exchange
        exchange.method, exchange.path, exchange.ended = self.command, self.path, time.time()
        exchange.order_id = order_id
        with self.server.lock:
            self.server.seen.append(exchange)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called in the base
        """Say nothing."""


def main(certificate: str, process_s: str, image_bytes: str) -> None:
    """Serve until killed."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    image = b"\xff\xd8\xff\xe0" + bytes(int(image_bytes)) + b"\xff\xd9"
    with Listener(tls, Course(float(process_s), image)) as listener:
        print(listener.server_address[1], flush=True)  # noqa: T201 - whoever started it reads it
        listener.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
