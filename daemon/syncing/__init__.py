"""Sync clients, asked whether a folder is done: Syncthing, Dropbox and Maestral.

``client_for`` finds the one that keeps a watched folder, its ``ask`` tells of a shoot in it. Nothing here opens a file
in a watched folder, starts a download, or raises: that a client cannot be asked is an answer, too.
"""

from daemon.syncing.find import ClientName, client_for
from daemon.syncing.said import Said, SyncClient
from daemon.syncing.syncthing import Access as SyncthingAccess

__all__ = ["ClientName", "Said", "SyncClient", "SyncthingAccess", "client_for"]
