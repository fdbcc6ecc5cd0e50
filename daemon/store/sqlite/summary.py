"""SQL for the summary of an order: its columns, and the same as JSON for ``status --json``."""

from __future__ import annotations

import json
import sqlite3

from daemon.order.deadline import KEPT_FOR, SAFE
from daemon.store.sqlite.names import unpack

SUMMARY = (
    "id, shoot, folder, output, phase, merge, health, messages, dev_mode, supplement_of, same_as, hold, "
    "brackets_total, brackets_uploaded, images_total, images_processed, images_downloaded, images_failed, "
    "bytes_total, bytes_uploaded, created_at, updated_at"
)

ENDED = "phase IN ('downloaded', 'skipped', 'cancelled')"

NAME = "json(CASE typeof({0}) WHEN 'blob' THEN quoted({0}) ELSE json_quote({0}) END)".format
"""SQL for a file name in JSON. ``define_quoted`` defines ``quoted``, which turns bytes that are not UTF-8 into lone
surrogates (PEP 383)."""

KEPT_UNTIL = f"""iif(
  merge != 'not asked' AND phase NOT IN ('downloaded', 'skipped', 'cancelled') AND (
    images_total = 0 OR EXISTS (
      SELECT 1 FROM images WHERE order_id = orders.id
      AND state NOT IN ({", ".join(f"'{state.value}'" for state in SAFE)})
    )
  ), coalesce(reopened_at, merge_asked_at) + {KEPT_FOR}, NULL
)"""  # noqa: S608 - constants
"""SQL for the deadline of an order, as ``daemon.order.deadline.deadline`` computes it."""

IN_JSON = f"""
json_object(
  'shoot', {NAME("shoot")},
  'folder', {NAME("folder")},
  'output', {NAME("output")},
  'phase', phase,
  'health', health,
  'messages', json(messages),
  'problems', json(iif(problems = '', '[]', problems)),
  'order_id', id,
  'url', :link || id,
  'brackets', json_object('total', brackets_total, 'uploaded', brackets_uploaded),
  'images', json_object(
    'total', images_total, 'processed', images_processed, 'downloaded', images_downloaded, 'failed', images_failed
  ),
  'bytes', json_object('total', bytes_total, 'uploaded', bytes_uploaded),
  'dev_mode', json(iif(dev_mode, 'true', 'false')),
  'supplement_of', supplement_of,
  'sheet', iif(json_extract(inspection, '$.sheet'), 'previews/' || id || '/contact-sheet.jpg', NULL),
  'kept_until', strftime('%Y-%m-%dT%H:%M:%SZ', {KEPT_UNTIL}, 'unixepoch'),
  'created_at', strftime('%Y-%m-%dT%H:%M:%SZ', created_at, 'unixepoch'),
  'updated_at', strftime('%Y-%m-%dT%H:%M:%SZ', updated_at, 'unixepoch'),
  'phase_since', strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(phase_since, updated_at), 'unixepoch')
)
"""
"""SQL for an order in ``status --json``. ``:link`` is put before its id.

SQLite converts rows to JSON in half the time that Python needs.
"""


def define_quoted(connection: sqlite3.Connection) -> None:
    """Define the function that ``IN_JSON`` needs."""
    connection.create_function("quoted", 1, lambda name: json.dumps(unpack(name)), deterministic=True)
