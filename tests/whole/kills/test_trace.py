from __future__ import annotations

import pytest

from tests.whole.kills.trace import (
    SYNCS,
    Disorder,
    named,
    noted,
    parse,
    renamed,
    require_order,
    sent,
    synced,
    unnamed,
    written,
)

RIGHT = """\
7 pwrite64(8</s/state-wal>, "MergeIntended{}", 4096, 0) = 4096
7 fdatasync(8</s/state-wal>) = 0
9 sendto(9<socket:[11]>, "POST /v3/orders/1/merge HTTP/1.1\\r\\n", 90, 0, NULL, 0) = 90
9 write(5</o/.a.part>, "\\377\\330", 2) = 2
9 write(5</o/.a.part>, "\\377\\331", 2) = 2
9 fsync(5</o/.a.part>) = 0
9 fsync(6</o>) = 0
7 pwrite64(8</s/state-wal>, "Fetched{\\"image\\": \\"a\\"}", 4096, 4096) = 4096
7 fdatasync(8</s/state-wal>) = 0
9 link("/o/.a.part", "/o/a.jpg") = 0
9 unlink("/o/.a.part") = 0
9 fsync(6</o>) = 0
7 pwrite64(8</s/state-wal>, "Fetched{\\"image\\": \\"a\\"}Placed{}", 4096, 8192) = 4096
7 fdatasync(8</s/state-wal>) = 0
9 rename("/o/.n.part", "/o/n") = 0
""".splitlines()

RULES = [
    noted("/s/state-wal", "MergeIntended{"),
    synced("/s/state-wal"),
    sent("POST /v3/orders/1/merge"),
    written("/o/.a.part"),
    synced("/o/.a.part"),
    synced("/o"),
    noted("/s/state-wal", "Fetched{"),
    synced("/s/state-wal"),
    named("/o/.a.part", "/o/a.jpg"),
    unnamed("/o/.a.part"),
    synced("/o"),
    noted("/s/state-wal", "Placed{"),
    synced("/s/state-wal"),
    renamed("/o/.n.part", "/o/n"),
]

PIECES = [3, 4]
"""The lines of the correct trace that write one picture. Tests swap and remove them."""


def test_a_right_trace_is_right() -> None:
    """The rules hold for a trace with the correct sequence."""
    require_order(parse(RIGHT), RULES)


@pytest.mark.parametrize("line", [n for n in range(len(RIGHT) - 1) if n != PIECES[0]])
def test_two_calls_in_the_wrong_order_are_seen(line: int) -> None:
    """If any two calls are swapped, the rules fail."""
    wrong = [*RIGHT[:line], RIGHT[line + 1], RIGHT[line], *RIGHT[line + 2 :]]
    with pytest.raises(Disorder):
        require_order(parse(wrong), RULES)


@pytest.mark.parametrize("line", [n for n in range(len(RIGHT)) if n not in PIECES])
def test_a_missing_call_is_seen(line: int) -> None:
    """If any call is missing, or fails, the rules fail."""
    failed = RIGHT[line].rpartition(" = ")[0] + " = -1 EIO (Input/output error)"
    for wrong in ([*RIGHT[:line], *RIGHT[line + 1 :]], [*RIGHT[:line], failed, *RIGHT[line + 1 :]]):
        with pytest.raises(Disorder):
            require_order(parse(wrong), RULES)


@pytest.mark.parametrize("line", [n for n, call in enumerate(parse(RIGHT)) if call.name in SYNCS])
def test_a_flush_without_a_waiter_is_seen(line: int) -> None:
    """A flush that has not ended before the next call does not count."""
    call = RIGHT[line].rpartition(") = ")[0]
    begun, name = f"{call} <unfinished ...>", call.split()[1].partition("(")[0]
    late = [*RIGHT[:line], begun, RIGHT[line + 1], f"{call.split()[0]} <... {name} resumed>) = 0", *RIGHT[line + 2 :]]
    in_time = [*RIGHT[:line], begun, f"{call.split()[0]} <... {name} resumed>) = 0", *RIGHT[line + 1 :]]
    require_order(parse(in_time), RULES)
    with pytest.raises(Disorder):
        require_order(parse(late), RULES)
