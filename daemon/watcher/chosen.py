"""Which photos of a shoot are sent, from what a scan found and what was read of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from daemon.grouping import Choice, one_per_frame
from daemon.order import Bracket, Order, fingerprint, lies_as_sent
from daemon.shoot import Doubt, File, LeftOut, Listing, Why, usable
from daemon.watcher.contents import Contents


@dataclass(frozen=True, slots=True)
class Chosen:
    """The photos to send, why others are not sent, and why a person must decide, if that is so."""

    brackets: tuple[Bracket, ...]
    left_out: tuple[LeftOut, ...]
    doubt: Doubt | None

    @property
    def marks(self) -> frozenset[str]:
        """What their contents are known by."""
        return frozenset(bracket.mark for bracket in self.brackets)

    @property
    def seconds(self) -> frozenset[int]:
        """The seconds of their cameras' clocks in which they were taken."""
        return frozenset(b.shot.second for b in self.brackets if b.shot.tells and b.shot.second is not None)


def by_name(found: Listing, damaged: frozenset[str] = frozenset()) -> str:
    """The fingerprint of a shoot when no photo is read: of one file a frame, as far as names tell frames apart."""
    return fingerprint(plain(one_per_frame(usable(found, damaged)[0]).send))


def plain(photos: Iterable[File]) -> tuple[Bracket, ...]:
    """Photos as brackets, without reading them."""
    return tuple(
        Bracket(photo.path, photo.size, photo.mtime_ns, photo.inode, ctime_ns=photo.ctime_ns) for photo in photos
    )


async def choose(contents: Contents, folder: str, files: Sequence[File]) -> tuple[tuple[Bracket, ...], Chosen]:
    """All files of a shoot as they were read, and which of them are sent. Raises OSError."""
    read = await contents.brackets(folder, files)
    copies = await contents.copies(folder, read)
    choice = _choice(bracket for bracket in read if bracket.path not in copies)
    left_out = (*choice.left_out, *(LeftOut(path, Why.COPY, of) for path, of in copies.items()))
    return read, Chosen(_of(read, choice), left_out, choice.doubt)


def one_a_frame(photos: Sequence[Bracket]) -> tuple[Bracket, ...]:
    """Those photos that would be sent, one a frame, by what was read of them."""
    return _of(photos, _choice(photos))


def is_known(order: Order, photos: Sequence[Bracket], names: str) -> bool:
    """Whether a folder holds what an order of it knows. A skipped order is compared by ``names`` (``by_name``)."""
    return lies_as_sent(order, photos) if order.brackets else bool(names) and order.fingerprint == names


def paths(left_out: Iterable[LeftOut]) -> tuple[str, ...]:
    """Their paths."""
    return tuple(one.path for one in left_out)


def _choice(photos: Iterable[Bracket]) -> Choice:
    photos = tuple(photos)
    files = (File(photo.path, photo.size, photo.mtime_ns, photo.inode) for photo in photos)
    return one_per_frame(files, {photo.path: photo.shot for photo in photos})


def _of(photos: Iterable[Bracket], choice: Choice) -> tuple[Bracket, ...]:
    sent = {file.path for file in choice.send}
    return tuple(photo for photo in photos if photo.path in sent)
