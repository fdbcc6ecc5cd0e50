"""The settings of one watched folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from daemon.order import Preset
from daemon.shoot import Quiet, Terms

LateFiles = Literal["supplement", "hold", "ignore"]


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A watched folder. ``quiet``: how long a settled shoot is unchanged; ``interval``: seconds between full scans.

    ``inodes``: True if the file system keeps a folder's inode for the folder's lifetime.
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
        """The terms under which its shoots settle."""
        return Terms(self.quiet, leave_out=self.preset.bad_files == "leave_out")

    def path(self, shoot: str) -> str:
        """The folder of a shoot."""
        return os.path.join(self.watch, shoot)
