"""What must be true after any number of runs, however they ended."""

from __future__ import annotations

import filecmp
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from daemon.store.sqlite.reader import SqliteReader
from tests.sandbox_process import Sandbox
from tests.whole.books import audit
from tests.whole.kills.mortal import Mortal
from tests.whole.program import Json


@contextmanager
def mortal(home: Path, sandbox: Sandbox, flow: str, *, installed: bool = False) -> Iterator[Mortal]:
    """The program, configured for the sandbox, not started. At the end all is delivered and the books agree.

    Its runs are forked unless they are ``installed`` ones.
    """
    before = sandbox.report()
    program = Mortal(home, sandbox, flow, installed=installed)
    try:
        yield program
    finally:
        program.close()
    balance(program, sandbox, before)


def balance(program: Mortal, sandbox: Sandbox, before: Json) -> None:
    """Assert one order for each shoot, each picture bought and on disk once, and no violation since ``before``.

    An image may be downloaded completely a second time only if a run had requested it and was killed before it could
    record it.
    """
    report, orders = sandbox.report(), program.peek()["orders"]
    assert Counter(order["shoot"] for order in orders) == Counter(path.name for path in program.watched.iterdir())
    assert {order["phase"] for order in orders} == {"downloaded"}
    assert report["orders"].keys() - before["orders"].keys() == {order["order_id"] for order in orders}
    audit(program, sandbox)
    images = [image for order in orders for image in report["orders"][order["order_id"]]["images"]]
    charged = [image["image_id"] for image in images if image["charged"]]
    with SqliteReader(program.state) as reader:
        assert sorted(bought["image_id"] for bought in reader.purchases(float("-inf"), float("inf"))) == sorted(charged)
    errors = {image["image_id"]: image["errors"] for image in images}
    for order in orders:
        _delivered(Path(order["output"]), sandbox, errors)
    assert list(program.output.rglob(".*")) == [], "no part file is left behind"
    broken = report["violations"][len(before["violations"]) :]
    assert [v for v in broken if v["rule"] != "needless-purchase" or v["id"] not in program.lost] == []
    assert [i["image_id"] for i in images if i["downloads"]["full"] > 1 + program.lost[i["image_id"]]] == []
    assert [event for words in ("Traceback", "bug") for event in program.logged(words)] == []
    assert [event for event in program.events() if "exception" in event or "traceback" in event] == []


def _delivered(output: Path, sandbox: Sandbox, errors: Mapping[str, int]) -> None:
    """Assert that the pictures are those that the sandbox served, without other files.

    ``errors`` is how often processing failed, by image. Only an image that failed twice may be given up.
    """
    note = json.loads((output / "order.json").read_text())
    given_up = [errors[image["image_id"]] for image in note["failed"]]
    assert all(times >= 2 for times in given_up), "an image that failed once is processed again"
    pictures = [output / image["file"] for image in note["images"]]
    assert sorted(output.iterdir()) == sorted([*pictures, output / "order.json"])
    served = list((sandbox.directory / "renders").iterdir())
    for picture in pictures:
        alike = (render for render in served if render.stat().st_size == picture.stat().st_size)
        assert any(filecmp.cmp(picture, render, shallow=False) for render in alike), picture
