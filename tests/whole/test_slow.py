"""A service with extremely slow transfers."""

from __future__ import annotations

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, until

OAK, ELM = "12 Oak St", "1 Elm St"
TRICKLE = "drip seconds=1000"
"""A piece every fifty seconds: too slow, but too frequent for a socket timeout."""

CUT = 100.0
"""Seconds within which a slow transfer is aborted and reported."""


def other(files: dict[str, bytes]) -> dict[str, bytes]:
    """Photos of another shoot."""
    return {f"ELM_{name}": data for name, data in files.items()}


def test_pictures_that_trickle_starve_no_other_shoot(program: Bracketd, sandbox: Sandbox) -> None:
    """While both downloads of a shoot are slow, another shoot is delivered. Then they are aborted and retried."""
    sandbox.faults([f"download {TRICKLE} next=2"])
    program.start()
    program.drop(OAK, shoot(2))
    order = program.reach(OAK, "downloading")
    until(lambda: sandbox.report()["faults"][0]["happened"] == 2)
    program.drop(ELM, other(shoot(1)))
    program.reach(ELM, "downloaded", patience=CUT)
    slow = program.when(OAK, lambda order: bool(order["messages"]), CUT)
    assert slow["phase"] == "downloading"
    assert slow["health"] == "retrying"
    (message,) = slow["messages"]
    assert "transfers.least_rate is 1000 B/s. bracketd aborted it and will retry" in message
    done = program.reach(OAK, "downloaded")
    assert done["order_id"] == order["order_id"]
    assert [image["charged"] for image in of_order(sandbox, order)["images"]] == [1, 1]


def test_looks_that_trickle(program: Bracketd, sandbox: Sandbox) -> None:
    """A slow poll of an order is aborted and reported, and the next poll shows the order."""
    sandbox.faults([f"show_order {TRICKLE}"])
    program.start()
    program.drop(OAK, shoot(1))
    program.reach(OAK, "merging", "processing")
    slow = program.when(OAK, lambda order: bool(order["messages"]), CUT)
    assert "transfers.least_rate" in slow["messages"][0]
    program.reach(OAK, "downloaded")
