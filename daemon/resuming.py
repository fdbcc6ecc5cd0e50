"""A look before an order of an earlier run goes on: it may have come further than the state knows.

That happens when a person puts an older state file in place, which no check of the file can tell. Each order is looked
up once a run: its own delivery note, and whether the service has merged it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from daemon import notes
from daemon.errors import NotFound, OutputError
from daemon.files.roots import Roots
from daemon.order import ImageState, MergeState, Order, facts
from daemon.order.behind import inputs
from daemon.order.found import FoundDelivered, FoundMerged
from daemon.service import Service


class Resuming:
    """Looks up the orders with these ids from any thread: once each, and once more before a merge."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._ids, self._looked = frozenset(ids), set[str]()

    def look(
        self, order: Order, step: facts.Step, service: Service, roots: Roots, go_on: Callable[[], None]
    ) -> facts.Fact | None:
        """How far an order really is, if that is further than the state knows; None if it is not.

        ``go_on`` is called between reads, and raises to break off. Raises OutputError and ServiceError, and looks again
        next time; so it does while the output's disk is away. The service may show a merge only after a while. A
        delivery that only waits for its note is no further than that.
        """
        if order.id not in self._ids or order.unknown_order == order.id or isinstance(step, facts.Deliver):
            return None
        if order.id in self._looked:
            return merged(order, service) if isinstance(step, facts.Merge) else None
        there = roots.output_away(os.path.dirname(order.output)) is None
        found: facts.Fact | None = delivered(order, go_on) if there else None
        if found is None and (order.merge is MergeState.NOT_ASKED or isinstance(step, facts.Merge)):
            found = merged(order, service)
        if found is None and there:
            self._looked.add(order.id)
        return found


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
