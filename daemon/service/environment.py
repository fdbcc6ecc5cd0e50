"""Which variable of the environment keeps httpx from being set up.

httpx reads the proxy variables as urllib does, in any case, and SSL_CERT_FILE before SSL_CERT_DIR. Its errors name
neither the variable nor the file, and may repeat a proxy's password; so each variable is tried on its own here.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx

from daemon.errors import Problem

PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")
REMEDY: Final = "Name certificates in PEM form, or unset it."


def faults(environ: Mapping[str, str], *, proxied: bool, tls: bool) -> tuple[Problem, ...]:
    """A problem for each variable that cannot be used. No message repeats the address of a proxy.

    ``proxied``: proxies are used; ``tls``: the service is asked over TLS.
    """
    return (*(_proxies(environ) if proxied else ()), *_certificates(environ, tls=tls))


def _proxies(environ: Mapping[str, str]) -> Iterator[Problem]:
    if any("*" in _entries(value) for name, value in environ.items() if name.lower() == "no_proxy"):
        return  # no proxy is used, and nothing else is read
    for name, value in environ.items():
        if name.lower() in PROXIES and value and (what := _proxy_fault(value)) is not None:
            yield Problem(f"${name}", what, "Write it as http://HOST:PORT, or unset it.")
        if name.lower() == "no_proxy":
            bad = [entry for entry in _entries(value) if not _excludes(entry)]
            if bad:
                what = f"{', '.join(bad)} cannot be used: neither a host's name nor an address"
                yield Problem(f"${name}", what, "Take it out for bracketd, or write it as a host's name or an address.")


def _entries(no_proxy: str) -> list[str]:
    return [entry for entry in map(str.strip, no_proxy.split(",")) if entry]


def _proxy_fault(value: str) -> str | None:
    address = value if "://" in value else f"http://{value}"
    try:
        _ = urlsplit(
            address
        ).port  # a number that no port has is found by this property, and by httpx only when it connects
        httpx.Client(proxy=address, verify=_nothing(), trust_env=False).close()
    except ImportError:
        return "A SOCKS proxy cannot be used by this installation"
    except (ValueError, httpx.InvalidURL):
        return "It is not the address of a proxy"
    return None


def _excludes(entry: str) -> bool:
    """Whether an entry of NO_PROXY can be used, in the way in which httpx writes it as a pattern."""
    pattern = entry if "://" in entry else f"all://[{entry}]" if _is_ipv6(entry) else f"all://*{entry}"
    try:
        httpx.Client(mounts={pattern: None}, verify=_nothing(), trust_env=False).close()
    except (ValueError, httpx.InvalidURL):
        return False
    return True


def _nothing() -> ssl.SSLContext:
    """TLS without certificates: nothing is asked here, and reading them takes time."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_ipv6(entry: str) -> bool:
    try:
        ipaddress.IPv6Address(entry.partition("/")[0])
    except ValueError:
        return False
    return True


def _certificates(environ: Mapping[str, str], *, tls: bool) -> Iterator[Problem]:
    """What httpx would fail at; and for want of a folder it trusts no certificate, without an error."""
    file, folders = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file:
        try:
            ssl.create_default_context(cafile=file)
        except ssl.SSLError:
            yield Problem("$SSL_CERT_FILE", f"{file} does not hold certificates", REMEDY)
        except OSError as error:
            yield Problem("$SSL_CERT_FILE", f"{file} cannot be read ({error.strerror})", REMEDY)
    elif folders and tls and not any(map(os.path.isdir, folders.split(os.pathsep))):
        yield Problem("$SSL_CERT_DIR", f"{folders} is not a folder, so no certificate is trusted", REMEDY)
