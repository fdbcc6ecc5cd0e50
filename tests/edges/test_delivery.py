from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.delivery import stem_of
from daemon.order import Image
from tests.core.orders import order

ORDER = order(3)


@pytest.mark.parametrize(
    ("image", "stem"),
    [
        (Image("i", "whatever", brackets=(1, 2)), "IMG_0432"),
        (Image("i", ORDER.bracket_name(2)), "IMG_0433"),
        (Image("i", ORDER.bracket_name(2).removesuffix(".JPG")), "IMG_0433"),
        (Image("i", ORDER.bracket_name(0).replace(".JPG", ".jpeg")), "IMG_0431"),
        (Image("i", "12 Oak St IMG_0431 6f1d1f0e-11.JPG"), "12 Oak St IMG_0431 6f1d1f0e-11"),
        (Image("i", "../../etc/passwd"), "_.._etc_passwd"),
        (Image("i", "a/b:c*?\n.jpg"), "a_b_c___"),
        (Image("the-id", "..."), "the-id"),
        (Image("the-id", ""), "the-id"),
    ],
    ids=["told", "named", "no extension", "other extension", "a longer number", "way up", "odd", "dots", "nameless"],
)
def test_a_picture_bears_its_brackets_own_stem(image: Image, stem: str) -> None:
    """A picture is called as its first bracket's file; a name of the service's own is made safe."""
    assert stem_of(ORDER, image) == stem


def test_a_renamed_shoot_still_knows_its_pictures() -> None:
    """Pictures find their brackets by what is unique in the name, also when the shoot was renamed meanwhile."""
    assert stem_of(replace(ORDER, shoot="Oak Street 12"), Image("i", ORDER.bracket_name(1))) == "IMG_0432"
