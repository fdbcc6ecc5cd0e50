"""Reads the delivery notes that ``daemon.delivery.delivery_note`` wrote, and checks their pictures."""

from daemon.notes.looking import (
    NAME,
    NotePath,
    Spoiled,
    Unread,
    changed_at,
    folders_in,
    missing,
    named_below,
    own_note,
    read,
    read_all,
    read_each,
    read_in,
)
from daemon.notes.parsing import order_of, with_times
from daemon.notes.words import words_of_listed, words_of_unknown, words_of_unread

__all__ = [
    "NAME",
    "NotePath",
    "Spoiled",
    "Unread",
    "changed_at",
    "folders_in",
    "missing",
    "named_below",
    "order_of",
    "own_note",
    "read",
    "read_all",
    "read_each",
    "read_in",
    "with_times",
    "words_of_listed",
    "words_of_unknown",
    "words_of_unread",
]
