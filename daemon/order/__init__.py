"""An order's phases, its steps, the facts that happen to it, and the rules between them.

``next_steps(order)`` returns the steps to take now, ``evolve(order, fact)`` the order after a fact. Both are pure.
"""

from daemon.order import answers, facts, pictures
from daemon.order.again import Again, Judged, compare, fingerprint
from daemon.order.allowed import Refusal, Verb, allowed, fact_of, refusal, submitted_order
from daemon.order.behind import delivered_as, named_alike
from daemon.order.hold import Hold
from daemon.order.late import came_late, changed_since, is_mendable, known_again, part_of, unknown
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
from daemon.order.outcome import Known, LateRules, Outcome, may_have_moved, may_supplement, outcome
from daemon.order.policy import Limits, Policy
from daemon.order.rules import evolve, next_steps
from daemon.order.sent import Sent, lies_as_sent, with_shots

__all__ = [
    "LINE",
    "RESTING",
    "Again",
    "Bracket",
    "FlowName",
    "Health",
    "Hold",
    "Image",
    "ImageState",
    "Judged",
    "Known",
    "LateRules",
    "Limits",
    "MergeState",
    "Order",
    "Outcome",
    "Phase",
    "Policy",
    "Preset",
    "Refusal",
    "Sent",
    "Verb",
    "allowed",
    "answers",
    "came_late",
    "changed_since",
    "compare",
    "delivered_as",
    "evolve",
    "fact_of",
    "facts",
    "fingerprint",
    "is_mendable",
    "known_again",
    "lies_as_sent",
    "may_have_moved",
    "may_supplement",
    "named_alike",
    "next_steps",
    "outcome",
    "part_of",
    "pictures",
    "refusal",
    "submitted_order",
    "unknown",
    "with_shots",
]
