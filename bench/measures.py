"""All benchmarks, in the order of the table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from bench import arriving, idle, look, memory, page, status, uploading, waiting
from bench.grouping import measuring as grouping
from bench.sizes import Bench, Sizes
from bench.table import Row

MEASURES: Mapping[str, Callable[[Bench], Iterator[Row]]] = {
    "uploading": uploading.measure,
    "memory": memory.measure,
    "waiting": waiting.measure,
    "idle": idle.measure,
    "status": status.measure,
    "page": page.measure,
    "arriving": arriving.measure,
    "look": look.measure,
    "grouping": grouping.measure,
}


def measure(sizes: Sizes, only: Collection[str] = tuple(MEASURES)) -> Iterator[Row]:
    """Yield the rows of the chosen benchmarks. Each runs in its own folder, which is then removed."""
    for name, rows in MEASURES.items():
        if name in only:
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                yield from rows(Bench(sizes, Path(folder)))
