"""The desk: the only writer of orders. It stores their facts and answers the asks about them."""

from daemon.orders.desk import Change, Desk, Turn
from daemon.orders.inbox import Inbox

__all__ = ["Change", "Desk", "Inbox", "Turn"]
