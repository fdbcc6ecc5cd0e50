"""Facts and steps in words."""

from __future__ import annotations

import dataclasses
import json
import re
import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from daemon.order import Image, Order, Preset, facts, steps
from daemon.order.found import FoundDelivered
from daemon.order.stored_names import stored_name
from daemon.order.wording import FACTS, STEPS, keys, line, phrase
from daemon.shoot import Doubt
from daemon.store.sqlite.rows import journal_row
from tests.core.orders import NOW, order, processed

CODE = re.compile(r"[A-Za-z]+\(|[a-z][A-Z]|[{}\[\]]|=|\bNone\b|\bTrue\b|\bFalse\b|'")
"""What is written for programs: calls, names in CamelCase, braces, assignments, Python's constants."""


def in_words(fact: facts.Fact, of: Order) -> str:
    """The line for a fact, read from its journal entry."""
    row = journal_row(of.id, fact, NOW)
    return line(row["fact"], json.loads(row["detail"]), of)


NAMED = {"image": "i0", "bracket": 1, "why": "so it is"}
"""Values of fields by their names, where the line says more than the value."""


def value_of(kind: Any) -> Any:
    """A value of a declared type: the first of a union or an enumeration, two for a variable-length tuple."""
    origin, of = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return value_of(of[0])
    if origin is tuple:
        return (value_of(of[0]),) * 2 if of[-1] is ... else tuple(map(value_of, of))
    if origin is Literal:
        return of[0]
    if origin is Mapping:
        return {}
    if dataclasses.is_dataclass(kind):
        return example(kind)
    if issubclass(kind, Enum):
        return next(iter(kind))
    return {str: "words", bool: True, int: 2, float: 2.5}[kind]


def example(kind: Any) -> Any:
    """A fact, or a part of one, with a value of the declared type in every field."""
    hints = get_type_hints(kind)
    fields = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: NAMED.get(name, value_of(hints[name])) for name in fields})


@pytest.mark.parametrize("kind", get_args(facts.Fact))
def test_every_fact_is_reported_in_words(kind: type[facts.Fact]) -> None:
    """No fact's line has class names, brackets or `key=value`."""
    words = in_words(example(kind), processed(True, True))
    assert words.startswith(phrase(stored_name(kind)))
    assert not CODE.search(words), words


@pytest.mark.parametrize("step", get_args(steps.Step))
def test_every_step_that_fails_is_reported_in_words(step: Any) -> None:
    """A failure names the failed action, and its photo or picture."""
    fields = {field.name: {"bracket": 1, "image": "i1"}.get(field.name, "5f") for field in dataclasses.fields(step)}
    failed = facts.Failed(step(**fields), facts.Failure.PASSING, "no line")
    words = in_words(failed, processed(True, True))
    assert words.startswith(f"step failed: {STEPS.get(stored_name(step), '')}")
    assert ("DCIM/IMG_0432.JPG" in words) == ("bracket" in fields)
    assert ("picture 1" in words) == ("image" in fields)
    assert "no line" in words
    assert not CODE.search(words), words


def test_the_journal_keeps_its_names() -> None:
    """The journal has the names of earlier versions, whatever the classes are called now."""
    row = journal_row("id", facts.Failed(steps.Poll(), facts.Failure.PASSING, "no line"), 0.0)
    assert (row["fact"], json.loads(row["detail"])["step"]) == ("Failed", {"is": "Look"})
    renamed = (facts.Polled, facts.PicturePlaced, steps.Poll, steps.PlacePicture)
    assert [stored_name(kind) for kind in renamed] == ["Seen", "Placed", "Look", "Place"]


def test_what_has_no_phrase_yet_is_readable() -> None:
    """A fact or step without a phrase is shown by its name, split into words."""
    assert set(FACTS) <= {stored_name(kind) for kind in get_args(facts.Fact)}, (
        "no phrase is left of a fact that is gone"
    )
    assert set(STEPS) <= {stored_name(step) for step in get_args(steps.Step)}, (
        "no phrase is left of a step that is gone"
    )
    assert phrase("WentByBoat") == "went by boat"
    assert line("WentByBoat", {"step": {"is": "RowOver", "bracket": 0}}, order(1)) == (
        "went by boat: row over, DCIM/IMG_0431.JPG"
    )


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (
            facts.ImageLost("i1", "GET /v3/images/i1 returned 404"),
            "image not provided by the service: picture 1, GET /v3/images/i1 returned 404",
        ),
        (
            facts.SlotLost(0, 0, "expired"),
            "upload URL for a bracket lost, requesting another: DCIM/IMG_0431.JPG, expired",
        ),
        (facts.Stored(9, 0, "ab"), "bracket uploaded: bracket 10"),
        (facts.Confirmed(()), "brackets verified"),
        (facts.Reckoned(1, 2, 1_796_083_200.0), "limits checked: today 1, month 2"),
        (facts.Fetched("i1", 825_924, "ab", "jpg"), "picture downloaded: picture 1: size 825,924 bytes"),
        (
            facts.Failed(steps.Poll(), facts.Failure.PASSING, "too many requests", retry_after=90.0),
            "step failed: check the order status, too many requests: retry after 90 s",
        ),
        (facts.Confirmed((0, 1)), "brackets verified: missing DCIM/IMG_0431.JPG, DCIM/IMG_0432.JPG"),
        (
            facts.Polled(merging=False, processing=True, images=(facts.PolledImage("i", "n", ended=True),)),
            "order status checked: processing yes, images 1 processed",
        ),
        (
            FoundDelivered("/out/order.json", order(2).brackets, (), ("IMG_1.jpg", "0")),
            "already delivered according to its delivery note: note /out/order.json, brackets 2, missing IMG_1.jpg, 0",
        ),
        (
            facts.Locked(order(3).brackets, doubt=Doubt("2 photos may be here twice", ("a.CR2", "b/a.JPG"))),
            "shoot locked: brackets 3, doubt 2 photos may be here twice",
        ),
        (facts.Locked(order(3).brackets, ("a.CR2",), "quiet"), "shoot locked: quiet: brackets 3, left out a.CR2"),
        (facts.Retried(Preset()), "retry requested by a person"),
    ],
)
def test_lines(fact: facts.Fact, words: str) -> None:
    """Photos and pictures are shown by name, and details that a person does not need are left out."""
    assert in_words(fact, processed(True, True)) == words


def test_an_image_without_a_name() -> None:
    """An image that the service did not name, or no longer shows, is shown by its id."""
    of = dataclasses.replace(processed(True), images=(Image("i9", ""),))
    assert in_words(facts.ImageLost("i9", "no"), of) == "image not provided by the service: i9, no"
    assert in_words(facts.ImageLost("gone", "no"), of) == "image not provided by the service: gone, no"


def test_keys_for_the_log_are_plain() -> None:
    """The log has the same values as keys, for programs."""
    failed = facts.Failed(steps.Fetch("i0"), facts.Failure.PASSING, "no line", offline=True)
    detail = json.loads(journal_row("id", failed, NOW)["detail"])
    assert keys(detail, processed(True)) == {
        "step": "download a picture",
        "image": "picture 0",
        "why": "no line",
        "offline": True,
    }
