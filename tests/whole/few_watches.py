"""Runs programs in a new user namespace with few inotify watches (user_namespaces(7))."""

from __future__ import annotations

import subprocess

from daemon.host.inotify import LIMITS


def with_watches(most: int) -> tuple[str, ...]:
    """A command prefix that limits the number of inotify watches."""
    limit = 'echo "$0" > /proc/sys/user/max_inotify_watches && exec "$@"'
    return ("unshare", "--user", "--map-root-user", "sh", "-c", limit, str(most))


def can_be_limited() -> bool:
    """True if this system allows such a namespace."""
    try:
        tried = subprocess.run((*with_watches(6), "true"), capture_output=True, check=False, timeout=10)
    except OSError:
        return False
    return LIMITS[1].exists() and tried.returncode == 0
