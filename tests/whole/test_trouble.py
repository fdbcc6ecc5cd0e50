from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from tests import plain_http
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import PATIENCE, Bracketd, until

BACK_OFF = 3 * PATIENCE
"""Timeout in seconds for an order that has failed several times and waits longer each time."""

OAK, ELM = "12 Oak St", "1 Elm St"


def test_a_wrong_key(program: Bracketd, sandbox: Sandbox) -> None:
    """With a wrong key everything waits and one message says so. With the right key everything continues."""
    program.settings["api"]["key"] = "not-the-key"
    program.start()
    program.drop(OAK, shoot(1))
    program.drop(ELM, shoot(1))
    (message,) = until(lambda: program.peek()["daemon"]["messages"])
    assert "refused the API key (POST /v3/images/ returned 401" in message
    assert f"The key comes from `api.key` in {program.config}." in message
    assert message.endswith("bracketd tries again by itself every 5 min; `bracketd retry SHOOT` tries at once.")
    assert program.status()["daemon"]["messages"] == [message]
    for house in (OAK, ELM):
        program.reach(house, "settled")
    checked = program.run("check")
    assert checked.returncode == 1
    assert "refused the API key" in checked.stderr
    assert "GET /v3/orders/ returned 401" in checked.stderr
    assert f"The key comes from `api.key` in {program.config}." in checked.stderr
    assert "tries again by itself every 5 min" in checked.stderr
    assert program.stop() == 0
    assert len(program.logged("account refused")) == 1
    assert sandbox.report()["orders"].keys().isdisjoint(o["order_id"] for o in program.status()["orders"])
    program.settings["api"]["key"] = program.key
    program.start()
    for house in (OAK, ELM):
        program.reach(house, "downloaded")
    assert program.status()["daemon"]["messages"] == []
    checked = program.run("check")
    assert (checked.returncode, checked.stdout.splitlines()[-1]) == (0, "no problems found; the daemon is running")
    assert "not-the-key" not in program.log.read_text() + checked.stdout + checked.stderr


def test_a_mended_key(program: Bracketd) -> None:
    """A key that is corrected in its file is used without a restart. ``retry`` skips the wait for the next probe."""
    del program.settings["api"]["key"]
    file = program.home / "key"
    file.write_text("not-the-key")
    file.chmod(0o600)
    program.settings["api"]["key_file"] = str(file)
    program.start()
    program.drop(OAK, shoot(1))
    until(lambda: program.peek()["daemon"]["messages"])
    file.write_text(program.key)
    assert program.run("retry", OAK).returncode == 0
    program.reach(OAK, "downloaded")
    assert program.status()["daemon"]["messages"] == []
    assert program.logged("new API key found")


@pytest.mark.parametrize("where", ["create_image", "merge_order", "enhanced"])
def test_no_credits(program: Bracketd, sandbox: Sandbox, where: str) -> None:
    """When the credits are used up the account waits and says so. ``retry`` continues after a top-up."""
    sandbox.faults([f"{where} 402 next=99"])
    program.start()
    program.drop(OAK, shoot(1))
    order = program.message(OAK, "no plan or not enough credits")
    assert "Payment required: no credits left" in order["messages"][0]
    assert order["health"] == "retrying"
    assert program.status()["daemon"]["messages"] == order["messages"]
    sandbox.faults([])
    program.run("retry", OAK)
    program.reach(OAK, "downloaded")
    assert program.status()["daemon"]["messages"] == []


@pytest.mark.parametrize(
    ("where", "request_line"), [("create_image", "POST /v3/images/"), ("show_order", "GET /v3/orders/{order_id}")]
)
def test_what_the_service_does_not_know(program: Bracketd, sandbox: Sandbox, where: str, request_line: str) -> None:
    """A 404 holds the order with the refused request and the command to try again, which works."""
    sandbox.faults([f"{where} 404 next=99"])
    program.start()
    program.drop(OAK, shoot(1))
    order = program.reach(OAK, "held")
    message, *_ = order["messages"]
    assert f"({request_line.format(**order)} returned 404: " in message
    assert message.endswith("`bracketd retry SHOOT` tries again.")
    assert "step failed: " in program.run("show", OAK).stdout
    sandbox.faults([])
    assert program.run("retry", OAK).returncode == 0
    program.reach(OAK, "downloaded")


