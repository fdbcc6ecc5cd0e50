"""Decodes pictures in a separate process: thumbnails, contact sheets, and how alike two pictures look.

The process has the lowest priority and bounded memory and time. ``decoding`` starts it when it is needed. The daemon
itself never loads Pillow: only that process uses the modules ``decode``, ``drawing``, ``sheet`` and ``worker``.
"""

from daemon.previews.decoding import Decoding, decoding
from daemon.previews.look import Look
from daemon.previews.values import Cell, Failure, FailureKind, Limits, Previews, Strip, Thumbnail, Tone

__all__ = [
    "Cell",
    "Decoding",
    "Failure",
    "FailureKind",
    "Limits",
    "Look",
    "Previews",
    "Strip",
    "Thumbnail",
    "Tone",
    "decoding",
]
