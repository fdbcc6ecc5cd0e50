"""The HTTP connection to the service. It protects the API key and follows redirects itself.

Two clients keep the key safe. One has the key and is used for the API's own origin only. The other does not have it and
is used for storage and for the hosts that downloads redirect to. (On a redirect to another host httpx removes the
header ``Authorization``, but no other header.)
"""

from __future__ import annotations

import json
import logging
import os
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from daemon.errors import ConfigError, Garbled, Passing, Problem, Unreachable
from daemon.service import bodies, environment, failures, wire
from daemon.service.endpoint import Endpoint
from daemon.service.flows import Call
from daemon.service.guard import Guard, Transfer
from daemon.service.origins import allowed, is_loopback, same_origin
from daemon.service.pacing import Pace
from daemon.service.rate import DEMAND, Demand
from daemon.service.sessions import Session, Sessions
from daemon.service.wire import Json
from daemon.service.words import words_of

_HOPS: Final = 5
_GLANCE: Final = 5.0
_IN_ALL: Final = Demand(float("inf"), _GLANCE)
"""The demand of ``reachable``. No rate meets it, so the request is aborted after ``_GLANCE`` seconds."""

# Their log records contain presigned URLs: complete URLs at INFO, the Location header at DEBUG.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds without progress after which a request fails. ``Demand`` sets the least rate.

    ``connect`` to one address, ``read`` between two pieces of a response, ``write`` for one piece of a request.
    Python's TLS measures ``write`` over the whole piece. None means twice the time that the slowest allowed connection
    needs for it.
    """

    connect: float = 10.0
    read: float = 60.0
    write: float | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a request may take, and the least rate of a transfer. A slower one is aborted."""

    timeouts: Timeouts = Timeouts()
    demand: Demand = DEMAND


BOUNDS: Final = Bounds()


