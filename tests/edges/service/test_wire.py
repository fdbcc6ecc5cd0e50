"""Responses are parsed strictly where needed and tolerantly elsewhere."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.errors import Garbled, Mismatch, Mismatched
from daemon.service import BracketReport, ImageReport, ImageStatus, OrderReport, Slot, wire


def order(**fields: object) -> dict[str, object]:
    """An OrderOut."""
    return {"order_id": "o", **fields}


def image(**fields: object) -> dict[str, object]:
    """An ImageOut."""
    return {"image_id": "i", "image_name": "n", **fields}


def status_of(**fields: object) -> ImageStatus:
    """The status of an image with these fields."""
    return wire.order_report(order(images=[image(**fields)]), "o").images[0].status


def test_a_whole_order() -> None:
    """An order in the vendor's format is read with all its images, and unknown fields are ignored."""
    answer = order(
        is_merging=None,
        is_processing=True,
        total_images=2.0,
        surprise={"a": 1},
        images=[
            image(status="processed", status_reason=None, downloaded=True, date_added=1700000000000),
            {"image_id": "j", "image_name": None, "status": "error", "status_reason": "Daily limit reached"},
        ],
    )
    assert wire.order_report(answer, "o") == OrderReport(
        merging=False,
        processing=True,
        images=(
            ImageReport("i", "n", ImageStatus.PROCESSED, None, downloaded=True),
            ImageReport("j", "", ImageStatus.FAILED, "Daily limit reached", downloaded=False),
        ),
        total=2,
    )


def test_an_order_that_says_nothing_is_idle_and_empty() -> None:
    """Missing flags are False, and missing images are an empty list."""
    assert wire.order_report(order(), "o") == OrderReport(merging=False, processing=False, images=())
    assert wire.order_report(order(images=None), "o").images == ()
    assert wire.bracket_reports({"brackets": None}, "o", ids=True) == ()


def test_an_empty_response_is_not_an_idle_order() -> None:
    """A response without the order's ID or without a list of brackets is Garbled."""
    with pytest.raises(Garbled, match="'order_id'"):
        wire.order_report({}, "o")
    with pytest.raises(Garbled, match="'brackets'"):
        wire.bracket_reports({}, "o", ids=False)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("waiting", ImageStatus.WAITING),
        ("uploaded", ImageStatus.WAITING),
        ("pending", ImageStatus.WAITING),
        ("queued", ImageStatus.WAITING),
        ("processing", ImageStatus.PROCESSING),
        ("processed", ImageStatus.PROCESSED),
        ("completed", ImageStatus.PROCESSED),
        ("complete", ImageStatus.PROCESSED),
        ("done", ImageStatus.PROCESSED),
        ("success", ImageStatus.PROCESSED),
        ("Processed ", ImageStatus.PROCESSED),
        ("error", ImageStatus.FAILED),
        ("failed", ImageStatus.FAILED),
        ("expired", ImageStatus.EXPIRED),
        ("something new", ImageStatus.PROCESSING),
    ],
)
def test_words_for_a_status(word: str, status: ImageStatus) -> None:
    """The vendor's statuses and their synonyms are understood; an unknown status means still pending."""
    assert status_of(status=word) is status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"enhanced": True, "error": False}, ImageStatus.PROCESSED),
        ({"enhanced": False, "error": True}, ImageStatus.FAILED),
        ({"enhanced": True, "error": True}, ImageStatus.FAILED),
        ({"enhanced": False, "error": False}, ImageStatus.WAITING),
        ({"enhanced": None}, ImageStatus.WAITING),
        ({}, ImageStatus.WAITING),
        ({"status": "processing", "enhanced": True}, ImageStatus.PROCESSING),
    ],
)
def test_booleans_of_older_accounts(fields: dict[str, object], status: ImageStatus) -> None:
    """Without a status, the booleans ``enhanced`` and ``error`` decide; with one they do not."""
    assert status_of(**fields) is status


