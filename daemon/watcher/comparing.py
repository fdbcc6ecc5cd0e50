"""Reads the photos of a settled shoot and compares them with earlier orders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from daemon.order import (
    Again,
    Judged,
    Preset,
    Verb,
    compare,
    facts,
    fingerprint,
    is_replaced,
    meant_by,
    with_shots,
)
from daemon.photos.choosing import by_name, choose, is_known, paths, plain
from daemon.photos.contents import Contents
from daemon.photos.own import Own, own_or_mistake
from daemon.photos.sending import Sending, sending, settings_of
from daemon.shoot import usable
from daemon.store.known import KnownBy
from daemon.store.protocol import Store
from daemon.watcher.archive import Archive
from daemon.watcher.settled import Compared, Settled


class Comparing:
    """Compares the shoots of one watched folder. ``preset`` has the settings of the folder's orders."""

    def __init__(self, store: Store, contents: Contents, archive: Archive, preset: Preset) -> None:
        self._store, self._contents, self._archive, self._preset = store, contents, archive, preset

    def of(self, settled: Settled) -> Callable[[], Awaitable[Compared]]:
        """A function that compares a shoot on each call, but reads its photos only once.

        The first call reads the photos before the lock is taken. The second, under the lock, sees the current orders.
        """
        contents = self._contents.remembering()
        return lambda: self._compare(settled, contents)

    async def _compare(self, settled: Settled, contents: Contents) -> Compared:
        """Read a shoot, plan it, and compare what is sent of it with earlier orders.

        A shoot that is unchanged since an order of its folder is not read. Photos sent in dev mode count as sent,
        unless a person submits the shoot. An order that the submit replaces does not count.
        """
        folder, is_submitted, verb = settled.folder, settled.is_submitted, settled.verb
        good, bad = usable(settled.found, settled.damaged)
        photos, names = plain(good), by_name(settled.found, settled.damaged)
        mine = tuple(await self._store.earlier(KnownBy(folder)))
        unread = facts.Locked(photos, paths(bad), settled.why, bad)
        if not is_submitted and (same := next((o for o in mine if is_known(o, photos, names)), None)):
            return Compared(settled, unread, Judged(Again.SAME, same, known=len(photos)), mine)
        if not is_submitted and (known := await self._archive.at_a_glance(photos, mine)):
            return Compared(settled, unread, known, mine)
        own = await contents.blocking(own_or_mistake, folder)
        usual = self._preset
        preset = usual.with_own(own.fields(settings_of(usual).mode)) if isinstance(own, Own) else usual
        read, chosen = await choose(contents, folder, good, preset.prefer)
        left_out = (*bad, *chosen.left_out)
        sent: Sending = await self._contents.blocking(sending, chosen, chosen.brackets, left_out, preset, own)
        known_by = KnownBy(folder, fingerprint(sent.brackets), chosen.marks, chosen.seconds, names)
        earlier = await self._store.earlier(known_by)
        if is_submitted and verb is not None:
            replaced = meant_by(verb, mine)
            earlier = [o for o in earlier if replaced is None or o.id != replaced.id or not is_replaced(o, verb)]
        if is_submitted and not self._preset.dev_mode:
            earlier = [order for order in earlier if not order.preset.dev_mode]
        brackets = await contents.with_hashes(folder, sent.brackets, earlier)
        earlier = [with_shots(order, read) if order.source.folder == folder else order for order in earlier]
        mine = tuple(with_shots(order, read) for order in mine)
        judged = compare(folder, brackets, earlier, settled.inode, names)
        if not is_submitted:
            judged = await self._archive.judge(folder, judged, brackets, earlier, contents)
        made = tuple(one for one in judged.made if one.path not in sent.fixed)
        if made:
            names_made = frozenset(paths(made))
            rest = tuple(bracket for bracket in chosen.brackets if bracket.path not in names_made)
            sent = await self._contents.blocking(sending, chosen, rest, (*left_out, *made), preset, own)
        hashed = {bracket.path: bracket for bracket in brackets}
        sent = replace(sent, brackets=tuple(hashed.get(bracket.path, bracket) for bracket in sent.brackets))
        doubt = sent.doubt(submitted=is_submitted and verb is not Verb.SPLIT)
        several = sent.several(preset.split, submitted=is_submitted)
        fact = facts.Locked(sent.brackets, paths(sent.left_out), settled.why, sent.left_out, doubt, several)
        preset = preset.without_lists() if sent.mistake is not None else replace(preset, keep=sent.keep)
        return Compared(settled, fact, judged, mine, sending=sent, preset=preset)
