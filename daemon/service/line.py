"""The line to the service: HTTP with the key on a short leash, redirects followed by hand.

Two clients keep the key where it belongs. One knows it and asks the API's own origin only; the other, for storage and
for the hosts a download is redirected to, has never been told it. (httpx takes ``Authorization`` off a request that is
redirected to another host, but carries a header of any other name along.)
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from daemon.errors import ConfigError, Garbled, Passing, Problem, Unreachable
from daemon.service import bodies, environment, failures, wire
from daemon.service.flows import Call
from daemon.service.guard import Guard, Transfer
from daemon.service.origins import allowed, is_loopback, same_origin
from daemon.service.pacing import Pace
from daemon.service.rate import Demand
from daemon.service.sessions import Session, Sessions
from daemon.service.wire import Json
from daemon.service.words import words_of

_HOPS: Final = 5
_GLANCE: Final = 5.0
_IN_ALL: Final = Demand(float("inf"), _GLANCE)
"""No rate is enough: a glance has come to its end by then, or is cut."""

# Their records hold presigned URLs: whole ones at INFO, the Location header at DEBUG.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds without any progress after which a request is given up; how slow one may be is the ``Demand``'s affair.

    ``connect`` to one address, ``read`` between two pieces of an answer, ``write`` for one piece of a request. Python's
    TLS counts ``write`` over the whole piece: None stands for twice what the slowest line needs for one.
    """

    connect: float = 10.0
    read: float = 60.0
    write: float | None = None