def test_a_reason_that_is_not_text_is_kept() -> None:
    """A reason of any type is kept as text."""
    seen = wire.order_report(order(images=[image(status="error", status_reason={"code": "QUOTA"})]), "o")
    assert seen.images[0].reason == '{"code":"QUOTA"}'


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (order(images="none"), "images"),
        (order(images=["none"]), "images"),
        (order(images=[{"image_name": "n"}]), "image_id"),
        (order(images=[image(image_id=7)]), "image_id"),
        (order(images=[image(image_id="")]), "image_id"),
        (order(images=[image(image_id="..")]), "image_id"),
        (order(images=[image(image_id="a/../b")]), "image_id"),
        (order(images=[image(image_name=["n"])]), "image_name"),
        (order(images=[image(status=3)]), "status"),
        (order(images=[image(downloaded="yes")]), "downloaded"),
        (order(images=[image(error="no")]), "error"),
        (order(is_merging="false"), "is_merging"),
        (order(is_processing=[]), "is_processing"),
        (order(total_images="2"), "total_images"),
        (order(total_images=True), "total_images"),
        (order(total_images=1.5), "total_images"),
        (order(total_images=-1), "total_images"),
        (order(total_images=float("inf")), "total_images"),
    ],
)
def test_a_wrong_type_is_named(answer: dict[str, object], named: str) -> None:
    """A field of a wrong type is named in the error and not guessed."""
    with pytest.raises(Garbled, match=f"'{named}'"):
        wire.order_report(answer, "o")


def test_brackets_with_and_without_ids() -> None:
    """A bracket's ID may be missing only if the API version does not guarantee it."""
    bare = {"brackets": [{"name": "a.jpg", "is_uploaded": True}]}
    assert wire.bracket_reports(bare, "o", ids=False) == (BracketReport(None, "a.jpg", uploaded=True, image_id=None),)
    with pytest.raises(Garbled, match="'bracket_id'"):
        wire.bracket_reports(bare, "o", ids=True)
    full: dict[str, object] = {
        "brackets": [{"bracket_id": "b", "name": "a.jpg", "is_uploaded": None, "image_id": "i", "metadata": {}}]
    }
    for ids in (True, False):
        assert wire.bracket_reports(full, "o", ids=ids) == (BracketReport("b", "a.jpg", uploaded=False, image_id="i"),)


@pytest.mark.parametrize(
    ("answer", "mismatch"),
    [
        ({"order_id": "other"}, Mismatch.ORDER),
        (order(images=[image(order_id="other")]), Mismatch.ORDER),
        (order(images=[image(order_id="o"), image(image_id="j", order_id="other")]), Mismatch.ORDER),
        (order(images=[image(), image(), image()]), Mismatch.REPEATED),
        (order(images=[image(), image(image_id="j"), image(status="error")]), Mismatch.REPEATED),
    ],
)
def test_an_answer_about_another_order_is_not_used(answer: dict[str, object], mismatch: Mismatch) -> None:
    """A response must be about the requested order and its own images, each listed once."""
    with pytest.raises(Mismatched) as error:
        wire.order_report(answer, "o")
    assert error.value.mismatch is mismatch


@pytest.mark.parametrize(
    ("answer", "mismatch"),
    [
        ({"order_id": "other", "brackets": []}, Mismatch.ORDER),
        ({"brackets": [{"bracket_id": "a", "order_id": "other"}]}, Mismatch.ORDER),
        ({"brackets": [{"bracket_id": "a"}, {"bracket_id": "b"}, {"bracket_id": "a"}]}, Mismatch.REPEATED),
    ],
)
def test_brackets_of_another_order_are_not_used(answer: dict[str, object], mismatch: Mismatch) -> None:
    """A list of brackets must be about the requested order and list each bracket once."""
    with pytest.raises(Mismatched) as error:
        wire.bracket_reports(answer, "o", ids=True)
    assert error.value.mismatch is mismatch


