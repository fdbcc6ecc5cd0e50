from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from daemon.cli import VERBS
from daemon.cli.plan import WHY, Known, document
from daemon.config.shoot import NAME, ShootSettings, read_shoot
from daemon.grouping import BracketSet, Confidence, Single
from daemon.grouping.plan import Plan
from daemon.order import Phase
from daemon.order.wording import phrase
from daemon.shoot import LeftOut, Why
from tools.reference import DOCS, PAGES, TOP, commands, log_events

DOCUMENTS = sorted([*TOP.glob("*.md"), *DOCS.glob("*.md")])


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with freshly generated pages. A new process, because click caches help options of commands."""
    folder = tmp_path_factory.mktemp("docs")
    subprocess.run([sys.executable, "-m", "tools.reference", str(folder)], cwd=TOP, check=True)
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_reference_pages_are_up_to_date(name: str, generated: Path) -> None:
    """The reference pages are equal to the output of `make docs`."""
    assert (DOCS / name).read_text(encoding="utf-8") == (generated / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_is_in_the_reference(verb: str) -> None:
    """The page of commands has every command, and every command has its own help."""
    command: click.Command = getattr(importlib.import_module(VERBS[verb][0]), verb)
    assert f"## bracketd {verb}\n" in commands()
    assert command.help


def test_the_readme_is_one_screen() -> None:
    """The README has at most 6 KB: everything else is in docs/."""
    assert len((TOP / "README.md").read_bytes()) <= 6 * 1024


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_is_documented(phase: Phase) -> None:
    """The page about status --json names every phase."""
    assert f"`{phase.value}`" in (DOCS / "status-json.md").read_text(encoding="utf-8")


def test_events_are_found_in_the_source() -> None:
    """The page of log events has the events of a loop, a bound logger and an exception."""
    page = log_events()
    assert "| watching | info | `folders`, `version` |" in page
    assert "| held | warning | `why` |" in page
    assert f"- {phrase('Placed')}\n" in page


def test_every_room_is_in_the_architecture() -> None:
    """ARCHITECTURE.md's table has every module and folder of the package."""
    architecture = (TOP / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {
        path.name.removesuffix(".py") for path in (TOP / "daemon").iterdir() if not path.name.startswith(("_", "."))
    }
    assert {room for room in rooms - {"py.typed"} if not re.search(rf"`{room}/?`", architecture)} == set()


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings."""
    headings = re.findall(r"^#+ (.+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_points_nowhere(document: Path) -> None:
    """Relative links lead to files that exist, anchors to headings."""
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = document.parent / path if path else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


def test_every_page_is_linked_from_the_readme() -> None:
    """A reader of the README finds every page of docs/."""
    linked = set(re.findall(r"\]\(docs/([a-z-]+\.md)", (TOP / "README.md").read_text(encoding="utf-8")))
    assert linked == {path.name for path in DOCS.glob("*.md")}


def test_the_example_of_a_shoots_own_file_is_valid(tmp_path: Path) -> None:
    """The example of bracketd.yaml in the documentation has every setting of a shoot, without a mistake."""
    page = (DOCS / "which-photos-make-one-picture.md").read_text(encoding="utf-8")
    example = next(text for text in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "skip:" in text)
    (tmp_path / NAME).write_text(example, encoding="utf-8")
    read = read_shoot(tmp_path)
    assert read is not None
    assert read[0].model_fields_set == set(ShootSettings.model_fields)


def test_the_format_of_a_plan_is_documented() -> None:
    """The page about plan --json has every key, every reason and every confidence of the document."""
    page = (DOCS / "plan-json.md").read_text(encoding="utf-8")
    planned = Plan(
        (BracketSet(("a.jpg", "b.jpg"), Confidence.ASK, ("one folder",)),),
        (Single("c.jpg", "single photo"),),
        (LeftOut("d.jpg", Why.COPY, "a.jpg"),),
    )
    shown = document(planned, 1, Known())
    example = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    assert example.keys() == shown.keys()
    assert {f"| `{key}` |" for key in shown if f"| `{key}` |" not in page} == set()
    for part in ("sets", "singles", "not_sent"):
        assert example[part][0].keys() == shown[part][0].keys()
    assert [word for word in {*WHY.values(), *Confidence} if f"`{word}`" not in page] == []
