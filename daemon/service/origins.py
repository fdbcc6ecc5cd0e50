"""Decides which URLs bracketd may request, and which of them get the key.

An origin is scheme, host and port (RFC 6454). The key is sent only to the API's own origin. Plain http is allowed only
on loopback, and only if the API is on loopback too.
"""

from __future__ import annotations

import ipaddress

import httpx

from daemon.errors import Garbled


def is_loopback(host: str) -> bool:
    """True if ``host`` is this machine: ``localhost``, 127.0.0.0/8 or ::1."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """True if both have the same scheme, host and port."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def allowed(url: str | httpx.URL, *, base: httpx.URL) -> httpx.URL:
    """Parse a URL from the service at ``base``. Raises ``Garbled`` if bracketd must not request it.

    It must be https. http is allowed only from loopback to loopback.
    """
    try:
        parsed = httpx.URL(url)
        parsed.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError):
        raise Garbled("The service returned an invalid URL. bracketd will retry.") from None
    plain = parsed.scheme == "http" and is_loopback(parsed.host) and is_loopback(base.host)
    if not parsed.host or not (parsed.scheme == "https" or plain):
        where = f"{parsed.scheme}://{parsed.host}"
        raise Garbled(f"The service returned a URL that is not https ({where}). bracketd sends nothing there.")
    return parsed


def _port(url: httpx.URL) -> int | None:
    return url.port or {"https": 443, "http": 80}.get(url.scheme)
