"""Whether there are orders of ours that the state does not know, for a person who looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from daemon import notes
from daemon.order.found import Note
from daemon.store.notes import Subject
from daemon.store.reading import Reader


def unknown_orders(reader: Reader, outputs: Iterable[Path]) -> Iterator[str]:
    """What to say of orders that the state does not know: by delivery notes, and by what the daemon was last told.

    Raises StateError.
    """
    found: list[str] = []
    for output in dict.fromkeys(map(str, outputs)):
        try:
            folders, _changed = notes.folders_in(output)
        except OSError:  # whether a folder can be read is told elsewhere
            continue
        named, unread = notes.named_below(output, folders)
        yield from (f"{folder} has a delivery note that cannot be read. See to its permissions" for folder in unread)
        known = reader.known_ids(named.values())
        places = [place for place, order_id in named.items() if order_id not in known]
        found += (note.path for note in _read(places) if not note.order.preset.dev_mode)
    if found:
        yield notes.words_of_unknown(len(found), found[0])
    if newer := reader.notes().troubles.get(Subject.NEWER_ORDERS):
        yield newer


def _read(places: Iterable[notes.Place]) -> Iterator[Note]:
    for place in places:
        try:
            yield from notes.read_all([place])
        except OSError:
            continue
