"""Checks an order from an earlier run before it continues: it may be further than the state says.

That happens if a person restores an older state file, which no check of the file can detect. Each order is looked up
once per run: in its own delivery note, and at the service for a merge.
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
"""Seconds for which the result of a slow check of an output folder is kept: longer than until the step is due again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of reading a delivery note."""

    found: FoundDelivered | None


class Resuming:
    """Looks up the orders with these ids: each once, and again before a merge. May be called from any thread.

    ``patience`` is how many seconds a step waits for the content of the output folder. A disk that hangs must not block
    the upload lanes. If reading the pictures takes longer, it continues in the background.
    """

    def __init__(self, ids: Iterable[str] = (), *, patience: float = PATIENCE) -> None:
        self._ids, self._looked = frozenset(ids), set[str]()
        self._notes = Bounded[Answer](patience, keeps=KEEPS)

    def look(
        self, order: Order, step: steps.Step, service: Service, roots: Roots, go_on: Callable[[], None]
    ) -> facts.Fact | None:
        """The fact to record if an order is further than the state says; None if it is not.

        ``go_on`` is called between reads and raises to interrupt them. Raises OutputError, also while the output's disk
        hangs, and ServiceError. The check is repeated next time after an error, and while that disk is unavailable. The
        service may show a merge only after a while. An order whose next step is its delivery note is not checked.
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
                f"the delivery note and the pictures in {order.source.output} are not read yet, so the order waits. "
                "Nothing is bought meanwhile. bracketd keeps trying. "
                "If this continues, check the disk and its connection"
            )
        return answer.found


def _is_there(order: Order, roots: Roots) -> bool:
    """True if the disk of an order's output folder is available. Raises OutputError while it hangs."""
    now = roots.output_now(os.path.dirname(order.source.output))
    if now.hangs:
        raise OutputError(now.why)
    return now.why is None


def delivered(order: Order, go_on: Callable[[], None]) -> FoundDelivered | None:
    """The content of an order's own delivery note, if it says more than the state; otherwise None.

    The note of an order with retried images is from its first delivery until another picture is added. Raises
    OutputError.
    """
    try:
        note = notes.own_note(order)
    except OSError as error:
        raise OutputError(
            f"cannot read the delivery note in {order.source.output}: {error.strerror}. "
            "Check the folder and its permissions; bracketd then continues automatically."
        ) from error
    if note is None or (order.times.reopened_at is not None and _placed(note.order) <= _placed(order)):
        return None
    return FoundDelivered(note.path, note.order.brackets, note.order.images, notes.missing(note, go_on))


def _placed(order: Order) -> frozenset[str]:
    return frozenset(image.id for image in order.images if image.state is ImageState.PLACED)


def merged(order: Order, service: Service) -> FoundMerged | None:
    """The fact that the service has merged an order; None if it has not. Raises ServiceError."""
    try:
        seen = service.order(order.id)
    except NotFound:
        return None
    known = inputs(order)
    results = any(image.id not in known for image in seen.images)
    return FoundMerged(seen.merging) if seen.merging or seen.processing or results else None
