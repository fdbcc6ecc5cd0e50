"""Performs steps. The only place where an error becomes a fact."""

from daemon.steps.failures import failure
from daemon.steps.perform import Run, Steps, Stopped

__all__ = ["Run", "Steps", "Stopped", "failure"]
