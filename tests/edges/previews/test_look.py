from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from daemon.previews.look import LEAST, LOOK_HEIGHT, LOOK_WIDTH, MARGIN, Look, clear_match, clearly_better, similarity

SIZE = (480, 360)
SCENES = range(6)


def room(seed: int) -> Image.Image:
    """A room: a sky-like top, and furniture at random places."""
    chance = random.Random(seed)
    image = Image.new("RGB", SIZE, (170, 165, 160))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], SIZE[1] // 4), (215, 215, 220))
    for _ in range(14):
        x, y = chance.randrange(-40, SIZE[0]), chance.randrange(SIZE[1] // 5, SIZE[1])
        wide, high = chance.randrange(25, 140), chance.randrange(20, 120)
        colour = tuple(chance.randrange(30, 230) for _ in range(3))
        shape = draw.ellipse if chance.random() < 0.3 else draw.rectangle
        shape((x, y, x + wide, y + high), colour)
    return image


def look(image: Image.Image) -> Look:
    """The picture's look."""
    return Look(image.resize((LOOK_WIDTH, LOOK_HEIGHT), Image.Resampling.BOX).tobytes())


def brighter(image: Image.Image, stops: float) -> Image.Image:
    """More light, as at another exposure."""
    curve = [min(255, round(255 * ((value / 255) ** 2.2 * 2**stops) ** (1 / 2.2))) for value in range(256)]
    return image.point(curve * 3)


def tinted(image: Image.Image) -> Image.Image:
    """Another white balance."""
    return image.point([round(value * factor) for factor in (1, 0.8, 0.5) for value in range(256)])


def other_sky(image: Image.Image) -> Image.Image:
    """A gradient instead of the plain top."""
    sky = Image.linear_gradient("L").resize((SIZE[0], SIZE[1] // 5))
    changed = image.copy()
    changed.paste(ImageOps.colorize(sky, (60, 110, 230), (250, 220, 170)), (0, 0))
    return changed


def leaning(image: Image.Image, share: float) -> Image.Image:
    """Corrected verticals: the top is wider by this share on each side."""
    wide, high = SIZE
    corners = (wide * share, 0, 0, high, wide, high, wide * (1 - share), 0)
    return image.transform(SIZE, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "nothing": lambda image: image,
    "brighter": lambda image: brighter(image, 0.8),
    "darker": lambda image: brighter(image, -1.5),
    "grey": lambda image: ImageOps.grayscale(image).convert("RGB"),
    "saturated": lambda image: ImageEnhance.Color(image).enhance(2),
    "contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.5),
    "white balance": tinted,
    "sky": other_sky,
    "verticals": lambda image: leaning(image, 0.05),
    "crop": lambda image: ImageOps.crop(image, round(SIZE[0] * 0.03)),
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(1)),
    "everything": lambda image: tinted(brighter(ImageOps.crop(leaning(other_sky(image), 0.03), 7), 0.5)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_right_frame_is_recognised(change: str) -> None:
    """A finished picture matches its own frame among others, whatever the service changed."""
    frames = [look(room(seed)) for seed in SCENES]
    for seed in SCENES:
        assert clear_match(look(CHANGES[change](room(seed))), frames) == seed


def test_the_same_picture() -> None:
    """A picture is as similar to itself as possible."""
    assert similarity(look(room(1)), look(room(1))) == pytest.approx(1)


def test_other_pictures() -> None:
    """Pictures of other rooms are not recognised."""
    frames = [look(room(seed)) for seed in SCENES]
    assert all(similarity(look(room(seed)), frame) < LEAST for seed in range(10, 14) for frame in frames)
    assert clear_match(look(room(10)), frames) is None


def test_mirrored_pictures() -> None:
    """A mirrored picture is a different picture."""
    assert similarity(look(ImageOps.mirror(room(1))), look(room(1))) < LEAST


def test_pictures_without_edges() -> None:
    """A picture of one colour is similar to nothing, not even to itself."""
    blank = Look(bytes([128]) * (LOOK_WIDTH * LOOK_HEIGHT * 3))
    assert similarity(blank, blank) == 0
    assert similarity(look(room(1)), blank) == 0
    assert similarity(blank, look(room(1))) == 0


def test_two_equal_frames() -> None:
    """If two sets show the same scene, neither is clearly better."""
    frame = look(room(1))
    assert clear_match(look(room(1)), [frame, look(room(2)), frame]) is None


def test_a_single_frame() -> None:
    """A single frame matches if it is similar enough, and no frame never matches."""
    assert clear_match(look(room(1)), [look(room(1))]) == 0
    assert clear_match(look(room(1)), [look(room(2))]) is None
    assert clear_match(look(room(1)), []) is None


def test_clearly_better() -> None:
    """A frame is clearly better if it is similar enough, and more similar by the margin."""
    assert clearly_better(LEAST, LEAST - MARGIN - 0.001)
    assert not clearly_better(LEAST, LEAST - MARGIN + 0.001)
    assert not clearly_better(LEAST - 0.001, 0)


def test_looks_have_one_size() -> None:
    """A look of another size is rejected."""
    with pytest.raises(ValueError, match="9216 bytes, not 3"):
        Look(b"abc")
