"""``bracketd doctor --recover``: rebuilds a lost or damaged state from copies, delivery notes and the service.

``recover`` runs the recovery, ``reconcile`` and ``stranger`` decide, ``notes``, ``atservice`` and ``watched`` read.
"""

from daemon.recovery.atservice import Account
from daemon.recovery.reconcile import Rebuilt, Source
from daemon.recovery.recover import Recovery, Report
from daemon.recovery.watched import WatchedSettings

__all__ = ["Account", "Rebuilt", "Recovery", "Report", "Source", "WatchedSettings"]
