"""Steps with an output disk that rejects the name of an order's folder."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from daemon.files.roots import OutputNow, Roots
from daemon.order import Order, Phase, facts, steps
from daemon.service import Service
from daemon.steps import Run, Steps
from tests.changed import changed
from tests.core.orders import after, order, reckoned, sent


class Untouched:
    """A service that must not be asked."""


class Present:
    """Roots whose disks are mounted."""

    def output_now(self, _root: str) -> OutputNow:
        """It is mounted."""
        return OutputNow()

    def watched_away(self, _root: str) -> None:
        """It is mounted."""


def perform(of: Order, step: steps.Step) -> facts.Fact:
    """Carry out a step on a disk with names of at most twenty bytes."""
    service, roots = cast("Service", Untouched()), cast("Roots", Present())
    return Steps(service, roots, Run(lambda: None, lambda: 0.0), longest_name=lambda _folder: 20).perform(of, step)


def in_folder(of: Order, parent: Path) -> Order:
    """The order, with an output folder's name of 21 bytes."""
    return changed(of, shoot="x" * 21, output=str(parent / ("x" * 21)))


@pytest.mark.parametrize(
    ("of", "step"),
    [
        (order(), steps.Register(0)),
        (order(flow="brackets"), steps.Create()),
        (after(order(1), *sent(0)), steps.Confirm()),
        (reckoned(True), steps.Fetch("i0")),
        (reckoned(False), steps.Deliver()),
    ],
    ids=["before it is sent", "before it is created", "before it is merged", "before it is bought", "with no picture"],
)
def test_a_name_that_the_disk_does_not_take_is_noticed_in_time(tmp_path: Path, of: Order, step: steps.Step) -> None:
    """Before anything is sent, merged or bought, the folder is renamed, also for orders of an older state."""
    of = in_folder(of, tmp_path)
    renamed = perform(of, step)
    assert renamed == facts.OutputRenamed(str(tmp_path / f"{'x' * 11} {of.id[:8]}"))
    again = after(of, renamed)
    assert again.phase is of.phase
    (tmp_path / ("x" * 11 + f" {of.id[:8]}")).mkdir()
    assert not isinstance(perform(again, step), facts.OutputRenamed)


def test_an_order_under_way_does_not_ask_for_each_photo(tmp_path: Path) -> None:
    """Once the upload has begun, the output is checked again only before the merge."""
    of = changed(in_folder(order(), tmp_path), phase=Phase.UPLOADING)
    assert not isinstance(perform(of, steps.Register(0)), facts.OutputRenamed)
