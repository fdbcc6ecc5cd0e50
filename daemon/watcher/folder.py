"""A watched folder as it is configured."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from daemon.order import Preset
from daemon.shoot import Quiet, Terms

LateFiles = Literal["supplement", "hold", "ignore"]


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A configured root. ``quiet``: how long a shoot is still; ``interval``: seconds between scans, hints or none.

    ``inodes``: whether its file system keeps a folder's inode for as long as the folder lives.
    """

    watch: str
    output: str
    quiet: Quiet
    process_existing: bool
    interval: float
    preset: Preset
    late_files: LateFiles = "supplement"
    inodes: bool = True

    @property
    def terms(self) -> Terms:
        """What it asks of its shoots."""
        return Terms(self.quiet, leave_out=self.preset.bad_files == "leave_out")

    def path(self, shoot: str) -> str:
        """The folder of a shoot."""
        return os.path.join(self.watch, shoot)
