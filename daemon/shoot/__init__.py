"""Decides when a shoot is settled. All functions are pure.

A shoot is a folder with all files below it. It is *settled* when it passes every gate: no file was added, removed or
changed (path, size, mtime, inode) during the quiet period, no file is in flight, every photo is complete, and no
bracket set is incomplete.
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
    GateResult,
    GateState,
    Terms,
    closed_gate,
    gates,
    look_every,
    may_dangle,
    problems_of,
)
from daemon.shoot.leftout import Doubt, LeftOut, Why, usable
from daemon.shoot.shot import Shot, Taken
from daemon.shoot.verdict import Verdict, verdict

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
    "GateResult",
    "GateState",
    "LeftOut",
    "Listing",
    "Quiet",
    "Shot",
    "Taken",
    "Terms",
    "Verdict",
    "Why",
    "closed_gate",
    "gates",
    "listing",
    "look_every",
    "may_dangle",
    "problems_of",
    "usable",
    "verdict",
]
