"""Random temporary faults of the service, a few at a time.

The sandbox counts a repeated download as a violation if all of its body was sent. So downloads are cut off, slow or
refused, but never lost after their last byte.
"""

from __future__ import annotations

import random

ANYWHERE = (
    *("503 rate=0.2", "503 after=true", "429 retry_after=1", "429 rate=0.1", "502", "504 after=true", "html"),
    *("reset-before", "reset-after", "reset-after rate=0.1", "slow seconds=0.3 rate=0.3"),
)
REFUSED = ("401", "402", "402 rate=0.1")
ANSWERED = ("stall seconds=0.6", "drip seconds=0.5", "truncated", "short-length", "half-json", "excess")
REGISTERING = ("expired-url", "expired-url rate=0.2")
SENDING = ("upload-lag seconds=1 rate=0.3", "slow seconds=1 rate=0.5")
FETCHING = (
    *("slow seconds=0.5 rate=0.5", "stall seconds=0.6 rate=0.5", "drip seconds=0.8 rate=0.5", "truncated rate=0.3"),
    *("truncated", "short-length", "reset-before", "503", "429 retry_after=1"),
)
COURSE = ("merge slow-grouping seconds=0.8 rate=0.5", "image error", "image error rate=0.2")

ROUTES = {
    "images": ("create_image", "delete_image", "merge_order", "show_order"),
    "brackets": ("create_order", "create_bracket", "order_brackets", "process_order", "show_order"),
}


def possible(flow: str) -> list[str]:
    """The faults that these tests use for an order of a flow."""
    register = "create_image" if flow == "images" else "create_bracket"
    bodiless = {"delete_image"}
    return [
        *(f"{where} {kind}" for where in (*ROUTES[flow], "upload", "enhanced", "asset") for kind in ANYWHERE),
        *(f"{where} {kind}" for where in ROUTES[flow] for kind in REFUSED),
        *(f"{where} {kind}" for where in ROUTES[flow] if where not in bodiless for kind in ANSWERED),
        *(f"{register} {kind}" for kind in REGISTERING),
        *(f"upload {kind}" for kind in SENDING),
        *(f"download {kind}" for kind in FETCHING),
        *COURSE,
    ]


def some(chance: random.Random, flow: str) -> list[str]:
    """A random mix of faults, from none to unusually many."""
    return chance.sample(possible(flow), chance.choice((0, 2, 4, 8, 16)))
