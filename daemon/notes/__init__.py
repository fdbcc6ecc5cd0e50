"""Delivery notes read back: what ``daemon.delivery.delivery_note`` wrote, and whether its pictures are still there."""

from daemon.notes.looking import NAME, folders_in, missing, named_in, notes_in, own_note, read
from daemon.notes.parsing import order_of, with_times

__all__ = ["NAME", "folders_in", "missing", "named_in", "notes_in", "order_of", "own_note", "read", "with_times"]
