"""Where the API is, and what every request to it carries."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from daemon.errors import ConfigError, Garbled, Problem
from daemon.service.origins import allowed


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The API of one account. ``base_url`` is https, or http on loopback.

    ``key_source`` says in words where the key was found.
    """

    base_url: str
    key: str
    user_agent: str
    key_source: str = ""

    def checked(self) -> httpx.URL:
        """The base URL. Raises ``ConfigError`` if it or the key is invalid."""
        try:
            base = httpx.URL(self.base_url)
            allowed(base, base=base)
            plain = not (base.userinfo or base.query or base.fragment)
        except (httpx.InvalidURL, Garbled):
            plain = False
        if not plain:
            what = f"{self.base_url!r} is not a plain https URL"
            raise ConfigError((Problem("api.base_url", what, "Correct it or remove the line"),))
        if not self.key or not all("!" <= char <= "~" for char in self.key):
            what = "it is empty or contains characters that no API key has"
            raise ConfigError((Problem("api.key", what, "Copy it again from the web app"),))
        return base
