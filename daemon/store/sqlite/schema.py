"""The state file's tables, and the migrations from each version to the next.

A migration is a function of a connection. Each runs in its own transaction, which also sets the version
(``PRAGMA user_version``), so that a kill never leaves the file between two versions.

Text columns contain UTF-8. A file name that is not UTF-8 is stored as its bytes on disk (columns of type ANY). Times
are in epoch seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from daemon.errors import StateTooNew

FIRST = """
CREATE TABLE orders (
  id             TEXT PRIMARY KEY,
  flow           TEXT NOT NULL,
  shoot          ANY  NOT NULL,
  folder         ANY  NOT NULL,
  output         ANY  NOT NULL,
  preset         TEXT NOT NULL,
  phase          TEXT NOT NULL,
  held_in        TEXT,
  created        INTEGER NOT NULL,
  discards       TEXT NOT NULL,
  left_out       TEXT NOT NULL,
  fingerprint    TEXT NOT NULL,
  late           TEXT NOT NULL,
  merge          TEXT NOT NULL,
  merge_asked_at REAL,
  polls          INTEGER NOT NULL,
  failures       INTEGER NOT NULL,
  trouble        TEXT,
  notes          TEXT NOT NULL,
  due            REAL,
  created_at     REAL NOT NULL,
  updated_at     REAL NOT NULL,
  health         TEXT NOT NULL,
  brackets_total INTEGER NOT NULL,
  brackets_uploaded INTEGER NOT NULL,
  bytes_total    INTEGER NOT NULL,
  bytes_uploaded INTEGER NOT NULL,
  images_total   INTEGER NOT NULL,
  images_processed INTEGER NOT NULL,
  images_downloaded INTEGER NOT NULL,
  images_failed  INTEGER NOT NULL,
  messages       TEXT NOT NULL
) STRICT;
CREATE INDEX orders_due ON orders (due) WHERE due IS NOT NULL;
CREATE INDEX orders_folder ON orders (folder);
CREATE INDEX orders_updated ON orders (updated_at);
CREATE INDEX orders_fingerprint ON orders (fingerprint) WHERE fingerprint != '';

