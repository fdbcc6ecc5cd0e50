"""How sure a bracket set is."""

from __future__ import annotations

from enum import StrEnum


class Confidence(StrEnum):
    """How sure a set is. CERTAIN: by marks or by the shoot's pattern and pauses. ASK: a person should look at it."""

    CERTAIN = "certain"
    LIKELY = "likely"
    ASK = "ask"
