"""The vendor's SDK 1.0.7 (2025-01-01): images registered with ``hdr``, then merge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import drive  # type: ignore[import-not-found]  # beside this script, which is run by itself

_TYPE = "image/jpeg"


def upload(client: Any, order_id: str, file: Path) -> None:
    """One bracket."""
    image = client.create_image(order_id=order_id, image_name=file.name, content_type=_TYPE, hdr=True)
    assert image.status == "waiting"
    drive.put(image.s3_put_object_url, file, _TYPE)


def merge(client: Any, order_id: str) -> object:
    """In sets of three."""
    return client.merge_hdr(id=order_id, number_of_brackets_per_image=3, ai_version="4.x", enhance_type="warm")


if __name__ == "__main__":
    drive.main(upload, merge)
