from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner

from daemon.cli import cli
from daemon.store.place import FILE
from daemon.store.sqlite.schema import MIGRATIONS

ORDER = """
INSERT INTO orders (id, flow, shoot, folder, output, preset, phase, created, discards, left_out, fingerprint, late,
  merge, polls, failures, notes, created_at, updated_at, health, brackets_total, brackets_uploaded, bytes_total,
  bytes_uploaded, images_total, images_processed, images_downloaded, images_failed, messages)
VALUES ('o1', 'images', 'Oak', '/in/Oak', '/out/Oak', '{"dev_mode": false}', 'downloaded', 1, '[]', '[]', '', '[]',
  'seen', 1, 0, '[]', 1.0, 2.0, 'ok', 0, 0, 0, 0, 1, 1, 1, 0, '[]')
"""
IMAGE = """
INSERT INTO images (order_id, number, id, name, brackets, state, file, fetched_at, failures)
VALUES ('o1', 0, 'i1', 'x', '[]', 'placed', 'a.jpg', 1.5, 0)
"""


def test_an_older_state_file_can_be_looked_at(tmp_path: Path) -> None:
    """After an update, before the daemon restarts, status, show and costs work and leave the file unchanged."""
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        MIGRATIONS[0](connection)
        connection.execute(ORDER)
        connection.execute(IMAGE)
        connection.execute("PRAGMA user_version = 1")
    before = (tmp_path / FILE).read_bytes()
    config = tmp_path / "bracketd.yaml"
    config.write_text(f"state_dir: {tmp_path}\n")

    def said(*words: str) -> str:
        done = CliRunner().invoke(cli, ["--config", str(config), *words])
        assert done.exit_code == 0, done.output
        return done.output

    assert [order["shoot"] for order in json.loads(said("status", "--json"))["orders"]] == ["Oak"]
    assert "Oak: downloaded, ok" in said("show", "Oak")
    assert json.loads(said("costs", "--json"))["images"] == 1
    assert (tmp_path / FILE).read_bytes() == before
