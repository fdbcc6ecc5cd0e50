"""Rules for faults: where, what and how often. The seed decides random ones.

A rule is ``{"where", "kind", "next" | "rate", "skip", "match", ...}``, or in words ``upload reset-after next=2``.
``where`` is a route's name, ``*`` for any route, or a moment while an order is processed (``daemon.sandbox.kinds``).
``next`` is the number of times it happens. ``rate`` is a probability; such a rule never ends. Without either it
happens once. ``skip`` is the number of requests that it leaves alone first. ``match`` limits it to subjects (a
request's path, an image's name) that contain the text.
"""

from __future__ import annotations

import random
import shlex
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from daemon.sandbox.kinds import MOMENTS, ROUTES, kinds_at


@dataclass(slots=True)
class Rule:
    """One rule.

    ``seconds`` is the duration before ``speed`` is applied. With ``after``, the request is carried out and its response
    is lost.

    ``at`` is the set where a wrong grouping happens, counted from 1.
    """

    where: str
    kind: str
    next: int | None = None
    rate: float | None = None
    skip: int = 0
    match: str = ""
    seconds: float = 30.0
    retry_after: int | None = None
    after: bool = False
    reason: str = "The image could not be processed"
    at: int = 1
    happened: int = field(default=0, init=False)

    @property
    def left(self) -> int | None:
        """How often it will still happen; None if it never ends."""
        return None if self.rate is not None else (1 if self.next is None else self.next) - self.happened


_GIVEN: Final = {item.name: item.type for item in fields(Rule) if item.init}


def rule_of(values: Mapping[str, object]) -> Rule:
    """A rule from JSON values. Raises ``ValueError`` with the mistake."""
    where, kind = values.get("where"), values.get("kind")
    kinds = kinds_at(where) if isinstance(where, str) else {}
    if not kinds:
        raise ValueError(f"WHERE must be one of: *, {', '.join((*ROUTES, *MOMENTS))}")
    if not isinstance(kind, str) or kind not in kinds:
        raise ValueError(f"the kinds at {where} are: {', '.join(kinds)}")
    allowed = {"where", "kind", "next", "rate", "skip", "match"} | kinds[kind].takes
    for name, value in values.items():
        if name not in allowed:
            raise ValueError(f"{kind} at {where} takes: {', '.join(sorted(allowed))}")
        if value is not None and not _fits(value, str(_GIVEN[name])):
            raise ValueError(f"{name} cannot be {value!r}")
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    rule = Rule(**given)
    if rule.next is not None and rule.rate is not None:
        raise ValueError("a rule can have next or rate, not both")
    return rule


def rule_of_words(text: str) -> Rule:
    """A rule from ``WHERE KIND [NAME=VALUE ...]``, quoted as in a shell. Raises ``ValueError`` with the mistake."""
    where, kind, *rest = [*shlex.split(text), "", ""]
    values: dict[str, object] = {"where": where, "kind": kind}
    for word in filter(None, rest):
        name, _, value = word.partition("=")
        values[name] = _read(value, str(_GIVEN.get(name, "str")))
    return rule_of(values)


class Faults:
    """The active rules, and the random numbers that they share."""

    def __init__(self, seed: int, rules: Iterable[Rule] = ()) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._rules = list(rules)

    def replace(self, rules: Iterable[Rule]) -> None:
        """Replace all rules and their counts by these rules."""
        self._rules = list(rules)

    def take(self, where: str, kinds: Collection[str], subject: str = "") -> Rule | None:
        """The first rule of these kinds that applies at this place and subject. Counts one use of it."""
        for rule in self._rules:
            if rule.where not in {where, "*"} or rule.kind not in kinds or rule.match not in subject:
                continue
            if self._strikes(rule):
                rule.happened += 1
                return rule
        return None

    def report(self) -> list[dict[str, object]]:
        """The rules, how often each happened, and how often it still will (null: it never ends)."""
        return [
            {"where": rule.where, "kind": rule.kind, "match": rule.match, "happened": rule.happened, "left": rule.left}
            for rule in self._rules
        ]

    def _strikes(self, rule: Rule) -> bool:
        if rule.left is not None and rule.left <= 0:
            return False
        if rule.skip > 0:
            rule.skip -= 1
            return False
        return rule.rate is None or self._dice.random() < rule.rate


def _fits(value: object, kind: str) -> bool:
    if kind.startswith("bool"):
        return isinstance(value, bool)
    if kind.startswith("int"):
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if kind.startswith("float"):
        return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    return isinstance(value, str)


def _read(text: str, kind: str) -> object:
    if kind.startswith("bool"):
        return {"true": True, "false": False}.get(text, text)
    try:
        return int(text) if kind.startswith("int") else float(text) if kind.startswith("float") else text
    except ValueError:
        return text