def test_a_preference_that_the_service_refuses(program: Bracketd, sandbox: Sandbox) -> None:
    """A 422 holds the order with the service's error message. ``retry`` continues with the corrected settings."""
    program.folder["enhance"] = {"ai_version": "9.9"}
    program.start()
    program.drop(OAK, shoot(1))
    order = program.reach(OAK, "held")
    assert order["health"] == "attention"
    assert "422: Validation error (ai_version: Must be one of" in order["messages"][0]
    program.run("retry", OAK)
    until(lambda: sandbox.report()["requests"]["merge_order"] and len(program.logged("held")) == 2)
    program.stop()
    program.folder["enhance"] = {"ai_version": "4.7"}
    program.start()
    assert program.reach(OAK, "held")["order_id"] == order["order_id"]
    done = program.run("retry", OAK)
    assert "is being retried" in done.stdout
    assert program.reach(OAK, "downloaded")["order_id"] == order["order_id"]
    (merge,) = of_order(sandbox, order)["merges"]
    assert merge["body"] == {"ai_version": "4.7"}


@pytest.mark.parametrize(
    ("flow", "kind", "routes"),
    [
        ("images", "reset-after", ("create_image", "upload", "merge_order", "enhanced")),
        ("images", "503 after=true", ("create_image", "merge_order", "asset")),
        ("images", "html", ("create_image", "show_order", "download")),
        ("images", "429 retry_after=1", ("create_image", "merge_order")),
        ("brackets", "reset-after", ("create_order", "create_bracket", "upload", "process_order")),
        ("brackets", "502", ("create_bracket", "order_brackets", "show_order")),
    ],
)
def test_a_request_fails_once(
    program: Bracketd, sandbox: Sandbox, flow: str, kind: str, routes: tuple[str, ...]
) -> None:
    """Requests that fail once are repeated without bothering anybody, even if they were carried out."""
    sandbox.faults([f"{route} {kind}" for route in routes])
    program.settings["api"]["flow"] = flow
    program.start()
    program.drop(OAK, shoot(1))
    order = program.reach(OAK, "downloaded")
    assert (order["health"], order["messages"]) == ("ok", [])
    assert {fault["where"]: fault["happened"] for fault in sandbox.report()["faults"]} == dict.fromkeys(routes, 1)


def test_the_services_wish_to_wait_is_noted(program: Bracketd, sandbox: Sandbox) -> None:
    """The order waits for the ``Retry-After`` of a 429, and says so."""
    sandbox.faults(["create_image 429 retry_after=4000"])
    program.start()
    program.drop(OAK, shoot(1, stops=(0,)))
    order = program.message(OAK, "asked for fewer requests")
    assert order["health"] == "retrying"
    (failed,) = (entry for entry in program.journal(order["order_id"]) if entry["fact"] == "Failed")
    assert failed["detail"]["retry_after"] == 4000
    program.run("retry", OAK)
    program.reach(OAK, "downloaded")


@pytest.mark.parametrize("flow", ["images", "brackets"])
def test_an_expired_place_is_asked_for_again(program: Bracketd, sandbox: Sandbox, flow: str) -> None:
    """An expired upload URL is replaced by a new one, and the unused registration is not merged."""
    route = {"images": "create_image", "brackets": "create_bracket"}[flow]
    sandbox.faults([f"{route} expired-url next=2"])
    program.settings["api"]["flow"] = flow
    program.start()
    program.drop(OAK, shoot(1))
    order = program.reach(OAK, "downloaded")
    registered = of_order(sandbox, order)["registered"]
    assert len(registered) == 5
    assert sum(bracket["deleted"] for bracket in registered) == (2 if flow == "images" else 0)


@pytest.mark.parametrize("fault", ["upload 403 next=99", "create_image 409 next=99"])
def test_storage_or_service_that_refuses_every_place(program: Bracketd, sandbox: Sandbox, fault: str) -> None:
    """Refusals are shown with their error message and slow the order down. After they end, ``retry`` finishes it."""
    sandbox.faults([fault])
    program.start()
    program.drop(OAK, shoot(1))
    order = program.when(OAK, lambda order: order["health"] == "retrying" and order["messages"] != [])
    until(lambda: sandbox.report()["faults"][0]["happened"] >= 4)
    sandbox.faults([])
    program.run("retry", OAK)
    done = program.reach(OAK, "downloaded")
    assert (done["order_id"], done["messages"]) == (order["order_id"], [])
    lost = [entry["detail"] for entry in program.journal(order["order_id"]) if entry["fact"] == "SlotLost"]
    assert len(lost) <= 12, "at most a few complete uploads were wasted"
    assert {fact["cause"] for fact in lost} == {"refused" if "upload" in fault else "taken"}
    assert all("403" in fact["said"] or "409" in fact["said"] for fact in lost)


