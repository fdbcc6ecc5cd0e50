"""Signed URLs: each allows one request without a key, until it expires.

As in Amazon S3's presigned requests, the signature covers the method, the path, every other parameter and, for an
upload, the Content-Type that must be sent.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

CONTENT_TYPE = "content-type"
_EXPIRES = "expires"
_SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a URL is refused: S3's code and a message."""

    code: str
    message: str


class Signer:
    """Makes and checks signed URLs with a secret that it generates."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def sign(self, method: str, base: str, path: str, parameters: Mapping[str, str], expires: float) -> str:
        """A URL for ``method`` on ``path`` that is valid until ``expires``, in seconds since the epoch."""
        signed = {**parameters, _EXPIRES: str(int(expires))}
        return f"{base}{path}?{urlencode({**signed, _SIGNATURE: self._signature(method, path, signed)})}"

    def refusal(
        self, method: str, path: str, query: Mapping[str, str], now: float, content_type: str | None = None
    ) -> Refusal | None:
        """Why a URL is refused; None if it is valid. ``content_type`` is the header of an upload."""
        signed = {name: value for name, value in query.items() if name != _SIGNATURE}
        if _SIGNATURE not in query or _EXPIRES not in query:
            return Refusal("AccessDenied", "Query-string authentication requires the Signature and Expires parameters")
        if not hmac.compare_digest(query[_SIGNATURE], self._signature(method, path, signed)):
            return Refusal("SignatureDoesNotMatch", "The signature does not belong to this request")
        if content_type is not None and signed.get(CONTENT_TYPE) != content_type:
            return Refusal("SignatureDoesNotMatch", f"The URL was not signed for Content-Type {content_type}")
        if now >= int(signed[_EXPIRES]):
            return Refusal("AccessDenied", "Request has expired")
        return None

    def _signature(self, method: str, path: str, signed: Mapping[str, str]) -> str:
        text = "\n".join((method, path, urlencode(sorted(signed.items()))))
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()
