from __future__ import annotations

from daemon.grouping import one_per_frame
from daemon.shoot import File


def paths(*names: str) -> tuple[list[str], list[str]]:
    """Paths to send, and paths that are left out, of photos without metadata."""
    choice = one_per_frame(File(name, 1, 1, 1) for name in names)
    return [file.path for file in choice.send], [one.path for one in choice.left_out]


def test_of_a_raw_and_jpeg_twin_the_jpeg_is_sent() -> None:
    """A frame in RAW and JPEG is sent once, as the JPEG."""
    assert paths("A/IMG_1.CR3", "A/IMG_1.JPG", "A/img_2.nef", "A/IMG_2.jpeg") == (
        ["A/IMG_1.JPG", "A/IMG_2.jpeg"],
        ["A/IMG_1.CR3", "A/img_2.nef"],
    )


def test_files_that_only_share_a_name_are_all_sent() -> None:
    """The same stem in another folder, or two non-RAW files of one stem, are separate frames."""
    names = ["A/IMG_1.JPG", "A/IMG_1.TIF", "B/IMG_1.CR3", "B/IMG_2.CR3"]
    assert paths(*names) == (names, [])
