"""Which sync client keeps a watched folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from daemon.syncing.dropbox import Dropbox
from daemon.syncing.maestral import Maestral
from daemon.syncing.said import SyncClient
from daemon.syncing.syncthing import Access, Syncthing

ClientName = Literal["auto", "none", "syncthing", "dropbox", "maestral"]


def client_for(
    watched: str,
    *,
    sync_client: ClientName = "auto",
    syncthing: Access | None = None,
    environ: Mapping[str, str] = os.environ,
) -> SyncClient | None:
    """The client that keeps the folder ``watched``; None if nobody does. Raises nothing.

    ``auto`` looks into the settings of Syncthing, Dropbox and Maestral, in this order; when none of them keeps the
    folder, Syncthing does if it cannot be ruled out: it left its mark, or does not answer. A client that is named is
    returned in any case, and says itself that it does not keep the folder. ``syncthing`` is how Syncthing is asked
    where its own settings cannot be read.

    Reads a few small files, and asks that Syncthing, so it may be called again whenever settings may have changed.
    """
    if sync_client == "none":
        return None
    clients = (Syncthing(environ, syncthing), Dropbox(environ), Maestral(environ))
    if sync_client == "auto":
        keeping = [(client, client.keeps(watched)) for client in clients]
        return next((client for certain in (True, None) for client, keeps in keeping if keeps is certain), None)
    return next(client for client in clients if client.name.lower() == sync_client)
