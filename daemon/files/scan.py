"""One look at the disk: which shoots lie in a watched folder, and what lies in a shoot.

``os.scandir`` and one ``stat`` a file; nothing is opened. Whether a photo can be read shows when it is looked into:
access(2) may say no where open(2) succeeds, as with the access lists of NFSv4, and yes where it fails. Symbolic links
are followed to files, and to folders as long as they do not lead back into what is being looked at.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from daemon.files.names import classify, holds_in_flight, is_beside_the_photos, is_junk_folder
from daemon.files.passing import is_refusal, may_pass
from daemon.files.placeholders import placeholder
from daemon.shoot import File, FileClass, Listing, listing

DEEPEST = 40
"""Levels of folders below a shoot that are looked at; no camera makes that many."""


@dataclass(frozen=True, slots=True)
class Root:
    """A watched folder as one look found it.

    ``identity`` tells which folder it is (device, inode); ``shoots`` are the names of the folders directly in it that
    may be shoots, each with its inode; ``loose`` counts photos that lie beside them.
    """

    identity: tuple[int, int]
    shoots: Mapping[str, int]
    loose: int


def look_at_root(root: str) -> Root:
    """Look at a watched folder. Raises OSError when it cannot be listed."""
    identity, shoots, loose = _identity(os.stat(root)), dict[str, int](), 0
    with os.scandir(root) as entries:
        for entry in entries:
            if _is_folder(entry):
                if not is_junk_folder(entry.name) and not holds_in_flight(entry.name):
                    shoots[entry.name] = entry.inode()
            elif classify(entry.name) is FileClass.PHOTO:
                loose += 1
    return Root(identity, shoots, loose)


def scan(folder: str) -> Listing:
    """Everything relevant in a shoot's folder. Raises FileNotFoundError when the folder itself is gone."""
    return scan_with_times(folder)[0]


def scan_with_times(folder: str) -> tuple[Listing, Mapping[str, int]]:
    """Everything relevant in a shoot's folder, and the time of each folder in it just before it was listed."""
    files: list[File] = []
    problems: list[str] = []
    unanswered = ""
    times: dict[str, int] = {}
    os.stat(folder)
    pending = [("", frozenset({_identity(os.stat(folder))}), FileClass.PHOTO)]
    while pending:
        relative, above, within = pending.pop()
        try:
            times[relative] = folder_time(folder, relative)
            entries = list(os.scandir(os.path.join(folder, relative)))
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(f"folder {relative or '.'} cannot be read ({error.strerror})")
            unanswered = unanswered or _unanswered(error)
            continue
        on_card = any(entry.name.upper() == "DCIM" for entry in entries)
        for entry in entries:
            path = f"{relative}/{entry.name}" if relative else entry.name
            if _is_folder(entry):
                here = _identity_of(entry)
                if here is None or here in above or len(above) > DEEPEST:
                    continue
                if is_junk_folder(entry.name) or is_beside_the_photos(entry.name, on_card=on_card):
                    continue
                inner = FileClass.IN_FLIGHT if holds_in_flight(entry.name) else within
                pending.append((path, above | {here}, inner))
            else:
                try:
                    files.extend(_file(entry, path, within))
                except OSError as error:
                    problems.append(f"{path} cannot be looked at ({error.strerror})")
                    unanswered = unanswered or _unanswered(error)
    return listing(files, problems, unanswered), times


def are_as_then(folder: str, times: Mapping[str, int]) -> bool:
    """Whether no file and no folder came to these folders or went from them. Raises OSError when one is gone."""
    return all(folder_time(folder, relative) == then for relative, then in times.items())


def folder_time(folder: str, relative: str) -> int:
    """When a file or a folder came to a folder of a shoot, or went from it, in nanoseconds. Raises OSError."""
    return os.stat(os.path.join(folder, relative)).st_mtime_ns


def find_again(folder: str, files: Sequence[File]) -> str | None:
    """The folder beside ``folder``, which is gone, that holds these very files: it was renamed. None if none does.

    Files are known by inode, size and time: a renamed folder keeps its files' inodes.
    """
    root = os.path.dirname(folder)
    try:
        with os.scandir(root) as entries:
            others = sorted(entry.path for entry in entries if _is_folder(entry) and entry.path != folder)
        held = (other for other in others if all(look(other, file.path) == file for file in files))
        return next(held, None) if files else None
    except OSError:
        return None


def is_folder(path: str) -> bool:
    """Whether there is a folder at a path. Raises OSError when the disk does not say: that is not the same as no."""
    try:
        return stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def look(folder: str, path: str) -> File | None:
    """One photo of a shoot as it is now, or None when it is gone. Raises OSError for other troubles."""
    try:
        status = os.stat(os.path.join(folder, path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    return File(path, status.st_size, status.st_mtime_ns, status.st_ino, ctime_ns=status.st_ctime_ns)


def _file(entry: os.DirEntry[str], path: str, within: FileClass) -> Iterator[File]:
    kind = classify(entry.name)
    if kind is None:
        return
    if within is FileClass.IN_FLIGHT:
        kind = FileClass.IN_FLIGHT
    try:
        status = entry.stat()
    except FileNotFoundError:
        if kind is FileClass.PHOTO and entry.is_symlink():
            yield File(path, 0, 0, 0, kind, "is a link to a file that is not there")
        return
    except OSError as error:
        if may_pass(error):
            raise
        yield File(path, 0, 0, 0, kind, f"cannot be read ({error.strerror})")
        return
    if not stat.S_ISREG(status.st_mode):
        return
    if kind is FileClass.PHOTO and placeholder(status):
        kind = FileClass.PLACEHOLDER
    problem = "is empty (0 bytes)" if kind is FileClass.PHOTO and status.st_size == 0 else None
    yield File(path, status.st_size, status.st_mtime_ns, status.st_ino, kind, problem, status.st_ctime_ns)


def _unanswered(error: OSError) -> str:
    """The words of an error that may pass; of a refusal none, since a person has to see to it."""
    return (error.strerror or str(error)) if may_pass(error) and not is_refusal(error) else ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _identity_of(entry: os.DirEntry[str]) -> tuple[int, int] | None:
    try:
        return _identity(entry.stat())
    except OSError:
        return None


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
