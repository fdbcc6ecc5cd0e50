"""Facts and steps in words."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, get_args

import pytest

from daemon.order import Image, Order, Preset, facts
from daemon.order.wording import FACTS, STEPS, keys, line, phrase
from daemon.store.rows import journal_row
from tests.core.orders import NOW, order, processed

CODE = re.compile(r"[A-Za-z]+\(|[a-z][A-Z]|[{}\[\]]|=|\bNone\b|\bTrue\b|\bFalse\b|'")
"""What is written for programs: calls, names in CamelCase, braces, assignments, Python's constants."""


def told(fact: facts.Fact, of: Order) -> str:
    """A fact's line, by way of the journal."""
    row = journal_row(of.id, fact, NOW)
    return line(row["fact"], json.loads(row["detail"]), of)


def example(kind: Any) -> facts.Fact:
    """A fact of this kind with something in every field."""
    values: dict[str, object] = {
        "brackets": order(2).brackets,
        "images": (facts.SeenImage("i0", "picture 0", ended=True), facts.SeenImage("i1", "picture 1", ended=None)),
        "missing": (0, 2),
        "bracket": 1,
        "image": "i0",
        "step": facts.Upload(1),
        "kind": facts.Kind.PASSING,
        "preset": Preset(per_image=3),
        "why": "so it is",
    }
    kinds = {"bool": True, "int": 7, "float": 2.5, "tuple": ("a.JPG", "b.JPG")}
    filled = {}
    for field in dataclasses.fields(kind):
        of_kind = next((value for name, value in kinds.items() if str(field.type).startswith(name)), "words")
        filled[field.name] = values.get(field.name, of_kind)
    if kind is facts.Reopened:
        filled["images"] = ("i0", "i1")
    made: facts.Fact = kind(**filled)
    return made


@pytest.mark.parametrize("kind", get_args(facts.Fact))
def test_every_fact_is_told_in_words(kind: type[facts.Fact]) -> None:
    """The line of any fact reads like a sentence: no name of a class, no brackets, no `key=value`."""
    words = told(example(kind), processed(True, True))
    assert words.startswith(phrase(kind.__name__))
    assert not CODE.search(words), words


@pytest.mark.parametrize("step", get_args(facts.Step))
def test_every_step_that_fails_is_told_in_words(step: Any) -> None:
    """A failure says what was to be done, and with which photo or picture."""
    fields = {field.name: {"bracket": 1, "image": "i1"}.get(field.name, "5f") for field in dataclasses.fields(step)}
    failed = facts.Failed(step(**fields), facts.Kind.PASSING, "no line")
    words = told(failed, processed(True, True))
    assert words.startswith(f"step failed: {STEPS.get(step.__name__, '')}")
    assert ("DCIM/IMG_0432.JPG" in words) == ("bracket" in fields)
    assert ("picture 1" in words) == ("image" in fields)
    assert "no line" in words
    assert not CODE.search(words), words


def test_what_has_no_phrase_yet_is_readable() -> None:
    """A fact or step that nobody wrote a phrase for is told by its name, in words."""
    assert set(FACTS) <= {kind.__name__ for kind in get_args(facts.Fact)}, "no phrase is left of a fact that is gone"
    assert set(STEPS) <= {step.__name__ for step in get_args(facts.Step)}, "no phrase is left of a step that is gone"
    assert phrase("WentByBoat") == "went by boat"
    assert line("WentByBoat", {"step": {"is": "RowOver", "bracket": 0}}, order(1)) == (
        "went by boat: row over, DCIM/IMG_0431.JPG"
    )


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (
            facts.ImageLost("i1", "GET /v3/images/i1 returned 404"),
            "image not given out by the service: picture 1, GET /v3/images/i1 returned 404",
        ),
        (facts.SlotLost(0, 0, "expired"), "place for a bracket lost, another is asked for: DCIM/IMG_0431.JPG, expired"),
        (facts.Stored(9, 0, "ab"), "bracket uploaded: bracket 10"),
        (facts.Confirmed(()), "brackets looked at once more"),
        (facts.Confirmed((0, 1)), "brackets looked at once more: missing DCIM/IMG_0431.JPG, DCIM/IMG_0432.JPG"),
        (
            facts.Seen(merging=False, processing=True, images=(facts.SeenImage("i", "n", ended=True),)),
            "order looked at: processing yes, images 1 processed",
        ),
        (facts.Locked(order(3).brackets, ("a.CR2",), "quiet"), "shoot locked: quiet: brackets 3, left out a.CR2"),
        (facts.Retried(Preset()), "retry asked for by a person"),
    ],
)
def test_lines(fact: facts.Fact, words: str) -> None:
    """Photos and pictures are called by their names, and what does not matter to a person is left out."""
    assert told(fact, processed(True, True)) == words


def test_an_image_without_a_name() -> None:
    """An image that the service did not name, or does not show any more, is called by its id."""
    of = dataclasses.replace(processed(True), images=(Image("i9", ""),))
    assert told(facts.ImageLost("i9", "no"), of) == "image not given out by the service: i9, no"
    assert told(facts.ImageLost("gone", "no"), of) == "image not given out by the service: gone, no"


def test_keys_for_the_log_are_plain() -> None:
    """The log gets the same as keys and plain values, so that a program can go by them."""
    failed = facts.Failed(facts.Fetch("i0"), facts.Kind.PASSING, "no line", offline=True)
    detail = json.loads(journal_row("id", failed, NOW)["detail"])
    assert keys(detail, processed(True)) == {
        "step": "download a picture",
        "image": "picture 0",
        "why": "no line",
        "offline": True,
    }
