"""Whether the photographer's files of an order are still what was locked, and what was sent.

Size, mtime and inode tell most changes. Where only the ctime is another one, the content decides: a chmod changes the
ctime too.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from daemon import errors
from daemon.files import outgoing, scan
from daemon.files.passing import can_be_read
from daemon.order import Bracket, Order, facts, steps
from daemon.shoot import File

Tolerate = Callable[[errors.FileError], bool]
"""Whether a file that is gone or cannot be read is passed over: its bytes were sent."""

WITNESSES = 3
"""Other photos that are tried before the disk counts as giving out none."""

AT_ONCE = 1024**3
"""Bytes of touched files that are read again before what was found is recorded."""


def file_of(bracket: Bracket) -> File:
    """The file of a bracket as it was locked."""
    return File(bracket.path, bracket.size, bracket.mtime_ns, bracket.inode)


def before_upload(order: Order, number: int) -> int | facts.Changed:
    """The ctime in nanoseconds of a file that is about to be read; or that it is another one than was locked.

    Raises FileError.
    """
    bracket = order.brackets[number]
    try:
        ctime_ns = outgoing.require_unchanged(order.folder, file_of(bracket))
    except errors.FileChanged:
        return changed(order, number)
    touched = bracket.mark and bracket.may_be_another(ctime_ns)
    if touched and outgoing.mark(order.folder, file_of(bracket)) != bracket.mark:
        return changed(order, number)
    return ctime_ns


def look_again(
    order: Order, go_on: Callable[[], None], *, tolerate: Tolerate
) -> facts.Changed | facts.SameContent | None:
    """Whether a file is another one than was sent; None if every one is as recorded.

    ``go_on`` is called between reads and raises to break off. Raises FileError.
    """
    touched = []
    for number in order.sent:
        bracket = order.brackets[number]
        try:
            ctime_ns = outgoing.require_unchanged(order.folder, file_of(bracket))
        except errors.FileChanged:
            return changed(order, number)
        except errors.FileError as error:
            if not tolerate(error):
                raise
        else:
            if bracket.sha256 is not None and bracket.may_be_another(ctime_ns):
                touched.append((number, ctime_ns))
    return _by_content(order, touched, go_on, tolerate)


def changed(order: Order, number: int) -> facts.Changed:
    """What a file is now that is not the one that was recorded. Raises FileError."""
    bracket = order.brackets[number]
    now = outgoing.look(order.folder, bracket.path)
    return facts.Changed(number, bracket.attempt, now.size, now.mtime_ns, now.inode, now.ctime_ns)


def number_of(order: Order, path: str) -> int | None:
    """The number of the bracket with this path, if there is one."""
    return next((number for number in order.sent if order.brackets[number].path == path), None)


def can_read_another(order: Order, path: str) -> bool:
    """Whether the disk gives out a photo of the order besides this one; True if there is no other one.

    If not, the disk is at fault, and not the photo.
    """
    others = [order.brackets[number] for number in order.sent if order.brackets[number].path != path]
    others.sort(key=lambda bracket: bracket.unreadable_since is not None)
    return not others or any(can_be_read(order.folder, bracket.path) for bracket in others[:WITNESSES])


def folder_is_there(order: Order) -> bool:
    """Whether the shoot's folder is there, as far as the disk says."""
    try:
        return scan.is_folder(order.folder)
    except OSError:
        return False


def changed_too_late(order: Order, number: int) -> facts.Failed:
    """A file that changed after all were confirmed: the merge is not asked for."""
    why = (
        f"{order.brackets[number].path} changed after it was uploaded. Nothing was merged or paid. "
        f"`bracketd submit` the folder {order.folder} to send the shoot as it is now"
    )
    return facts.Failed(steps.Merge(), facts.Kind.FILE, why, unsent=True)


def renamed(order: Order, error: Exception) -> facts.Moved | None:
    """Where the shoot is now, if all that happened to it is another name."""
    if not isinstance(error, errors.FileGone):
        return None
    try:
        if scan.is_folder(order.folder):
            return None
    except OSError:
        return None
    folder = scan.find_again(order.folder, [file_of(order.brackets[number]) for number in order.sent])
    return facts.Moved(os.path.basename(folder), folder) if folder is not None else None


def gone(order: Order, error: errors.FileGone) -> tuple[facts.Kind, str]:
    """A missing file, a missing shoot, a file that is there again, and a disk that does not say are four things."""
    try:
        if is_there(os.path.join(order.folder, error.path)):
            return facts.Kind.PASSING, f"{error.path} was not there for a moment"
        if scan.is_folder(order.folder):
            return facts.Kind.FILE, str(error)
    except OSError as failing:
        return facts.Kind.PASSING, f"{error.path} cannot be looked for ({failing.strerror}). bracketd tries again"
    return facts.Kind.GONE, f"the shoot's folder {order.folder} was removed or renamed; nothing was merged or paid"


def is_there(path: str) -> bool:
    """Whether a name is there. Raises OSError when the disk does not say."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _by_content(
    order: Order,
    touched: list[tuple[int, int]],
    go_on: Callable[[], None],
    tolerate: Tolerate,
) -> facts.Changed | facts.SameContent | None:
    """What files with another ctime hold now; a few at a time, so that a kill costs little reading."""
    same, read = [], 0
    for number, ctime_ns in touched:
        bracket = order.brackets[number]
        try:
            if outgoing.sha256(order.folder, file_of(bracket), go_on) != bracket.sha256:
                return changed(order, number)
        except errors.FileChanged:
            return changed(order, number)
        except errors.FileError as error:
            if not tolerate(error):
                raise
            continue
        same.append((number, bracket.rereads, ctime_ns))
        read += bracket.size
        if read > AT_ONCE:
            break
    return facts.SameContent(tuple(same)) if same else None
