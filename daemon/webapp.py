"""Where a person can look at an order in the vendor's web app."""

from __future__ import annotations


def order_page(order_id: str) -> str:
    """The order's page (the address that the vendor's own examples print); ``order_id`` is a UUID."""
    return f"https://app.autoenhance.ai/orders/{order_id}"
