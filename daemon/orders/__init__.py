"""The desk: the only writer of orders. It stores what happens to them and what people ask of them."""

from daemon.orders.desk import Change, Desk, Turn
from daemon.orders.inbox import Inbox

__all__ = ["Change", "Desk", "Inbox", "Turn"]
