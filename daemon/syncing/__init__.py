"""Asks sync clients (Syncthing, Dropbox, Maestral) if a shoot has arrived completely.

``client_for`` finds the client that syncs a watched folder; its ``ask`` reports on a shoot. Nothing here opens a file
in a watched folder, starts a download, or raises: if a client does not respond, the report says so.
"""

from daemon.syncing.find import ClientName, client_for
from daemon.syncing.report import SyncClient, SyncReport
from daemon.syncing.syncthing import Access as SyncthingAccess

__all__ = ["ClientName", "SyncClient", "SyncReport", "SyncthingAccess", "client_for"]