CREATE TABLE brackets (
  order_id     TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  number       INTEGER NOT NULL,
  path         ANY  NOT NULL,
  size         INTEGER NOT NULL,
  mtime_ns     ANY  NOT NULL,
  inode        ANY  NOT NULL,
  attempt      INTEGER NOT NULL,
  service_id   TEXT,
  url          TEXT,
  content_type TEXT,
  stored_at    REAL,
  failures     INTEGER NOT NULL,
  PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE images (
  order_id   TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  brackets   TEXT NOT NULL,
  state      TEXT NOT NULL,
  reason     TEXT,
  size       INTEGER,
  sha256     TEXT,
  extension  TEXT,
  file       ANY,
  fetched_at REAL,
  failures   INTEGER NOT NULL,
  PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  seq      INTEGER PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  at       REAL NOT NULL,
  fact     TEXT NOT NULL,
  detail   TEXT NOT NULL
) STRICT;
CREATE INDEX journal_order ON journal (order_id, seq);

CREATE TABLE asks (
  seq    INTEGER PRIMARY KEY,
  at     REAL NOT NULL,
  verb   TEXT NOT NULL,
  target ANY  NOT NULL
) STRICT;

CREATE TABLE roots (
  path     ANY PRIMARY KEY,
  seen_at  REAL NOT NULL,
  identity TEXT NOT NULL,
  empty    INTEGER NOT NULL
) STRICT;

CREATE TABLE waiting (
  folder ANY PRIMARY KEY,
  shoot  ANY NOT NULL,
  reason TEXT NOT NULL,
  files  INTEGER NOT NULL,
  bytes  INTEGER NOT NULL,
  since  REAL NOT NULL
) STRICT;

CREATE TABLE daemon (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
"""


SECOND = """
ALTER TABLE orders ADD COLUMN altered TEXT NOT NULL DEFAULT '[]';
ALTER TABLE orders ADD COLUMN supplement_of TEXT;
ALTER TABLE orders ADD COLUMN same_as TEXT;
ALTER TABLE orders ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN inode TEXT;
ALTER TABLE orders ADD COLUMN over_limit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN by_person INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN reckoned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN dev_mode INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET dev_mode = coalesce(json_extract(preset, '$.dev_mode'), 0);

ALTER TABLE brackets ADD COLUMN mark TEXT NOT NULL DEFAULT '';
ALTER TABLE brackets ADD COLUMN sha256 TEXT;
ALTER TABLE brackets ADD COLUMN left_out TEXT;
CREATE INDEX brackets_mark ON brackets (mark) WHERE mark != '';

ALTER TABLE images ADD COLUMN reprocessed_at REAL;
ALTER TABLE images ADD COLUMN reprocess_heard INTEGER NOT NULL DEFAULT 0;

ALTER TABLE roots ADD COLUMN mount ANY;
ALTER TABLE roots RENAME COLUMN empty TO shoots;
UPDATE roots SET shoots = 1 - shoots;

CREATE TABLE purchases (
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  image_id TEXT NOT NULL,
  at       REAL NOT NULL,
  credits  INTEGER NOT NULL,
  PRIMARY KEY (order_id, image_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX purchases_at ON purchases (at);
INSERT INTO purchases (order_id, image_id, at, credits)
  SELECT order_id, images.id, fetched_at, 1 FROM images JOIN orders ON orders.id = order_id
  WHERE fetched_at IS NOT NULL AND NOT dev_mode
  ON CONFLICT DO NOTHING;
"""
"""Adds the ledger of purchases, the marks of photos, and the columns for limits and supplements."""

THIRD = """
-- Purchases.
CREATE TABLE bought (
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  image_id TEXT PRIMARY KEY,
  at       REAL NOT NULL,
  credits  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO bought (order_id, image_id, at, credits)
  SELECT order_id, image_id, at, credits FROM purchases WHERE true ORDER BY at, order_id
  ON CONFLICT DO NOTHING;
DROP TABLE purchases;
ALTER TABLE bought RENAME TO purchases;
CREATE INDEX purchases_at ON purchases (at);
CREATE INDEX images_id ON images (id);
ALTER TABLE orders ADD COLUMN merge_refused_at REAL;
ALTER TABLE orders ADD COLUMN mismatch TEXT;
ALTER TABLE orders ADD COLUMN mismatches INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN mismatched_at REAL;

-- Delivery notes.
ALTER TABLE orders ADD COLUMN unknown_order TEXT;

-- Frames.
ALTER TABLE brackets ADD COLUMN shot TEXT NOT NULL DEFAULT '';
ALTER TABLE brackets ADD COLUMN shot_second INTEGER;
CREATE INDEX brackets_shot_second ON brackets (shot_second) WHERE shot_second IS NOT NULL;
CREATE TABLE left_out (
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  number   INTEGER NOT NULL,
  path     ANY  NOT NULL,
  why      TEXT NOT NULL,
  of       ANY,
  shoot    ANY  NOT NULL,
  PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;

-- Uploads.
ALTER TABLE brackets ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE brackets ADD COLUMN refused TEXT;
ALTER TABLE brackets ADD COLUMN ctime_ns ANY;
ALTER TABLE brackets ADD COLUMN unreadable_since REAL;
ALTER TABLE brackets ADD COLUMN rereads INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN output_renamed INTEGER NOT NULL DEFAULT 0;

-- Skipped shoots.
ALTER TABLE orders ADD COLUMN hold TEXT;
ALTER TABLE orders ADD COLUMN recorded INTEGER NOT NULL DEFAULT 0;
CREATE TABLE skipped_files (
  name       ANY NOT NULL,
  size       INTEGER NOT NULL,
  order_id   TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (name, size, order_id, changed_at)
) STRICT, WITHOUT ROWID;

-- Times.
ALTER TABLE orders ADD COLUMN due_set_at REAL;

-- Asks.
ALTER TABLE asks ADD COLUMN outcome TEXT;
ALTER TABLE asks ADD COLUMN answer TEXT;
ALTER TABLE asks ADD COLUMN answered_at REAL;
ALTER TABLE orders ADD COLUMN reopened_at REAL;

-- Phases.
ALTER TABLE orders ADD COLUMN phase_since REAL;

"""
"""Adds columns and tables for the subjects that the script's comments name."""


FOURTH = """
ALTER TABLE orders ADD COLUMN troubles TEXT NOT NULL DEFAULT '[]';
ALTER TABLE orders ADD COLUMN problems TEXT NOT NULL DEFAULT '';
UPDATE orders SET hold = iif(supplement_of IS NULL, 'doubt', 'late')
  WHERE phase = 'held' AND hold IS NULL AND held_in = 'settled' AND merge = 'not asked' AND NOT over_limit
  AND trouble LIKE '%`bracketd approve`%';
UPDATE orders SET troubles = json_array(json_object('code', CASE
    WHEN trouble = 'submitted anew as it is now' THEN 'replaced'
    WHEN trouble LIKE 'the state was rebuilt without asking the service%' THEN 'service-unasked'
    WHEN phase = 'cancelled' AND merge != 'not asked' THEN 'dismissed'
    WHEN phase IN ('skipped', 'cancelled') THEN phase
    WHEN over_limit THEN iif(phase = 'held', 'over-limit', 'limit-today')
    WHEN mismatch IS NOT NULL THEN 'wrong-answer'
    WHEN hold IS NOT NULL THEN CASE hold
      WHEN 'doubt' THEN 'doubtful-photos'
      WHEN 'late' THEN 'late-supplement'
      WHEN 'skipped before' THEN 'maybe-skipped-before'
      WHEN 'unknown order' THEN 'maybe-sent-before'
      WHEN 'delivered' THEN 'maybe-delivered-before'
      ELSE 'other' END
    WHEN trouble IN (SELECT json_extract(value, '$') FROM daemon WHERE key IN ('account', 'limit')) THEN 'account'
    ELSE 'other' END, 'text', trouble))
  WHERE trouble IS NOT NULL;
UPDATE orders SET troubles = json_array(
    json_object('code', 'other', 'text', substr(trouble, 1, instr(trouble, 'and the state was rebuilt without') - 3)),
    json_object('code', 'service-unasked', 'text', substr(trouble, instr(trouble, 'and the state was rebuilt') + 4)))
  WHERE trouble LIKE '%_and the state was rebuilt without asking the service%';
"""
"""Adds a code to the text of each trouble. ``sqlite.problems`` then writes the problems."""

GATES_OF_WAITING = "ALTER TABLE waiting ADD COLUMN gates TEXT NOT NULL DEFAULT '[]'"
"""Adds the results of the gates to each waiting shoot, as JSON."""

PLAN = "ALTER TABLE orders ADD COLUMN plan TEXT NOT NULL DEFAULT '[]'"
"""Adds the images that an order's brackets should become, as JSON."""

PROOF = """
ALTER TABLE orders ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE asks ADD COLUMN names TEXT NOT NULL DEFAULT '[]';
"""
"""Adds a column for a person's decision about images that differ from the plan, and one for the names in an ask
(JSON)."""

PREVIEWS = """
ALTER TABLE images ADD COLUMN preview TEXT NOT NULL DEFAULT 'not fetched';
ALTER TABLE images ADD COLUMN preview_failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN inspection TEXT;
"""
"""Adds the state of each image's preview, and the result of inspecting an order's previews, as JSON."""


PARTS = """
ALTER TABLE orders ADD COLUMN part TEXT;
ALTER TABLE orders ADD COLUMN several TEXT NOT NULL DEFAULT '';
"""
"""Adds which of a shoot's properties an order is, as JSON, and the properties that a shoot seems to have, as text."""


def _statements(script: str) -> Callable[[sqlite3.Connection], None]:
    def run(connection: sqlite3.Connection) -> None:
        for statement in script.split(";"):
            if statement.strip():
                connection.execute(statement)

    return run


Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: tuple[Migration, ...] = (
    _statements(FIRST),
    _statements(SECOND),
    _statements(THIRD),
    _statements(FOURTH),
    _statements(GATES_OF_WAITING),
    _statements(PLAN),
    _statements(PROOF),
    _statements(PREVIEWS),
    _statements(PARTS),
)
"""The migration at index ``n`` converts a file of version ``n`` to version ``n + 1``."""

VERSION = len(MIGRATIONS)


def version(connection: sqlite3.Connection) -> int:
    """The version of an open state file, 0 if it is empty."""
    return int(connection.execute("PRAGMA user_version").fetchone()["user_version"])


def require_known(connection: sqlite3.Connection, path: str) -> int:
    """The version of an open state file. Raises StateTooNew for a version that is not known."""
    found = version(connection)
    if found > VERSION:
        raise StateTooNew(
            f"{path} was written by a newer version of bracketd (state version {found}; this version supports "
            f"{VERSION}). Install the newer version again. Nothing was changed."
        )
    return found


def migrate(connection: sqlite3.Connection, path: str, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Run the migrations that an open state file still needs. Raises StateTooNew."""
    for number in range(require_known(connection, path), len(migrations)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version(connection) == number:
                migrations[number](connection)
                connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # on a full disk SQLite has already rolled back
                connection.execute("ROLLBACK")
            raise
