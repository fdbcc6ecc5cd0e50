"""Who may ask: decides from a request's headers. Pure functions.

A page in a browser can send requests to any address, and a domain name can change its address after the page is loaded
(DNS rebinding). So a request must name a host that belongs to bracketd, and one that changes something must come from
bracketd's own page.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
DEFAULT_PORTS = {"http": 80, "https": 443}


def name_of(host: str) -> str | None:
    """The host name in a ``Host`` header, in lower case and without the port; None if the header is malformed."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # the property raises for an invalid port
    except ValueError:
        return None
    if not parts.hostname or parts.netloc != host or parts.username is not None or set(host) & set("/?#@\\ "):
        return None
    return parts.hostname


def is_known(host: str, allowed: Collection[str], own: str | None) -> bool:
    """True if a request's ``Host`` is this machine, an allowed name, or ``own``: the address that it was sent to."""
    name = name_of(host)
    return name is not None and (name in LOCAL or name in allowed or name == own)


def is_own_page(host: str, origin: str | None, fetch_site: str | None) -> bool:
    """True if a request that changes something comes from bracketd's own page.

    ``Origin`` must be the host that the request was sent to. Browsers add it to every such request. Programs send
    neither header: only a browser can be misled by another page, so a request with neither is accepted. It still needs
    the token of its session.
    """
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return False
    if origin is None:
        return True
    parts = urlsplit(origin)
    return parts.scheme in DEFAULT_PORTS and _without_port(parts.netloc, parts.scheme) == _without_port(
        host.lower(), parts.scheme
    )


def _without_port(netloc: str, scheme: str) -> str:
    """Host and port, without the port if it is the default one."""
    return netloc.lower().removesuffix(f":{DEFAULT_PORTS[scheme]}")


def is_loopback(address: str | None) -> bool:
    """True if a client's address is this machine."""
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
