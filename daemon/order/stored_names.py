"""The names under which the journal stores facts and steps.

They must not change, because the journals of earlier versions have them. ``wording`` uses the same names.
"""

from __future__ import annotations

STORED = {
    "Poll": "Look",
    "Polled": "Seen",
    "PlacePicture": "Place",
    "PicturePlaced": "Placed",
}
"""The stored names of classes that were renamed since."""


def stored_name(kind: type) -> str:
    """The name under which the journal stores a fact, a step, or a part of one."""
    return STORED.get(kind.__name__, kind.__name__)
