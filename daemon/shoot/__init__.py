"""What a shoot is, and when it is settled: decided from numbers it is given.

A shoot is a folder, at any depth below it, with its files. It is *settled* when every gate lets it pass: none of its
files was added, removed or changed (path, size, mtime, inode) for the quiet period, none is in flight, every photo is
whole, and no bracket set lacks one.
"""

from daemon.shoot.arrival import NOBODY, Arrival, Client, Quiet
from daemon.shoot.files import Bound, File, FileClass, Listing, listing
from daemon.shoot.formats import Format
from daemon.shoot.gates import (
    BOUNDS,
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
from daemon.shoot.leftout import Doubt, LeftOut, Why, usable
from daemon.shoot.shot import Shot, Taken

__all__ = [
    "BOUNDS",
    "DAMAGED",
    "DANGLING",
    "NOBODY",
    "PATIENCE",
    "UNREAD",
    "Arrival",
    "Bound",
    "Client",
    "Doubt",
    "File",
    "FileClass",
    "Format",
    "LeftOut",
    "Listing",
    "Quiet",
    "Shot",
    "Taken",
    "Terms",
    "Told",
    "Verdict",
    "Why",
    "gates",
    "listing",
    "look_every",
    "may_dangle",
    "problems_of",
    "usable",
    "verdict",
]
