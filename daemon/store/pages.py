"""Searches for orders that return a page at a time, and purchases summed by order. Times are in epoch seconds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from daemon.text import letters


@dataclass(frozen=True, slots=True)
class Filter:
    """Which orders to find. An empty filter finds all; an order must meet every part that is given.

    ``text``: every word of it is in the shoot's name, in any case and Unicode form, or the order's id begins with it.
    ``phases`` and ``healths``: the order has one of these values. ``folder``: its shoot is in this folder, at any
    depth. ``since`` and ``until``: it was locked at or after one time and before the other.
    """

    text: str = ""
    phases: Collection[str] = ()
    healths: Collection[str] = ()
    folder: str | None = None
    since: float | None = None
    until: float | None = None


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """Some of the orders that a search found, as in ``status --json``. ``total`` counts all that it found."""

    orders: tuple[dict[str, Any], ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """The values that a filter can have, each with its number of orders.

    ``folders`` are those that directly contain shoots, by name. ``months`` are those in which orders were locked, such
    as ``2026-11``, in this machine's time zone, the newest first. ``phases`` and ``healths`` have those that occur.
    """

    folders: dict[str, int] = field(default_factory=dict)
    months: dict[str, int] = field(default_factory=dict)
    phases: dict[str, int] = field(default_factory=dict)
    healths: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bought:
    """The images that an order bought in a span of time: their number and credits, and when the first was bought.

    ``span`` is the index of the span in the request.
    """

    span: int
    at: float
    order_id: str
    shoot: str
    folder: str
    supplement_of: str | None
    images: int
    credits: int


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search, in the form in which ``is_named`` compares them."""
    return tuple(letters(text).split())


def is_named(shoot: str, words: tuple[str, ...]) -> bool:
    """True if a shoot's name contains every word."""
    name = letters(shoot)
    return all(word in name for word in words)
