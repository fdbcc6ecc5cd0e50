"""Answers that are not the thing asked for: the API's JSON errors, storage's XML ones, and a gateway's HTML."""

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
    """The API's answer to a request it does not carry out."""

    def __init__(self, status: int, message: str, detail: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.detail = detail or {}

    def response(self, undocumented: str = "full") -> Response:
        """As it goes over the wire; ``undocumented`` is the switch ``refusal_body``."""
        if self.status not in BODY_UNKNOWN or undocumented == "full":
            return JSONResponse({"message": self.message, "detail": self.detail}, self.status)
        if undocumented == "message":
            return JSONResponse({"message": self.message}, self.status)
        return html_page(self.status) if undocumented == "html" else Response(status_code=self.status)


def no_key() -> Refused:
    """401: no key, or one that is not known."""
    return Refused(401, "Unauthorized")


def not_found(what: str) -> Refused:
    """404: no such record of this account."""
    return Refused(404, f"{what} not found")


def no_credits() -> Refused:
    """402: the account has nothing left to buy with."""
    return Refused(402, "Payment required: no credits left")


def exists(what: str) -> Refused:
    """409: the client chose an id that is taken."""
    return Refused(409, f"{what} already exists")


def too_many(message: str) -> Refused:
    """429: a limit of the account; the vendor documents no Retry-After."""
    return Refused(429, message)


def invalid(location: str, complaints: Complaints) -> Refused:
    """422: what is wrong with each field of the ``json`` body or the ``query``."""
    return Refused(422, "Validation error", {location: {name: list(texts) for name, texts in complaints.items()}})


def xml_error(status: int, code: str, message: str) -> Response:
    """An error as S3 writes it."""
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{escape(code)}</Code>'
    return Response(f"{body}<Message>{escape(message)}</Message></Error>", status, media_type="application/xml")


def html_page(status: int) -> Response:
    """What a proxy in front of the service says when it cannot reach it."""
    title = f"{status} {HTTPStatus(status).phrase}"
    body = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>\n"
    return Response(body, status, media_type="text/html")
