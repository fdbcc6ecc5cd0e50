"""Finds the sync client of a watched folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

from daemon.syncing.dropbox import Dropbox
from daemon.syncing.maestral import Maestral
from daemon.syncing.report import SyncClient
from daemon.syncing.syncthing import Access, Syncthing

ClientName = Literal["auto", "none", "syncthing", "dropbox", "maestral"]


def client_for(
    watched: str,
    *,
    sync_client: ClientName = "auto",
    syncthing: Access | None = None,
    environ: Mapping[str, str] = os.environ,
) -> SyncClient | None:
    """The client that syncs the folder ``watched``, None if there is none. Never raises.

    ``auto`` checks the settings of Syncthing, Dropbox and Maestral, in this order. If none of them syncs the folder, it
    returns Syncthing if that remains possible: there is a ``.stfolder``, or Syncthing does not respond. A client given
    by name is always returned; its ``ask`` reports if it does not sync the folder. ``syncthing`` is how to query a
    Syncthing whose own settings bracketd cannot read.

    It may be called whenever settings may have changed: it only reads a few small files and queries Syncthing.
    """
    if sync_client == "none":
        return None
    clients = (Syncthing(environ, syncthing), Dropbox(environ), Maestral(environ))
    if sync_client == "auto":
        keeping = [(client, client.keeps(watched)) for client in clients]
        return next((client for certain in (True, None) for client, keeps in keeping if keeps is certain), None)
    return next(client for client in clients if client.name.lower() == sync_client)
