from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from daemon.delivery import delivery_note, note_name
from daemon.files import incoming, scan
from daemon.notes import order_of, own_note, with_times
from daemon.notes.looking import id_in
from daemon.order import Bracket, Image, ImageState, Merge, MergeState, Order, Phase, Preset
from daemon.order.planned import PlannedImage
from daemon.order.purchase import LimitCheck
from daemon.order.source import ShootPart
from daemon.recovery.notes import find_notes
from daemon.shoot import LeftOut, Shot, Why
from daemon.shoot.sets import Confidence
from daemon.shoot.shot import UNKNOWN
from tests.changed import changed
from tests.core.orders import NOW, order, uploaded

NONSENSE: tuple[object, ...] = (5, None, {"a": []}, "x")
ODD = os.fsdecode(b"\xff")
DELIVERED = changed(
    uploaded(),
    shoot=f"12 Oak St {ODD}",
    output="/out/12 Oak St",
    created=True,
    preset=Preset(
        3,
        {"sky_replacement": True, "ai_version": "5.x"},
        "webp",
        80,
        4000,
        dev_mode=True,
        names="{seq:02}",
        grouping="folders",
    ),
    phase=Phase.DOWNLOADED,
    brackets=(
        replace(
            uploaded().brackets[0],
            mark="ab" * 16,
            sha256="cd" * 32,
            path=f"DCIM/{ODD}.JPG",
            mtime_ns=2**64,
            shot=Shot("canon", "canon eos 6d", "", 1_717_243_200, None, 0.05, 8.0, 100.0, (6000, 4000)),
        ),
        uploaded().brackets[1],
        replace(order().brackets[2], left_out="is broken"),
    ),
    images=(
        Image("i0", "n0", (0, 1), ImageState.PLACED, None, 5, "ef" * 32, "webp", f"{ODD}.webp", NOW + 5),
        Image("i1", "n1", state=ImageState.FAILED, reason="too dark"),
        Image("i2", "n2", state=ImageState.DISMISSED),
    ),
    left_out=("DCIM/IMG_0431.CR2", "copy.JPG"),
    left_out_why=(
        LeftOut("DCIM/IMG_0431.CR2", Why.VARIANT, f"DCIM/{ODD}.JPG"),
        LeftOut("copy.JPG", Why.COPY, None, "9 Elm St"),
    ),
    plan=(PlannedImage((0, 1)), PlannedImage((2,), Confidence.ASK)),
    fingerprint="fp",
    late=("late.JPG",),
    supplement_of="another",
    part=ShootPart(1, 2),
    check=LimitCheck.WITHIN,
    merge=Merge(MergeState.SEEN),
    due=None,
    due_set_at=None,
    updated_at=NOW + 60,
    phase_since=NOW + 60,
)


def forgotten(of: Order) -> Order:
    """The order without the fields that its note does not contain."""
    brackets = tuple(
        replace(b, inode=0, attempt=0, url=None, content_type=None, failures=0, stored_at=b.stored_at and 0.0)
        for b in of.brackets
    )
    merge = replace(of.merge, asked_at=None)
    return changed(of, brackets=brackets, merge=merge, polls=0, failures=0)


def written(of: Order) -> dict[str, Any]:
    """The note of an order, read from the disk."""
    text = json.dumps(delivery_note(of, of.unsent.late, now=of.times.updated_at), ensure_ascii=False)
    note: dict[str, Any] = json.loads(text.encode("utf-8", "backslashreplace"))
    return note


@pytest.mark.parametrize(
    "of", [DELIVERED, changed(DELIVERED, preset=Preset(), images=(), supplement_of=None, part=None)]
)
def test_a_note_tells_the_whole_order(of: Order) -> None:
    """A delivered order can be read back from its note, including odd names and photos of distant years."""
    assert forgotten(order_of(written(of))) == forgotten(of)


