"""httpx's functions for plain http on loopback. They load no certificates, which takes longer than a request."""

from __future__ import annotations

import ssl
from functools import partial
from typing import Any

import httpx

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def request(method: str, url: str | httpx.URL, **options: Any) -> httpx.Response:
    """Send one request on a new connection."""
    return httpx.request(method, url, verify=NO_CERTIFICATES, trust_env=False, **options)


get, head, put, post, delete = (partial(request, method) for method in ("GET", "HEAD", "PUT", "POST", "DELETE"))
