"""Builds and changes orders in tests, with each value given by its own name, and ``phase`` for where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_type_hints

from daemon.order import Ended, Hold, Order, Phase, Preset
from daemon.order.order import Standing


def _parts() -> dict[str, tuple[str, type]]:
    """For the name of each value in a part of an order: the field that has the part, and the part's type."""
    hints = get_type_hints(Order)
    parts = {field.name: hints[field.name] for field in fields(Order) if is_dataclass(hints[field.name])}
    return {value.name: (name, part) for name, part in parts.items() if part is not Preset for value in fields(part)}


PARTS = _parts()


def changed(order: Order, **values: Any) -> Order:
    """The order with other values: ``changed(order, folder="/in/a", due=None)``, whichever part has the folder."""
    own, by_part = _sorted(values, order)
    return replace(order, **{name: replace(getattr(order, name), **inner) for name, inner in by_part.items()}, **own)


def made(**values: Any) -> Order:
    """An order with these values; the others have their defaults."""
    own, by_part = _sorted(values)
    types = dict(PARTS.values())
    return Order(**{name: types[name](**inner) for name, inner in by_part.items()}, **own)


def _in_phase(phase: Phase, before: Order | None = None) -> Standing:
    """The standing of an order in this phase. A held order has a problem; what ended was ended by a rule."""
    match phase:
        case Phase.HELD:
            return Hold((before and before.stage) or Phase.SETTLED)
        case Phase.SKIPPED:
            return Ended.SKIPPED_BY_RULE
        case Phase.CANCELLED:
            return Ended.CANCELLED_BY_RULE
        case stage:
            return stage


def _sorted(values: Mapping[str, Any], before: Order | None = None) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    own: dict[str, Any] = {}
    by_part: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if name == "phase":
            own["standing"] = _in_phase(value, before)
        elif name in PARTS:
            by_part.setdefault(PARTS[name][0], {})[name] = value
        else:
            own[name] = value
    return own, by_part
