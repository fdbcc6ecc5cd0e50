"""An order's phases, the steps that can be taken, the facts that happened, and the rules between them.

``next_steps(order)`` says what happens next, ``evolve(order, fact)`` what a fact makes of it. Both are pure.
"""

from daemon.order import facts
from daemon.order.again import Again, compare, fingerprint
from daemon.order.model import (
    LINE,
    RESTING,
    Bracket,
    FlowName,
    Health,
    Image,
    ImageState,
    MergeState,
    Order,
    Phase,
    Preset,
)
from daemon.order.policy import Policy
from daemon.order.rules import evolve, next_steps

__all__ = [
    "LINE",
    "RESTING",
    "Again",
    "Bracket",
    "FlowName",
    "Health",
    "Image",
    "ImageState",
    "MergeState",
    "Order",
    "Phase",
    "Policy",
    "Preset",
    "compare",
    "evolve",
    "facts",
    "fingerprint",
    "next_steps",
]
