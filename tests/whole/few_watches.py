"""Runs programs in a user namespace of their own, in which few folders can be watched (user_namespaces(7))."""

from __future__ import annotations

import subprocess

from daemon.host.inotify import LIMITS


def with_watches(most: int) -> tuple[str, ...]:
    """What to put before a command so that it has so many inotify watches."""
    limit = 'echo "$0" > /proc/sys/user/max_inotify_watches && exec "$@"'
    return ("unshare", "--user", "--map-root-user", "sh", "-c", limit, str(most))


def can_be_limited() -> bool:
    """Whether this system lets anybody have such a namespace."""
    try:
        tried = subprocess.run((*with_watches(6), "true"), capture_output=True, check=False, timeout=10)
    except OSError:
        return False
    return LIMITS[1].exists() and tried.returncode == 0
