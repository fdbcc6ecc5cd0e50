from __future__ import annotations

import os
import signal

from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.books import of_order
from tests.whole.program import Bracketd, Json, until

OAK = "12 Oak St"
SCENES, EXPOSURES = 8, (-4.0, -2.0, 0.0, 2.0, 4.0)
FILES = SCENES * len(EXPOSURES)

STORED = 10
"""Uploads that are done before the stop. As many more are done soon after it."""

SLOW = [
    f"upload slow skip={STORED} next={STORED} seconds=1.5",
    f"upload slow skip={STORED} next={FILES - 2 * STORED} seconds=60",
]
"""The first rule applies to the second ten uploads, the other rule to all after them. None applies to the first ten."""


def test_sigterm_while_forty_files_are_on_their_way(program: Bracketd, sandbox: Sandbox) -> None:
    """A stop during forty uploads is clean, and uploads that the service has stored are never sent again.

    Uploads may finish for a few seconds after the stop. Each upload with a response is recorded. An upload that is cut
    off keeps its registration, and the next start sends it.
    """
    program.settings["transfers"] = {"uploads": FILES}
    sandbox.faults(SLOW)
    program.start()
    program.drop(OAK, {name: data + os.urandom(4_000_000) for name, data in shoot(SCENES, EXPOSURES).items()})
    order = program.when(OAK, lambda order: order["brackets"]["uploaded"] == STORED)
    until(lambda: sum(rule["happened"] for rule in sandbox.report()["faults"]) == FILES - STORED)
    assert program.stop(signal.SIGTERM) == 0

    stopped = program.order(OAK) or {}
    assert (stopped["phase"], stopped["health"], stopped["messages"]) == ("uploading", "ok", [])
    recorded, stored = recorded_as_stored(program, order), stored_once(sandbox, order)
    assert recorded == stored
    assert len(stored) > STORED, "some uploads finished after the stop"

    sandbox.faults([])
    program.start()
    program.reach(OAK, "downloaded")
    registered = of_order(sandbox, order)["registered"]
    assert len(registered) == FILES, "each interrupted upload kept its registration"
    assert [bracket["stored"]["times"] for bracket in registered] == [1] * FILES


def recorded_as_stored(program: Bracketd, order: Json) -> set[int]:
    """The numbers of the brackets that are stored according to the journal."""
    return {f["detail"]["bracket"] for f in program.journal(order["order_id"]) if f["fact"] == "Stored"}


def stored_once(sandbox: Sandbox, order: Json) -> set[int]:
    """The numbers of the brackets that the service has. Asserts that none was stored twice."""
    stored = [bracket for bracket in of_order(sandbox, order)["registered"] if bracket["stored"]]
    assert [bracket["stored"]["times"] for bracket in stored] == [1] * len(stored)
    return {int(bracket["name"].rpartition(".")[0].rpartition("-")[2]) - 1 for bracket in stored}
