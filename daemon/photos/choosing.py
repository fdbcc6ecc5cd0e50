"""Chooses the photos of a shoot to send, from a scan and from the content of the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from daemon.grouping import Choice, Frame, Prefer, one_per_frame
from daemon.order import Bracket, Order, fingerprint, lies_as_sent
from daemon.photos.contents import Contents
from daemon.shoot import Doubt, File, LeftOut, Listing, Why, usable


@dataclass(frozen=True, slots=True)
class Chosen:
    """The photos to send, the reasons for the others, and the doubt that a person must decide, if any.

    ``frames`` has the frame of every photo that was read, by path.
    """

    brackets: tuple[Bracket, ...]
    left_out: tuple[LeftOut, ...]
    doubt: Doubt | None
    frames: Mapping[str, Frame] = field(default_factory=dict)

    @property
    def marks(self) -> frozenset[str]:
        """The content marks of the photos to send."""
        return frozenset(bracket.mark for bracket in self.brackets)

    @property
    def seconds(self) -> frozenset[int]:
        """The capture times of the photos by the camera's clock, in whole seconds."""
        return frozenset(b.shot.second for b in self.brackets if b.shot.tells and b.shot.second is not None)


def by_name(found: Listing, damaged: frozenset[str] = frozenset()) -> str:
    """The fingerprint of a shoot without reading photos: one file per frame, with frames distinguished by name."""
    return fingerprint(plain(one_per_frame(usable(found, damaged)[0]).send))


def plain(photos: Iterable[File]) -> tuple[Bracket, ...]:
    """Photos as brackets, without reading them."""
    return tuple(
        Bracket(photo.path, photo.size, photo.mtime_ns, photo.inode, ctime_ns=photo.ctime_ns) for photo in photos
    )


async def choose(
    contents: Contents, folder: str, files: Sequence[File], prefer: Prefer = "jpeg"
) -> tuple[tuple[Bracket, ...], Chosen]:
    """Read all files of a shoot. Returns them as brackets, and the choice to send. Raises OSError."""
    read, frames = await contents.read(folder, files)
    return read, replace(without(await contents.copies(folder, read), read, prefer), frames=frames)


def without(copies: Mapping[str, str], read: Sequence[Bracket], prefer: Prefer = "jpeg") -> Chosen:
    """The choice among photos that were read. ``copies`` has the path of the original of each copy, by its path."""
    choice = _choice((bracket for bracket in read if bracket.path not in copies), prefer)
    left_out = (*choice.left_out, *(LeftOut(path, Why.COPY, of) for path, of in copies.items()))
    return Chosen(_of(read, choice), left_out, choice.doubt)


def one_a_frame(photos: Sequence[Bracket]) -> tuple[Bracket, ...]:
    """The photos to send, one per frame, according to their shots."""
    return _of(photos, _choice(photos))


def is_known(order: Order, photos: Sequence[Bracket], names: str) -> bool:
    """True if a folder is unchanged since an order of it. A skipped order is compared by ``names`` (``by_name``)."""
    return lies_as_sent(order, photos) if order.brackets else bool(names) and order.source.fingerprint == names


def paths(left_out: Iterable[LeftOut]) -> tuple[str, ...]:
    """The paths of left-out files."""
    return tuple(one.path for one in left_out)


def _choice(photos: Iterable[Bracket], prefer: Prefer = "jpeg") -> Choice:
    photos = tuple(photos)
    files = (File(photo.path, photo.size, photo.mtime_ns, photo.inode) for photo in photos)
    return one_per_frame(files, {photo.path: photo.shot for photo in photos}, prefer=prefer)


def _of(photos: Iterable[Bracket], choice: Choice) -> tuple[Bracket, ...]:
    sent = {file.path for file in choice.send}
    return tuple(photo for photo in photos if photo.path in sent)
