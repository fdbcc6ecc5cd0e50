"""The API's operations: each route with its parameters, its body, and every status that it can return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from daemon.sandbox.answers import BODY_UNKNOWN
from daemon.sandbox.fields import DOWNLOAD, PAGE, TEXT, Fields, Schema
from daemon.sandbox.openapi.schema import ref
from daemon.sandbox.settings import Switches

Part = dict[str, object]

_KEY: Final[list[Part]] = [{"ApiKeyAuth": []}]
_PINS: Final = "API version (a date); default: the account's version"
_DEV_MODE: Final = "true: free, with a watermark"
_ON_ORDERS: Final = ("show_order", "rename_order", "order_brackets", "merge_order", "process_order", "delete_order")
_ON_IMAGES: Final = ("show_image", "process_image", "report_image", "enhanced", "original", "delete_image")
_LINKS: Final = {
    "create_order": {"order_id": _ON_ORDERS},
    "create_image": {"image_id": _ON_IMAGES, "order_id": _ON_ORDERS},
}
"""The operations that take an id of a successful response."""
_WHY: Final = {
    401: "No key, or an unknown one",
    402: "No plan or credits for a full-size download",
    404: "Not found, or it belongs to another account",
    406: "Only JSON is accepted",
    409: "It already exists, or existed before",
    422: "A field is invalid",
    429: "Too many requests per second, or too many uses of one file name per hour",
}


class Form(NamedTuple):
    """The schema of a request's body, and whether a request must have one."""

    name: str
    must: bool = False


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of one version, with the present switches."""

    version: str
    switches: Switches

    def paths(self) -> dict[str, Part]:
        """Every path of the API with its operations."""
        wait = self.switches.not_ready
        return {
            "/v3/orders/": {
                "get": self._one("list_orders", "The account's orders, newest first", "OrdersOut", 422, query=PAGE),
                "post": self._one("create_order", "Create an order", "OrderOut", 409, 422, form=Form("OrderIn")),
            },
            "/v3/orders/{id}": {
                "parameters": [_ID],
                "get": self._one("show_order", "An order with its images", "OrderOut", 404, key=False),
                "patch": self._one(
                    "rename_order", "Rename an order", "OrderOut", 404, 422, form=Form("OrderIn", must=True)
                ),
                "delete": self._one("delete_order", "Delete an order and its contents", None, 404),
            },
            "/v3/orders/{id}/brackets": {
                "parameters": [_ID],
                "get": self._one("order_brackets", "An order's brackets", "OrderBracketsOut", 404, key=False),
            },
            "/v3/orders/{id}/merge": {
                "parameters": [_ID, *_FREE],
                "post": self._one(
                    "merge_order",
                    "Merge brackets registered with hdr",
                    "OrderOut",
                    404,
                    409,
                    422,
                    form=Form("OrderHDRMerge"),
                ),
            },
            "/v3/orders/{id}/process": {
                "parameters": [_ID, *_FREE],
                "post": self._one(
                    "process_order",
                    "Merge the order's brackets",
                    "OrderOut",
                    404,
                    409,
                    422,
                    form=Form("OrderHDRProcessIn"),
                ),
            },
            "/v3/brackets/": {
                "post": self._one(
                    "create_bracket",
                    "Register a bracket",
                    "BracketCreatedOut",
                    404,
                    422,
                    form=Form("BracketIn", must=True),
                ),
            },
            "/v3/images/": {
                "post": self._one(
                    "create_image",
                    "Register an image, or a bracket with hdr",
                    "ImageCreatedOut",
                    409,
                    422,
                    form=Form("ImageIn", must=True),
                ),
            },
            "/v3/images/{id}": {
                "parameters": [_ID],
                "get": self._one("show_image", "An image", "ImageOut", 404, key=False),
                "delete": self._one("delete_image", "Delete an image", None, 404),
            },
            "/v3/images/{id}/process": {
                "parameters": [_ID],
                "post": self._one(
                    "process_image", "Enhance an image again", "ImageOut", wait, 404, 422, form=Form("ImageInUpdate")
                ),
            },
            "/v3/images/{id}/report": {
                "parameters": [_ID],
                "post": self._one(
                    "report_image", "Report a problem", "Nothing", 404, 422, form=Form("ReportIn", must=True)
                ),
            },
            "/v3/images/{id}/enhanced": {
                "parameters": [_ID, *_FREE],
                "get": self._one(
                    "enhanced", "The result; the full size buys it", "", wait, 402, 404, 406, 422, query=DOWNLOAD
                ),
            },
            "/v3/images/{id}/original": {
                "parameters": [_ID, *_FREE],
                "get": self._one(
                    "original", "The merged picture, not enhanced", "", wait, 404, 406, 422, query=DOWNLOAD
                ),
            },
        }

    def _one(
        self,
        name: str,
        about: str,
        gives: str | None,
        *refuses: int,
        form: Form | None = None,
        query: Fields | None = None,
        key: bool = True,
    ) -> Part:
        """One operation. ``gives`` is the schema of its response: None for a 204, an empty name for a picture."""
        statuses = sorted({*refuses, 429, *([401] if key else [])})
        parameters = [_parameter(word, "query", known) for word, known in (query or {}).items()]
        body = {"requestBody": {"required": form.must, "content": _json(ref(form.name))}} if form else {}
        return {
            "operationId": name,
            "summary": about,
            "security": _KEY if key else [],
            "parameters": [self._version(), *parameters],
            **body,
            "responses": self._good(name, gives) | {str(status): self._refusal(status) for status in statuses},
        }

    def _version(self) -> Part:
        return _parameter("x-api-version", "header", {**TEXT, "examples": [self.version]}, _PINS)

    def _good(self, name: str, gives: str | None) -> Part:
        if gives is None:
            return {"204": {"description": "Deleted"}}
        if gives:
            return {"200": {"description": "OK", "content": _json(ref(gives))} | _links(name)}
        if self.switches.download_answer == "json":
            return {"200": {"description": "The URL of the picture", "content": _json(ref("Link"))}}
        where = {"location": {"required": True, "schema": {"type": "string", "format": "uri"}}}
        return {
            "302": {"description": "Redirect to the picture at the asset host", "headers": where},
            "200": {
                "description": "The picture, at the end of the redirects",
                "content": {f"image/{kind}": {} for kind in DOWNLOAD["format"]["enum"]},
            },
        }

    def _refusal(self, status: int) -> Part:
        unready = status == self.switches.not_ready
        why: Part = {"description": _WHY.get(status, "It has not been processed yet")}
        style = self.switches.refusal_body if status in BODY_UNKNOWN else "full"
        if style == "nothing":
            return why
        if style == "html":
            return {**why, "content": {"text/html": {}}}
        if style == "message":
            return {**why, "content": _json(ref("Message"))}
        if status == 422 and unready:
            return {**why, "content": _json({"anyOf": [ref("ValidationError"), ref("HTTPError")]})}
        return {**why, "content": _json(ref("ValidationError" if status == 422 else "HTTPError"))}


def _parameter(name: str, where: str, known: Schema, about: str = "") -> Part:
    described = {"description": about} if about else {}
    return {"name": name, "in": where, "required": where == "path", "schema": known, **described}


def _json(known: Schema) -> Part:
    return {"application/json": {"schema": known}}


def _links(name: str) -> Part:
    """Links from the ids in a successful response to operations."""
    links = {
        target: {"operationId": target, "parameters": {"id": f"$response.body#/{word}"}}
        for word, targets in _LINKS.get(name, {}).items()
        for target in targets
    }
    return {"links": links} if links else {}


_ID: Final = _parameter("id", "path", TEXT)
_FREE: Final = [_parameter("x-dev-mode", "header", TEXT, _DEV_MODE)]
