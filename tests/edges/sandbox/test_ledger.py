from __future__ import annotations

import pytest

from daemon.sandbox.ledger import RULES
from tests import plain_http
from tests.edges.sandbox.client import Client, put
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox, running_sandbox


def test_what_was_merged(shared: Sandbox) -> None:
    """The ledger has every merge with its route, its body and its number of brackets."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.merge({"enhance": False})
        client.images()
        (merge,) = client.ledger()["merges"]
        assert (merge["route"], merge["body"], merge["brackets"]) == ("merge_order", {"enhance": False}, 3)
        assert client.ledger()["flow"] == "images"


def test_merge_before_stored(shared: Sandbox) -> None:
    """Merging before a registered bracket is stored is a violation. The merge uses the stored brackets."""
    with Client(shared) as client:
        client.upload(shoot(1))
        client.register("IMG_0004.JPG")
        client.merge()
        client.images()
        assert client.broken() == ["merge-before-stored"]
        assert client.ledger()["merges"][0]["brackets"] == 3


def test_registered_again(shared: Sandbox) -> None:
    """The brackets flow cannot delete a bracket, so a bracket that was registered again does not count as missing."""
    with Client(shared, "brackets") as client:
        client.upload({"a.jpg": b"x"})
        client.register("b.jpg")
        _, url, content_type = client.register("b.jpg")
        put(url, b"y", content_type)
        client.merge()
        client.images()
        assert client.broken() == []


def test_preferences_at_upload(shared: Sandbox) -> None:
    """Preferences sent with a bracket are a violation, except for the defaults, which the SDKs send."""
    with Client(shared) as client:
        client.register("b.jpg", enhance=True, lens_correction=True, vertical_correction=True, privacy=None)
        assert client.broken() == []
        client.register("a.jpg", sky_replacement=True)
        assert client.broken() == ["preferences-at-upload"]


@pytest.mark.parametrize("first", ["images", "brackets", "single"])
def test_mixed_flows(shared: Sandbox, first: str) -> None:
    """Brackets of both flows in one order, or a picture that is enhanced on its own, are a violation."""
    with Client(shared) as client, Client(shared, "brackets", order_id=client.order_id) as other:
        client.ask("POST", "/v3/orders/", {"order_id": client.order_id})
        if first == "single":
            client.ask("POST", "/v3/images/", {"image_name": "a.jpg", "order_id": client.order_id})
        else:
            (client if first == "images" else other).register("a.jpg")
        (other if first == "images" else client).register("b.jpg")
        assert client.broken() == ["mixed-flows"]


def test_merge_of_the_other_flow(shared: Sandbox) -> None:
    """Merging one flow's brackets by the other's endpoint is a violation."""
    with Client(shared) as client:
        client.upload({"a.jpg": b"x"})
        client.ask("POST", f"/v3/orders/{client.order_id}/process")
        client.images()
        assert client.broken() == ["mixed-flows"]


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_late_bracket(shared: Sandbox, flow: str) -> None:
    """A bracket registered after the merge is a violation."""
    with Client(shared, flow) as client:
        client.upload({"a.jpg": b"x"})
        client.merge()
        client.register("b.jpg")
        assert client.broken() == ["late-bracket"]


def test_fast_poll() -> None:
    """Polling again too soon after a merge is a violation. Requests before it, or with a fault, do not count."""
    with running_sandbox("--speed", "1", "--poll-floor", "3600") as sandbox, Client(sandbox) as client:
        client.upload({"a.jpg": b"x"})
        for _ in range(3):
            client.order()
        client.merge()
        client.order()
        sandbox.faults(["show_order 503"])
        assert client.http.get(f"/v3/orders/{client.order_id}").status_code == 503
        sandbox.faults(["show_order 503 after=true"])
        assert client.http.get(f"/v3/orders/{client.order_id}").status_code == 503
        client.order()
        assert client.broken() == []
        client.order()
        assert client.broken() == ["fast-poll"]


def test_report_tells_its_rules(shared: Sandbox) -> None:
    """Every violation has a documented rule and a text."""
    with Client(shared) as client:
        client.register("a.jpg", upscale=True)
    for item in plain_http.get(f"{shared.api}/_sandbox/report").json()["violations"]:
        assert set(item) == {"at", "rule", "order_id", "id", "detail"}
        assert item["detail"].startswith(RULES[item["rule"]])
