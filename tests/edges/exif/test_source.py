from __future__ import annotations

from daemon.exif.source import HEAD_BYTES, MOST_BYTES, MOST_READS, Source

FILE = bytes(range(256)) * 4096


class Disk:
    """A file that records its reads."""

    def __init__(self) -> None:
        self.reads: list[tuple[int, int]] = []

    def fetch(self, offset: int, size: int) -> bytes:
        """Bytes of the file."""
        self.reads.append((offset, size))
        return FILE[offset : offset + size]


def source(disk: Disk) -> Source:
    """The file with its head already read."""
    return Source(FILE[:HEAD_BYTES], disk.fetch)


def test_the_head_costs_nothing() -> None:
    """Bytes within the head are answered without a read."""
    disk = Disk()
    assert source(disk).at(1000, 500) == FILE[1000:1500]
    assert disk.reads == []


def test_neighbours_share_a_read() -> None:
    """Small values near each other cost one read."""
    disk = Disk()
    behind = source(disk)
    assert [behind.at(offset, 8) for offset in (300_000, 299_900, 301_000)] == [
        FILE[offset : offset + 8] for offset in (300_000, 299_900, 301_000)
    ]
    assert len(disk.reads) == 1


def test_a_value_may_cross_the_head_s_end() -> None:
    """A value that begins in the head and ends after it is read completely."""
    disk = Disk()
    assert source(disk).at(HEAD_BYTES - 5, 10) == FILE[HEAD_BYTES - 5 : HEAD_BYTES + 5]


def test_without_fetch_a_value_is_as_long_as_the_head_has_it() -> None:
    """Bytes that cannot be read are left out."""
    assert Source(b"abcdef").at(4, 10) == b"ef"
    assert Source(b"abcdef").at(6, 10) == b""


def test_absurd_places_are_not_asked_for() -> None:
    """Offsets before the file and sizes below one give no bytes and cause no read."""
    disk = Disk()
    behind = source(disk)
    assert [behind.at(-1, 4), behind.at(-(1 << 70), 4), behind.at(300_000, 0), behind.at(300_000, -4)] == [b""] * 4
    assert disk.reads == []


def test_one_answer_is_64_kib_at_most() -> None:
    """However many bytes are requested, the result of one read is bounded."""
    assert len(source(Disk()).at(100_000, 1 << 60)) == HEAD_BYTES


def test_many_small_reads_come_to_an_end() -> None:
    """After the allowed number of reads, only bytes that were already read are returned."""
    disk = Disk()
    behind = source(disk)
    answers = [behind.at(offset, 1) for offset in range(HEAD_BYTES, HEAD_BYTES + 8192 * 40, 8192)]
    assert sum(map(len, answers)) == len(disk.reads) == MOST_READS


def test_large_reads_come_to_an_end() -> None:
    """After the allowed number of bytes, only bytes that were already read are returned."""
    disk = Disk()
    behind = source(disk)
    for offset in range(100_000, 900_000, 100_000):
        behind.at(offset, HEAD_BYTES)
    assert 0 < sum(size for _, size in disk.reads) <= MOST_BYTES


def test_numbers_are_read_in_either_order() -> None:
    """An integer is big-endian by default, and 0 if there are no bytes."""
    behind = Source(b"\1\2\3\4")
    assert (behind.number(0, 2), behind.number(0, 2, "<"), behind.number(9, 4)) == (0x0102, 0x0201, 0)
