"""Tests of the templates of pictures' names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.template import DEFAULT, FIELDS, FORBIDDEN, BadTemplate, parse, usable

VALUES = {"stem": "IMG_0431", "shoot": "12 Oak St", "date": "2026-05-31", "time": "091233"}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("{stem}", "IMG_0431"),
        ("{seq:02}-{stem}", "07-IMG_0431"),
        ("{seq}", "7"),
        ("{seq:06}", "000007"),
        ("{shoot} {date} {time}", "12 Oak St 2026-05-31 091233"),
        ("Oak Realty {stem}{stem}", "Oak Realty IMG_0431IMG_0431"),
        ("{{{seq}}}", "{7}"),
        ("{stem} (web)", "IMG_0431 (web)"),
    ],
)
def test_a_template_gives_a_name(written: str, name: str) -> None:
    """Fields are replaced by their values, ``{seq:02}`` has leading zeros, and double braces are braces."""
    assert parse(written).filled(7, VALUES) == name


def test_a_wide_number_is_not_cut() -> None:
    """A number with more digits than its format keeps all of them."""
    assert parse("{seq:02}").filled(123, VALUES) == "123"


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("", "is empty"),
        ("{stem", "no partner"),
        ("stem}", "no partner"),
        ("{stem}}", "no partner"),
        ("{}", "Unknown field {}"),
        ("{0}{stem}", "Unknown field {0}"),
        ("{stm}", "Unknown field {stm}"),
        ("{Stem}", "Unknown field {Stem}"),
        ("{shoot.__class__}{stem}", "Unknown field {shoot.__class__}"),
        ("{shoot[0]}{stem}", "Unknown field {shoot[0]}"),
        ("{ stem}", "Unknown field { stem}"),
        ("{st\x1bem}", r"Unknown field {st\x1bem}"),
        ("{stem!r}", "cannot be converted"),
        ("{stem:>9}", "has no format"),
        ("{date:%Y}{stem}", "has no format"),
        ("{seq:2}", "format of {seq}"),
        ("{seq:07}", "format of {seq}"),
        ("{seq:09999999}", "format of {seq}"),
        ("{seq:{stem}}", "format of {seq}"),
        ("{seq:02}{seq:03}", "two formats"),
        ("{shoot}", "the same name"),
        ("picture", "the same name"),
        ("{shoot} {date}", "the same name"),
        ("a/{stem}", "cannot contain /"),
        ("../{stem}", "cannot contain /"),
        ("{stem}\\", "cannot contain \\"),
        ("{date} {time}: {stem}?", "cannot contain : ?"),
        ("{stem}\n", "control character"),
        ("{stem}\udcff", "control character"),
        ("{stem}\u202e", "control character"),
        (".{stem}", "dot or a space"),
        (" {stem}", "dot or a space"),
        ("{stem}.", "dot or a space"),
        ("{stem} ", "dot or a space"),
        ("x" * 120 + "{stem}", "too long"),
        ("🏡" * 30 + "{stem}", "too long"),
    ],
)
def test_a_bad_template_is_refused(written: str, what: str) -> None:
    """A template without a distinct name for each picture, with unsafe text, attributes or indices is refused."""
    with pytest.raises(BadTemplate) as error:
        parse(written)
    assert what in error.value.what
    assert error.value.remedy.endswith((".", "|"))


@given(st.text("{}:.![]0246esqtmhodai-_ /", max_size=30))
def test_any_text_is_a_template_or_refused(written: str) -> None:
    """Any text is either refused, or gives names that contain only its own text and values of the fields."""
    try:
        template = parse(written)
    except BadTemplate:
        assert usable(written) == parse(DEFAULT)
        return
    assert usable(written) == template
    assert {field for _, field in template.pieces} <= {*FIELDS, ""}
    first, second = template.filled(1, VALUES), template.filled(2, {**VALUES, "stem": "IMG_0432", "time": "091300"})
    assert first != second
    assert not FORBIDDEN & set(first)
