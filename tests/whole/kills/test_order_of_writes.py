from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.files.incoming import part_name
from daemon.store.place import FILE
from tests.edges.sandbox.shots import shoot
from tests.sandbox_process import Sandbox
from tests.whole.kills.balance import mortal
from tests.whole.kills.trace import (
    TRACED,
    Act,
    Call,
    is_request,
    named,
    noted,
    parse,
    renamed,
    require_order,
    sent,
    synced,
    unnamed,
    written,
)
from tests.whole.program import Bracketd, Json, until

OAK = "12 Oak St"
CUT = 5000
"""Bytes of each write that strace shows: a page of the state file and its header."""

SHOWN = 60
"""Characters of a fact's detail that distinguish it from other facts of the same name."""


def without_strace() -> str | None:
    """Why system calls cannot be traced here; None if they can."""
    if shutil.which("strace") is None:
        return "strace(1) is not here"
    tried = subprocess.run(("strace", "-f", "-o", "/dev/null", "true"), capture_output=True, check=False)
    return None if tried.returncode == 0 else f"strace(1) may not trace here: {tried.stderr.decode().strip()}"


class Traced:
    """One order of one image, delivered by a traced daemon: its system calls and its journal."""

    def __init__(self, program: Bracketd, calls: list[Call]) -> None:
        self.calls = calls
        order = program.order(OAK) or {}
        self.journal: list[Json] = program.journal(order["order_id"])
        self.id, self.output = order["order_id"], order["output"]
        self.note = json.loads(Path(self.output, "order.json").read_text())
        (self.image,) = self.note["images"]
        self.wal = f"{program.state / FILE}-wal"
        self.part = f"{self.output}/{part_name(self.image['image_id'])}"
        self.picture = f"{self.output}/{self.image['file']}"

    def recorded(self, fact: str, detail: str = "") -> tuple[Act, Act]:
        """A fact written to the state file's WAL, and the flush of the WAL."""
        return noted(self.wal, f"{fact}{{{detail}"), synced(self.wal)

    def facts(self, name: str) -> list[Json]:
        """The details of the facts of a name in the journal."""
        return [fact["detail"] for fact in self.journal if fact["fact"] == name]


@pytest.fixture(scope="module", params=["images", "brackets"])
def traced(request: pytest.FixtureRequest, service: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """A delivered order with its trace. One transfer at a time, so that each request depends on all earlier ones."""
    if (reason := without_strace()) is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("traced")
    service.faults([])
    with mortal(folder / "home", service, request.param) as program:
        program.settings["transfers"] = {"uploads": 1, "downloads": 1}
        shown = f"trace={','.join(TRACED)}"
        program.launcher = ("strace", "-D", "-f", "-y", f"-s{CUT}", "-o", str(folder / "trace"), "-e", shown)
        program.drop(OAK, shoot(1))
        program.start()
        program.reach(OAK, "downloaded")
        ended = re.compile(rf"^{program.pid} +\+\+\+ exited with 0", re.MULTILINE)
        assert program.stop() == 0
    trace = until(lambda: text if ended.search(text := (folder / "trace").read_text(errors="replace")) else None)
    return Traced(program, parse(trace.splitlines()))


def test_a_picture_is_on_the_disk_before_it_is_recorded(traced: Traced) -> None:
    """After a power cut, every picture that is bought according to the state exists, with its name if recorded."""
    require_order(
        traced.calls,
        [
            sent(f"/v3/images/{traced.image['image_id']}/enhanced"),
            written(traced.part),
            synced(traced.part),
            synced(traced.output),
            *traced.recorded("Fetched"),
            named(traced.part, traced.picture),
            unnamed(traced.part),
            synced(traced.output),
            *traced.recorded("Placed"),
            written(f"{traced.output}/.order.json.part"),
            synced(f"{traced.output}/.order.json.part"),
            renamed(f"{traced.output}/.order.json.part", f"{traced.output}/order.json"),
            synced(traced.output),
            *traced.recorded("Delivered"),
        ],
    )


def test_the_merge_is_recorded_before_it_is_asked_for(traced: Traced) -> None:
    """After a power cut no second merge is requested, because the intent is on disk before the request is sent."""
    merge = f"POST /v3/orders/{traced.id}/{'merge' if traced.note['flow'] == 'images' else 'process'}"
    for number in range(3):
        require_order(traced.calls, [*traced.recorded("Stored", f'\\"bracket\\": {number},'), sent(merge)])
    require_order(
        traced.calls,
        [
            *traced.recorded("Confirmed"),
            *traced.recorded("MergeIntended"),
            sent(merge),
            *traced.recorded("Merged"),
            sent(f"GET /v3/orders/{traced.id} "),
        ],
    )


def test_an_order_is_recorded_before_the_service_hears_of_it(traced: Traced) -> None:
    """After a power cut nothing is registered twice: ids are on disk before the first request that contains them."""
    first = "/v3/images/" if traced.note["flow"] == "images" else "/v3/orders/"
    require_order(traced.calls, [*traced.recorded("Locked"), sent(f"POST {first}")])
    if traced.note["flow"] == "brackets":
        require_order(traced.calls, [*traced.recorded("Created"), sent("POST /v3/brackets/")])
    for place in traced.facts("Registered"):
        recorded = traced.recorded("Registered", f'\\"bracket\\": {place["bracket"]},')
        require_order(traced.calls, [*recorded, sent(f"PUT /uploads/{place['service_id']}")])


def test_every_fact_is_on_the_disk_before_the_next_request(traced: Traced) -> None:
    """Every fact is flushed before a request that depends on it is sent."""
    requests = [call for call in traced.calls if is_request(call)]
    assert len(requests) >= 3 * 2 + 3, "at least three registrations and uploads, a merge, a poll and a purchase"
    for fact in traced.journal:
        detail = json.dumps(fact["detail"])[1:SHOWN].replace('"', r"\"")
        write, flush = traced.recorded(fact["fact"], detail)
        wrote = write.span(traced.calls)
        assert wrote is not None, f"{fact} is in the journal and was never written"
        flushed = flush.span(traced.calls, wrote[1])
        assert flushed is not None, f"{fact} was never flushed"
        assert [call.args for call in requests if wrote[0] < call.began < flushed[1]] == [], fact
