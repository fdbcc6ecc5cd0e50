"""The client of the Autoenhance HTTP API: wire formats, both flows, error classes, pacing.

It does not know phases or SQL, and it does not retry.
"""

from daemon.service.client import Download, Service
from daemon.service.endpoint import Endpoint
from daemon.service.flows import Flow, FlowName
from daemon.service.line import Bounds, Timeouts
from daemon.service.media import content_type_of
from daemon.service.pacing import Pace
from daemon.service.rate import Demand
from daemon.service.wire import BracketReport, ImageReport, ImageStatus, OrderListed, OrderReport, Slot

__all__ = [
    "Bounds",
    "BracketReport",
    "Demand",
    "Download",
    "Endpoint",
    "Flow",
    "FlowName",
    "ImageReport",
    "ImageStatus",
    "OrderListed",
    "OrderReport",
    "Pace",
    "Service",
    "Slot",
    "Timeouts",
    "content_type_of",
]
