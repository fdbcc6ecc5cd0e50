"""The address at which the running daemon serves the page, for `bracketd open` and `bracketd check`."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

from daemon.page import place
from daemon.regular import read_regular

FILE = "address"
LONGEST = 200
NOWHERE = {"0.0.0.0": ("127.0.0.1", "192.0.2.1"), "::": ("::1", "2001:db8::1")}  # noqa: S104 - compared, not bound
"""For an address that means every interface: this machine's own address, and a far one to find the outward interface.

The far ones are reserved for documentation (RFC 5737, RFC 3849), and nothing is sent to them.
"""


def publish(state_dir: Path, host: str, port: int) -> None:
    """Store the address of the page. Raises OSError."""
    place.write(place.folder(state_dir) / FILE, f"{host} {port}".encode())


def withdraw(state_dir: Path) -> None:
    """Remove the stored address."""
    with suppress(OSError):
        (state_dir / place.FOLDER / FILE).unlink()


def published(state_dir: Path) -> tuple[str, int] | None:
    """Host and port of the page; None if no daemon serves it."""
    try:
        host, port = read_regular(state_dir / place.FOLDER / FILE, LONGEST).decode("ascii").split()
        return host, int(port)
    except (OSError, ValueError):
        return None


def url(host: str, port: int) -> str:
    """The URL under which a browser on this machine reaches the page."""
    return _url(NOWHERE[host][0] if host in NOWHERE else host, port)


def url_outside(host: str, port: int) -> str | None:
    """The URL under which another machine reaches the page; None if it cannot, or this machine has no network."""
    if host not in NOWHERE:
        return None if _is_loopback(host) else _url(host, port)
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE[host][1], 9))  # a datagram socket sends nothing when it connects
        except OSError:
            return None
        return _url(str(probe.getsockname()[0]), port)


def _is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.")


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
