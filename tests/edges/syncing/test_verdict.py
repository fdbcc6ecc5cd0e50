from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.syncing.syncthing.verdict import ACQUAINTED_S, RUNNING, Needed, Peer, Snapshot, verdict

KNOWN = Peer(state="valid", since=ACQUAINTED_S)
DONE = Snapshot("idle", peers=(KNOWN,))
THREE = Needed(files=3, size=84_000_000)
NOBODY = "Syncthing has all known files of 12 Oak St, but no device that shares Shoots is connected"
BUSY = Snapshot("syncing", needed=THREE, in_shoot=THREE, peers=(KNOWN,))


@pytest.mark.parametrize(
    ("look", "done", "why"),
    [
        (DONE, True, "Syncthing has downloaded all known files of 12 Oak St"),
        (replace(DONE, state="scanning"), True, "Syncthing has downloaded all known files of 12 Oak St"),
        (replace(DONE, peers=(Peer(),)), True, "Syncthing has downloaded all known files of 12 Oak St"),
        # something is missing
        (BUSY, False, "Syncthing is still downloading 3 files (84 MB) into 12 Oak St"),
        (replace(BUSY, state="scanning"), False, "Syncthing is still downloading 3 files (84 MB) into 12 Oak St"),
        (
            replace(BUSY, in_shoot=Needed(files=1, size=1)),
            False,
            "Syncthing is still downloading 1 file (1 KB) into 12 Oak St",
        ),
        (
            replace(BUSY, in_shoot=Needed(files=1200, size=2_500_000_000, removals=1)),
            False,
            "Syncthing is still downloading 1,200 files (2.5 GB) into 12 Oak St and removing 1 file",
        ),
        (
            replace(BUSY, in_shoot=Needed(files=3, size=84_000_000, folders=2)),
            False,
            "Syncthing is still downloading 3 files (84 MB) into 12 Oak St",
        ),
        (replace(BUSY, in_shoot=Needed(folders=2)), False, "Syncthing is still downloading 2 folders into 12 Oak St"),
        (replace(BUSY, in_shoot=Needed(removals=2)), False, "Syncthing is still removing 2 files from 12 Oak St"),
        (
            replace(BUSY, peers=()),
            False,
            (
                "Syncthing has not finished downloading 3 files (84 MB) into 12 Oak St; "
                "no device that has the files is connected"
            ),
        ),
        (
            replace(BUSY, state="idle", failed=3),
            False,
            "Syncthing failed at downloading 3 files (84 MB) into 12 Oak St; its web page shows why",
        ),
        (replace(BUSY, in_shoot=None), False, "Syncthing is still downloading 3 files (84 MB) into Shoots"),
        (replace(DONE, state="sync-preparing"), False, "Syncthing is finishing Shoots"),
        # another shoot is under way
        (replace(BUSY, in_shoot=Needed()), True, "Syncthing has downloaded all known files of 12 Oak St"),
        # no device, or no known device, has more files
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
            "Syncthing has just connected to a device that shares Shoots and is checking its files",
        ),
        (
            replace(DONE, peers=(Peer("unknown", 99),)),
            False,
            "Syncthing has just connected to a device that shares Shoots and is checking its files",
        ),
        # zeros that mean nothing
        (
            replace(DONE, state=""),
            None,
            "Syncthing has paused Shoots and does not report what is missing in 12 Oak St",
        ),
        (
            replace(DONE, state="error", error="folder marker missing"),
            None,
            "Syncthing has stopped syncing Shoots: folder marker missing",
        ),
    ],
)
def test_what_a_look_means(look: Snapshot, done: bool | None, why: str) -> None:
    """A shoot is done if it needs no items and a device that could announce more is connected."""
    said = verdict(look, "12 Oak St", "Shoots")
    assert (said.done, said.why) == (done, why)


@pytest.mark.parametrize("state", RUNNING)
@pytest.mark.parametrize("peers", [(), (KNOWN,), (Peer("unknown", 0.0),)])
def test_what_is_missing_counts_in_every_state(state: str, peers: tuple[Peer, ...]) -> None:
    """A shoot with missing items is never done, whatever the folder's state or the connected devices are."""
    assert verdict(replace(BUSY, state=state, peers=peers), "12 Oak St", "Shoots").done is False
