"""HTTP to Syncthing's REST API (docs.syncthing.net, "REST API"): GET only, with the API key in ``X-API-Key``.

The key goes to the one address that Syncthing's settings name, along no redirect and through no proxy, and is taken
out of what comes back. Where Syncthing speaks TLS, under the certificate that it made for itself, only that very
certificate is accepted.
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
from daemon.syncing.said import Deadline, NoAnswer
from daemon.syncing.syncthing.settings import Access

Json = Mapping[str, object]

_MOST: Final = 16 * 1024 * 1024
_LARGEST_CERTIFICATE: Final = 64 * 1024

for _name in ("httpx", "httpcore"):  # at INFO they note every question
    logging.getLogger(_name).setLevel(logging.WARNING)


class Rest:
    """The API of one Syncthing, for one answer within ``patience`` seconds from here. All calls raise ``NoAnswer``."""

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
            raise NoAnswer(
                f"Syncthing's address or key in its settings cannot be used ({type(error).__name__})"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: str) -> Json:
        """One question and its JSON object."""
        told = self._get(path, query)
        if not isinstance(told, Mapping):
            raise self._stranger()
        return told

    def get_list(self, path: str) -> list[Json]:
        """One question and its JSON array of objects."""
        told = self._get(path, {})
        if not isinstance(told, list) or not all(isinstance(each, Mapping) for each in told):
            raise self._stranger()
        return told

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
                raise NoAnswer(f"What answers on {self._where} does not show Syncthing's certificate") from None
            raise NoAnswer(f"Syncthing does not answer on {self._where}") from None
        try:
            return json.loads(body.replace(self._key, b"(key)") if self._key else body)
        except (ValueError, RecursionError):
            raise self._stranger() from None

    def _refused(self, response: httpx.Response) -> NoAnswer:
        if response.status_code in (401, 403):
            return NoAnswer(f"Syncthing on {self._where} refuses the API key")
        return NoAnswer(f"Syncthing on {self._where} answers with HTTP status {response.status_code}")

    def _slow(self) -> NoAnswer:
        return NoAnswer(f"Syncthing on {self._where} takes more than {self._deadline.seconds:g} seconds to answer")

    def _stranger(self) -> NoAnswer:
        return NoAnswer(f"What answers on {self._where} is not Syncthing")


def _trust(access: Access) -> ssl.SSLContext:
    """Whom to believe: the one certificate, else, for https, those whom everybody believes; for http nobody is asked.

    The name in the certificate is that of the machine when it was made, so it is the certificate that is compared.
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
