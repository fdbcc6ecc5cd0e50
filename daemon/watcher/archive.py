"""Compares the photos of a settled shoot with those recorded for skipped shoots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from daemon.files.names import brought
from daemon.order import Again, Bracket, Judged, Order, Phase
from daemon.order.again import was_sent
from daemon.order.archive import (
    UNKNOWN,
    Entry,
    Evidence,
    Likeness,
    Recognised,
    Recorded,
    entry_of,
    may_be_unseen,
    name_of,
    recognise,
    why_same,
    why_unseen,
    why_unsure,
)
from daemon.orders import answers
from daemon.photos.contents import Contents
from daemon.shoot import FileClass, Listing
from daemon.store.protocol import Store

MOST = 30
"""The maximum number of skipped shoots whose photos are read to compare them with one shoot."""

JUDGED = {Likeness.SAME: Again.SAME, Likeness.UNSURE: Again.UNSURE, Likeness.UNSEEN: Again.UNSURE}


class Archive:
    """The skipped shoots of all watched folders, and the shoots that a person cancelled."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def at_a_glance(self, photos: Sequence[Bracket], orders: Sequence[Order]) -> Judged | None:
        """Recognise a skipped shoot whose times or inodes changed, without reading a photo.

        ``orders`` are those of the folder, newest first. Returns None if the photos must be read. A copy whose files
        are left out one by one, for example, is recognised only by content.
        """
        if not orders or orders[0].phase is not Phase.SKIPPED or orders[0].unsent.left_out:
            return None
        found = recognise(photos, await self._store.skipped_alike(entries_of(photos)))
        if found.likeness is not Likeness.SAME:
            return None
        return Judged(Again.SAME, orders[0], known=found.known, recognised=found)

    async def judge(
        self, folder: str, judged: Judged, photos: Sequence[Bracket], earlier: Sequence[Order], contents: Contents
    ) -> Judged:
        """Compare a shoot that was not sent, or only partly, with skipped and cancelled shoots.

        ``earlier`` are orders that share content with it. Raises OSError.
        """
        if judged.again not in (Again.NEW, Again.MORE):
            return judged
        unsent = judged.new if judged.again is Again.MORE else photos
        cancelled = {b.mark: order.id for order in earlier if order.phase is Phase.CANCELLED for b in order.brackets}
        cancelled.pop("", None)
        recorded = await self._store.skipped_alike(entries_of(unsent))
        found = await self._recognise(folder, unsent, recorded, Evidence(cancelled), contents)
        if found.likeness is Likeness.OTHER:
            found = may_be_unseen(unsent, await self._store.unseen())
        if found.likeness is Likeness.OTHER:
            return judged
        if judged.again is Again.MORE:
            new = () if found.likeness is Likeness.SAME else judged.new
            return replace(judged, again=Again.MORE if new else Again.SAME, new=new, recognised=found)
        before = await self._store.load(found.order_id)
        return Judged(JUDGED[found.likeness], before, known=found.known, recognised=found)

    async def strangers(self, order_id: str, found: Listing) -> tuple[str, ...]:
        """The paths of photos that were not in a skipped shoot when it was recorded."""
        paths = {entry_of(file.path, file.size, file.mtime_ns): file.path for file in found.usable}
        return tuple(sorted(paths[entry] for entry in await self._store.skipped_strangers(order_id, paths)))

    async def _recognise(
        self,
        folder: str,
        photos: Sequence[Bracket],
        recorded: Sequence[Recorded],
        evidence: Evidence,
        contents: Contents,
    ) -> Recognised:
        """Recognise photos among the recorded ones. Reads only the photos that need it. Raises OSError."""
        content: dict[tuple[str, str], bool] = {}
        seen: set[str] = set()
        found = recognise(photos, recorded, evidence)
        while found.likeness is not Likeness.OTHER and found.named and found.order_id not in seen and len(seen) < MOST:
            seen.add(found.order_id)
            named = [photo for photo in photos if photo.path in found.named]
            content |= await self._compared(folder, found.order_id, named, contents)
            evidence = replace(evidence, content=content)
            found = recognise(photos, recorded, evidence)
        if found.likeness is Likeness.UNSURE and found.alike:
            evidence = replace(evidence, taken=await contents.taken(folder, found.alike))
            found = recognise(photos, recorded, evidence)
        return found

    async def _compared(
        self, folder: str, order_id: str, photos: Sequence[Bracket], contents: Contents
    ) -> dict[tuple[str, str], bool]:
        """For each photo and skipped order: True if the same-named file in that order's folder has the same content."""
        old = await self._store.load(order_id)
        if old.source.folder == folder:
            return {}
        try:
            there = {_key(file.path, file.size): file.path for file in await contents.photos(old.source.folder)}
            paths = {photo: there[key] for photo in photos if (key := _key(photo.path, photo.size)) in there}
            marks = await contents.marks(old.source.folder, tuple(paths.values()))
        except OSError:
            return {}
        return {(photo.path, order_id): marks[path] == photo.mark for photo, path in paths.items()}

    async def why(self, judged: Judged) -> str:
        """The reason why a shoot with known photos is skipped or held."""
        found, before = judged.recognised, judged.before
        if found is None:
            return "" if before is None else answers.skipped_for(before, judged.known, len(judged.unsent))
        old = await self._store.load(found.order_id)
        if found.likeness is Likeness.UNSEEN:
            return why_unseen(found, old.source.shoot)
        if found.likeness is Likeness.UNSURE:
            return why_unsure(found, old.source.shoot, old.phase.value)
        same = why_same(found, old.source.shoot, old.phase.value)
        if before is not None and was_sent(before):
            return f"{judged.known} of its photos were sent as “{before.source.shoot}”; of the others, {same}"
        return same


def entries(found: Listing) -> tuple[Entry, ...]:
    """The record entries for a skipped shoot's photos, including conflict copies and online-only placeholders."""
    there = (*found.photos, *found.of(FileClass.CONFLICT), *found.of(FileClass.PLACEHOLDER))
    return tuple(
        entry_of(name, file.size if name == file.path else UNKNOWN, file.mtime_ns)
        for file in there
        for name in (brought(file.path) if file.kind is FileClass.PLACEHOLDER else file.path,)
    )


def entries_of(photos: Sequence[Bracket]) -> tuple[Entry, ...]:
    """The record entries for the photos of a settled shoot."""
    return tuple(entry_of(photo.path, photo.size, photo.mtime_ns) for photo in photos)


def _key(path: str, size: int) -> tuple[str, int]:
    return name_of(path), size
