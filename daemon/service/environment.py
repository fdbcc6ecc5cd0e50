"""Finds the environment variables that prevent httpx from starting.

httpx reads the proxy variables as urllib does, in upper or lower case, and prefers SSL_CERT_FILE to SSL_CERT_DIR. Its
errors name neither the variable nor the file, and may contain a proxy's password. So this module tries each variable
separately.
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
REMEDY: Final = "Set it to a file with PEM certificates, or unset it."


def faults(environ: Mapping[str, str], *, proxied: bool, tls: bool) -> tuple[Problem, ...]:
    """One problem for each invalid variable. No message contains the address of a proxy.

    ``proxied`` is True if proxies are used, ``tls`` if the service uses TLS.
    """
    return (*(_proxies(environ) if proxied else ()), *_certificates(environ, tls=tls))


def _proxies(environ: Mapping[str, str]) -> Iterator[Problem]:
    if any("*" in _entries(value) for name, value in environ.items() if name.lower() == "no_proxy"):
        return  # httpx uses no proxy and ignores the other variables
    for name, value in environ.items():
        if name.lower() in PROXIES and value and (what := _proxy_fault(value)) is not None:
            yield Problem(f"${name}", what, "Set it to http://HOST:PORT, or unset it.")
        if name.lower() == "no_proxy":
            bad = [entry for entry in _entries(value) if not _excludes(entry)]
            if bad:
                what = f"invalid entries: {', '.join(bad)}. They are neither host names nor addresses"
                yield Problem(f"${name}", what, "Remove them, or write them as host names or addresses.")


def _entries(no_proxy: str) -> list[str]:
    return [entry for entry in map(str.strip, no_proxy.split(",")) if entry]


def _proxy_fault(value: str) -> str | None:
    address = value if "://" in value else f"http://{value}"
    try:
        _ = urlsplit(address).port  # raises for an invalid port, which httpx only notices on connecting
        httpx.Client(proxy=address, verify=_nothing(), trust_env=False).close()
    except ImportError:
        return "This installation does not support SOCKS proxies"
    except (ValueError, httpx.InvalidURL):
        return "This is not a proxy address"
    return None


def _excludes(entry: str) -> bool:
    """True if an entry of NO_PROXY is valid as the URL pattern that httpx makes of it."""
    pattern = entry if "://" in entry else f"all://[{entry}]" if _is_ipv6(entry) else f"all://*{entry}"
    try:
        httpx.Client(mounts={pattern: None}, verify=_nothing(), trust_env=False).close()
    except (ValueError, httpx.InvalidURL):
        return False
    return True


def _nothing() -> ssl.SSLContext:
    """A TLS context without certificates, because no request is made and loading certificates takes time."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_ipv6(entry: str) -> bool:
    try:
        ipaddress.IPv6Address(entry.partition("/")[0])
    except ValueError:
        return False
    return True


def _certificates(environ: Mapping[str, str], *, tls: bool) -> Iterator[Problem]:
    """Problems with certificates. If the folder does not exist, httpx trusts no certificate, without an error."""
    file, folders = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file:
        try:
            ssl.create_default_context(cafile=file)
        except ssl.SSLError:
            yield Problem("$SSL_CERT_FILE", f"{file} does not contain certificates", REMEDY)
        except OSError as error:
            yield Problem("$SSL_CERT_FILE", f"{file} cannot be read ({error.strerror})", REMEDY)
    elif folders and tls and not any(map(os.path.isdir, folders.split(os.pathsep))):
        yield Problem("$SSL_CERT_DIR", f"{folders} is not a folder, so no certificate is trusted", REMEDY)
