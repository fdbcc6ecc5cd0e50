"""The texts of ``bracketd sandbox --list-faults`` and ``--list-switches``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import groupby

import click

from daemon.sandbox.kinds import MOMENTS, OWN_KINDS, ROUTES, Kind, kinds_at
from daemon.sandbox.settings import Switches

_WIDTH = 100


def faults() -> str:
    """Lists every place of a fault, and the kinds that are possible there."""
    return "\n".join(_faults())


def switches() -> str:
    """Lists every switch with its default and its choices, by group."""
    return "\n".join(_switches())


def _faults() -> Iterator[str]:
    yield "A fault is 'WHERE KIND [NAME=VALUE]...'. It happens once, next=TIMES times, or with rate=PROBABILITY."
    yield "skip=COUNT skips the first requests; match=TEXT requires TEXT in the request's path or the image's name."
    yield "at=NUMBER is the set where a wrong grouping happens, counted from 1."
    yield "\nWHERE is a request, or * for any:"
    yield click.wrap_text(" ".join(ROUTES), _WIDTH, "  ", "  ")
    yield "These faults are possible (some only if the response has a body):"
    yield from _kinds(kinds_at("*"))
    for places, own in OWN_KINDS.items():
        yield f"\nAlso at {' and '.join(places)}:"
        yield from _kinds(own)
    for moment in MOMENTS:
        yield f"\nWhile an order is processed, at {moment}:"
        yield from _kinds(kinds_at(moment))


def _kinds(kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Two lines for each kind, or for several kinds with the same description."""
    for known, names in groupby(kinds, kinds.__getitem__):
        yield f"  {' '.join(names)}{''.join(f' [{name}=]' for name in sorted(known.takes))}"
        yield f"      {known.about}"


def _switches() -> Iterator[str]:
    for group, items in groupby(fields(Switches), lambda item: str(item.metadata["group"])):
        yield f"{group}:"
        for item in items:
            choices = " | ".join(item.metadata["choices"])
            yield f"  {item.name}={item.default}"
            yield f"      {item.metadata['about']}{choices and f': {choices}'}"
