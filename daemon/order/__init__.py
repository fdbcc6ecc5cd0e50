"""An order's phases, its steps, the facts that happen to it, and the rules between them.

``next_steps(order)`` returns the steps to take now, ``evolve(order, fact)`` the order after a fact. Both are pure.
"""

from daemon.order import answers, facts, pictures
from daemon.order.again import Again, Judged, compare, fingerprint
from daemon.order.allowed import Refusal, Verb, allowed, fact_of, is_replaced, meant_by, refusal, submitted_order
from daemon.order.behind import delivered_as, named_alike
from daemon.order.bracket import Bracket
from daemon.order.ended import Ended
from daemon.order.hold import Hold, HoldKind
from daemon.order.image import Image, ImageState
from daemon.order.late import came_late, changed_since, is_mendable, kept_out, known_again, part_of, unknown
from daemon.order.merge import Merge, MergeState
from daemon.order.order import Order
from daemon.order.outcome import Known, LateRules, Outcome, may_have_moved, may_supplement, outcome
from daemon.order.phase import LINE, RESTING, Health, Phase
from daemon.order.policy import Limits, Policy
from daemon.order.preset import FlowName, Preset
from daemon.order.purchase import LimitCheck, Purchase
from daemon.order.rules import evolve, next_steps
from daemon.order.sent import Sent, lies_as_sent, with_shots
from daemon.order.source import OrderSource, ShootPart
from daemon.order.times import Times
from daemon.order.tries import Tries
from daemon.order.unsent import Unsent
from daemon.order.uploads import Uploads

__all__ = [
    "LINE",
    "RESTING",
    "Again",
    "Bracket",
    "Ended",
    "FlowName",
    "Health",
    "Hold",
    "HoldKind",
    "Image",
    "ImageState",
    "Judged",
    "Known",
    "LateRules",
    "LimitCheck",
    "Limits",
    "Merge",
    "MergeState",
    "Order",
    "OrderSource",
    "Outcome",
    "Phase",
    "Policy",
    "Preset",
    "Purchase",
    "Refusal",
    "Sent",
    "ShootPart",
    "Times",
    "Tries",
    "Unsent",
    "Uploads",
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
    "is_replaced",
    "kept_out",
    "known_again",
    "lies_as_sent",
    "may_have_moved",
    "may_supplement",
    "meant_by",
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
