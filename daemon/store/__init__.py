"""The local state: SQL, schema, migrations; orders in and out as values.

``Store`` is the daemon's one writer, ``Reader`` a read-only look from any program, ``ask`` a wish left for the daemon.
"""

from daemon.store.database import FILE
from daemon.store.reader import Reader, ask
from daemon.store.store import Ask, Store, Waiting

__all__ = ["FILE", "Ask", "Reader", "Store", "Waiting", "ask"]
