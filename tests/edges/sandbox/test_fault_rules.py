from __future__ import annotations

import pytest

from daemon.sandbox.faults import Faults, rule_of, rule_of_words
from daemon.sandbox.kinds import BODY_KINDS, IMAGE_KINDS, MERGE_KINDS, MOMENTS, ROUTES, kinds_at, request_kinds

ANY = request_kinds("*")


def test_words_and_values_agree() -> None:
    """A rule means the same as a string and as an object."""
    words = rule_of_words("upload 503 rate=0.25 skip=2 match=/uploads/ after=true retry_after=7")
    values = {"rate": 0.25, "skip": 2, "match": "/uploads/", "after": True, "retry_after": 7}
    assert words == rule_of({"where": "upload", "kind": "503"} | values)
    assert rule_of_words("image error 'reason=Daily limit'").reason == "Daily limit"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "upload",
        "nowhere 503",
        "upload unkind",
        "upload idle-forever",
        "upload truncated",
        "enhanced stall",
        "delete_order half-json",
        "download half-json",
        "merge 503",
        "upload 503 next=x",
        "upload 503 next=-1",
        "upload 503 rate=0.1 next=1",
        "upload 503 seconds=3",
        "upload 503 colour=red",
        "upload reset-after after=maybe",
    ],
)
def test_wrong_rules(text: str) -> None:
    """A rule that could never apply is refused with a reason."""
    with pytest.raises(ValueError, match=r"."):
        rule_of_words(text)


@pytest.mark.parametrize("where", ["*", *ROUTES, *MOMENTS])
def test_every_place_has_kinds(where: str) -> None:
    """Every place has kinds, and each of them makes a valid rule."""
    for kind in kinds_at(where):
        assert rule_of_words(f"{where} {kind}").kind == kind


def test_bodies_are_spoiled_where_there_are_any() -> None:
    """A rule for any request never applies a body fault to a response without a body."""
    assert BODY_KINDS.keys() <= ANY.keys()
    for where in ("upload", "delete_order", "delete_image", "enhanced", "original", "asset"):
        assert not BODY_KINDS.keys() & request_kinds(where).keys()


def test_once_by_default() -> None:
    """Without a number, a rule applies once."""
    faults = Faults(0, [rule_of_words("upload 503")])
    assert [bool(faults.take("upload", ANY)) for _ in range(3)] == [True, False, False]


def test_next_and_skip() -> None:
    """A rule skips the given number of requests, then applies the given number of times."""
    faults = Faults(0, [rule_of_words("upload 503 next=2 skip=1")])
    assert [bool(faults.take("upload", ANY)) for _ in range(4)] == [False, True, True, False]
    assert faults.report() == [{"where": "upload", "kind": "503", "match": "", "happened": 2, "left": 0}]


def test_only_where_it_belongs() -> None:
    """A rule ignores other places, kinds and subjects, and is not used up by them."""
    faults = Faults(0, [rule_of_words("image error match=0002"), rule_of_words("merge stray")])
    assert faults.take("image", IMAGE_KINDS, "IMG_0001.JPG") is None
    assert faults.take("merge", IMAGE_KINDS) is None
    assert faults.take("image", IMAGE_KINDS, "IMG_0002.JPG") is not None
    assert faults.take("merge", MERGE_KINDS) is not None


def test_anywhere() -> None:
    """``*`` applies at every route."""
    faults = Faults(0, [rule_of_words("* 503 next=2")])
    assert all(faults.take(where, ANY) for where in ("upload", "show_order"))


def test_seed() -> None:
    """The same seed gives the same random faults, another seed gives others, and the rate is about right."""

    def strikes(seed: int) -> list[bool]:
        faults = Faults(seed, [rule_of_words("* 503 rate=0.3")])
        return [faults.take("upload", ANY) is not None for _ in range(400)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 80 < sum(strikes(1)) < 160
