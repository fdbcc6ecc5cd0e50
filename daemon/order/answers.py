"""Checks that an answer from the service matches the order in the request.

The service adapter compares ids with those that it asked for. The functions here do the comparisons that need the
order. Each returns an error that says what is wrong, or None if the answer matches.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import parse_qsl

from daemon.errors import Mismatch, Mismatched
from daemon.order import facts as f
from daemon.order import steps
from daemon.order.order import Order


def wrong_images(order: Order, *, outputs: int, listed: int, total: int | None, idle: bool) -> Mismatched | None:
    """Check how many images the service lists for an order.

    ``outputs`` is the number of listed images, ``listed`` the same including registered brackets, which the images
    flow may list too. ``total`` is the number that the service states, if any; whether that includes brackets is not
    documented. ``total`` is compared only while the service is ``idle``, because images may be added until then.
    """
    sent = len(order.sent)
    if outputs > sent:
        why = f"The service lists {outputs} images for this order, which has only {sent} brackets."
        return Mismatched(why, mismatch=Mismatch.MORE_IMAGES)
    if idle and total is not None and total not in (outputs, listed, outputs + sent):
        why = f"The service reports {total} images for this order, but lists {outputs}."
        return Mismatched(why, mismatch=Mismatch.TOTAL)
    return None


def of_other_orders(images: Collection[str]) -> f.Failed:
    """The failure of a status check that listed images which belong to, or were bought for, another of our orders."""
    why = f"The service lists images for this order that belong to another order: {', '.join(sorted(images)[:3])}."
    return f.Failed(steps.Poll(), f.Failure.MISMATCH, why, mismatch=Mismatch.TAKEN)


def wrong_registration(order: Order, number: int, service_id: str, name: str | None) -> Mismatched | None:
    """Check that the answer to a registration is not about another bracket of the order.

    ``name`` is the bracket's name in the answer, if it has one.
    """
    others = [n for n in range(len(order.brackets)) if n != number]
    if name not in (None, order.bracket_name(number)) and name in map(order.bracket_name, others):
        return _another_bracket(order, number)
    minted = order.flow == "images" and service_id != order.registration(number)
    return _another_bracket(order, number) if minted and service_id in order.registrations else None


def is_taken(order: Order, number: int, service_id: str) -> Mismatched | None:
    """Check that the service's id for a bracket is not that of another bracket or of a registration to be deleted."""
    others = any(b.service_id == service_id for n, b in enumerate(order.brackets) if n != number)
    deleted = order.flow == "images" and service_id in order.uploads.discards
    return _another_bracket(order, number) if others or deleted else None


def shares_place(order: Order, number: int) -> Mismatched | None:
    """Check that a bracket's upload URL is not that of another bracket.

    It is another bracket's URL if both have the same target, or if it contains that bracket's id but not this one's.
    """
    bracket = order.brackets[number]
    if bracket.url is None or bracket.service_id is None:
        return None
    others = [other for n, other in enumerate(order.brackets) if n != number]
    shared = any(_is_one_place(bracket.url, other.url) for other in others if other.url is not None)
    if not shared and bracket.service_id not in bracket.url:
        ids = {other.service_id for other in others} | {*order.uploads.discards}
        ids |= order.registrations if order.flow == "images" else set()
        shared = any(other in bracket.url for other in ids if other is not None)
    return _another_bracket(order, number) if shared else None


def _is_one_place(url: str, other: str) -> bool:
    """True if two presigned URLs have the same target, even if their signatures differ."""
    path, _, query = url.partition("?")
    other_path, _, other_query = other.partition("?")
    return path == other_path and _unsigned(query) == _unsigned(other_query)


def _unsigned(query: str) -> list[tuple[str, str]]:
    return sorted(pair for pair in parse_qsl(query) if not _SIGNING.fullmatch(pair[0]))


_SIGNING = re.compile(
    r"x-(amz|goog)-.*|x-id|signature|sig|expires|policy|key-pair-id|awsaccesskeyid|googleaccessid|content-type|s[a-z]",
    re.IGNORECASE,
)
"""Signature parameters of Amazon S3 (versions 4 and 2), CloudFront, Google Cloud Storage and Azure Blob Storage."""


def _another_bracket(order: Order, number: int) -> Mismatched:
    path = order.brackets[number].path
    why = f"The service returned the upload URL of another photo for {path}."
    return Mismatched(why, mismatch=Mismatch.BRACKET)