def large(photos: int, folder: str, images: int) -> Order:
    """A delivered order of RAW + JPEG pairs in a folder, with all that a note can contain."""
    shot = Shot(
        "nikon corporation", "nikon z 6_2", "0123456789", 1_760_000_000, 0.123, 0.0166667, 8.0, 100.0, (6048, 4024)
    )
    brackets = tuple(
        Bracket(
            path=f"{folder}/DSC_{number:05}.JPG",
            size=123_456_789,
            mtime_ns=1_760_000_000_123_456_789,
            inode=0,
            service_id=str(uuid5(NAMESPACE_URL, str(number))),
            stored_at=1.0,
            mark="ab" * 16,
            sha256="cd" * 32,
            shot=shot,
        )
        for number in range(photos)
    )
    why = tuple(LeftOut(b.path.replace(".JPG", ".NEF"), Why.VARIANT, b.path) for b in brackets)
    each = photos // images
    placed = tuple(
        Image(
            str(uuid5(NAMESPACE_URL, f"i{number}")),
            f"12 Oak St DSC_{number:05} 6f1d1f0e-{number}.JPG",
            tuple(range(number * each, (number + 1) * each)),
            ImageState.PLACED,
            size=123_456_789,
            sha256="ef" * 32,
            file=f"DSC_{number:05}.jpg",
            fetched_at=NOW,
        )
        for number in range(images)
    )
    left_out = tuple(one.path for one in why)
    plan = tuple(PlannedImage(image.brackets) for image in placed)
    return changed(DELIVERED, plan=plan, brackets=brackets, images=placed, left_out=left_out, left_out_why=why)


def test_the_note_of_the_largest_shoot_is_not_too_large(tmp_path: Path) -> None:
    """The size limit for notes is enough for the largest shoot with all details."""
    card = large(300, "DCIM/100MSDCF", images=100)
    alone = large(300, "Müller, Unter den Linden 14/Second visit/Living room/Camera 2/DCIM/100MSDCF", images=300)
    for of in (card, alone, changed(alone, left_out=(), left_out_why=())):
        most = incoming.A_FILE * (len(of.brackets) + len(of.unsent.left_out))
        incoming.write_json(str(tmp_path), "order.json", delivery_note(of, (), now=NOW), most=most)
        assert (tmp_path / "order.json").stat().st_size <= most
    assert incoming.LARGEST_JSON >= incoming.A_FILE * scan.MOST


def test_the_note_of_a_large_shoot_is_read(tmp_path: Path) -> None:
    """The note of an order with ten thousand brackets can be read, and a recovery finds it."""
    of = changed(large(12_000, "DCIM/100MSDCF", images=4000), output=str(tmp_path))
    incoming.write_json(str(tmp_path), "order.json", delivery_note(of, (), now=NOW))
    assert own_note(of) == find_notes([str(tmp_path)]).found[0]
    assert note_name(of) == "order.json"


def test_a_note_that_would_be_too_large_is_written_without_indents(tmp_path: Path) -> None:
    """If a note with indents would exceed the size limit, it is written in one line and reads back."""
    of = changed(large(30, "DCIM", images=10), output=str(tmp_path))
    incoming.write_json(str(tmp_path), "order.json", delivery_note(of, (), now=NOW), most=30_000)
    assert (tmp_path / "order.json").stat().st_size <= 30_000
    assert id_in(str(tmp_path), "order.json") == of.id
    assert own_note(of) is not None


def test_notes_of_earlier_versions_are_read() -> None:
    """An older note without the photos' times gives an order without them; files that still exist supply them."""
    note = written(DELIVERED)
    for key in ("fingerprint", "supplement_of", "part", "left_out_why", "dismissed", "plan"):
        del note[key]
    for bracket in note["brackets"]:
        for key in ("mtime_ns", "mark", "sha256", "left_out", "shot"):
            del bracket[key]
    for image in note["images"]:
        del image["name"]
    del note["settings"]["names"], note["settings"]["grouping"]
    old = order_of(note)
    assert (old.preset.names, old.preset.grouping) == ("{stem}", "automatic")
    assert (old.source.fingerprint, old.brackets[0].mtime_ns, old.phase) == ("", 0, Phase.DOWNLOADED)
    assert (old.unsent.left_out, old.unsent.left_out_why, old.brackets[0].shot) == (
        DELIVERED.unsent.left_out,
        (),
        UNKNOWN,
    )
    there = {bracket.path: (bracket.size, 7) for bracket in DELIVERED.brackets}
    known = with_times(old, there)
    assert [bracket.mtime_ns for bracket in known.brackets] == [7, 7, 7]
    assert known.source.fingerprint
    changed = there | {DELIVERED.brackets[1].path: (1, 7)}
    assert with_times(old, changed) == old
    assert with_times(old, {}) == old


