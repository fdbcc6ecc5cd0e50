"""A frame that is written twice, and exports of it: sent once, bought once, and reported."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, Json, until

OAK = "12 Oak St"
CANON_6D = Path(__file__).parents[3] / "shared" / "data" / "canon-6d" / "100CANON"
REAL = pytest.mark.skipif(not CANON_6D.is_dir(), reason="the real brackets are not here")


@pytest.fixture
def program(program: Bracketd) -> Bracketd:
    """The program, with a short interval of scans."""
    program.folder.update(observer="polling", poll_interval="0.5s")
    return program


def brackets(real: bool) -> Iterator[tuple[str, bytes]]:
    """The brackets of one scene, from a real camera or generated."""
    if real:
        yield from ((path.name, path.read_bytes()) for path in sorted(CANON_6D.iterdir()))
    else:
        yield from shoot(1).items()


def exported(data: bytes, kind: str, size: tuple[int, int] | None = None) -> bytes:
    """A photo as an editor exports it, with the metadata of its original."""
    picture = Image.open(io.BytesIO(data))
    exif, made = picture.getexif(), io.BytesIO()
    (picture.resize(size) if size else picture).save(made, kind, exif=exif)
    return made.getvalue()


def lay(program: Bracketd, files: dict[str, bytes]) -> None:
    """Put files into the shoot. A new shoot is moved in, complete."""
    card = program.home / "card"
    for path, data in files.items():
        (card / path).parent.mkdir(parents=True, exist_ok=True)
        (card / path).write_bytes(data)
    shoot_folder = program.watched / OAK
    if not shoot_folder.exists():
        card.rename(shoot_folder)
        return
    for path in files:
        (shoot_folder / path).parent.mkdir(parents=True, exist_ok=True)
        (card / path).rename(shoot_folder / path)


def note_of(order: Json) -> Json:
    """The delivery note of an order."""
    note: Json = json.loads(Path(order["output"], "order.json").read_text())
    return note


@pytest.mark.parametrize("real", [pytest.param(True, marks=REAL), False], ids=["real", "made"])
def test_two_cards_and_an_export(program: Bracketd, sandbox: Sandbox, real: bool) -> None:
    """Two cards with each frame in two formats become one picture, and later exports are never sent."""
    program.start()
    photos = dict(brackets(real))
    jpegs = {f"Card2/DCIM/100CANON/{name}": data for name, data in photos.items()}
    others = {f"Card1/DCIM/100CANON/{Path(name).stem}.TIF": exported(data, "TIFF") for name, data in photos.items()}
    lay(program, jpegs)
    order = program.reach(OAK, "downloaded", patience=90)
    made = {f"darktable_exported/{name}": exported(data, "JPEG", (900, 600)) for name, data in photos.items()}
    first, *_ = photos
    made[f"Card2/DCIM/100CANON/{Path(first).stem}-Edit.jpg"] = exported(photos[first], "JPEG")
    lay(program, others | made)
    until(lambda: all(path in program.run("show", OAK).stdout for path in (*others, *made)))
    shown = program.run("show", OAK).stdout
    for path in others:
        assert f"  - {path}  left out: the same frame as {path.replace('Card1', 'Card2')[:-4]}.JPG, in " in shown
    for path in made:
        original = f"Card2/DCIM/100CANON/{Path(path).stem.removesuffix('-Edit')}.JPG"
        assert f"  - {path}  left out: made from {original}\n" in shown
        explained = program.run("explain", str(program.watched / OAK / path)).stdout
        assert f"not sent: made from {original}" in explained
    assert len(program.peek()["orders"]) == 1
    assert program.peek()["waiting"] == []
    assert sum(image["charged"] for image in of_order(sandbox, order)["images"]) == 1
    assert program.order(OAK) == order | {"updated_at": program.peek()["orders"][0]["updated_at"]}


@pytest.mark.parametrize("real", [pytest.param(True, marks=REAL), False], ids=["real", "made"])
def test_both_cards_at_once(program: Bracketd, sandbox: Sandbox, real: bool) -> None:
    """In one drop each frame is sent once, in the right sets, and the note says what every other file is."""
    photos = dict(brackets(real))
    program.folder["grouping"] = len(photos)
    program.start()
    jpegs = {f"JPG/{name}": data for name, data in photos.items()}
    others = {f"RAW/{Path(name).stem}.TIF": exported(data, "TIFF") for name, data in photos.items()}
    made = {f"darktable_exported/{name}": exported(data, "JPEG", (900, 600)) for name, data in photos.items()}
    lay(program, jpegs | others | made)
    order = program.reach(OAK, "downloaded", patience=90)
    assert order["brackets"]["total"] == len(photos)
    assert order["images"] == {"total": 1, "processed": 1, "downloaded": 1, "failed": 0}
    note = note_of(order)
    assert [bracket["file"] for bracket in note["brackets"]] == list(jpegs)
    assert sorted(note["left_out"]) == sorted((*others, *made))
    assert {(one["why"], one["of"]) for one in note["left_out_why"]} == {
        (why, path) for why in ("variant", "derived") for path in jpegs
    }
    assert sum(image["charged"] for image in of_order(sandbox, order)["images"]) == 1
