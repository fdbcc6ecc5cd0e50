"""Error responses: the API's JSON, storage's XML, and a gateway's HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final
from xml.sax.saxutils import escape

from starlette.responses import JSONResponse, Response

Complaints = Mapping[str, Sequence[str]]

BODY_UNKNOWN: Final = (402, 409, 429)
"""Statuses whose bodies the vendor does not document."""


class Refused(Exception):
    """The API's response to a request that it refuses."""

    def __init__(self, status: int, message: str, detail: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail or {}

    def response(self, undocumented: str = "full") -> Response:
        """The HTTP response. ``undocumented`` is the switch ``refusal_body``."""
        if self.status not in BODY_UNKNOWN or undocumented == "full":
            return JSONResponse({"message": self.message, "detail": self.detail}, self.status)
        if undocumented == "message":
            return JSONResponse({"message": self.message}, self.status)
        return html_page(self.status) if undocumented == "html" else Response(status_code=self.status)


def no_key() -> Refused:
    """401: no key, or an unknown key."""
    return Refused(401, "Unauthorized")


def not_found(what: str) -> Refused:
    """404: this account has no such record."""
    return Refused(404, f"{what} not found")


def no_credits() -> Refused:
    """402: the account has no credits left."""
    return Refused(402, "Payment required: no credits left")


def exists(what: str) -> Refused:
    """409: the client's id is already used."""
    return Refused(409, f"{what} already exists")


def too_many(message: str) -> Refused:
    """429: a limit of the account. The vendor does not document Retry-After."""
    return Refused(429, message)


def invalid(location: str, complaints: Complaints) -> Refused:
    """422: the errors of each field of the ``json`` body or the ``query``."""
    return Refused(422, "Validation error", {location: {name: list(texts) for name, texts in complaints.items()}})


def xml_error(status: int, code: str, message: str) -> Response:
    """An error in S3's format."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(code)}</Code>'
    return Response(f"{body}<Message>{escape(message)}</Message></Error>", status, media_type="application/xml")


def html_page(status: int) -> Response:
    """The page of a proxy that cannot reach the service."""
    title = f"{status} {HTTPStatus(status).phrase}"
    body = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>\n"
    return Response(body, status, media_type="text/html")
