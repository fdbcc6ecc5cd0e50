"""The address of an order in the vendor's web app."""

from __future__ import annotations


def order_page(order_id: str) -> str:
    """The URL of an order's page, in the format of the vendor's examples. ``order_id`` is a UUID."""
    return f"https://app.autoenhance.ai/orders/{order_id}"
