from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.syncing.syncthing.verdict import ACQUAINTED_S, RUNNING, Look, Needed, Peer, verdict

KNOWN = Peer(state="valid", since=ACQUAINTED_S)
DONE = Look("idle", peers=(KNOWN,))
THREE = Needed(files=3, size=84_000_000)
NOBODY = "Syncthing has all of 12 Oak St that it knows of, but no device that shares Shoots is connected"
BUSY = Look("syncing", needed=THREE, in_shoot=THREE, peers=(KNOWN,))


@pytest.mark.parametrize(
    ("look", "done", "why"),
    [
        (DONE, True, "Syncthing has brought all of 12 Oak St that it knows of"),
        (replace(DONE, state="scanning"), True, "Syncthing has brought all of 12 Oak St that it knows of"),
        (replace(DONE, peers=(Peer(),)), True, "Syncthing has brought all of 12 Oak St that it knows of"),
        # something is missing
        (BUSY, False, "Syncthing is still bringing 3 files (84 MB) into 12 Oak St"),
        (replace(BUSY, state="scanning"), False, "Syncthing is still bringing 3 files (84 MB) into 12 Oak St"),
        (
            replace(BUSY, in_shoot=Needed(files=1, size=1)),
            False,
            "Syncthing is still bringing 1 file (1 KB) into 12 Oak St",
        ),
        (
            replace(BUSY, in_shoot=Needed(files=1200, size=2_500_000_000, removals=1)),
            False,
            "Syncthing is still bringing 1,200 files (2.5 GB) into 12 Oak St and removing 1 file",
        ),
        (
            replace(BUSY, in_shoot=Needed(files=3, size=84_000_000, folders=2)),
            False,
            "Syncthing is still bringing 3 files (84 MB) into 12 Oak St",
        ),
        (replace(BUSY, in_shoot=Needed(folders=2)), False, "Syncthing is still bringing 2 folders into 12 Oak St"),
        (replace(BUSY, in_shoot=Needed(removals=2)), False, "Syncthing is still removing 2 files from 12 Oak St"),
        (
            replace(BUSY, peers=()),
            False,
            "Syncthing has yet to finish bringing 3 files (84 MB) into 12 Oak St; no device that has them is connected",
        ),
        (
            replace(BUSY, state="idle", failed=3),
            False,
            "Syncthing failed at bringing 3 files (84 MB) into 12 Oak St; its page says why",
        ),
        (replace(BUSY, in_shoot=None), False, "Syncthing is still bringing 3 files (84 MB) into Shoots"),
        (replace(DONE, state="sync-preparing"), False, "Syncthing is finishing Shoots"),
        # another shoot is under way
        (replace(BUSY, in_shoot=Needed()), True, "Syncthing has brought all of 12 Oak St that it knows of"),
        # nobody, or nobody who is known yet, would have more
        (
            replace(DONE, peers=()),
            None,
            NOBODY,
        ),
        (
            replace(DONE, peers=(Peer("paused", 99), Peer("notSharing", 99))),
            None,
            NOBODY,
        ),
        (
            replace(DONE, peers=(KNOWN, Peer("valid", ACQUAINTED_S - 1))),
            False,
            "Syncthing has just met a device that shares Shoots and is learning what it has",
        ),
        (
            replace(DONE, peers=(Peer("unknown", 99),)),
            False,
            "Syncthing has just met a device that shares Shoots and is learning what it has",
        ),
        # zeros that mean nothing
        (
            replace(DONE, state=""),
            None,
            "Syncthing has paused Shoots, so it does not tell what is missing in 12 Oak St",
        ),
        (
            replace(DONE, state="error", error="folder marker missing"),
            None,
            "Syncthing has stopped keeping Shoots: folder marker missing",
        ),
    ],
)
def test_what_a_look_means(look: Look, done: bool | None, why: str) -> None:
    """A shoot is done when nothing of it is needed and somebody who is known could still announce more."""
    said = verdict(look, "12 Oak St", "Shoots")
    assert (said.done, said.why) == (done, why)


@pytest.mark.parametrize("state", RUNNING)
@pytest.mark.parametrize("peers", [(), (KNOWN,), (Peer("unknown", 0.0),)])
def test_what_is_missing_counts_in_every_state(state: str, peers: tuple[Peer, ...]) -> None:
    """No state of the folder, and nobody's absence, makes a shoot done from which something is missing."""
    assert verdict(replace(BUSY, state=state, peers=peers), "12 Oak St", "Shoots").done is False
