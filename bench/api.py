"""The part of the service's API that one order of the images flow needs: register, merge, poll, download.

``python -m bench.api CERTIFICATE LOG STORAGE PROCESSED_AFTER_S IMAGE_BYTES`` prints its port. Slots are at the URL
``STORAGE``. An order is processed the given time after its merge, as one image of the given size. It checks nothing and
stores no files, so that only the client is measured.
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
        """The state of an order."""
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
    """The API's request handler."""

    server: Api

    def do_GET(self) -> None:  # noqa: N802 - the base class requires the name
        """Return an image, an order, or the list of orders, which is always empty."""
        if image := ENHANCED.match(self.path):
            self.reply(self.server.image, image[1], "image/jpeg")
        elif order := ORDER.match(self.path):
            self.reply(json.dumps(self.server.order(order[1])).encode(), order[1])
        else:
            self.reply(b'{"orders": []}')

    def do_POST(self) -> None:  # noqa: N802 - the base class requires the name
        """Accept a merge or a registration."""
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
