"""Problems of the running daemon and of the state's disk, for ``check`` and ``doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from daemon.cli.state import state_file
from daemon.cli.words import no_room, silent
from daemon.host import pulse, room

REMEDY = "Free up space there, or bracketd will have to wait"


def wrong_with_daemon(state_dir: Path, pid: int | None) -> Iterator[str]:
    """Messages if the daemon does not respond, or if the state's disk is full or almost full.

    ``pid`` is the daemon's; None if no daemon is running.
    """
    sign = pulse.look(state_dir) if pid is not None else None
    if pid is not None and sign is not None and sign.silent:
        yield silent(pid, sign.age)
    if sign is not None and sign.full:
        yield no_room(state_dir)
    elif (why := room.shortage(state_file(state_dir))) is not None:
        yield f"there is too little disk space for the state in {state_dir}: {why}. {REMEDY}"
    elif state_dir.is_dir() and room.is_full(state_dir):
        yield f"cannot write to {state_dir}: your disk quota is used up. {REMEDY}"
