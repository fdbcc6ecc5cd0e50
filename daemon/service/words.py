"""Extracts the message from an error response, as one short line for the log, without HTML or secrets.

JSON errors are ``{"message": text, "detail": {"json" | "query": {field: [texts]}}}`` (the vendor's HTTPError and
ValidationError). Storage returns XML, ``<Error><Code>…</Code><Message>…</Message></Error>`` (Amazon S3, "Error
responses"). Proxies and portals may return HTML.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

LONGEST: Final = 300
"""The maximum number of characters of an extracted message."""

_DEEPEST: Final = 6
_PAGE_HEAD: Final = 8192
_SURROUNDINGS: Final = {"detail", "errors", "json", "query", "message", "error"}
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_CODE: Final = re.compile(r"<Code>(.*?)</Code>", re.DOTALL)
_MESSAGE: Final = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)
_UNSEEN: Final = re.compile(r"<(script|style|head)\b.*?</\1>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_URL_QUERY: Final = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]+", re.IGNORECASE)


def words_of(body: bytes) -> str:
    """The message in ``body``: one line of at most ``LONGEST`` characters. Empty if there is none."""
    text = body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        head = text[:_PAGE_HEAD]
        return _fit(_xml(head) or _page(head))
    said = _json(text)
    return _fit(text if said is None else said)


def short(text: str) -> str:
    """An external text for use in a message: one line, printable, at most ``LONGEST`` characters."""
    return _fit(text)


def storage_code(body: bytes) -> str:
    """The error code in a storage response, such as ``SignatureDoesNotMatch``. Empty if there is none."""
    found = _CODE.search(body.decode("utf-8", "replace"))
    return _fit(found.group(1)) if found else ""


def _json(text: str) -> str | None:
    """The texts in a JSON body, None if the body is not JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    message = value.get("message") if isinstance(value, Mapping) else None
    said = [f"{field}: {words}" if field else words for field, words in _leaves(value, "") if words != message]
    if not isinstance(message, str):
        return "; ".join(said)
    return f"{message} ({'; '.join(said)})" if said else message


def _leaves(value: object, field: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text below ``value``, with its field's name."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        for key, below in value.items():
            yield from _leaves(below, field if key in _SURROUNDINGS else str(key), depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for below in value:
            yield from _leaves(below, field, depth + 1)


def _xml(text: str) -> str:
    code, message = _CODE.search(text), _MESSAGE.search(text)
    return ": ".join(html.unescape(found.group(1)).strip() for found in (code, message) if found)


def _page(text: str) -> str:
    title = _TITLE.search(text)
    words = title.group(1).strip() if title else ""
    return html.unescape(words or _TAG.sub(" ", _UNSEEN.sub(" ", text)))


def _fit(text: str) -> str:
    """One line of printable characters. The queries of URLs are removed, because they may be signatures."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    line = _URL_QUERY.sub(r"\1?…", line)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
