"""``bracketd doctor --recover``: the state, lost or damaged, made anew from whatever still knows of it.

``recover`` gathers and writes, ``reconcile`` and ``stranger`` decide, ``notes``, ``atservice`` and ``watched`` read.
"""

from daemon.recovery.atservice import Account
from daemon.recovery.reconcile import Rebuilt, Source
from daemon.recovery.recover import Recovery, Report
from daemon.recovery.watched import Place

__all__ = ["Account", "Place", "Rebuilt", "Recovery", "Report", "Source"]
