"""Both flows as pure functions."""

from __future__ import annotations

import pytest

from daemon.errors import Garbled
from daemon.service.flows import BracketsFlow, Call, Flow, ImagesFlow

IMAGES, BRACKETS = ImagesFlow(), BracketsFlow()


def test_registering_in_the_images_flow() -> None:
    """A bracket is registered as an hdr image of its order, with our own ID and without preferences."""
    assert IMAGES.register("o", "b", "n.jpg", "image/jpeg") == Call(
        "POST",
        "/v3/images/",
        {"image_id": "b", "image_name": "n.jpg", "order_id": "o", "contentType": "image/jpeg", "hdr": True},
    )


def test_registering_in_the_brackets_flow() -> None:
    """The order is created with our own ID, and a bracket is registered with its name only."""
    assert BRACKETS.create("o", "Elm Street 3") == Call(
        "POST", "/v3/orders/", {"order_id": "o", "name": "Elm Street 3"}
    )
    assert BRACKETS.register("o", "b", "n.jpg", "image/jpeg") == Call(
        "POST", "/v3/brackets/", {"order_id": "o", "name": "n.jpg"}
    )


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://s/x", "image/x-canon-cr2"),
        ("https://s/x?a=1&content-type=image%2Fjpeg", "image/jpeg"),
        ("https://s/x?Content-Type=image/png", "image/png"),
        ("https://s/x?response-content-type=text/html", "image/x-canon-cr2"),
    ],
)
def test_the_signed_content_type_of_the_images_flow(url: str, signed: str) -> None:
    """The Content-Type in the URL's query is the signed one; without it, the declared one applies."""
    for key in ("s3PutObjectUrl", "upload_url"):
        assert IMAGES.slot({"image_id": "i", key: url}, "image/x-canon-cr2").content_type == signed


def test_the_signed_content_type_of_the_brackets_flow() -> None:
    """A bracket's URL is signed for plain bytes unless the URL says otherwise."""
    answer = {"bracket_id": "b", "upload_url": "https://s/x", "is_uploaded": False}
    slot = BRACKETS.slot(answer, "image/jpeg")
    assert (slot.id, slot.url, slot.content_type) == ("b", "https://s/x", "application/octet-stream")


@pytest.mark.parametrize("flow", [IMAGES, BRACKETS])
@pytest.mark.parametrize("answer", [{}, {"image_id": "i", "bracket_id": "b"}, {"s3PutObjectUrl": 3, "upload_url": ""}])
def test_an_answer_without_a_slot_is_garbled(flow: ImagesFlow | BracketsFlow, answer: dict[str, object]) -> None:
    """A response without an ID or URL is not a slot."""
    with pytest.raises(Garbled):
        flow.slot(answer, "image/jpeg")


def test_merging() -> None:
    """The merge contains the preferences, the number of brackets only if it is set, and sets only if supported."""
    preferences = {"sky_replacement": True, "brand_new": "x"}
    assert IMAGES.merge("o", per_image=None, enhance={}, sets=None) == Call("POST", "/v3/orders/o/merge", {})
    assert IMAGES.merge("o", per_image=5, enhance=preferences, sets=None).body == {
        **preferences,
        "number_of_brackets_per_image": 5,
    }
    assert BRACKETS.merge("o", per_image=3, enhance={}, sets=None) == Call(
        "POST", "/v3/orders/o/process", {"number_of_brackets_per_image": 3}
    )
    assert BRACKETS.merge("o", per_image=None, enhance=preferences, sets=[("a", "b"), ("c",)]).body == {
        **preferences,
        "images": [{"bracket_ids": ["a", "b"]}, {"bracket_ids": ["c"]}],
    }
    assert preferences == {"sky_replacement": True, "brand_new": "x"}


def test_sets_that_cannot_be_sent() -> None:
    """Sets in the images flow, or sets together with a number, raise ValueError."""
    with pytest.raises(ValueError, match="does not accept sets"):
        IMAGES.merge("o", per_image=None, enhance={}, sets=[("a",)])
    with pytest.raises(ValueError, match="either"):
        BRACKETS.merge("o", per_image=2, enhance={}, sets=[("a",)])


def test_what_a_flow_does_not_have() -> None:
    """The images flow does not create orders explicitly; the brackets flow cannot discard a registration."""
    images: Flow = IMAGES
    brackets: Flow = BRACKETS
    assert images.create("o", "n") is None
    assert brackets.discard("b") is None
    assert IMAGES.discard("a/b") == Call("DELETE", "/v3/images/a%2Fb")


def test_ids_stay_inside_their_path() -> None:
    """An ID is one path segment, whatever characters it has."""
    assert IMAGES.merge("a/../b?c", per_image=None, enhance={}, sets=None).path == "/v3/orders/a%2F..%2Fb%3Fc/merge"
