"""``/_sandbox/``: the ledger and the faults, for the person who runs the sandbox. Needs no key."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from daemon.sandbox.answers import invalid
from daemon.sandbox.faults import Rule, rule_of, rule_of_words
from daemon.sandbox.service import Service


class Admin:
    """The sandbox's own endpoints."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """The paths below ``/_sandbox/``."""
        return [
            Route("/_sandbox/report", self.report, methods=["GET"], name="sandbox_report"),
            Route("/_sandbox/faults", self.faults, methods=["GET"], name="sandbox_faults"),
            Route("/_sandbox/faults", self.set_faults, methods=["POST"], name="sandbox_set_faults"),
        ]

    async def report(self, request: Request) -> Response:  # noqa: ARG002 - nothing is asked
        """The ledger, and how often each fault happened."""
        return JSONResponse(self._service.ledger.report() | {"faults": self._service.faults.report()})

    async def faults(self, request: Request) -> Response:  # noqa: ARG002 - nothing is asked
        """The active rules."""
        return JSONResponse({"faults": self._service.faults.report()})

    async def set_faults(self, request: Request) -> Response:
        """Replace the rules by a list of objects or strings. An empty list removes all faults."""
        try:
            self._service.faults.replace(_rules(json.loads(await request.body())))
        except ValueError as problem:
            raise invalid("json", {"faults": [str(problem)]}) from None
        return JSONResponse({"faults": self._service.faults.report()})


def _rules(wanted: object) -> list[Rule]:
    """The rules in a list of strings and objects. Raises ``ValueError`` with the mistake."""
    if not isinstance(wanted, list) or not all(isinstance(item, str | dict) for item in wanted):
        raise ValueError("expected a list of rules, each a string or an object")
    return [rule_of_words(item) if isinstance(item, str) else rule_of(item) for item in wanted]
