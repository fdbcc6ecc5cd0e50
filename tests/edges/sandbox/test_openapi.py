from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.generation.stateful import run_state_machine_as_test
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema

from daemon.sandbox.kinds import ROUTES
from daemon.sandbox.openapi import document
from daemon.sandbox.settings import Switches
from tests import plain_http
from tests.edges.sandbox.client import Client
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox

Case = schemathesis.Case[Any]
Operation = schemathesis.APIOperation[Any, Any, Any, Any]

VERSIONS = ("2024-06-01", "2025-01-01", "2025-05-08", "2025-08-31")
EACH_VERSION = pytest.mark.parametrize("version", VERSIONS)
OPERATIONS = [route for route in ROUTES if route not in {"upload", "asset", "download"}]
OWN = ["sandbox_report", "sandbox_faults", "sandbox_set_faults"]
REPEATABLE = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ABOUT_GENERATED_IDS: list[schemathesis.CheckFunction] = [positive_data_acceptance, negative_data_rejection]
"""Checks that assume generated ids. They are left out for existing records, whose state no schema describes."""


class Home:
    """One version's account, with a finished order."""

    def __init__(self, sandbox: Sandbox, version: str) -> None:
        self.client = Client(sandbox, "images" if version < "2025-05-08" else "brackets", version=version)
        self.client.http.headers["x-api-key"] = version
        self.client.upload(shoot(2))
        self.client.merge()
        self.order = self.client.order_id
        self.image = str(self.client.images()[0]["image_id"])

    def aim(self, case: Case) -> None:
        """Use the id of an existing record in a request, or of a new record if the request deletes it."""
        name = id_of(case.operation)
        if name == "create_bracket" and isinstance(case.body, dict) and "order_id" in case.body:
            case.body["order_id"] = self.order
        elif name == "delete_order":
            case.path_parameters["id"] = self.client.ask("POST", "/v3/orders/")["order_id"]
        elif name == "delete_image":
            case.path_parameters["id"] = self.client.ask("POST", "/v3/images/", {"image_name": "a"})["image_id"]
        elif "/{id}" in case.path:
            case.path_parameters["id"] = self.order if "/orders/" in case.path else self.image

    def sending(self) -> dict[str, Any]:
        """The address and options for this account's requests. Redirects are not followed."""
        headers = {"x-api-key": self.client.version, "x-api-version": self.client.version}
        return {"base_url": self.client.sandbox.api, "headers": headers, "allow_redirects": False}


@pytest.fixture(scope="module")
def attacked() -> Iterator[Sandbox]:
    """A sandbox with an account for each version, without limits."""
    keys = [word for version in VERSIONS for word in ("--key", version)]
    switches = ("name_limit=0", "rate_limit=0", "daily_limit=0", "second_merge=ignored")
    words = [word for switch in switches for word in ("--set", switch)]
    with running_sandbox(*keys, *words, "--long-side", "64") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def homes(attacked: Sandbox) -> Iterator[dict[str, Home]]:
    """Every version's account."""
    there = {version: Home(attacked, version) for version in VERSIONS}
    yield there
    for home in there.values():
        home.client.http.close()


@EACH_VERSION
def test_one_document_a_version(version: str) -> None:
    """Every version's document is valid OpenAPI, and describes every route of the API under its name."""
    described(version).validate()
    assert {id_of(operation) for operation in operations(version)} == {*OPERATIONS, *OWN}


def test_published(shared: Sandbox) -> None:
    """/openapi.json is the document of the version in the query, otherwise in the header. It needs no key."""
    url = f"{shared.api}/openapi.json"
    pinned = {"x-api-version": "2024-06-01"}
    assert plain_http.get(url).json() == document("2025-01-01", shared.api, Switches())
    assert plain_http.get(url, headers=pinned).json() == document("2024-06-01", shared.api, Switches())
    newest = plain_http.get(url, headers=pinned, params={"version": "2025-08-31"}).json()
    assert newest == document("2025-08-31", shared.api, Switches())


@EACH_VERSION
@pytest.mark.parametrize("name", OPERATIONS)
def test_answers_as_documented(attacked: Sandbox, homes: dict[str, Home], name: str, version: str) -> None:
    """Valid and invalid requests never give 500, an undocumented status, a body outside its schema, or missing auth."""
    home = homes[version]
    operation = described(version).find_operation_by_id(name)
    statuses: Counter[int] = Counter()

    def attack(wanted: st.SearchStrategy[Case], *, there: bool) -> None:
        @settings(REPEATABLE, max_examples=7)
        @given(case=wanted)
        def ask(case: Case) -> None:
            if there:
                home.aim(case)
            answer = case.call(**home.sending())
            statuses[answer.status_code] += 1
            case.validate_response(answer, excluded_checks=ABOUT_GENERATED_IDS if there else [])

        ask()

    attack(right(operation), there=False)
    attack(wrong(operation), there=False)
    attack(right(operation), there=True)
    attack(wrong(operation), there=True)
    assert min(statuses) < 400, "some requests succeeded"
    assert attacked.report()["requests"][name] >= statuses.total(), "the route has the operation's name"