def test_a_bracket_too_many_is_not_merged(program: Bracketd, sandbox: Sandbox) -> None:
    """If the service has content that is not the shoot's, nothing is merged. ``submit`` starts over."""
    sandbox.faults(["order_brackets slow seconds=3"])
    program.settings["api"]["flow"] = "brackets"
    program.start()
    program.drop(OAK, shoot(1))
    until(lambda: sandbox.report()["faults"][0]["happened"] == 1)
    order = program.reach(OAK, "uploading")
    with sandbox.client("2025-05-08") as stranger:
        registered = stranger.post("/v3/brackets/", json={"order_id": order["order_id"], "name": "a.jpg"}).json()
    plain_http.put(registered["upload_url"], content=b"x", headers={"content-type": "application/octet-stream"})
    order = program.reach(OAK, "held")
    assert "1 extra bracket(s) in this order" in order["messages"][0]
    program.run("submit", order["folder"])
    again = program.reach(OAK, "downloaded")
    assert again["order_id"] != order["order_id"]
    assert of_order(sandbox, order)["merges"] == []


def test_an_image_that_fails_once_is_processed_again(program: Bracketd, sandbox: Sandbox) -> None:
    """An image that fails once is reprocessed, and its shoot is delivered completely."""
    sandbox.faults(["image error match=IMG_0004 'reason=Too dark'"])
    program.start()
    program.drop(OAK, shoot(3))
    order = program.reach(OAK, "downloaded")
    assert (order["health"], order["images"]["downloaded"]) == ("ok", 3)
    facts = [entry["fact"] for entry in program.journal(order["order_id"])]
    assert facts.count("ReprocessIntended") == facts.count("Reprocessed") == 1


def test_an_image_that_fails_is_named(program: Bracketd, sandbox: Sandbox) -> None:
    """An image that the service cannot make is reported with its reason, costs nothing, and does not stop others."""
    sandbox.faults(["image error match=IMG_0004 'reason=Too dark' next=2"])
    program.start()
    program.drop(OAK, shoot(3))
    order = program.reach(OAK, "downloaded")
    assert order["health"] == "attention"
    assert order["images"] == {"total": 3, "processed": 2, "downloaded": 2, "failed": 1}
    assert "IMG_0004" in order["messages"][0]
    assert order["messages"][0].endswith("failed: Too dark")
    note = json.loads(Path(order["output"], "order.json").read_text())
    assert [failed["reason"] for failed in note["failed"]] == ["Too dark"]
    assert {image["file"] for image in note["images"]} == {"IMG_0001.jpg", "IMG_0007.jpg"}
    assert "Too dark" in program.run("show", OAK).stdout
    assert "1 failed" in program.run("status").stdout


def test_the_daily_limit(program: Bracketd, sandbox: Sandbox) -> None:
    """Images that fail because of the daily limit wait with one message. After the limit is raised, `retry` works."""
    sandbox.faults(["image error 'reason=Daily limit reached' next=3"])
    program.start()
    program.drop(OAK, shoot(3))
    program.message(OAK, "daily limit is reached (Daily limit reached)")
    assert program.status()["daemon"]["messages"][0].startswith("the account's daily limit is reached")
    assert program.run("retry", OAK).returncode == 0
    order = program.reach(OAK, "downloaded")
    assert (order["health"], order["images"]["downloaded"]) == ("ok", 3)
    assert program.status()["daemon"]["messages"] == []


def test_nobody_answers(program: Bracketd, sandbox: Sandbox) -> None:
    """Without a connection the daemon starts, and orders are created, wait and say why."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        program.settings["api"]["base_url"] = f"http://127.0.0.1:{taken.getsockname()[1]}"
        program.start()
        program.drop(OAK, shoot(1))
        order = program.message(OAK, "cannot be reached")
        assert (order["phase"], order["health"]) == ("settled", "retrying")
        checked = program.run("check")
        assert checked.returncode == 1
        assert "Check the network" in checked.stderr
        program.stop()
    program.settings["api"]["base_url"] = sandbox.api
    program.start()
    program.reach(OAK, "downloaded", patience=BACK_OFF)
