from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.previews import Cell, Failure, FailureKind, Look, Strip, Thumbnail, Tone, wire
from daemon.previews.look import LOOK_HEIGHT, LOOK_WIDTH

LOOK = Look(bytes(range(256)) * (LOOK_WIDTH * LOOK_HEIGHT * 3 // 256))
THUMBNAIL = Thumbnail(b"\xff\xd8 a JPEG", 120, 80, LOOK)
STRIPS = (
    Strip("Set 1", (Cell(b"one", ("1/60 s", "IMG_1.JPG")), Cell(None, (), "no preview")), "certain", Tone.GOOD, "why"),
    Strip("Not sent", (Cell(b"", ("",)), Cell(b"three", ("ü\udcff",))), quiet=True),
)


def message(data: bytes, most: int = wire.MOST_REQUEST) -> wire.Message:
    """Split a message as its receiver does."""
    header, rest = wire.sizes(data[:8], most)
    assert len(data) == 8 + header + rest
    return wire.header_of(data[8 : 8 + header]), data[8 + header :]


@pytest.mark.parametrize("path", ["/photos/IMG_1.JPG", "/K\udcfcche/台所.jpg", "/a\nb"])
def test_thumbnail_requests(path: str) -> None:
    """A request for a thumbnail arrives as it was sent, also if the path is not text."""
    assert wire.request_of(message(wire.thumbnail_request(path, 320))) == wire.ThumbnailWanted(path, 320)


def test_sheet_requests() -> None:
    """A request for a sheet arrives with all its strips and thumbnails."""
    sent = wire.sheet_request("12 Oak Street", STRIPS)
    assert wire.request_of(message(sent)) == wire.SheetWanted("12 Oak Street", STRIPS)


def test_requests_for_similarities() -> None:
    """A request to compare looks arrives with all of them."""
    other = Look(bytes(len(LOOK.pixels)))
    for frames in ((), (other,), (other, LOOK)):
        sent = wire.similarities_request(LOOK, frames)
        assert wire.request_of(message(sent)) == wire.SimilaritiesWanted(LOOK, frames)


@pytest.mark.parametrize(
    "answer", [THUMBNAIL, b"a sheet", (), (1.0, -0.25), *(Failure(kind, 7, "why") for kind in FailureKind)]
)
@pytest.mark.parametrize("leaving", [False, True])
def test_answers(answer: wire.Answer, leaving: bool) -> None:
    """An answer arrives as it was sent, and says if the process ends."""
    assert wire.answer_of(message(wire.answered(answer, leaving=leaving))) == (answer, leaving)


def test_details_are_short_and_printable() -> None:
    """A decoder's own words arrive in one short line."""
    sent = wire.answered(Failure(FailureKind.DAMAGED, detail="\x1b[2J" + "x" * 1000), leaving=False)
    answer, _ = wire.answer_of(message(sent))
    assert isinstance(answer, Failure)
    assert answer.detail == "?[2J" + "x" * (wire.MOST_DETAIL - 4)


@pytest.mark.parametrize(
    ("header", "data"),
    [
        ({"size": [120, 80]}, b"too short"),
        ({"size": [120, 80]}, LOOK.pixels),
        ({"size": [0, 80]}, LOOK.pixels + b"x"),
        ({"size": ["a", 80]}, LOOK.pixels + b"x"),
        ({"size": 120}, LOOK.pixels + b"x"),
        ({"similarities": 1.0}, b""),
        ({"similarities": [1.0, "1.0"]}, b""),
        ({"similarities": [1.0, 1e300]}, b""),
        ({"failure": "unheard of", "limit": None, "detail": ""}, b""),
        ({"failure": ["gone"], "limit": None, "detail": ""}, b""),
        ({"failure": "gone", "limit": "1", "detail": ""}, b""),
        ({"failure": "gone", "limit": None}, b""),
    ],
)
def test_malformed_answers(header: dict[str, object], data: bytes) -> None:
    """An answer that breaks the rules is rejected."""
    with pytest.raises(wire.Malformed):
        wire.answer_of((header, data))


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"1" * 5000])
def test_malformed_headers(text: bytes) -> None:
    """A header that is not a JSON object is rejected."""
    with pytest.raises(wire.Malformed):
        wire.header_of(text)


@pytest.mark.parametrize(("header", "data"), [(wire.MOST_HEADER + 1, 0), (0, wire.MOST_ANSWER + 1)])
def test_huge_messages(header: int, data: int) -> None:
    """A message that claims to be huge is rejected before it is read."""
    with pytest.raises(wire.Malformed):
        wire.sizes(wire.SIZES.pack(header, data), wire.MOST_ANSWER)


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inside: st.lists(inside, max_size=3))
KEYS = st.sampled_from(["leaving", "failure", "limit", "detail", "size", "similarities"])


@given(st.dictionaries(KEYS, JSON), st.binary(max_size=20))
def test_any_answer(header: dict[str, object], data: bytes) -> None:
    """Whatever the process sends is an answer or is rejected."""
    try:
        answer, leaving = wire.answer_of((json.loads(json.dumps(header)), data))
    except wire.Malformed:
        return
    assert isinstance(answer, bytes | tuple | Failure | Thumbnail)
    assert isinstance(leaving, bool)
