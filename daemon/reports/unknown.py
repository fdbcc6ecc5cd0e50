"""Finds bracketd's orders that are missing from the state, for ``check`` and ``doctor``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from daemon import notes
from daemon.store.notes import Subject
from daemon.store.reading import Reader


def unknown_orders(reader: Reader, outputs: Iterable[Path]) -> Iterator[str]:
    """Messages about orders that are missing from the state.

    The sources are the delivery notes and what the daemon last found at the service. Raises StateError.
    """
    found: list[str] = []
    unread: dict[str, str] = {}
    for output in dict.fromkeys(map(str, outputs)):
        try:
            folders, _changed = notes.folders_in(output)
        except OSError:  # the folder checks report folders that cannot be read
            continue
        named, why_not = notes.named_below(output, folders)
        known = reader.known_ids(named.values())
        read, spoiled = notes.read_each(place for place, order_id in named.items() if order_id not in known)
        found += (note.path for note in read if not note.order.preset.dev_mode)
        unread |= {**why_not, **spoiled}
    if unread:
        yield notes.words_of_unread(unread)
    if found:
        yield notes.words_of_unknown(len(found), found[0])
    if newer := reader.notes().alerts.get(Subject.NEWER_ORDERS):
        yield str(newer)
