from __future__ import annotations

import shutil

from bench.measures import MEASURES, measure
from bench.sizes import Sizes
from bench.table import table

TINY = Sizes(
    files=4,
    file_mb=0.2,
    uploads=2,
    rounds=1,
    line_mb_s=20,
    line_rounds=1,
    big_files=3,
    big_mb=1,
    big_uploads=3,
    shoots=1,
    image_mb=0.1,
    poll_every_s=0.2,
    processed_after_s=0.1,
    calm_s=0.1,
    idle_s=1,
    orders=30,
    runs=1,
    archive=3,
    archive_files=2,
    copied=20,
    look_scenes=1,
)

ROWS = {
    "upload.wire",
    "upload.whole",
    "upload.cpu",
    "upload.line",
    "memory.uploading",
    "memory.after",
    "waiting.first_byte",
    "waiting.in_place",
    "idle.new.cpu",
    "idle.new.memory",
    "idle.new.ready",
    "idle.stored.cpu",
    "idle.stored.memory",
    "idle.stored.ready",
    "status.json",
    "status.table",
    "page.first_byte",
    "page.whole",
    "page.beside_hello",
    "page.sight",
    "page.wakeups.closed",
    "page.wakeups.open",
    "page.memory",
    "page.streams.memory",
    "page.streams.cpu",
    "arriving.ready",
    "arriving.cpu",
    "arriving.memory",
    "arriving.noticed",
    "arriving.extra",
    "arriving.lost",
    "arriving.extra.many",
    "look.wrong",
    "look.right",
    "look.others",
    "look.margin",
    "look.recognised",
    "look.claims",
}


MAY_BE_NOTHING = {
    "idle.new.cpu",
    "idle.stored.cpu",
    "page.streams.memory",
    "page.streams.cpu",
    "arriving.cpu",
    "arriving.lost",
    "arriving.extra",
    "arriving.extra.many",
    "look.wrong",
    "look.recognised",
    "look.claims",
}
"""Figures that may be 0: CPU, losses, mistakes, and a wait that ends before the copy is reported as done."""


def test_everything_is_measured() -> None:
    """The benchmark measures everything that has a goal, and its table lists it. The figures are not checked.

    ``tests/core/test_grouping_goals.py`` checks those of grouping.
    """
    rows = list(measure(TINY, set(MEASURES) - {"grouping"}))
    assert {row.name for row in rows} == ROWS
    for row in rows:
        if row.figure is None:
            assert row.name.startswith("upload."), row
            assert shutil.which("curl") is None, row
        else:
            assert row.figure > 0 or row.name in MAY_BE_NOTHING, row
    lines = table(rows).splitlines()
    assert len(lines) == 1 + len(rows)
    assert set(MEASURES) == {"uploading", "memory", "waiting", "idle", "status", "page", "arriving", "grouping", "look"}
