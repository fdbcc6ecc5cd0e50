"""Checks that the photographer's files of an order are unchanged since the lock and since their upload.

Size, mtime and inode show most changes. If only the ctime changed, the content is compared, because a chmod changes the
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
"""Returns True if a file that is missing or unreadable is ignored, because its bytes were sent."""

WITNESSES = 3
"""How many other photos are tried before the disk counts as unreadable."""

AT_ONCE = 1024**3
"""Bytes of files with a new ctime that are read again before the result is recorded."""


def file_of(bracket: Bracket) -> File:
    """The file of a bracket as it was locked."""
    return File(bracket.path, bracket.size, bracket.mtime_ns, bracket.inode)


def before_upload(order: Order, number: int) -> int | facts.Changed:
    """The ctime in nanoseconds of a file that is about to be read, or ``Changed`` if it changed since the lock.

    Raises FileError.
    """
    bracket = order.brackets[number]
    try:
        ctime_ns = outgoing.require_unchanged(order.source.folder, file_of(bracket))
    except errors.FileChanged:
        return changed(order, number)
    touched = bracket.mark and bracket.may_be_another(ctime_ns)
    if touched and outgoing.mark(order.source.folder, file_of(bracket)) != bracket.mark:
        return changed(order, number)
    return ctime_ns


def look_again(
    order: Order, go_on: Callable[[], None], *, tolerate: Tolerate
) -> facts.Changed | facts.SameContent | None:
    """Compare the sent files with what was recorded; None if none differs, even in its ctime.

    ``go_on`` is called between reads and raises to interrupt them. Raises FileError.
    """
    touched = []
    for number in order.sent:
        bracket = order.brackets[number]
        try:
            ctime_ns = outgoing.require_unchanged(order.source.folder, file_of(bracket))
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
    """The fact that a file changed, with its current size, times and inode. Raises FileError."""
    bracket = order.brackets[number]
    now = outgoing.look(order.source.folder, bracket.path)
    return facts.Changed(number, bracket.attempt, now.size, now.mtime_ns, now.inode, now.ctime_ns)


def number_of(order: Order, path: str) -> int | None:
    """The number of the bracket with this path; None without one."""
    return next((number for number in order.sent if order.brackets[number].path == path), None)


def can_read_another(order: Order, path: str) -> bool:
    """True if another photo of the order can be read, or there is no other one.

    If False, the disk is at fault, not the photo.
    """
    others = [order.brackets[number] for number in order.sent if order.brackets[number].path != path]
    others.sort(key=lambda bracket: bracket.unreadable_since is not None)
    return not others or any(can_be_read(order.source.folder, bracket.path) for bracket in others[:WITNESSES])


def folder_is_there(order: Order) -> bool:
    """True if the shoot's folder exists; False also if the disk returns an error."""
    try:
        return scan.is_folder(order.source.folder)
    except OSError:
        return False


def changed_too_late(order: Order, number: int) -> facts.Failed:
    """The failure for a file that changed after the files were confirmed. The merge is not requested."""
    why = (
        f"{order.brackets[number].path} changed after it was uploaded. Nothing was merged or paid for. "
        f"`bracketd submit` the folder {order.source.folder} to send the shoot as it is now"
    )
    return facts.Failed(steps.Merge(), facts.Failure.FILE, why, unsent=True)


def renamed(order: Order, error: Exception) -> facts.Moved | None:
    """The shoot's new place if its folder was only renamed or moved; otherwise None."""
    if not isinstance(error, errors.FileGone):
        return None
    try:
        if scan.is_folder(order.source.folder):
            return None
    except OSError:
        return None
    folder = scan.find_again(order.source.folder, [file_of(order.brackets[number]) for number in order.sent])
    return facts.Moved(os.path.basename(folder), folder) if folder is not None else None


def gone(order: Order, error: errors.FileGone) -> tuple[facts.Failure, str]:
    """The kind and message for a missing file: it is back, missing, its shoot is missing, or the disk has an error."""
    try:
        if is_there(os.path.join(order.source.folder, error.path)):
            return facts.Failure.PASSING, f"{error.path} was not there for a moment"
        if scan.is_folder(order.source.folder):
            return facts.Failure.FILE, str(error)
    except OSError as failing:
        return (
            facts.Failure.PASSING,
            f"cannot check whether {error.path} exists ({failing.strerror}). bracketd tries again",
        )
    return (
        facts.Failure.GONE,
        f"the shoot's folder {order.source.folder} was removed or renamed; nothing was merged or paid for",
    )


def is_there(path: str) -> bool:
    """True if a name exists. Raises OSError if the disk returns another error than "not found"."""
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
    """Compare the content of files whose ctime changed. Reads a few at a time, so that a kill loses little work."""
    same, read = [], 0
    for number, ctime_ns in touched:
        bracket = order.brackets[number]
        try:
            if outgoing.sha256(order.source.folder, file_of(bracket), go_on) != bracket.sha256:
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
