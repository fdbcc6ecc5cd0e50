"""What a person must decide: even the metadata of a perfect reader do not show which frames belong together."""

from __future__ import annotations

import random
from dataclasses import replace

from bench.grouping.altering import bare
from bench.grouping.begin import photographer
from bench.grouping.kinds.acts import instead
from bench.grouping.kinds.kind import kind
from bench.grouping.makers import CANON, NIKON
from bench.grouping.photographer import Tempo
from bench.grouping.shoot import Shoot


@kind(left_to_people=True)
def flash_and_ambient(rng: random.Random) -> Shoot:
    """Flash frames beside a bracket of the ambient light."""
    visit = photographer(rng, CANON + NIKON, size=3)

    def view() -> None:
        visit.bracket()
        for _ in range(rng.randint(1, 4)):
            visit.wait(3, 0.3, 1.0)
            visit.roll.belongs([visit.press(visit.metered.slower(-3, visit.body.camera.fastest), flash=True)])

    visit.walk(rng.randint(8, 20), view)
    return bare(visit.roll.shoot())


@kind(left_to_people=True)
def two_scenes_at_once(rng: random.Random) -> Shoot:
    """Two scenes from one tripod within 2 s, without marks."""
    visit = photographer(rng, CANON + NIKON)
    visit.bracketing, visit.iso = replace(visit.bracketing, manual=True), 6

    def both() -> None:
        visit.bracket()
        visit.now += rng.uniform(0.6, 1.6)
        visit.bracket()

    visit.walk(rng.randint(6, 14), instead(visit, both, 0.3))
    return bare(visit.roll.shoot())


@kind(left_to_people=True)
def interrupted_by_hand(rng: random.Random) -> Shoot:
    """Sets by hand with a pause of 15 to 40 s within some of them."""
    visit = photographer(rng, CANON + NIKON, size=5)
    visit.by_hand = True
    visit.bracketing = replace(visit.bracketing, order="-0+")
    visit.tempo = Tempo(25, 60, 10, press_s=2.5)

    def view() -> None:
        visit.tempo = replace(visit.tempo, press_s=rng.uniform(15, 40) if rng.random() < 0.15 else 2.5)
        visit.bracket()

    visit.walk(rng.randint(6, 14), view)
    return visit.roll.shoot()


@kind(left_to_people=True)
def iso_brackets(rng: random.Random) -> Shoot:
    """ISO brackets for a comparison: single photos."""
    visit = photographer(rng, CANON + NIKON)

    def view() -> None:
        for iso in range(0, 3 * rng.randint(3, 5), 3):
            visit.roll.belongs([visit.press(replace(visit.metered, iso=iso))])
            visit.wait(2, 0.3, 1.0)

    visit.walk(rng.randint(6, 14), instead(visit, view, 0.2))
    return bare(visit.roll.shoot())


@kind(left_to_people=True)
def white_balance_brackets(rng: random.Random) -> Shoot:
    """White balance brackets: three files of one exposure, each a single photo."""
    visit = photographer(rng, CANON + NIKON)

    def view() -> None:
        frame = visit.press(visit.metered)
        twins = [replace(frame, path=visit.body.next_path(frame.time)) for _ in range(2)]
        for twin in twins:
            visit.roll.add(twin)
        for one in (frame, *twins):
            visit.roll.belongs([one])

    visit.walk(rng.randint(6, 14), instead(visit, view, 0.2))
    return visit.roll.shoot()


@kind(left_to_people=True)
def panorama_rows(rng: random.Random) -> Shoot:
    """Panorama rows of single photos whose exposures follow the light."""
    visit = photographer(rng, CANON + NIKON)
    visit.bracketing = replace(visit.bracketing, manual=False)

    def row() -> None:
        for _ in range(rng.randint(4, 9)):
            visit.view = visit.view._replace(brightness_ev=visit.view.brightness_ev + rng.uniform(-0.8, 0.8))
            visit.single()
            visit.wait(1.5, 0.2, 0.8)

    visit.walk(rng.randint(8, 16), instead(visit, row, 0.3))
    return bare(visit.roll.shoot())
