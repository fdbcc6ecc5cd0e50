from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import cast

import pytest

from daemon.errors import StateError
from daemon.files.roots import Roots
from daemon.order import Order, facts, steps
from daemon.order.facts import Failure
from daemon.root import RootState
from daemon.service import Service
from daemon.steps import Run, Steps
from tests.changed import changed
from tests.core.orders import order, processed

BEFORE = RootState("/mnt/nas", "50:2", 5)


class Remembers:
    """A memory in which every root was on a disk that is not mounted now."""

    def state_of(self, _root: str) -> RootState | None:
        """The disk."""
        return BEFORE

    def remember(self, root: str, state: RootState) -> None:
        """Fail the test: the stored state must not be replaced."""
        raise AssertionError(f"{root} is remembered as {state}")

    def known(self, _root: str, _shoots: Collection[str]) -> int:
        """None of them has an order."""
        return 0


class Fails:
    """A memory that cannot be read."""

    def state_of(self, _root: str) -> RootState | None:
        """Fail."""
        raise StateError("the disk of the state file is away")

    def remember(self, _root: str, _state: RootState) -> None:
        """Fail."""
        raise StateError("the disk of the state file is away")

    def known(self, _root: str, _shoots: Collection[str]) -> int:
        """Fail."""
        raise StateError("the disk of the state file is away")


def performing(memory: Remembers | Fails) -> Steps:
    """Steps that may not ask the service anything."""
    return Steps(cast("Service", None), Roots(memory), Run(lambda: None, lambda: 0.0))


def with_folders(made: Order, tmp_path: Path) -> Order:
    """An order whose roots are there, as bare mount points."""
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    return changed(made, folder=str(tmp_path / "in" / "shoot"), output=str(tmp_path / "out" / "shoot"))


def test_photos_on_a_disk_that_is_away_are_waited_for(tmp_path: Path) -> None:
    """A photo that is missing with its whole disk neither ends its order nor holds it for a person."""
    fact = performing(Remembers()).perform(with_folders(order(), tmp_path), steps.Register(0))
    assert isinstance(fact, facts.Failed)
    assert fact.kind is Failure.PASSING
    assert f"the watched folder {tmp_path}/in is on a disk that is not mounted" in fact.why


@pytest.mark.parametrize("step", [steps.Fetch("i0"), steps.PlacePicture("i0"), steps.Deliver()], ids=str)
def test_nothing_is_bought_or_written_while_the_output_is_away(tmp_path: Path, step: steps.Step) -> None:
    """While the output's disk is away, no picture is requested and nothing is written to its empty mount point."""
    fact = performing(Remembers()).perform(with_folders(processed(True), tmp_path), step)
    assert isinstance(fact, facts.Failed)
    assert fact.kind is Failure.OUTPUT
    assert f"the output folder {tmp_path}/out is on a disk that is not mounted" in fact.why
    assert list((tmp_path / "out").iterdir()) == []


def test_an_order_is_not_blamed_for_a_failing_state_file(tmp_path: Path) -> None:
    """If roots cannot be stored, the daemon ends, as for every failure of its state, and no order is held."""
    with pytest.raises(StateError):
        performing(Fails()).perform(with_folders(processed(True), tmp_path), steps.Fetch("i0"))
