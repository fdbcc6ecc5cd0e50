from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from daemon.order import allowed
from daemon.order.planned import PlannedImage
from daemon.page.listening import bind
from daemon.page.openapi import openapi
from daemon.page.server import Server
from tests.changed import changed
from tests.core.orders import order, reckoned
from tests.edges.page.browser import TOKEN, Browser, Site, named
from tests.whole.test_verbs import ORDER, has_shape

ID = "6f1d1f0e-6a3c-4d59-9d0a-3a3c9b8f4a11"
BEARER = {"authorization": f"Bearer {TOKEN}"}
NAMES = [operation["operationId"] for path in openapi()["paths"].values() for operation in path.values()]
REPEATABLE = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=15,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

ABOUT_IDS: list[schemathesis.CheckFunction] = [positive_data_acceptance, ignored_auth]
"""Checks that assume that generated ids exist, or that repeat every request without its token."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with two orders, in a thread of its own."""
    site = Site(tmp_path_factory.mktemp("site"))
    site.add(changed(order(), plan=(PlannedImage((0, 1, 2)),)), replace(reckoned(True), id="7" + ID[1:]))
    site.state.patience = 0.05
    listener = bind("127.0.0.1", 0)
    started, servers = threading.Event(), list[tuple[Server, asyncio.AbstractEventLoop]]()

    async def work() -> None:
        server = Server(site.app)
        servers.append((server, asyncio.get_running_loop()))
        started.set()
        await server.serve([listener])

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    started.wait()
    yield "http://{}:{}".format(*listener.getsockname())
    server, loop = servers[0]
    loop.call_soon_threadsafe(server.stop)
    thread.join()
    site.close()


@cache
def described(url: str) -> OpenApiSchema:
    """The document for the tester. Extra parameters are allowed."""
    schema = schemathesis.openapi.from_dict({**openapi(), "servers": [{"url": url}]})
    schema.config.generation.update(allow_extra_parameters=False)
    return schema


def test_the_document_is_valid() -> None:
    """The OpenAPI document is valid and describes every route of the API."""
    described("http://127.0.0.1").validate()
    assert sorted(NAMES) == ["ask", "order", "orders", "spending", "status"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("there", [True, False])
def test_answers_as_documented(served: str, name: str, mode: GenerationMode, there: bool) -> None:
    """Valid and invalid requests never give 500, an undocumented status, or a body outside its schema."""
    operation = described(served).find_operation_by_id(name)
    if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
        pytest.skip("nothing can be invalid")
    excluded: list[schemathesis.CheckFunction] = [*ABOUT_IDS, *([negative_data_rejection] if there else [])]

    @settings(REPEATABLE)
    @given(case=operation.as_strategy(generation_mode=mode))
    def attack(case: Any) -> None:
        if there and "order_id" in case.path_parameters:
            case.path_parameters["order_id"] = ID
        answer = case.call(base_url=served, headers=BEARER, allow_redirects=False)
        case.validate_response(answer, excluded_checks=excluded)

    attack()


def test_published(browser: Browser) -> None:
    """The document is at /api/v1/openapi.json."""
    assert browser.get("/api/v1/openapi.json").json() == openapi()


def test_orders_have_the_shape_of_status(site: Site, browser: Browser) -> None:
    """An order has the same keys everywhere: in the status, in a search, and alone."""
    site.add(named("Oak"))
    shown = [
        browser.get("/api/v1/status").json()["orders"][0],
        browser.get("/api/v1/orders?q=oak").json()["orders"][0],
        browser.get(f"/api/v1/orders/{ID}").json()["order"],
    ]
    assert shown[0] == shown[1] == shown[2]
    assert has_shape({key: shown[0][key] for key in ORDER}, ORDER)


def test_an_order_says_what_is_allowed(site: Site, browser: Browser) -> None:
    """An order's details name every verb that it allows, with its meaning and its cost."""
    site.add(order())
    details = browser.get(f"/api/v1/orders/{ID}").json()
    assert {one["verb"] for one in details["allowed"]} == {verb.value for verb in allowed(order())}
    assert all(one["meaning"] and one["cost"] for one in details["allowed"])


def test_an_ask_has_its_answer(site: Site, browser: Browser) -> None:
    """An ask is stored as the command stores it, and its answer is the answer of the daemon."""
    site.add(order())
    token = {"x-csrf-token": browser.csrf()}
    open_ = browser.ask("POST", f"/api/v1/orders/{ID}/asks", token, json={"verb": "cancel"}).json()
    assert open_ == {"version": 1, "ask": 1, "outcome": None, "answer": None}
    assert site.asked == [("cancel", ID, ())]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"verb": "adopt"}', b'{"verb": 1}', b"[" * 50000, b'{"verb": "retry", "x": 1}']
)
def test_a_wrong_ask_is_refused(site: Site, browser: Browser, body: bytes) -> None:
    """A body that is not an ask gives 400 with a message, and stores nothing."""
    site.add(order())
    answer = browser.ask("POST", f"/api/v1/orders/{ID}/asks", {"x-csrf-token": browser.csrf()}, content=body)
    assert (answer.status_code, "message" in answer.json(), site.asked) == (400, True, [])


def test_odd_names_stay_as_in_status(site: Site, browser: Browser) -> None:
    """A name that is not UTF-8 is in JSON as ``status --json`` prints it."""
    site.add(named("caf\udce9"))
    assert '"caf\\udce9"' in browser.get("/api/v1/status").text
