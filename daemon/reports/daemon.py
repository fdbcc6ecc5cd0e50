"""Problems of the running daemon and of the state's disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from daemon.host import pulse, room
from daemon.store.place import state_file

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


def no_room(state_dir: Path) -> str:
    """The message about a daemon that waits for disk space for its state."""
    why = room.shortage(state_file(state_dir)) or "its disk is full or your quota is used up"
    return (
        f"there is no disk space for the state in {state_dir}: {why}. bracketd is waiting; it sends and buys nothing. "
        "Free up space there and it continues automatically"
    )


def silent(pid: int, seconds: float) -> str:
    """The message about a daemon that has not responded for a number of seconds."""
    return (
        f"bracketd (pid {pid}) has not responded for {seconds:.0f} s, so no shoot is processed. "
        f"If you stopped it with Ctrl-Z, resume it with `kill -CONT {pid}`; otherwise restart it"
    )