def test_ids_that_are_missing_or_in_other_case_match() -> None:
    """Images and brackets may omit their order, and UUIDs may use either case."""
    own = image(order_id=None), image(image_id="j"), image(image_id="k", order_id="A0-b")
    assert len(wire.order_report({"order_id": "a0-B", "images": list(own)}, "A0-B").images) == 3
    assert len(wire.bracket_reports({"brackets": [{"bracket_id": "a", "order_id": "O"}]}, "o", ids=True)) == 1


@pytest.mark.parametrize("listed", [{"order_id": "a", "images": [image(order_id="b")]}])
def test_a_list_of_orders_is_checked_too(listed: dict[str, object]) -> None:
    """An order in the list of all orders must contain its own images only."""
    with pytest.raises(Mismatched):
        wire.orders_page({"orders": [listed]})


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"text"', b"nul", b"\xff\xfe", b"[" * 100_000, b'{"a":'])
def test_anything_but_a_json_object_is_garbled(body: bytes) -> None:
    """Anything but a JSON object is Garbled."""
    with pytest.raises(Garbled):
        wire.parse(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "orders",
    "total_images",
    "order_id",
    "images",
    "brackets",
    "is_merging",
    "image_id",
    "status",
    "bracket_id",
    "is_uploaded",
    "status_reason",
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON | st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON))))
def test_no_answer_can_upset_it(answer: dict[str, object]) -> None:
    """Any JSON is accepted, Garbled or Mismatched, and nothing else."""
    parsed = wire.parse(json.dumps(answer).encode())
    for read in (
        lambda it: wire.order_report(it, "o"),
        lambda it: wire.bracket_reports(it, "o", ids=True),
        wire.orders_page,
        wire.image_link,
        wire.check_orders,
    ):
        with contextlib.suppress(Garbled, Mismatched):
            read(parsed)


def test_a_slot_s_repr_hides_its_url() -> None:
    """The repr of a slot does not show its presigned URL."""
    assert "signature" not in repr(Slot("id", "https://store.example/?signature", "image/jpeg"))


def test_a_page_of_orders() -> None:
    """Listed orders are read like single ones, with name, time and the next page. Deleted ones are left out."""
    page = wire.orders_page(
        {
            "orders": [
                order(name="12 Oak St", created_at="2026-11-23T15:00:00.5", is_merging=True, images=[image()]),
                order(order_id="p", name=None, created_at="2026-11-23T16:00:00+01:00"),
                order(order_id="gone", is_deleted=True),
                order(order_id="q", created_at="yesterday"),
            ],
            "pagination": {"next_offset": 30, "per_page": 15},
        }
    )
    assert [(it.id, it.name, it.created_at) for it in page.orders] == [
        ("o", "12 Oak St", 1795446000.5),
        ("p", "", 1795446000.0),
        ("q", "", None),
    ]
    assert page.orders[0].report.merging
    assert [it.id for it in page.orders[0].report.images] == ["i"]
    assert page.next_offset == "30"


@pytest.mark.parametrize("pagination", [None, {}, {"next_offset": None}, {"next_offset": ""}, "none"])
def test_the_last_page_of_orders(pagination: object) -> None:
    """A page without a cursor is the last."""
    assert wire.orders_page({"orders": [], "pagination": pagination}).next_offset is None


@pytest.mark.parametrize("answer", [{}, {"orders": None}, {"orders": [5]}, {"orders": [{"name": "x"}]}])
def test_no_page_of_orders(answer: dict[str, object]) -> None:
    """A response that is not a list of orders, or has an order without an ID, is Garbled, not an empty account."""
    with pytest.raises(Garbled):
        wire.orders_page(answer)
    with pytest.raises(Garbled, match="next_offset"):
        wire.orders_page({"orders": [], "pagination": {"next_offset": [1]}})
