"""A file system that shows another folder and can fail like network disks and encrypted disks.

It implements the part of the kernel's FUSE protocol that bracketd needs (``/usr/include/linux/fuse.h``, version 7.31).
Only root can mount it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

HEADER = struct.Struct("<IIQQIIII")
ATTR = struct.Struct("<6Q10I")
DIRECT_IO = 1
MOST = 1024 * 1024
MODE, SIZE, ATIME, MTIME, ATIME_NOW, MTIME_NOW = 1, 8, 16, 32, 128, 256
"""Bits of ``fuse_setattr_in.valid``."""


@dataclass
class Faults:
    """How it fails. Errors are ``errno`` values; 0 is no error.

    ``read_error`` applies to every read(2), or only to files named in ``unreadable``; ``open_error`` to every open(2),
    ``create_error`` to every open(2) that creates a file, ``look_error`` to every stat(2) of a file. With ``denies``
    access(2) always fails. ``longest`` is the maximum length of a name in bytes; ``forbidden`` are characters that a
    new name must not contain.
    """

    read_error: int = 0
    open_error: int = 0
    create_error: int = 0
    look_error: int = 0
    unreadable: list[str] = field(default_factory=list)
    denies: bool = False
    longest: int = 255
    forbidden: str = ""


class Mirror:
    """Shows the folder ``below`` at ``point``. Runs in a separate process, because this one blocks in its calls."""

    def __init__(self, below: Path, point: Path) -> None:
        self.below, self.point = below, point
        words = (sys.executable, "-m", __name__, below, point)
        top = Path(__file__).parents[1]
        self._server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=top)
        self.mounted = self._said() == "mounted"

    def fails(self, **how: object) -> None:
        """Set how it fails from now on. Without arguments it does not fail."""
        assert self._server.stdin is not None
        print(json.dumps(asdict(replace(Faults(), **how))), file=self._server.stdin, flush=True)  # type: ignore[arg-type]
        assert self._said() == "done"

    def unmount(self) -> None:
        """Unmount it, even with open files."""
        subprocess.run(["umount", "--lazy", self.point], check=False, capture_output=True)
        self._server.kill()
        self._server.communicate()

    def _said(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline().strip()


class Server:
    """Answers the kernel's requests for the folder ``below``."""

    def __init__(self, below: bytes, point: bytes) -> None:
        self.faults = Faults()
        self._below, self._point = below, point
        self._paths: dict[int, bytes] = {1: b""}
        self._ids: dict[bytes, int] = {b"": 1}
        self._device = -1
        self._answers: dict[int, Callable[[int, bytes], bytes]] = {
            1: self._lookup,
            3: self._getattr,
            4: self._setattr,
            9: self._mkdir,
            10: self._unlink,
            11: self._rmdir,
            12: self._rename,
            13: self._link,
            14: self._open,
            15: self._read,
            16: self._write,
            17: self._statfs,
            18: self._release,
            20: self._fsync,
            25: self._nothing,
            26: self._init,
            27: self._opendir,
            28: self._readdir,
            29: self._nothing,
            30: self._nothing,
            34: self._access,
            35: self._create,
            45: self._rename,
        }

    def mount(self) -> bool:
        """Mount it. Returns False if that is not allowed."""
        try:
            self._device = os.open("/dev/fuse", os.O_RDWR)
        except OSError:
            return False
        options = f"fd={self._device},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
        libc = ctypes.CDLL(None, use_errno=True)
        return bool(libc.mount(b"mirror", self._point, b"fuse", 0, options) == 0)

    def serve(self) -> None:
        """Answer until it is unmounted."""
        while True:
            try:
                asked = os.read(self._device, MOST + 4096)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EINTR):  # a request that was interrupted
                    continue
                return
            _, code, unique, node, *_ = HEADER.unpack_from(asked)
            if code not in (2, 42):  # FORGET has no reply
                self._reply(unique, *self._answer(code, node, asked[HEADER.size :]))

    def _answer(self, code: int, node: int, body: bytes) -> tuple[int, bytes]:
        answer = self._answers.get(code)
        if answer is None:
            return errno.ENOSYS, b""
        try:
            return 0, answer(node, body)
        except OSError as error:
            return error.errno or errno.EIO, b""

    def _reply(self, unique: int, error: int, body: bytes) -> None:
        try:
            os.write(self._device, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)
        except OSError:
            return  # the caller is gone

    def _init(self, _node: int, _body: bytes) -> bytes:
        return struct.pack("<IIIIHHIIHHI7I", 7, 31, 0, 0, 16, 12, MOST, 1, 0, 0, 0, *[0] * 7)

    # --- names ---

    def _path(self, node: int, name: bytes = b"") -> bytes:
        below = self._paths[node]
        return b"/".join(part for part in (self._below, below, name) if part)

    def _child(self, node: int, raw: bytes, *, new: bool = False) -> bytes:
        """The full path of a name in a folder. Raises OSError for a name that this file system does not allow."""
        name = raw.partition(b"\0")[0]
        if len(name) > self.faults.longest:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        if new and any(char in os.fsdecode(name) for char in self.faults.forbidden):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return self._path(node, name)

    def _entry(self, path: bytes) -> bytes:
        relative = path[len(self._below) + 1 :]
        node = self._ids.setdefault(relative, len(self._ids) + 1)
        self._paths[node] = relative
        return struct.pack("<4Q2I", node, 0, 0, 0, 0, 0) + self._attributes(path)

    def _attributes(self, path: bytes) -> bytes:
        status = os.lstat(path)
        if self.faults.look_error and stat.S_ISREG(status.st_mode):
            raise OSError(self.faults.look_error, os.strerror(self.faults.look_error))
        times = (status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns)
        seconds, rests = [t // 10**9 for t in times], [t % 10**9 for t in times]
        who = (status.st_mode, status.st_nlink, status.st_uid, status.st_gid, 0, 4096, 0)
        return ATTR.pack(status.st_ino, status.st_size, status.st_blocks, *seconds, *rests, *who)

    # --- requests ---

    def _lookup(self, node: int, body: bytes) -> bytes:
        return self._entry(self._child(node, body))

    def _getattr(self, node: int, _body: bytes) -> bytes:
        return struct.pack("<QII", 0, 0, 0) + self._attributes(self._path(node))

    def _access(self, _node: int, _body: bytes) -> bytes:
        if self.faults.denies:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return b""

    def _statfs(self, _node: int, _body: bytes) -> bytes:
        found = os.statvfs(self._below)
        sizes = (found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree)
        return struct.pack("<5Q4I6I", *sizes, found.f_bsize, self.faults.longest, found.f_frsize, 0, *[0] * 6)

    def _opendir(self, _node: int, _body: bytes) -> bytes:
        return struct.pack("<QII", 0, 0, 0)

    def _readdir(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        answer = b""
        for number, name in enumerate(sorted(os.listdir(self._path(node))), 1):
            item = struct.pack("<QQII", 1, number, len(name), 0) + name
            item += b"\0" * (-len(item) % 8)
            if number > offset and len(answer) + len(item) <= size:
                answer += item
            elif number > offset:
                break
        return answer

    def _open(self, node: int, body: bytes) -> bytes:
        if self.faults.open_error:
            raise OSError(self.faults.open_error, os.strerror(self.faults.open_error))
        (flags,) = struct.unpack_from("<I", body)
        return self._opened(self._path(node), flags)

    def _opened(self, path: bytes, flags: int) -> bytes:
        taken = flags & (os.O_ACCMODE | os.O_CREAT | os.O_EXCL | os.O_TRUNC | os.O_APPEND)
        return struct.pack("<QII", os.open(path, taken, 0o644), DIRECT_IO, 0)

    def _read(self, node: int, body: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", body)
        name = os.fsdecode(os.path.basename(self._paths[node]))
        if self.faults.read_error and (not self.faults.unreadable or name in self.faults.unreadable):
            raise OSError(self.faults.read_error, os.strerror(self.faults.read_error))
        return os.pread(handle, size, offset)

    def _write(self, _node: int, body: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", body)
        return struct.pack("<II", os.pwrite(handle, body[40 : 40 + size], offset), 0)

    def _fsync(self, _node: int, body: bytes) -> bytes:
        os.fsync(struct.unpack_from("<Q", body)[0])
        return b""

    def _release(self, _node: int, body: bytes) -> bytes:
        os.close(struct.unpack_from("<Q", body)[0])
        return b""

    def _nothing(self, _node: int, _body: bytes) -> bytes:
        return b""

    def _create(self, node: int, body: bytes) -> bytes:
        path = self._child(node, body[16:], new=True)
        if self.faults.create_error:
            raise OSError(self.faults.create_error, os.strerror(self.faults.create_error))
        opened = self._opened(path, struct.unpack_from("<I", body)[0] | os.O_CREAT)
        return self._entry(path) + opened

    def _mkdir(self, node: int, body: bytes) -> bytes:
        path = self._child(node, body[8:], new=True)
        os.mkdir(path)
        return self._entry(path)

    def _unlink(self, node: int, body: bytes) -> bytes:
        os.unlink(self._child(node, body))
        return b""

    def _rmdir(self, node: int, body: bytes) -> bytes:
        os.rmdir(self._child(node, body))
        return b""

    def _link(self, node: int, body: bytes) -> bytes:
        path = self._child(node, body[8:], new=True)
        os.link(self._path(struct.unpack_from("<Q", body)[0]), path)
        return self._entry(path)

    def _rename(self, node: int, body: bytes) -> bytes:
        """RENAME, and RENAME2, which has flags between the folder and the names."""
        (folder,) = struct.unpack_from("<Q", body)
        names = body[8:] if body[8:12].strip(b"\0") else body[16:]
        old, new = names.split(b"\0")[:2]
        source, target = self._path(node, old), self._child(folder, new, new=True)
        os.rename(source, target)
        self._ids[target[len(self._below) + 1 :]] = self._ids.pop(source[len(self._below) + 1 :], len(self._ids) + 1)
        self._paths = {number: path for path, number in self._ids.items()}
        return b""

    def _setattr(self, node: int, body: bytes) -> bytes:
        valid, _, _, size, _, atime, mtime, _, atime_ns, mtime_ns, _, mode = struct.unpack_from("<IIQQQQQQIIII", body)
        path = self._path(node)
        if valid & MODE:
            os.chmod(path, stat.S_IMODE(mode))
        if valid & SIZE:
            os.truncate(path, size)
        if valid & (ATIME | MTIME | ATIME_NOW | MTIME_NOW):
            now = os.stat(path)
            when = atime * 10**9 + atime_ns if valid & ATIME and not valid & ATIME_NOW else now.st_atime_ns
            changed = mtime * 10**9 + mtime_ns if valid & MTIME and not valid & MTIME_NOW else now.st_mtime_ns
            os.utime(path, ns=(when, changed))
        return self._getattr(node, b"")


def main(below: str, point: str) -> None:
    """Serve, with the failures that standard input sets line by line."""
    server = Server(os.fsencode(below), os.fsencode(point))
    if not server.mount():
        say("refused")
        return
    threading.Thread(target=server.serve, daemon=True).start()
    say("mounted")
    for line in sys.stdin:
        server.faults = Faults(**json.loads(line))
        say("done")


def say(word: str) -> None:
    """Answer the parent process."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
