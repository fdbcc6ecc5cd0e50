"""Waiting shoots: those that are not orders yet."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.shoot import GateResult, closed_gate


@dataclass(frozen=True, slots=True)
class Waiting:
    """A shoot that is not settled yet, and the reason. ``since`` is when it was first seen, in epoch seconds.

    ``gates`` are the results of all gates at the last scan, without the times of the next scan. They are empty if there
    was no scan, or if the last one failed.
    """

    folder: str
    shoot: str
    reason: str
    files: int
    bytes: int
    since: float
    gates: tuple[GateResult, ...] = ()

    @property
    def gate(self) -> str | None:
        """The name of the gate that the shoot waits at. None if it waits for something else."""
        closed = closed_gate(self.gates)
        return closed.gate if closed is not None else None
