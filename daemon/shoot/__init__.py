"""What a shoot is, and when it is settled: decided from numbers it is given.

A shoot is a folder, at any depth below it, with its files. It is *settled* when every gate lets it pass: none of its
files was added, removed or changed (path, size, mtime, inode) for the quiet period, none is in flight, every photo is
whole, and no bracket set lacks one.
"""

from daemon.shoot.arrival import NOBODY, Arrival, Client, Quiet
from daemon.shoot.files import File, FileClass, Listing, listing
from daemon.shoot.gates import (
    DAMAGED,
    DANGLING,
    PATIENCE,
    UNREAD,
    Terms,
    Told,
    Verdict,
    gates,
    look_every,
    may_dangle,
    problems_of,
    verdict,
)

__all__ = [
    "DAMAGED",
    "DANGLING",
    "NOBODY",
    "PATIENCE",
    "UNREAD",
    "Arrival",
    "Client",
    "File",
    "FileClass",
    "Listing",
    "Quiet",
    "Terms",
    "Told",
    "Verdict",
    "gates",
    "listing",
    "look_every",
    "may_dangle",
    "problems_of",
    "verdict",
]
