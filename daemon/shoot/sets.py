"""The words of bracket sets: how sure a set is, who groups, what is sent of a frame, what singles and pauses mean."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

MOST_BRACKETS = 9
"""The most brackets that the service merges into one image (its documentation)."""

GroupingName = Literal["automatic", "sets", "folders"]
Prefer = Literal["jpeg", "raw"]
Singles = Literal["send", "ask", "leave_out"]
SplitName = Literal["report", "ask", "never"]


class Confidence(StrEnum):
    """How sure a set is. CERTAIN: by marks or by the shoot's pattern and pauses. ASK: a person should look at it."""

    CERTAIN = "certain"
    LIKELY = "likely"
    ASK = "ask"
