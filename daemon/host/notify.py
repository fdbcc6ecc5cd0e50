"""Notifies the service manager: systemd's notification protocol (sd_notify(3), sd_watchdog_enabled(3)).

A message is one datagram of ``NAME=value`` lines to the Unix socket in ``$NOTIFY_SOCKET``. Without a socket, or if the
socket accepts no message within a second, nothing happens: the daemon works without a service manager.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notifier:
    """Reports the daemon's status to the service manager.

    ``address`` is the socket's address (a leading NUL means abstract), None without a service manager. ``watchdog_s``
    is the maximum time between two calls of ``alive``, in seconds; then the service manager kills the daemon. None
    means no limit.
    """

    address: str | None = None
    watchdog_s: float | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Notifier:
        """From ``$NOTIFY_SOCKET``, ``$WATCHDOG_USEC`` and ``$WATCHDOG_PID``. Ignores a watchdog for another process."""
        named = environ.get("NOTIFY_SOCKET", "")
        if not named.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
            return cls()
        address = "\0" + named[1:] if named.startswith("@") else named
        usec, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(os.getpid()))
        watched = usec.isdecimal() and int(usec) > 0 and pid == str(os.getpid())
        return cls(address, int(usec) / 1e6 if watched else None)

    def ready(self, status: str) -> None:
        """Report that the daemon has started."""
        self._send("READY=1", f"STATUS={_one_line(status)}")

    def status(self, text: str) -> None:
        """Set the status line in ``systemctl status``."""
        self._send(f"STATUS={_one_line(text)}")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Report that the daemon is stopping on request."""
        self._send("STOPPING=1")

    def _send(self, *lines: str) -> None:
        if self.address is None:
            return
        message = "\n".join(lines).encode("utf-8", "backslashreplace")
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
            ear.settimeout(1)
            ear.sendto(message, self.address)


def _one_line(text: str) -> str:
    return " ".join(text.split())
