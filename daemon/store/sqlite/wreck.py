"""Salvages a damaged or lost state file and its copies, and replaces it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from daemon.order import Order
from daemon.order.facts import Fact
from daemon.root import RootState
from daemon.store.place import FILE
from daemon.store.sqlite import copies, rebuild, salvage
from daemon.store.wreck import Salvage, Wreck


class SqliteWreck(Wreck):
    """The state directory of a damaged or lost state file."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir

    @property
    def state_dir(self) -> Path:
        return self._state_dir

    def remains(self) -> Path | None:
        return rebuild.remains(self._state_dir)

    def newest_copy(self) -> Path | None:
        return copies.newest_sound(self._state_dir / FILE)

    def written_at(self, state: Path) -> float:
        """The time of the file or of its WAL. An empty WAL is ignored, because readers leave one."""
        wal = state.with_name(f"{state.name}-wal")
        written = (path for path in (state, wal) if path == state or (path.exists() and path.stat().st_size))
        return max(path.stat().st_mtime for path in written)

    def salvage(self, state: Path, into: Path) -> Salvage:
        return salvage.salvage(state, into)

    def rebuild(
        self,
        into: Path,
        orders: Iterable[tuple[Order, Fact | None]],
        histories: Sequence[Path],
        roots: Mapping[str, RootState],
        now: float,
    ) -> Path:
        return rebuild.rebuild(into, orders, histories, roots, now)

    def put_in_place(self, built: Path, now: float) -> Path | None:
        return rebuild.put_in_place(self._state_dir, built, now)

    def keep_copy(self, name: str) -> None:
        copies.make(self._state_dir / FILE, name)
