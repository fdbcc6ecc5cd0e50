"""An order's phases, the steps that can be taken, the facts that happened, and the rules between them.

``next_steps(order)`` says what happens next, ``evolve(order, fact)`` what a fact makes of it. Both are pure.
"""

from daemon.order import facts
from daemon.order.again import Again, Judged, Submitted, compare, fingerprint, submitted
from daemon.order.behind import delivered_as, named_alike
from daemon.order.late import changed_since, is_mendable, known_again, may_follow, without_sent
from daemon.order.model import (
    LINE,
    RESTING,
    Bracket,
    FlowName,
    Health,
    HeldFor,
    Image,
    ImageState,
    MergeState,
    Order,
    Phase,
    Preset,
)
from daemon.order.policy import Limits, Policy
from daemon.order.rules import evolve, next_steps

__all__ = [
    "LINE",
    "RESTING",
    "Again",
    "Bracket",
    "FlowName",
    "Health",
    "HeldFor",
    "Image",
    "ImageState",
    "Judged",
    "Limits",
    "MergeState",
    "Order",
    "Phase",
    "Policy",
    "Preset",
    "Submitted",
    "changed_since",
    "compare",
    "delivered_as",
    "evolve",
    "facts",
    "fingerprint",
    "is_mendable",
    "known_again",
    "may_follow",
    "named_alike",
    "next_steps",
    "submitted",
    "without_sent",
]
