"""The two upload workflows of the API, as pure functions that build the requests.

===================  ===================================  =====================================
step                 images (2025-01-01, the guide's)     brackets (2025-05-08)
===================  ===================================  =====================================
create an order      by registering its first bracket     ``POST /v3/orders/``
register a bracket   ``POST /v3/images/`` with ``hdr``    ``POST /v3/brackets/``
take it back         ``DELETE /v3/images/{id}``           not offered
merge                ``POST /v3/orders/{id}/merge``       ``POST /v3/orders/{id}/process``
choose sets by hand  not offered                          ``images: [{bracket_ids}]``
===================  ===================================  =====================================

One order never mixes the two: an image registered without ``hdr`` is enhanced and can be bought on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Protocol
from urllib.parse import parse_qsl, quote, urlsplit

from daemon.service import wire
from daemon.service.media import ANY_BYTES
from daemon.service.wire import BracketReport, Json, Slot

FlowName = Literal["images", "brackets"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API. ``path`` is below the base URL; ``body``, if any, is sent as JSON."""

    method: Literal["GET", "POST", "DELETE"]
    path: str
    body: Mapping[str, object] | None = None


class Flow(Protocol):
    """The differences between the flows. A step that a flow does not have is None."""

    api_version: ClassVar[str]
    creates_order: ClassVar[bool]
    """True if an order must be created before its first bracket is registered."""
    confirms_storage: ClassVar[bool]
    """True if ``brackets`` confirms, some seconds after the PUT, that the bytes have arrived."""
    takes_sets: ClassVar[bool]
    """True if ``merge`` accepts explicit sets."""

    def create(self, order_id: str, name: str) -> Call | None:
        """Create the order with our own ID."""

    def register(self, order_id: str, bracket_id: str, name: str, content_type: str) -> Call:
        """Register a bracket."""

    def slot(self, answer: Json, content_type: str) -> Slot:
        """The slot in the response to ``register``."""

    def discard(self, registration_id: str) -> Call | None:
        """Delete a registration."""

    def bracket_reports(self, answer: Json, order_id: str) -> tuple[BracketReport, ...]:
        """The brackets in the response to ``GET /v3/orders/{id}/brackets``."""

    def merge(
        self,
        order_id: str,
        *,
        per_image: int | None,
        enhance: Mapping[str, object],
        sets: Sequence[Sequence[str]] | None,
    ) -> Call:
        """Group, merge and enhance. Raises ``ValueError`` for sets that this flow cannot send."""


class ImagesFlow:
    """Registers images with ``hdr``, then merges: the vendor's guide and its SDK 1.0.7."""

    api_version: ClassVar[str] = "2025-01-01"
    creates_order: ClassVar[bool] = False
    confirms_storage: ClassVar[bool] = False
    takes_sets: ClassVar[bool] = False

    def create(self, order_id: str, name: str) -> None:  # noqa: ARG002 - the order comes with its first bracket
        """None: no request is needed."""
        return

    def register(self, order_id: str, bracket_id: str, name: str, content_type: str) -> Call:
        """Register with our own ID, so that a registration can be discarded even if its response was lost."""
        body = {
            "image_id": bracket_id,
            "image_name": name,
            "order_id": order_id,
            "contentType": content_type,
            "hdr": True,
        }
        return Call("POST", "/v3/images/", body)

    def slot(self, answer: Json, content_type: str) -> Slot:
        """The ``s3PutObjectUrl`` of an ImageCreatedOut; newer versions call it ``upload_url``."""
        key = "s3PutObjectUrl" if answer.get("s3PutObjectUrl") is not None else "upload_url"
        url = wire.link(answer, key if answer.get(key) is not None else "s3PutObjectUrl")
        name = wire.text(answer, "image_name")
        return Slot(wire.identity(answer, "image_id"), url, _signed_type(url) or content_type, name)

    def discard(self, registration_id: str) -> Call:
        """Delete the registered image."""
        return Call("DELETE", f"/v3/images/{quote(registration_id, safe='')}")

    def bracket_reports(self, answer: Json, order_id: str) -> tuple[BracketReport, ...]:
        """The order's brackets, possibly without IDs."""
        return wire.bracket_reports(answer, order_id, ids=False)

    def merge(
        self,
        order_id: str,
        *,
        per_image: int | None,
        enhance: Mapping[str, object],
        sets: Sequence[Sequence[str]] | None,
    ) -> Call:
        """Merge with automatic grouping or with groups of ``per_image``. Raises ``ValueError`` for sets."""
        if sets is not None:
            raise ValueError("the images flow does not accept sets")
        return Call("POST", f"/v3/orders/{quote(order_id, safe='')}/merge", _preferences(enhance, per_image))


class BracketsFlow:
    """Creates an order, registers brackets, then processes them: the vendor's SDK 1.1.0."""

    api_version: ClassVar[str] = "2025-05-08"
    creates_order: ClassVar[bool] = True
    confirms_storage: ClassVar[bool] = True
    takes_sets: ClassVar[bool] = True

    def create(self, order_id: str, name: str) -> Call:
        """Create the order with our own ID."""
        return Call("POST", "/v3/orders/", {"order_id": order_id, "name": name})

    def register(self, order_id: str, bracket_id: str, name: str, content_type: str) -> Call:  # noqa: ARG002 - unused
        """Register a bracket. The service chooses its ID and stores every file type as plain bytes."""
        return Call("POST", "/v3/brackets/", {"order_id": order_id, "name": name})

    def slot(self, answer: Json, content_type: str) -> Slot:  # noqa: ARG002 - always stored as plain bytes
        """The ``upload_url`` of a BracketCreatedOut, signed for ``application/octet-stream``."""
        url = wire.link(answer, "upload_url")
        name = wire.text(answer, "name")
        return Slot(wire.identity(answer, "bracket_id"), url, _signed_type(url) or ANY_BYTES, name)

    def discard(self, registration_id: str) -> None:  # noqa: ARG002 - brackets cannot be deleted
        """None: a registration cannot be deleted and stays without bytes."""
        return

    def bracket_reports(self, answer: Json, order_id: str) -> tuple[BracketReport, ...]:
        """The order's brackets with their IDs."""
        return wire.bracket_reports(answer, order_id, ids=True)

    def merge(
        self,
        order_id: str,
        *,
        per_image: int | None,
        enhance: Mapping[str, object],
        sets: Sequence[Sequence[str]] | None,
    ) -> Call:
        """Merge with automatic grouping, groups of ``per_image``, or ``sets``. Raises ``ValueError`` for both."""
        if sets is not None and per_image is not None:
            raise ValueError("give either sets or a number of brackets per image")
        body = _preferences(enhance, per_image)
        if sets is not None:
            body["images"] = [{"bracket_ids": list(ids)} for ids in sets]
        return Call("POST", f"/v3/orders/{quote(order_id, safe='')}/process", body)


FLOWS: Final[Mapping[FlowName, Flow]] = {"images": ImagesFlow(), "brackets": BracketsFlow()}


def _preferences(enhance: Mapping[str, object], per_image: int | None) -> dict[str, object]:
    body = dict(enhance)
    if per_image is not None:
        body["number_of_brackets_per_image"] = per_image
    return body


def _signed_type(url: str) -> str | None:
    """The Content-Type in a presigned URL's query, which is the signed one. None if the query has none."""
    query = parse_qsl(urlsplit(url).query)
    return next((value for key, value in query if key.lower() == "content-type" and value), None)
