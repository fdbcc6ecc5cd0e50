"""Checks that the records of the daemon and the sandbox, and the files on the disk, agree."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from PIL import Image

from daemon.store.sqlite.reader import SqliteReader
from tests.sandbox_process import Sandbox
from tests.whole.program import Bracketd, Json


def audit(program: Bracketd, sandbox: Sandbox) -> None:
    """Assert that each order paid for each of its pictures once, all files are complete, and the key did not leak."""
    report = sandbox.report()
    for order in program.peek()["orders"]:
        at_sandbox = report["orders"].get(order["order_id"], {"registered": [], "merges": [], "images": []})
        if order["phase"] == "downloaded":
            _delivered(order, at_sandbox)
        else:
            assert all(image["charged"] <= 1 for image in at_sandbox["images"])
        assert len(at_sandbox["merges"]) <= 1
    with SqliteReader(program.state) as reader:
        bought = Counter(purchase["image_id"] for purchase in reader.purchases(0, 1e12))
    assert not bought or max(bought.values()) == 1, "each image is in the ledger once"
    ours = [report["orders"].get(order["order_id"], {"images": []}) for order in program.peek()["orders"]]
    charged = {image["image_id"] for order in ours for image in order["images"] if image["charged"]}
    assert set(bought) <= charged, "the service charged every purchase in the ledger"
    _key_is_kept(program)


def _delivered(order: Json, at_sandbox: Json) -> None:
    output = Path(order["output"])
    note = note_of(order)
    taken = [bracket["file"] for bracket in note["brackets"] if bracket["left_out"] is None]
    sent = Counter(sha256(Path(order["folder"], file)) for file in taken)
    there = [bracket["stored"] for bracket in at_sandbox["registered"] if not bracket["deleted"]]
    assert Counter(stored["sha256"] for stored in there if stored) == sent, "the originals, byte for byte, once each"
    assert order["brackets"] == {"total": sent.total(), "uploaded": sent.total()}
    left = {image["image_id"] for image in note["dismissed"]}
    assert not any(image["charged"] for image in at_sandbox["images"] if image["image_id"] in left)
    good = [i for i in at_sandbox["images"] if i["status"] == "processed" and i["image_id"] not in left]
    bad = [image for image in at_sandbox["images"] if image["status"] == "error"]
    assert {image["image_id"] for image in note["images"]} == {image["image_id"] for image in good}
    assert {image["image_id"] for image in note["failed"]} == {image["image_id"] for image in bad}
    assert [image["charged"] for image in good] == [1] * len(good), "one charge per image"
    assert not any(image["charged"] for image in bad)
    assert len(at_sandbox["merges"]) == 1
    for image in note["images"]:
        assert sha256(output / image["file"]) == image["sha256"]
        with Image.open(output / image["file"]) as picture:
            picture.load()
    hidden = [path.name for path in output.iterdir() if path.name.startswith(".")]
    assert hidden == [], "no part file is left behind"


def _key_is_kept(program: Bracketd) -> None:
    key = program.key.encode()
    written = [program.log, *_files(program.state), *_files(program.output)]
    assert [path for path in written if path.exists() and key in path.read_bytes()] == []


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def note_of(order: Json) -> Json:
    """An order's ``order.json``. The note of a supplement is beside that of the first order."""
    notes = [json.loads(path.read_text()) for path in Path(order["output"]).glob("order*.json")]
    own: Json
    (own,) = [note for note in notes if note["order_id"] == order["order_id"]]
    return own


def of_order(sandbox: Sandbox, order: Json) -> dict[str, Any]:
    """An order in the sandbox's report."""
    report: dict[str, Any] = sandbox.report()["orders"][order["order_id"]]
    return report
