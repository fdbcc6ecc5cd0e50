"""The service's API, as far as one order of the images flow needs it: register, merge, look, download.

``python -m bench.api CERTIFICATE LOG STORAGE PROCESSED_AFTER_S IMAGE_BYTES`` prints its port. Slots are at the URL
``STORAGE``; an order is processed so long after its merge, as one image of so many bytes. It checks nothing and keeps
no bytes: that is the sandbox's work, which would be measured too.
"""

from __future__ import annotations

import json
import re
import socketserver
import sys
import time
from typing import Any

from bench.listener import Answer, Listener
from bench.photos import jpeg

ORDER = re.compile(r"/v3/orders/([^/?]+)(/merge)?")
ENHANCED = re.compile(r"/v3/images/image-([^/?]+)/enhanced")


class Api(socketserver.ThreadingMixIn, Listener):
    """A thread for each connection."""

    daemon_threads = True

    def __init__(self, certificate: str, log: str, storage: str, processed_after_s: float, image_bytes: int) -> None:
        super().__init__(Speak, certificate, log)
        self.storage, self.processed_after_s = storage, processed_after_s
        self.image = b"".join(jpeg(image_bytes))
        self.merged_at: dict[str, float] = {}

    def order(self, order_id: str) -> dict[str, Any]:
        """An order, as the API shows it."""
        merged_at = self.merged_at.get(order_id)
        if merged_at is None:
            return {"order_id": order_id, "is_merging": False, "is_processing": False, "images": []}
        busy = time.time() < merged_at + self.processed_after_s
        image = {
            "image_id": f"image-{order_id}",
            "image_name": "picture.jpg",
            "status": "processing" if busy else "processed",
        }
        return {"order_id": order_id, "is_merging": False, "is_processing": busy, "images": [image]}


class Speak(Answer):
    """The API's words."""

    server: Api

    def do_GET(self) -> None:  # noqa: N802 - as the base looks for it
        """An image, an order, or the list of orders, which is empty."""
        if image := ENHANCED.match(self.path):
            self.reply(self.server.image, image[1], "image/jpeg")
        elif order := ORDER.match(self.path):
            self.reply(json.dumps(self.server.order(order[1])).encode(), order[1])
        else:
            self.reply(b'{"orders": []}')

    def do_POST(self) -> None:  # noqa: N802 - as the base looks for it
        """A merge or a registration."""
        body = json.loads(self.rfile.read(self.length()))
        if order := ORDER.match(self.path):
            self.server.merged_at[order[1]] = time.time()
            self.reply(b"{}", order[1])
        else:
            slot = {"image_id": body["image_id"], "s3PutObjectUrl": f"{self.server.storage}/{body['image_id']}"}
            self.reply(json.dumps(slot).encode(), body["order_id"])


if __name__ == "__main__":
    CERTIFICATE, LOG, STORAGE, PROCESSED_AFTER_S, IMAGE_BYTES = sys.argv[1:]
    Api(CERTIFICATE, LOG, STORAGE, float(PROCESSED_AFTER_S), int(IMAGE_BYTES)).announce_and_serve()
