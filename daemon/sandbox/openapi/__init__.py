"""The API as an OpenAPI 3.1 document, one for each version: true to what this sandbox answers, as its switches stand.

Names of schemas follow the vendor's SDKs where those have a name. ``operationId`` is the name of the route, and so the
place of a fault.
"""

from __future__ import annotations

from typing import Final

from daemon.sandbox.openapi.operations import Operations
from daemon.sandbox.openapi.own import PATHS, SCHEMAS
from daemon.sandbox.openapi.shapes import schemas
from daemon.sandbox.settings import Switches

_ABOUT: Final = """\
A stand-in for the Autoenhance API on loopback, made from the vendor's documents and SDKs and never compared with the
live service. This is version {version}; `?version=` or `x-api-version` chooses another. Bytes go by `PUT` to the URL
that a registration answers with, on another host. Unknown keys of answers are to be ignored.
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