@dataclass(frozen=True, slots=True)
class _Request:
    """One request, without the headers that all requests of a client have."""

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    content: bytes | bodies.Exactly | None = None


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One call: its own connections, and its transfer, which the guard watches."""

    session: Session
    transfer: Transfer


class Line:
    """HTTP to the API with the key and the ``account`` headers, and to other hosts without them."""

    def __init__(self, endpoint: Endpoint, account: Mapping[str, str], bounds: Bounds, pace: Pace) -> None:
        self._base = base = endpoint.checked()
        self._key, self._key_source = endpoint.key.encode(), endpoint.key_source
        self._pace = pace
        self._guard = Guard(bounds.demand)
        timeouts, demand = bounds.timeouts, bounds.demand
        common = {"User-Agent": endpoint.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        unusable = environment.faults(os.environ, proxied=not is_loopback(base.host), tls=base.scheme == "https")
        if unusable:
            raise ConfigError(unusable)
        write = timeouts.write or 2 * bodies.PIECE / demand.least
        patience = httpx.Timeout(timeouts.read, connect=timeouts.connect, write=write)
        try:
            tls = _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))

            def client(headers: Mapping[str, str]) -> httpx.Client:
                return httpx.Client(
                    headers=headers,
                    verify=tls,
                    trust_env=not is_loopback(base.host),
                    auth=httpx.Auth(),  # no authentication, not even from a URL's user part
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                    timeout=patience,
                )

            keyed = common | {"x-api-key": endpoint.key} | dict(account)
            self._sessions = Sessions(lambda: Session(client(keyed), client(common)))
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            remedy = "Check the system's proxy settings and the environment variables for proxies and certificates."
            unknown = Problem("the environment", "Its certificate or proxy settings are invalid", remedy)
            raise ConfigError((unknown,)) from error

    def ask(self, call: Call) -> Json:
        """Make one API call and return its JSON; an empty body is ``{}``. Follows redirects within the API's origin."""
        headers = {"Accept": "application/json"}
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(call.body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        url = self._url(call.path)
        with self._exchange() as exchange:
            for _ in range(_HOPS + 1):
                with closing(
                    self._send(exchange, _Request(call.method, url, headers, content), keyed=True)
                ) as response:
                    if response.is_success:
                        return wire.parse(self.without_key(bodies.whole(response)))
                    target = _location(response)
                    if target is None or not (call.method == "GET" or response.status_code in (307, 308)):
                        raise failures.of_api(self._refusal(response))
                url = allowed(url.join(target), base=self._base)
                if not same_origin(url, self._base):
                    raise Garbled(
                        f"The service redirects to {url.host}, which must not get the API key. Check api.base_url."
                    )
        raise Garbled("The service redirects in a loop. bracketd will retry.")

    def put(self, target: str, content_type: str, chunks: Iterable[bytes], size: int) -> None:
        """PUT exactly ``size`` bytes to storage."""
        url = allowed(target, base=self._base)
        body = bodies.Exactly(chunks, size)
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        with (
            self._exchange() as exchange,
            closing(self._send(exchange, _Request("PUT", url, headers, body), keyed=False)) as response,
        ):
            if not response.is_success:
                raise failures.of_upload(self._refusal(response))
            if not body.complete:
                raise Garbled(
                    f"{url.host} confirmed an upload before receiving the whole file. bracketd sends the file again."
                )
            said = bodies.beginning(response)  # read to the end, so that the connection can be reused
            if said.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
                raise Garbled(
                    f"{url.host} returned a web page for an upload, as login portals do. bracketd sends the file again."
                )

    @contextmanager
    def fetch(self, path: str) -> Iterator[httpx.Response]:
        """The response with an image, after following redirects and links in JSON.

        The key is sent until the first redirect to another origin, and not after it.
        """
        url = self._url(path)
        keyed = True
        with self._exchange() as exchange:
            for _ in range(_HOPS + 1):
                keyed = keyed and same_origin(url, self._base)
                request = _Request("GET", url, {"Accept": "*/*"})
                with closing(self._send(exchange, request, keyed=keyed)) as response:
                    target = self._onward(response, keyed=keyed)
                    if target is None:
                        yield response
                        return
                    url = allowed(url.join(target), base=self._base)
            raise Garbled("The download redirects in a loop. bracketd will retry.")

    def reachable(self) -> bool:
        """True if the API's host responds to a request without the key. Any response counts."""
        try:
            with (
                self._exchange(_IN_ALL) as exchange,
                closing(self._send(exchange, _Request("HEAD", self._base, {}), keyed=False, patience=_GLANCE)),
            ):
                return True
        except Passing:
            return False

    def without_key(self, body: bytes) -> bytes:
        """A response's body without the key. A portal or proxy may quote the request, and messages quote the body."""
        return body.replace(self._key, b"(key)")

    def cut(self) -> None:
        """Close every connection, now and in the future."""
        self._sessions.cut_all()

    def close(self) -> None:
        """Release all resources. No call may be in progress."""
        self._sessions.close()
        self._guard.close()

    @contextmanager
    def _exchange(self, demand: Demand | None = None) -> Iterator[_Exchange]:
        """Connections for one call, which is aborted if it is too slow."""
        with self._sessions.one() as session:
            transfer = Transfer(session.sockets.cut_all)
            with self._guard.watching(transfer, demand):
                yield _Exchange(session, transfer)

    def _send(
        self, exchange: _Exchange, one: _Request, *, keyed: bool, patience: float | None = None
    ) -> httpx.Response:
        """Send one request. The caller must read the response's body and close the response."""
        if self._sessions.cut:
            raise Unreachable(
                "The connection was closed because bracketd is stopping. bracketd retries at the next start.",
                sent=False,
            )
        if keyed:
            self._pace.wait()
        session, transfer = exchange.session, exchange.transfer
        client = session.api if keyed else session.outside
        with failures.ours(one.url.host):
            request = client.build_request(
                one.method,
                one.url,
                headers=one.headers,
                content=one.content,
                extensions={"trace": session.sockets.trace},
                timeout=client.timeout if patience is None else patience,
            )
            transfer.sends(one.url.host, one.content if isinstance(one.content, bodies.Exactly) else None)
            response = client.send(request, stream=True)
            transfer.receives(response)
            return response

    def _onward(self, response: httpx.Response, *, keyed: bool) -> str | None:
        """The next URL of a download, None if this response has the image. Raises if it has neither."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not response.is_success:
            target = _location(response)
            if target is None:
                raise failures.of_download(self._refusal(response), keyed=keyed)
            return target
        if kind == "application/json" or kind.endswith("+json"):
            return wire.image_link(wire.parse(self.without_key(bodies.whole(response))))
        if kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
            said = words_of(self.without_key(bodies.beginning(response))) or "an empty response"
            raise Garbled(f"{response.url.host} returned {kind} instead of an image ({said}). bracketd will retry.")
        return None

    def _url(self, path: str) -> httpx.URL:
        return httpx.URL(str(self._base).rstrip("/") + path)

    def _refusal(self, response: httpx.Response) -> failures.Refusal:
        body = self.without_key(bodies.beginning(response))
        return failures.Refusal(
            response.url.host,
            response.status_code,
            response.headers,
            body,
            self._asked(response),
            self._key_source,
        )

    def _asked(self, response: httpx.Response) -> str:
        """The request for a message: method and path at the API, method and host elsewhere. A query may be secret."""
        path = response.url.raw_path.partition(b"?")[0].decode("ascii", "replace")
        return f"{response.request.method} {path if same_origin(response.url, self._base) else response.url.host}"


@cache
def _trusted(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """The certificate authorities that httpx finds, with these variables. All lines share them: loading takes 20 ms."""
    return httpx.create_ssl_context()


def _location(response: httpx.Response) -> str | None:
    """The target of a redirect, None if the response is not a redirect."""
    return response.headers.get("location") if response.has_redirect_location else None
