"""The worker loop: claims orders that are due, visits them, records what happened."""

from daemon.runner.runner import Runner

__all__ = ["Runner"]
