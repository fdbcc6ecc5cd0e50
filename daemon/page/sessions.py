"""Sessions: signed cookies, and the tokens against forged requests that belong to them.

A session is a random id, signed with a secret below the state directory together with the time. Nothing is stored for
it. Replacing the secret ends all sessions.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner

from daemon.page import place
from daemon.regular import read_regular

FILE = "secret"
SECRET = 32
"""The number of bytes of the secret."""

LASTS = 30 * 86400
"""Seconds after its last use at which a session ends."""

RENEW = 86400
"""The age in seconds at which the cookie of a session in use is signed again."""


@dataclass(frozen=True, slots=True)
class Session:
    """A valid session. ``id`` is None if only reading is allowed. ``cookie`` is a renewed cookie, if it is time."""

    id: str | None
    csrf: str
    cookie: str | None = None


READING = Session(None, "")
"""Reading without a session."""


class Sessions:
    """Signs and checks sessions. ``now`` returns epoch seconds."""

    def __init__(self, secret: bytes, now: Callable[[], float]) -> None:
        self._secret, self._now = secret, now
        self._signer = _Signer(secret, now)

    def begin(self) -> str:
        """The cookie of a new session."""
        return self._signer.sign(secrets.token_urlsafe(16)).decode()

    def of(self, cookie: str) -> Session | None:
        """The session of a cookie; None if the cookie is forged or too old."""
        try:
            signed, at = self._signer.unsign(cookie, max_age=LASTS, return_timestamp=True)
        except BadSignature:
            return None
        session_id = signed.decode()
        renewed = self._signer.sign(session_id).decode() if self._now() - at.timestamp() > RENEW else None
        return Session(session_id, self._csrf(session_id), renewed)

    def _csrf(self, session_id: str) -> str:
        return hmac.new(self._secret, f"csrf {session_id}".encode(), hashlib.sha256).hexdigest()


class _Signer(TimestampSigner):
    def __init__(self, secret: bytes, now: Callable[[], float]) -> None:
        super().__init__(secret, salt="bracketd session", digest_method=hashlib.sha256)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now())


def secret_of(state_dir: Path) -> bytes:
    """The secret of a state directory, created at first use. Raises OSError."""
    file = place.folder(state_dir) / FILE
    try:
        secret = read_regular(file, SECRET)
    except FileNotFoundError:
        secret = b""
    if len(secret) != SECRET:
        secret = secrets.token_bytes(SECRET)
        place.write(file, secret)
    return secret
