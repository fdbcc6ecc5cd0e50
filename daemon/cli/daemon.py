"""What is wrong with the daemon, or with the disk that it needs: for ``check`` and ``doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from daemon.cli.state import state_file
from daemon.cli.words import no_room, silent
from daemon.host import pulse, room

REMEDY = "Make room there, or bracketd has to wait"


def wrong_with_daemon(state_dir: Path, pid: int | None) -> Iterator[str]:
    """That it does not answer, that it waits for room for its state, or will soon. ``pid``: None if none runs."""
    sign = pulse.look(state_dir) if pid is not None else None
    if pid is not None and sign is not None and sign.silent:
        yield silent(pid, sign.age)
    if sign is not None and sign.full:
        yield no_room(state_dir)
    elif (why := room.shortage(state_file(state_dir))) is not None:
        yield f"there is too little room for the state in {state_dir}: {why}. {REMEDY}"
    elif state_dir.is_dir() and room.is_full(state_dir):
        yield f"nothing can be written into {state_dir}: your quota is used up. {REMEDY}"
