"""The example configuration file, as it is in the installed package."""

from __future__ import annotations

from pathlib import Path

NAME = "config.example.yaml"


def example() -> str:
    """The example's text: from the package, where a wheel has it, or from the checkout that the package is run from."""
    here = Path(__file__).parent
    places = (here / NAME, here.parents[1] / NAME)
    return next(place for place in places if place.is_file()).read_text(encoding="utf-8")
