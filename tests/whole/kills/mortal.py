"""The installed program, killed again and again, with records of its runs."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from daemon.store.place import FILE
from daemon.store.sqlite.file import open_for_reading
from tests.sandbox_process import Sandbox
from tests.whole.kills.moments import DEATHS, TIMES, WHICH
from tests.whole.program import COMMAND, PATIENCE, Bracketd, Json, environment, until

LAUNCH = Path(__file__).with_name("launch")
REPOSITORY = Path(__file__).parents[3]

OFF = 660.0
"""Seconds: longer than bracketd waits for a merge whose response was lost."""

PATIENT = 1.0
"""A wait for an order's next step, in seconds, that the tests skip."""


class Mortal(Bracketd):
    """A bracketd that scans often, and sends shoots that existed before its start.

    ``kills`` counts its kills, ``killed_in`` the phases of its orders at those times. ``resumed`` has the seconds from
    a start of the installed program to its first log line about an order in progress. ``lost`` counts for each image
    the runs that requested it and were killed before they recorded it: so often it may be downloaded again, at no cost.
    Runs that ``launch`` starts are forked unless the tests want ``installed`` ones.
    """

    def __init__(self, home: Path, sandbox: Sandbox, flow: str, *, installed: bool = False) -> None:
        super().__init__(home, api=sandbox.api, key=sandbox.key)
        self.settings["api"].update(poll_every="0.02s", flow=flow)
        self.folder.update(quiet_period="0.1s", existing="process")
        self.kills = 0
        self.killed_in: Counter[str] = Counter()
        self.resumed: list[float] = []
        self.lost: Counter[str] = Counter()
        self._sandbox = sandbox
        self._installed, self._dies = installed, dict[str, str]()
        self._resumes = False
        self._said = 0
        self._launched = datetime.now().astimezone()

    def die_once_at_each_moment(self, deaths: Path, which: str, times: int) -> None:
        """Kill each later run at its first moment that is not in ``deaths``; see ``moments``."""
        deaths.touch()
        self._dies = {DEATHS: str(deaths), WHICH: which, TIMES: str(times)}

    # --- a run ---

    def launch(self) -> None:
        """Start the daemon without waiting."""
        self.write_config()
        self._resumes = bool(self.under_way())
        self._said = self.log.stat().st_size if self.log.exists() else 0
        words = (COMMAND, "--config", str(self.config), "run")
        environ = environment(self.home) | self._dies
        self._launched = datetime.now().astimezone()
        if self._installed and self._dies:
            environ["PYTHONPATH"] = f"{LAUNCH}:{REPOSITORY}"
        self._daemon = self.begin(words, environ, forks=not self._installed)

    def is_dead(self) -> bool:
        """True if the daemon has ended, or was never started."""
        return self._has_ended()

    def has_spoken(self) -> bool:
        """True if the daemon has logged anything in this run. It does when it begins to work."""
        return bool(self.events(self._said))

    def kill_in(self, seconds: float) -> None:
        """Kill the daemon after the given time."""
        assert self._daemon is not None
        with suppress(subprocess.TimeoutExpired):
            self._daemon.wait(seconds)
        assert not self.is_dead(), self.log.read_text()
        self.signal(signal.SIGKILL)
        self.bury()

    def let_stop(self) -> None:
        """Stop the daemon once it handles signals. It may be killed before that."""
        until(lambda: self.is_dead() or any(event["event"] == "watching" for event in self.events(self._said)))
        self.signal(signal.SIGTERM)

    def bury(self) -> int:
        """Wait for the end of the daemon and record its run. Returns its exit status."""
        status = self.ended(PATIENCE)
        if status == -signal.SIGKILL:
            self.kills += 1
            self.killed_in.update({order["phase"] for order in self.under_way()} or {"no order"})
        first = next((event for event in self.events(self._said) if "order" in event), None)
        if self._resumes and first is not None and self._installed:
            self.resumed.append((datetime.fromisoformat(first["timestamp"]) - self._launched).total_seconds())
        report = self._sandbox.report()["orders"]
        for order in self.under_way("downloading"):
            facts = self.journal(order["order_id"])
            recorded = {fact["detail"]["image"] for fact in facts if fact["fact"] == "Fetched"}
            asked = {image["image_id"] for image in report[order["order_id"]]["images"] if image["purchases"]}
            self.lost.update(asked - recorded)
        return status

    # --- between two runs ---

    def under_way(self, *phases: str) -> list[Json]:
        """The orders that are not delivered, optionally only those in some phases."""
        orders = (order for order in self.peek()["orders"] if order["phase"] != "downloaded")
        return [order for order in orders if not phases or order["phase"] in phases]

    def undelivered(self) -> set[str]:
        """The shoots that are not delivered, with or without an order."""
        delivered = {order["shoot"] for order in self.peek()["orders"] if order["phase"] == "downloaded"}
        return {folder.name for folder in self.watched.iterdir()} - delivered

    def is_patient(self) -> bool:
        """True if an order's next step is far in the future."""
        connection = open_for_reading(self.state)
        if connection is None:
            return False
        with closing(connection):
            due = connection.execute("SELECT max(due) AS due FROM orders").fetchone()["due"]
        return due is not None and due > time.time() + PATIENT

    def waits(self) -> bool:
        """True if an order waits for a long time: after a failure, or for images of a merge that was never sent."""
        report = self._sandbox.report()["orders"]
        return self.is_patient() or any(not report[o["order_id"]]["merges"] for o in self.under_way("merging"))

    def rest(self) -> None:
        """Let ``OFF`` pass, as if the machine was off."""
        times = "due = due - :off, merge_asked_at = merge_asked_at - :off"
        with closing(sqlite3.connect(self.state / FILE)) as connection, connection:
            connection.execute(f"UPDATE orders SET {times}", {"off": OFF})
