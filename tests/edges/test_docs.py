from __future__ import annotations

import importlib
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from daemon.cli import VERBS
from daemon.config.settings import FileSettings
from daemon.order import Phase

TOP = Path(__file__).parent.parent.parent
README = (TOP / "README.md").read_text()
ARCHITECTURE = (TOP / "ARCHITECTURE.md").read_text()


def settings(model: type[BaseModel]) -> Iterator[str]:
    """The names of all settings, groups included."""
    for name, field in model.model_fields.items():
        yield name
        for kind in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from settings(kind)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme(verb: str) -> None:
    """The README's table of commands has every verb, and every verb has help of its own."""
    command: click.Command = getattr(importlib.import_module(VERBS[verb][0]), verb)
    assert f"| `bracketd {verb}" in README
    assert command.name == verb
    assert command.help


@pytest.mark.parametrize("name", sorted(set(settings(FileSettings)) - {"restage", "finetune_settings", "preset_id"}))
def test_every_setting_is_in_the_readme(name: str) -> None:
    """The README's table of settings has every setting, but the vendor's own that are passed on as they are."""
    assert re.search(rf"[`.]{name}\b", README)


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_is_in_the_readme(phase: Phase) -> None:
    """The README says which phases there are."""
    assert f"`{phase.value}`" in README


def test_every_room_is_in_the_architecture() -> None:
    """ARCHITECTURE.md's table has every module and folder of the package."""
    rooms = {
        path.name.removesuffix(".py") for path in (TOP / "daemon").iterdir() if not path.name.startswith(("_", "."))
    }
    assert {room for room in rooms - {"py.typed"} if not re.search(rf"`{room}/?`", ARCHITECTURE)} == set()


def test_no_document_points_nowhere() -> None:
    """Relative links in the documents lead to files that exist, anchors to headings."""
    for text in (README, ARCHITECTURE):
        headings = re.findall(r"^#+ (.+)", text, re.MULTILINE)
        anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        for target in re.findall(r"\]\(([^)]+)\)", text):
            if target.startswith("#"):
                assert target[1:] in anchors
            elif not target.startswith("https://"):
                assert (TOP / target).exists(), target
