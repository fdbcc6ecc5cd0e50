"""A look before an order of an earlier run goes on: it may have come further than the state knows.

That happens when a person puts an older state file in place, which no check of the file can tell. Each order is looked
up once a run: its own delivery note, and whether the service has merged it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from daemon import notes
from daemon.errors import NotFound, OutputError
from daemon.files.bounded import Bounded
from daemon.files.roots import PATIENCE, Roots
from daemon.order import ImageState, Order, facts, steps
from daemon.order.behind import asks_note, asks_service, inputs
from daemon.order.found import FoundDelivered, FoundMerged
from daemon.service import Service

KEEPS = 600.0
"""Seconds for which the answer to a long look into an output folder holds: longer than until the step is due again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look at a delivery note found."""

    found: FoundDelivered | None


class Resuming:
    """Looks up the orders with these ids from any thread: once each, and once more before a merge.

    ``patience`` is for how many seconds a step waits for what lies in the output folder. A disk that hangs must not
    keep the lanes of uploads, and pictures that take longer to read are read on meanwhile.
    """

    def __init__(self, ids: Iterable[str] = (), *, patience: float = PATIENCE) -> None:
        self._ids, self._looked = frozenset(ids), set[str]()
        self._notes = Bounded[Answer](patience, keeps=KEEPS)

    def look(
        self, order: Order, step: steps.Step, service: Service, roots: Roots, go_on: Callable[[], None]
    ) -> facts.Fact | None:
        """How far an order really is, if that is further than the state knows; None if it is not.

        ``go_on`` is called between reads, and raises to break off. Raises OutputError and ServiceError, and looks again
        next time; so it does while the output's disk is away. An order waits while that disk hangs. The service may
        show a merge only after a while. A delivery that only waits for its note is no further than that.
        """
        if order.id not in self._ids or isinstance(step, steps.Deliver):
            return None
        looked = order.id in self._looked
        there = looked or _is_there(order, roots)
        found: facts.Fact | None = None
        if there and asks_note(order, looked=looked):
            found = self._delivered(order, go_on)
        if found is None and asks_service(order, step, looked=looked):
            found = merged(order, service)
        if found is None and there:
            self._looked.add(order.id)
        return found

    def _delivered(self, order: Order, go_on: Callable[[], None]) -> FoundDelivered | None:
        answer = self._notes.ask(order.id, lambda: Answer(delivered(order, go_on)))
        if answer is None:
            raise OutputError(
                f"the delivery note and the pictures in {order.output} are not read yet, so the order waits. Nothing is"
                " bought meanwhile. bracketd goes on by itself; check the disk, or the connection to it, if this lasts"
            )
        return answer.found


def _is_there(order: Order, roots: Roots) -> bool:
    """Whether the disk of an order's output folder is there. Raises OutputError while it hangs."""
    now = roots.output_now(os.path.dirname(order.output))
    if now.hangs:
        raise OutputError(now.why)
    return now.why is None


def delivered(order: Order, go_on: Callable[[], None]) -> FoundDelivered | None:
    """What an order's own delivery note says of it, if that is more than the state knows. Raises OutputError.

    The note of an order that a person had retried is still that of its first delivery, until another picture is added.
    """
    try:
        note = notes.own_note(order)
    except OSError as error:
        raise OutputError(
            f"cannot read the delivery note in {order.output}: {error.strerror}. "
            "See to the folder and its permissions; bracketd goes on by itself."
        ) from error
    if note is None or (order.reopened_at is not None and _placed(note.order) <= _placed(order)):
        return None
    return FoundDelivered(note.path, note.order.brackets, note.order.images, notes.missing(note, go_on))


def _placed(order: Order) -> frozenset[str]:
    return frozenset(image.id for image in order.images if image.state is ImageState.PLACED)


def merged(order: Order, service: Service) -> FoundMerged | None:
    """Whether the service has merged an order that is not known to be. Raises ServiceError."""
    try:
        seen = service.order(order.id)
    except NotFound:
        return None
    known = inputs(order)
    results = any(image.id not in known for image in seen.images)
    return FoundMerged(seen.merging) if seen.merging or seen.processing or results else None
