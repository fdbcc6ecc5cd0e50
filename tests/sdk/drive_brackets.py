"""The vendor's SDK 1.1.0 (2025-05-08): an order, its brackets, then process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import drive  # type: ignore[import-not-found]  # beside this script, which is run by itself


def upload(client: Any, order_id: str, file: Path) -> None:
    """One bracket."""
    bracket = client.v3_brackets_post(order_id=order_id, name=file.name, metadata={"card": 1})
    assert (bracket.is_uploaded, bracket.metadata) == (False, {"card": 1})
    drive.put(bracket.upload_url, file, "application/octet-stream")


def merge(client: Any, order_id: str) -> object:
    """In sets of three, each named bracket by bracket."""
    brackets = client.v3_orders_order_id_brackets_get(order_id=order_id).brackets
    ids = [bracket.bracket_id for bracket in brackets]
    sets = [{"bracket_ids": ids[at : at + 3]} for at in range(0, len(ids), 3)]
    return client.process_order(id=order_id, images=sets, ai_version="5.x", enhance_type="warm", window_pull=True)


if __name__ == "__main__":
    drive.main(upload, merge)
