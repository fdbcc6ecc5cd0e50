"""The facts that are stored before a request leaves."""

from __future__ import annotations

from daemon.order import facts as f
from daemon.order import steps
from daemon.order.facts import Fact
from daemon.order.steps import Step


def intent(step: Step) -> Fact | None:
    """The fact to record before a step's request leaves, for steps that the service does not bear twice."""
    match step:
        case steps.Merge():
            return f.MergeIntended()
        case steps.Reprocess(image):
            return f.ReprocessIntended(image)
        case _:
            return None
