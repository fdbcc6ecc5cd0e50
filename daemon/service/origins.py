"""Which URLs may be asked, and which of them may see the key.

An origin is scheme, host and port (RFC 6454). The key goes to the API's own origin and to no other; plain http is for
loopback, and only when the API itself is there.
"""

from __future__ import annotations

import ipaddress

import httpx

from daemon.errors import Garbled


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine: ``localhost``, 127.0.0.0/8 or ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether both have one scheme, host and port."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def allowed(url: str | httpx.URL, *, base: httpx.URL) -> httpx.URL:
    """``url``, given out by the service at ``base``, if it may be asked. Raises ``Garbled`` if not.

    It must be https; http only from loopback to loopback.
    """
    try:
        parsed = httpx.URL(url)
        parsed.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        raise Garbled("The service gave out a URL that is none. It is asked again.") from None
    plain = parsed.scheme == "http" and is_loopback(parsed.host) and is_loopback(base.host)
    if not parsed.host or not (parsed.scheme == "https" or plain):
        where = f"{parsed.scheme}://{parsed.host}"
        raise Garbled(f"The service gave out a URL that is not https ({where}). Nothing is sent there.")
    return parsed


def _port(url: httpx.URL) -> int | None:
    return url.port or {"https": 443, "http": 80}.get(url.scheme)
