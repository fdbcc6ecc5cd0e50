"""Formats names and texts from the service for messages, and names for the service."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST, LONGEST_NAME = 600, 150
"""Maximum length, in characters, of an image's name or of the service's reason in a message."""


def name_at_service(shoot: str, path: str, tag: str) -> str:
    """The name of a shoot's file at the service, with a tag that makes it unique."""
    stem, dot, extension = _presentable(path.rsplit("/", 1)[-1]).rpartition(".")
    return f"{_presentable(shoot)[:60]} {stem[:60]} {tag}{dot}{extension[:8]}"


def brief(text: str, most: int = LONGEST) -> str:
    """A text cut to ``most`` characters. A cut text ends with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def names_of(files: Sequence[str]) -> str:
    """The first three file names, for a message."""
    return ", ".join(files[:3]) + (" …" if len(files) > 3 else "")


def _presentable(name: str) -> str:
    printable = name.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(c if c.isprintable() else " " for c in printable).split())
