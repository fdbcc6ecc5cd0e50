"""The facts that are stored before a request is sent."""

from __future__ import annotations

from daemon.order import facts as f
from daemon.order import steps
from daemon.order.facts import Fact
from daemon.order.steps import Step


def intent(step: Step) -> Fact | None:
    """The fact to record before sending a request that must not be repeated; None for other steps."""
    match step:
        case steps.Merge():
            return f.MergeIntended()
        case steps.Reprocess(image):
            return f.ReprocessIntended(image)
        case _:
            return None
