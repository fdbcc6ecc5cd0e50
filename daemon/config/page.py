"""The values of the settings under ``page``: the address to listen on, host names, the proxy, and the sign-in token."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

from daemon.config.key import read_key
from daemon.config.mistake import Mistake

LEAST_TOKEN = 20
"""The minimum number of characters of a sign-in token."""

HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
WRITE_LISTEN = "Write an IP address and a port, such as 127.0.0.1:8642 or [::1]:8642, in quotes."
MAKE_TOKEN = "Create one with `head -c 24 /dev/urandom | base64`."  # noqa: S105 - a remedy, not a token


def listen(written: object) -> object:
    """A valid ``listen``: an IP address and a port as ``split`` reads them. Raises Mistake."""
    if not isinstance(written, str):
        raise Mistake("This is not an address to listen on", WRITE_LISTEN)
    split(written)
    return written


def split(written: str) -> tuple[str, int]:
    """The IP address and the port of ``127.0.0.1:8642`` or ``[::1]:8642``. Raises Mistake."""
    host, colon, port = written.strip().rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        address = ipaddress.ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        raise Mistake("This is not an address to listen on", WRITE_LISTEN) from None
    if not colon or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > 65535:
        raise Mistake("The port to listen on is not a number from 0 to 65535", WRITE_LISTEN)
    if (address.version == 6) is not bracketed:
        raise Mistake("This is not an address to listen on", WRITE_LISTEN)
    return str(address), int(port)


def host_name(written: object) -> object:
    """A name under which browsers may reach the page: a host name or an IP address, without a port. Raises Mistake."""
    if isinstance(written, str):
        try:
            return str(ipaddress.ip_address(written.strip("[]")))
        except ValueError:
            if HOST_NAME.fullmatch(written):
                return written.lower()
    raise Mistake(
        "This is not a host name", "Write a name such as nas.local, without http://, a port or a path, in quotes."
    )


def network(written: object) -> object:
    """The IP address or network of a proxy. Raises Mistake."""
    try:
        if isinstance(written, str):
            return str(ipaddress.ip_network(written))
    except ValueError:
        pass
    raise Mistake("This is not an IP address", "Write the address from which the proxy connects, such as 127.0.0.1.")


def is_loopback(listen_on: str) -> bool:
    """True if only programs on this machine can connect to an address such as ``127.0.0.1:8642``."""
    return ipaddress.ip_address(split(listen_on)[0]).is_loopback


def read_token(file: Path) -> str:
    """The sign-in token in a file. Raises Mistake, which never contains any part of the file."""
    try:
        token = read_key(file)
    except Mistake as mistake:
        raise Mistake(
            mistake.what.replace("The key file", "The token file").replace("The key", "The token"), MAKE_TOKEN
        ) from None
    if len(token) < LEAST_TOKEN:
        raise Mistake(
            f"The token in {file} has fewer than {LEAST_TOKEN} characters, so it could be guessed", MAKE_TOKEN
        )
    return token