@EACH_VERSION
def test_chains_as_documented(homes: dict[str, Home], version: str) -> None:
    """A record can be requested by the id in a response until it is deleted, and not afterwards."""
    home = homes[version]

    class Chain(described(version).exclude(path_regex="^/_sandbox/").as_state_machine()):  # type: ignore[misc]  # made at run time
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:  # noqa: ARG002 - all are sent alike
            return home.sending()

        def validate_response(self, response: schemathesis.Response, case: Case, **_: object) -> None:
            case.validate_response(response, excluded_checks=ABOUT_GENERATED_IDS)

    run_state_machine_as_test(Chain, settings=settings(REPEATABLE, max_examples=6, stateful_step_count=6))


@pytest.mark.parametrize("name", OWN)
def test_own_paths_as_documented(name: str) -> None:
    """The report and the faults also match the document, for any faults."""
    with running_sandbox() as sandbox, Client(sandbox) as client:
        client.upload(shoot(1))
        client.merge()
        client.images()
        client.merge()

        operation = described("2025-01-01").find_operation_by_id(name)

        @settings(REPEATABLE, max_examples=50)
        @given(case=right(operation) | wrong(operation))
        def attack(case: Case) -> None:
            case.call_and_validate(base_url=sandbox.api, excluded_checks=ABOUT_GENERATED_IDS)

        attack()


@EACH_VERSION
def test_nothing_beyond_the_document(attacked: Sandbox, version: str) -> None:
    """An order, its images and its brackets have exactly the documented keys."""
    home = Home(attacked, version)
    shapes = described(version).raw_schema["components"]["schemas"]
    order = home.client.order()
    bracket = home.client.ask("GET", f"/v3/orders/{home.order}/brackets")["brackets"][0]
    for shown, name in ((order, "OrderOut"), (order["images"][0], "ImageOut"), (bracket, "BracketOut")):
        assert set(shown) == set(shapes[name]["properties"])
    home.client.http.close()


@pytest.mark.parametrize("body", ["full", "message", "html", "nothing"])
def test_document_follows_the_switches(body: str) -> None:
    """The document describes the behaviour that a switch selects."""
    words = (f"refusal_body={body}", "not_ready=422", "download_answer=json", "bracket_image=hidden")
    with running_sandbox("--key", "2025-05-08", *(word for switch in words for word in ("--set", switch))) as sandbox:
        home = Home(sandbox, "2025-05-08")
        schema = schemathesis.openapi.from_url(f"{sandbox.api}/openapi.json?version=2025-05-08")

        def status(name: str, **parts: Any) -> int:
            case = schema.find_operation_by_id(name).Case(**parts, media_type="application/json")
            answer = case.call(**home.sending())
            case.validate_response(answer, excluded_checks=ABOUT_GENERATED_IDS)
            return answer.status_code

        waiting = home.client.ask("POST", "/v3/images/", {"image_name": "a.jpg"})["image_id"]
        assert status("create_order", body={"order_id": home.order}) == 409
        assert status("enhanced", path_parameters={"id": waiting}) == 422
        assert status("enhanced", path_parameters={"id": home.image}) == 200
        assert status("order_brackets", path_parameters={"id": home.order}) == 200
        assert "image_id" not in schema.raw_schema["components"]["schemas"]["BracketOut"]["properties"]
        home.client.http.close()


@cache
def described(version: str) -> OpenApiSchema:
    """The document for the tester. Each request has the server's address. Extra parameters are allowed."""
    schema = schemathesis.openapi.from_dict(document(version, "http://127.0.0.1", Switches()))
    schema.config.generation.update(allow_extra_parameters=False)
    return schema


def operations(version: str) -> Iterator[Operation]:
    """All operations of a document."""
    for found in described(version).get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


def id_of(operation: Operation) -> str:
    """An operation's id in the document."""
    return str(operation.definition.raw["operationId"])


def right(operation: Operation) -> st.SearchStrategy[Case]:
    """Valid requests of an operation."""
    return operation.as_strategy(generation_mode=GenerationMode.POSITIVE)


def wrong(operation: Operation) -> st.SearchStrategy[Case]:
    """Invalid requests of an operation; valid ones if none can be invalid."""
    spoilable = operation.body or operation.query
    return operation.as_strategy(generation_mode=GenerationMode.NEGATIVE) if spoilable else right(operation)
