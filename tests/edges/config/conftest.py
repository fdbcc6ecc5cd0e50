"""A configuration file in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.config import Settings, load
from daemon.errors import ConfigError, Problem

KEY = "sk-live-0123456789abcdef"

Write = Callable[[str], Path]
Load = Callable[..., Settings]
Problems = Callable[..., list[Problem]]


@pytest.fixture
def config(tmp_path: Path) -> Write:
    """Write the text to ``<tmp_path>/config.yaml``."""

    def write(text: str) -> Path:
        file = tmp_path / "config.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def loaded(config: Write) -> Load:
    """Load the text as a configuration file, with the given environment."""

    def load_text(text: str, **environ: str) -> Settings:
        return load(config(text), environ)

    return load_text


@pytest.fixture
def problems(loaded: Load) -> Problems:
    """The problems that loading the text reports."""

    def problems_in(text: str, **environ: str) -> list[Problem]:
        with pytest.raises(ConfigError) as caught:
            loaded(text, **environ)
        return list(caught.value.problems)

    return problems_in


def folder(more: str = "") -> str:
    """A configuration with one folder. ``more`` holds further settings of it, one per line."""
    lines = ["folders:", "  - watch: in", "    output: out", *(f"    {line}" for line in more.splitlines())]
    return "\n".join(lines) + "\n"
