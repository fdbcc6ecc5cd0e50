"""The worker loop: claims orders that are due, visits them, and reports to the desk."""

from daemon.runner.account import Account
from daemon.runner.runner import Runner

__all__ = ["Account", "Runner"]
