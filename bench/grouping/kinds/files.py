"""Cards and files: numbers that start again, RAW beside JPEG, copies, in-camera HDR, new names."""

from __future__ import annotations

import random
from dataclasses import replace

from bench.grouping.altering import bare, doubled, renamed
from bench.grouping.begin import photographer
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import CANON, MARKING, NIKON, PENTAX, PIXEL, SONY
from bench.grouping.photographer import Photographer
from bench.grouping.shoot import Shoot

WORDS = ("kitchen", "front", "12 Elm Street", "listing-4471")


@kind()
def wrap_at_9999(rng: random.Random) -> Shoot:
    """File numbers that start again after 9999, in one folder or the next one."""
    visit = photographer(rng, CANON + NIKON + SONY + PENTAX)
    visit.body.number = 9999 - rng.randint(5, 60)
    visit.walk(rng.randint(10, 24))
    return visit.roll.shoot()


@kind(judging_only=True)
def wrap_unmarked(rng: random.Random) -> Shoot:
    """File numbers that start again after 9999, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.body.number = 9999 - rng.randint(5, 60)
    visit.walk(rng.randint(10, 24))
    return bare(visit.roll.shoot())


@kind()
def raw_and_jpeg(rng: random.Random) -> Shoot:
    """RAW beside JPEG in one folder."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(6, 16))
    return doubled(visit.roll.shoot(), lambda path: f"{path[:-3]}{visit.body.camera.raw}", raw=True)


@kind(judging_only=True)
def raw_card_and_jpeg_card(rng: random.Random) -> Shoot:
    """JPEG on one card, RAW on the other."""
    visit = photographer(rng, CANON[:2] + NIKON + SONY, root="A/")
    visit.walk(rng.randint(6, 16))
    raw = visit.body.camera.raw
    return doubled(visit.roll.shoot(), lambda path: f"B/{path[2:-3]}{raw}", raw=True)


@kind()
def copies_on_two_cards(rng: random.Random) -> Shoot:
    """The same files on two cards."""
    visit = photographer(rng, CANON[:2] + NIKON + SONY, root="Card 1/")
    visit.walk(rng.randint(6, 16))
    return doubled(visit.roll.shoot(), lambda path: path.replace("Card 1/", "Card 2/"), raw=False)


@kind(is_counted=False)
def pixel_raw(rng: random.Random) -> Shoot:
    """A Pixel phone's JPEG and DNG, under two names."""
    visit = photographer(rng, PIXEL)
    visit.body.extension = "RAW-01.COVER.jpg"
    visit.walk(rng.randint(5, 14))
    return doubled(visit.roll.shoot(), lambda path: path.replace("01.COVER.jpg", "02.ORIGINAL.dng"), raw=True)


@kind()
def in_camera_hdr(rng: random.Random) -> Shoot:
    """In-camera HDR pictures beside the frames that they were made from."""
    visit = photographer(rng, CANON[:2], size=3)
    visit.walk(rng.randint(6, 16), lambda: _with_hdr(visit))
    return visit.roll.shoot()


def _with_hdr(visit: Photographer) -> None:
    """A set, and a picture that the camera made from it. Its time and exposure are those of the first frame."""
    first = visit.bracket()[0]
    visit.now += 1.5
    path = visit.body.next_path(first.time)
    visit.roll.derives(replace(first, path=path, aeb=False, value_ev=0.0, exposure_mode=0))


@kind()
def renamed_in_order(rng: random.Random) -> Shoot:
    """Files renamed and numbered again by a program."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 20))
    word = rng.choice(WORDS)
    return renamed(visit.roll.shoot(), lambda at: f"{word}-{at:03}")


@kind(is_counted=False)
def renamed_without_numbers(rng: random.Random) -> Shoot:
    """Files with names by chance, without numbers."""
    visit = photographer(rng, MARKING)
    visit.walk(rng.randint(8, 20))
    names = rng.sample(range(26**6), 2000)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return renamed(visit.roll.shoot(), lambda at: "".join(letters[names[at] // 26**digit % 26] for digit in range(6)))
