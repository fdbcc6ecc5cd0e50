"""The API as OpenAPI 3.1 documents, one for each version, for the sandbox with its present switches.

Schemas have the names of the vendor's SDKs, if those have a name. ``operationId`` is the name of the route, which is
also the place of a fault.
"""

from __future__ import annotations

from typing import Final

from daemon.sandbox.openapi.operations import Operations
from daemon.sandbox.openapi.own import PATHS, SCHEMAS
from daemon.sandbox.openapi.shapes import schemas
from daemon.sandbox.settings import Switches

_ABOUT: Final = """\
A stand-in for the Autoenhance API on loopback, based on the vendor's documentation and SDKs and never compared with the
live service. This is version {version}; `?version=` or `x-api-version` selects another. Upload files with `PUT` to the
URL that a registration returns, on another host. Clients must ignore unknown keys in responses.
"""


def document(version: str, server: str, switches: Switches) -> dict[str, object]:
    """The document of one API version at a server's address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Autoenhance sandbox", "version": version, "description": _ABOUT.format(version=version)},
        "servers": [{"url": server}],
        "paths": {**Operations(version, switches).paths(), **PATHS},
        "components": {
            "schemas": {**schemas(version, switches), **SCHEMAS},
            "securitySchemes": {"ApiKeyAuth": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
        },
    }
