"""Carries orders out at a sandbox over HTTP, with the real runner, steps and service, in simulated time."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daemon.files.roots import Roots
from daemon.frames import shot
from daemon.order import Bracket, FlowName, Order, Phase, Policy, Preset, facts, steps
from daemon.orders import Desk
from daemon.orders.event_log import log_change
from daemon.resuming import Resuming
from daemon.service import Endpoint, Service
from daemon.steps import Run, Steps
from daemon.store.protocol import Store
from tests.changed import changed
from tests.core.orders import order
from tests.sandbox_process import Sandbox
from tests.shell.simulated import START, SimulatedClock
from tests.shell.test_runner import at_work, until
from tests.stores.states import ask, look, open_store

POLICY = Policy()


@dataclass
class Office:
    """A runner that processes orders at a sandbox."""

    tmp: Path
    sandbox: Sandbox
    store: Store
    desk: Desk
    flow: FlowName

    async def send(self, shoot: str, photos: Mapping[str, bytes], preset: Preset = Preset()) -> Order:  # noqa: B008
        """Add a shoot and lock it."""
        folder = self.tmp / "in" / shoot
        folder.mkdir(parents=True)
        for name, data in photos.items():
            (folder / name).write_bytes(data)
        stats = {name: (folder / name).stat() for name in sorted(photos)}
        brackets = tuple(
            Bracket(name, s.st_size, s.st_mtime_ns, s.st_ino, shot=shot(str(folder), name)) for name, s in stats.items()
        )
        new = changed(
            order(),
            id=str(uuid.uuid4()),
            flow=self.flow,
            shoot=shoot,
            folder=str(folder),
            output=str(self.tmp / "out" / shoot),
            preset=preset,
            brackets=brackets,
            due=START,
        )
        await self.desk.begin(new, facts.Locked(brackets))
        return new

    async def reach(self, of: Order, phase: Phase, patience: float = 7200.0) -> Order:
        """Wait until the order is in a phase, and return it."""
        return await until(self.store, of.id, phase, patience)

    async def retry(self, of: Order) -> None:
        """Ask for a retry, as a person does."""
        ask(self.tmp, "retry", of.id, 0.0)
        await asyncio.sleep(3)

    def pictures(self, of: Order) -> list[str]:
        """The files in an order's output folder."""
        folder = Path(of.source.output)
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def bought(self) -> list[str]:
        """Every image in the ledger of purchases, once per entry."""
        with look(self.tmp) as reader:
            return sorted(row["image_id"] for row in reader.purchases(float("-inf"), float("inf")))

    def at_sandbox(self, of: Order) -> dict[str, Any]:
        """The sandbox's view of an order."""
        report: dict[str, Any] = self.sandbox.report()["orders"].get(
            of.id, {"images": [], "merges": [], "registered": []}
        )
        return report

    def charged(self, *orders: Order) -> list[str]:
        """The images of these orders for which the sandbox charged."""
        images = [image for of in orders for image in self.at_sandbox(of)["images"]]
        assert all(image["charged"] <= 1 for image in images)
        return sorted(image["image_id"] for image in images if image["charged"])

    def require_own(self, of: Order) -> None:
        """Check that the sandbox has every photo once under its name, and that the pictures are the order's own."""
        report = self.at_sandbox(of)
        there = {b["name"]: b["stored"]["sha256"] for b in report["registered"] if b["stored"] and not b["deleted"]}
        mine = {
            of.bracket_name(number): hashlib.sha256(Path(of.source.folder, bracket.path).read_bytes()).hexdigest()
            for number, bracket in enumerate(of.brackets)
        }
        assert there == mine
        assert {image.id for image in of.images} == {image["image_id"] for image in report["images"]}
        assert len(report["merges"]) == 1


@asynccontextmanager
async def office(
    tmp: Path,
    sandbox: Sandbox,
    clock: SimulatedClock,
    flow: FlowName = "images",
    policy: Policy = POLICY,
    *,
    resuming: Resuming | None = None,
) -> AsyncIterator[Office]:
    """A runner with its state in ``tmp``. Requests take no simulated time. ``resuming`` knows earlier orders."""
    sandbox.faults([])
    store = open_store(tmp)
    service = Service(Endpoint(sandbox.api, sandbox.key, "test"), flow=flow, dev_mode=False)
    with closing(service):
        roots = Roots(store.root_states(clock.now))
        performing = Steps(service, roots, Run(lambda: None, clock.now), resuming=resuming)

        async def perform(of: Order, step: steps.Step) -> facts.Fact:
            return performing.perform(of, step)

        async def online() -> bool:
            return service.reachable()

        desk = Desk(store, clock.now, policy)
        desk.listen(log_change)
        async with at_work(desk, perform, clock, online):
            yield Office(tmp, sandbox, store, desk, flow)
        store.close()
