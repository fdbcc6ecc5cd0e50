from __future__ import annotations

import pytest

from daemon.service import content_type_of


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("IMG_0001.JPG", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.b.Cr3", "image/x-canon-cr3"),
        ("DCIM.jpg/IMG_0001.NEF", "image/x-nikon-nef"),
        ("a.dng", "image/x-adobe-dng"),
        ("a.tif", "image/tiff"),
        ("a.RW2", "image/x-panasonic-rw2"),
        ("a.jpg/none", "application/octet-stream"),
        ("notes.txt", "application/octet-stream"),
        ("none", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_content_type_of(name: str, content_type: str) -> None:
    """The file extension, in any case, determines the type. Unknown extensions are plain bytes."""
    assert content_type_of(name) == content_type
