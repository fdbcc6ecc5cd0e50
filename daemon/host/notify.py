"""The service manager's ear: systemd's notification protocol (sd_notify(3), sd_watchdog_enabled(3)).

A message is one datagram of ``NAME=value`` lines to the Unix socket in ``$NOTIFY_SOCKET``. Without a socket, or when
it does not take a message within a second, nothing happens: the daemon's work does not depend on being heard.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notifier:
    """Tells the service manager how the daemon is.

    ``address`` is the socket's (a leading NUL: abstract), None for nobody. ``watchdog_s`` is how many seconds may pass
    between two ``alive`` before the service manager ends the daemon, None for as many as it likes.
    """

    address: str | None = None
    watchdog_s: float | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Notifier:
        """As ``$NOTIFY_SOCKET``, ``$WATCHDOG_USEC`` and ``$WATCHDOG_PID`` say; another pid's watchdog is not ours."""
        named = environ.get("NOTIFY_SOCKET", "")
        if not named.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
            return cls()
        address = "\0" + named[1:] if named.startswith("@") else named
        usec, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(os.getpid()))
        watched = usec.isdecimal() and int(usec) > 0 and pid == str(os.getpid())
        return cls(address, int(usec) / 1e6 if watched else None)

    def ready(self, status: str) -> None:
        """Started: work is being done from now on."""
        self._send("READY=1", f"STATUS={_one_line(status)}")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send(f"STATUS={_one_line(text)}")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """Going down on purpose."""
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
