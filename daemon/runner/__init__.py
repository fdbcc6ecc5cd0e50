"""The worker loop: claims due orders, performs their steps, and reports the facts to the desk."""

from daemon.runner.account import Account
from daemon.runner.deadlines import Deadlines
from daemon.runner.runner import Runner

__all__ = ["Account", "Deadlines", "Runner"]
