"""The service's message in one short line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.service.words import LONGEST, storage_code, words_of


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", ""),
        (b'{"message": "No such order", "detail": {}}', "No such order"),
        (
            b'{"message": "Validation error", "detail": {"json": {"image_name": ["Missing data.", "Too short."]}}}',
            "Validation error (image_name: Missing data.; image_name: Too short.)",
        ),
        (b'{"detail": "Not found"}', "Not found"),
        (b'{"detail": {"query": {"quality": ["Too high."]}}}', "quality: Too high."),
        (b'{"message": "", "detail": {}}', ""),
        (b'"just text"', "just text"),
        (b"upstream timed out", "upstream timed out"),
        (b"<html><head><title> 502 Bad\n Gateway </title></head><body>nginx</body></html>", "502 Bad Gateway"),
        (
            b"<html><head></head><body><h1>Gone</h1><script>var a=1</script><p>away &amp; out</p></body>",
            "Gone away & out",
        ),
        (
            b"<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code><Message>No.</Message><Key>s</Key></Error>",
            "SignatureDoesNotMatch: No.",
        ),
        (b"one\x1b[31m\ntwo\x00", "one [31m two"),
        (
            b"see https://store.example/a.jpg?X-Amz-Signature=abc now",
            "see https://store.example/a.jpg?… now",
        ),
        (b"\xef\xbb\xbf<html><title>T</title>", "T"),
    ],
)
def test_words(body: bytes, words: str) -> None:
    """An error body becomes its message: JSON texts with their fields, a page's title, or storage's code."""
    assert words_of(body) == words


def test_a_long_refusal_is_cut() -> None:
    """A message is cut to one line's length."""
    assert len(words_of(b'{"message": "' + b"x" * 10_000 + b'"}')) == LONGEST


@given(st.binary() | st.text().map(str.encode) | st.recursive(st.text(), st.lists).map(lambda v: str(v).encode()))
def test_no_body_can_upset_it(body: bytes) -> None:
    """Any bytes give one printable line of at most LONGEST characters."""
    words = words_of(body)
    assert len(words) <= LONGEST
    assert words.isprintable()
    storage_code(body)


def test_json_that_is_nested_too_deeply_is_text() -> None:
    """JSON nested deeper than Python can parse is treated as text."""
    assert words_of(b"[" * 50_000)