TIMEOUTS: Final = Timeouts()


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One call: the connections that it uses alone, and what is watched of it."""

    session: Session
    transfer: Transfer


class Line:
    """HTTP to the API at ``base`` with the ``account`` headers, and to other hosts without them."""

    def __init__(
        self,
        *,
        base: httpx.URL,
        key: str,
        key_source: str,
        account: Mapping[str, str],
        user_agent: str,
        timeouts: Timeouts,
        demand: Demand,
        pace: Pace,
    ) -> None:
        self._base = base
        self._key, self._key_source = key.encode(), key_source
        self._pace = pace
        self._guard = Guard(demand)
        common = {"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        unusable = environment.faults(os.environ, proxied=not is_loopback(base.host), tls=base.scheme == "https")
        if unusable:
            raise ConfigError(unusable)
        write = timeouts.write or 2 * bodies.PIECE / demand.least
        patience = httpx.Timeout(timeouts.read, connect=timeouts.connect, write=write)
        try:
            tls = httpx.create_ssl_context()

            def client(headers: Mapping[str, str]) -> httpx.Client:
                return httpx.Client(
                    headers=headers,
                    verify=tls,
                    trust_env=not is_loopback(base.host),
                    auth=httpx.Auth(),  # none, also not from a URL's user part
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                    timeout=patience,
                )

            keyed = common | {"x-api-key": key} | dict(account)
            self._sessions = Sessions(lambda: Session(client(keyed), client(common)))
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            remedy = "Look at the system's proxy settings, and at the variables for proxies and certificates."
            unknown = Problem("the environment", "Its certificate or proxy settings cannot be used", remedy)
            raise ConfigError((unknown,)) from error

    def ask(self, call: Call) -> Json:
        """One API call and its JSON answer; nothing said counts as ``{}``. Redirects are followed on the own origin."""
        headers = {"Accept": "application/json"}
        content = None
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(call.body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        url = self._url(call.path)
        with self._exchange() as exchange:
            for _ in range(_HOPS + 1):
                with closing(self._send(exchange, call.method, url, headers, content, keyed=True)) as response:
                    if response.is_success:
                        return wire.parse(self.without_key(bodies.whole(response)))
                    target = _location(response)
                    if target is None or not (call.method == "GET" or response.status_code in (307, 308)):
                        raise failures.of_api(self._refusal(response))
                url = allowed(url.join(target), base=self._base)
                if not same_origin(url, self._base):
                    raise Garbled(
                        f"The service sends its callers to {url.host}; the key stays here. Check api.base_url."
                    )
        raise Garbled("The service redirects in circles. It is asked again.")

    def put(self, target: str, content_type: str, chunks: Iterable[bytes], size: int) -> None:
        """PUT exactly ``size`` bytes to storage."""
        url = allowed(target, base=self._base)
        body = bodies.Exactly(chunks, size)
        headers = {"Content-Type": content_type, "Content-Length": str(size)}
        with (
            self._exchange() as exchange,
            closing(self._send(exchange, "PUT", url, headers, body, keyed=False)) as response,
        ):
            if not response.is_success:
                raise failures.of_upload(self._refusal(response))
            if not body.complete:
                raise Garbled(f"{url.host} thanked for a file before it had all of it. It is sent again.")
            said = bodies.beginning(response)  # to its end, so that the next upload can use the connection
            if said.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
                raise Garbled(f"{url.host} answered an upload with a page, as portals do. The file is sent again.")

    @contextmanager
    def fetch(self, path: str) -> Iterator[httpx.Response]:
        """The answer that brings an image, over redirects and links in JSON.

        The key goes along until the first other origin, and not again after it.
        """
        url = self._url(path)
        keyed = True
        with self._exchange() as exchange:
            for _ in range(_HOPS + 1):
                keyed = keyed and same_origin(url, self._base)
                with closing(self._send(exchange, "GET", url, {"Accept": "*/*"}, None, keyed=keyed)) as response:
                    target = self._onward(response, keyed=keyed)
                    if target is None:
                        yield response
                        return
                    url = allowed(url.join(target), base=self._base)
            raise Garbled("The download is redirected in circles. It is asked again.")

    def reachable(self) -> bool:
        """Whether the API's host answers anything at all, whatever it is; asked without the key."""
        try:
            with (
                self._exchange(_IN_ALL) as exchange,
                closing(self._send(exchange, "HEAD", self._base, {}, None, keyed=False, patience=_GLANCE)),
            ):
                return True
        except Passing:
            return False

    def without_key(self, body: bytes) -> bytes:
        """What an answer says, without the key: a portal or proxy that quotes its caller would bring it into texts."""
        return body.replace(self._key, b"(key)")

    def cut(self) -> None:
        """Shut every connection, now and from now on."""
        self._sessions.cut_all()

    def close(self) -> None:
        """Let go of everything; no call may be under way."""
        self._sessions.close()
        self._guard.close()

    @contextmanager
    def _exchange(self, demand: Demand | None = None) -> Iterator[_Exchange]:
        """Connections for one call, which is cut when it is too slow."""
        with self._sessions.one() as session:
            transfer = Transfer(session.sockets.cut_all)
            with self._guard.watching(transfer, demand):
                yield _Exchange(session, transfer)

    def _send(
        self,
        exchange: _Exchange,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, str],
        content: bytes | bodies.Exactly | None,
        *,
        keyed: bool,
        patience: float | None = None,
    ) -> httpx.Response:
        """One request. The answer's body is still to be read, and the answer to be closed."""
        if self._sessions.cut:
            raise Unreachable(
                "The line is cut because bracketd is stopping. It is tried at the next start.", sent=False
            )
        if keyed:
            self._pace.wait()
        session, transfer = exchange.session, exchange.transfer
        client = session.api if keyed else session.outside
        with failures.ours(url.host):
            trace = {"trace": session.sockets.trace}
            request = client.build_request(
                method,
                url,
                headers=headers,
                content=content,
                extensions=trace,
                timeout=client.timeout if patience is None else patience,
            )
            transfer.sends(url.host, content if isinstance(content, bodies.Exactly) else None)
            response = client.send(request, stream=True)
            transfer.receives(response)
            return response

    def _onward(self, response: httpx.Response, *, keyed: bool) -> str | None:
        """Where the image is, None if it is here. Raises if it is nowhere."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not response.is_success:
            target = _location(response)
            if target is None:
                raise failures.of_download(self._refusal(response), keyed=keyed)
            return target
        if kind == "application/json" or kind.endswith("+json"):
            return wire.image_link(wire.parse(self.without_key(bodies.whole(response))))
        if kind.startswith("text/") or kind.endswith(("/xml", "+xml")):
            said = words_of(self.without_key(bodies.beginning(response))) or "an empty page"
            raise Garbled(f"{response.url.host} gave {kind} for an image ({said}). It is asked again.")
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
        """What was asked, for a message: at the API with the path, elsewhere with the host; a query may be secret."""
        path = response.url.raw_path.partition(b"?")[0].decode("ascii", "replace")
        return f"{response.request.method} {path if same_origin(response.url, self._base) else response.url.host}"


def _location(response: httpx.Response) -> str | None:
    """Where a redirect leads; None if it is none."""
    return response.headers.get("location") if response.has_redirect_location else None
