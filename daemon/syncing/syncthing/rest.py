"""HTTP client for Syncthing's REST API (docs.syncthing.net, "REST API"): GET only, with the API key in ``X-API-Key``.

The key is sent only to the address in Syncthing's settings, never along a redirect or through a proxy, and is removed
from responses. If Syncthing uses TLS with its self-signed certificate, only exactly that certificate is accepted.
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

import httpx

from daemon.regular import read_regular
from daemon.syncing.report import Deadline, NoAnswer
from daemon.syncing.syncthing.settings import Access

Json = Mapping[str, object]

_MOST: Final = 16 * 1024 * 1024
_LARGEST_CERTIFICATE: Final = 64 * 1024

for _name in ("httpx", "httpcore"):  # at INFO they log every request
    logging.getLogger(_name).setLevel(logging.WARNING)


class Rest:
    """The API of one Syncthing. All calls together have ``patience`` seconds from now, and raise ``NoAnswer``."""

    def __init__(self, access: Access, patience: float) -> None:
        self._deadline = Deadline(patience)
        self._where = access.where
        self._key = access.key.encode("utf-8", "replace")
        try:
            tls = _trust(access)
            self._client = httpx.Client(
                base_url=access.url,
                headers={"X-API-Key": access.key, "Accept-Encoding": "identity"},
                transport=httpx.HTTPTransport(uds=access.socket, verify=tls, trust_env=False),
                trust_env=False,
            )
        except (OSError, ValueError, httpx.InvalidURL) as error:
            raise NoAnswer(f"The address or key in Syncthing's settings is invalid ({type(error).__name__})") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: str) -> Json:
        """Make one request and return its JSON object."""
        answer = self._get(path, query)
        if not isinstance(answer, Mapping):
            raise self._stranger()
        return answer

    def get_list(self, path: str) -> list[Json]:
        """Make one request and return its JSON array of objects."""
        answer = self._get(path, {})
        if not isinstance(answer, list) or not all(isinstance(each, Mapping) for each in answer):
            raise self._stranger()
        return answer

    def _get(self, path: str, query: Mapping[str, str]) -> object:
        if not self._deadline.left:
            raise self._slow()
        try:
            with self._client.stream("GET", path, params=query, timeout=self._deadline.left) as response:
                if not response.is_success:
                    raise self._refused(response)
                body = b""
                for chunk in response.iter_bytes():
                    body += chunk
                    if not self._deadline.left or len(body) > _MOST:
                        raise self._slow()
        except httpx.TimeoutException:
            raise self._slow() from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            if isinstance(_root(error), ssl.SSLError):
                raise NoAnswer(f"The program at {self._where} does not present Syncthing's certificate") from None
            raise NoAnswer(f"Syncthing does not respond at {self._where}") from None
        try:
            return json.loads(body.replace(self._key, b"(key)") if self._key else body)
        except (ValueError, RecursionError):
            raise self._stranger() from None

    def _refused(self, response: httpx.Response) -> NoAnswer:
        if response.status_code in (401, 403):
            return NoAnswer(f"Syncthing at {self._where} refused the API key")
        return NoAnswer(f"Syncthing at {self._where} returned HTTP status {response.status_code}")

    def _slow(self) -> NoAnswer:
        return NoAnswer(f"Syncthing at {self._where} did not respond within {self._deadline.seconds:g} seconds")

    def _stranger(self) -> NoAnswer:
        return NoAnswer(f"The program at {self._where} is not Syncthing")


def _trust(access: Access) -> ssl.SSLContext:
    """The TLS settings: trust only the given certificate, or else, for https, the usual certificate authorities.

    The certificate's host name may be outdated, so only the certificate itself is compared.
    """
    if access.certificate is None and access.url.startswith("https:"):
        return httpx.create_ssl_context(trust_env=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if access.certificate is not None:
        context.load_verify_locations(cadata=read_regular(access.certificate, _LARGEST_CERTIFICATE).decode("ascii"))
    return context


def _root(error: BaseException) -> BaseException:
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error