@pytest.mark.parametrize("nonsense", [*NONSENSE, [5], [{"file": 5}], {"second": "x", "model": 7, "pixels": [1]}])
def test_what_is_nonsense_about_frames_costs_no_order(nonsense: object) -> None:
    """A note with invalid reasons or frames still gives its order."""
    note = written(DELIVERED) | {"left_out_why": nonsense}
    for bracket in note["brackets"]:
        bracket["shot"] = nonsense
    read = order_of(note)
    assert (read.id, read.unsent.left_out, read.unsent.left_out_why) == (DELIVERED.id, DELIVERED.unsent.left_out, ())
    assert not any(bracket.shot.tells for bracket in read.brackets)


@pytest.mark.parametrize(
    "nonsense",
    [
        *NONSENSE,
        [5],
        [{"brackets": [3], "confidence": "certain"}],
        [{"brackets": [1], "confidence": "sure"}],
        [{"brackets": [1, 1], "confidence": "certain"}],
        [{"brackets": [], "confidence": "certain"}],
        [{"brackets": [["x"]], "confidence": "certain"}],
    ],
)
def test_a_plan_that_is_nonsense_costs_no_order(nonsense: object) -> None:
    """A note with an invalid plan gives its order, without a plan."""
    read = order_of(written(DELIVERED) | {"plan": nonsense})
    assert (read.id, read.plan) == (DELIVERED.id, ())


def test_the_list_of_files_left_out_keeps_its_shape() -> None:
    """A note lists the paths of the files left out, and their reasons in a separate list."""
    note = written(changed(DELIVERED, left_out_why=DELIVERED.unsent.left_out_why[1:]))
    assert note["left_out"] == ["DCIM/IMG_0431.CR2", "copy.JPG"]
    assert note["left_out_why"] == [{"file": "copy.JPG", "why": "copy", "of": None, "shoot": "9 Elm St"}]


def test_notes_are_found_wherever_they_lie(tmp_path: Path) -> None:
    """Notes are found at any depth in the output folders; moved pictures are looked for beside their note."""
    supplement = replace(DELIVERED, id="00000000-0000-0000-0000-000000000001")
    moved = tmp_path / "2026" / "November" / "12 Oak St"
    for name, of in (("order.json", DELIVERED), ("order-00000000.json", supplement)):
        incoming.write_json(str(moved), name, delivery_note(of, (), now=NOW))
    found = find_notes([str(tmp_path), str(tmp_path)])
    assert {(note.order.id, note.folder) for note in found.found} == {
        (of.id, str(moved)) for of in (DELIVERED, supplement)
    }
    assert found.unread == {}


def test_of_two_notes_the_one_in_its_place_counts(tmp_path: Path) -> None:
    """Of several copies of a note, the one in its original folder comes first."""
    for name in ("a", "b", "c"):
        note = delivery_note(changed(DELIVERED, output=str(tmp_path / "b")), (), now=NOW)
        incoming.write_json(str(tmp_path / name), "order.json", note)
    first, *others = find_notes([str(tmp_path)]).found
    assert (first.folder, len(others)) == (str(tmp_path / "b"), 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"order_id": "7", "customer": "Anna"}',
        b"\xff\xfe",
        b'{"order_id": 5, "settings": []}',
    ],
)
def test_what_is_none_of_ours_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """Another program's ``order.json``, or a partial one, does not give an order."""
    (tmp_path / "order.json").write_bytes(content)
    assert find_notes([str(tmp_path), str(tmp_path / "none")]).found == ()


@pytest.mark.parametrize("key", ["order_id", "flow", "settings", "brackets", "images", "failed", "delivered_at"])
def test_an_incomplete_note_gives_no_order(tmp_path: Path, key: str) -> None:
    """A note with missing or invalid required values does not give an order."""
    note = written(DELIVERED)
    for nonsense in NONSENSE:
        (tmp_path / "order.json").write_text(json.dumps(note | {key: nonsense}))
        assert find_notes([str(tmp_path)]).found == ()
    del note[key]
    (tmp_path / "order.json").write_text(json.dumps(note))
    assert find_notes([str(tmp_path)]).found == ()
