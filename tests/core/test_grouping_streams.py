from __future__ import annotations

import random
from dataclasses import replace

from daemon.grouping import Frame
from daemon.grouping.streams import bodies
from tests.core.brackets import frame


def paths(frames: list[Frame]) -> list[list[list[str]]]:
    """The paths of the streams of each body, of frames in a random order."""
    shuffled = list(frames)
    random.Random(1).shuffle(shuffled)
    return [[[one.path for one in stream] for stream in streams] for streams in bodies(shuffled)]


def test_each_body_is_apart() -> None:
    """Two cameras that are used in turn have a stream each; without metadata, each folder has one."""
    both = [frame(number, number, body=body) for body in ("A", "B") for number in (1, 2)]
    named = [replace(one, path=f"{one.body}/{one.path}") for one in both]
    wanted = [[["A/IMG_0001.JPG", "A/IMG_0002.JPG"]], [["B/IMG_0001.JPG", "B/IMG_0002.JPG"]]]
    assert paths(named) == wanted
    assert paths([replace(one, body="") for one in named]) == wanted


def test_frames_of_one_second_are_in_the_order_of_their_numbers() -> None:
    """A clock without fractions leaves the order to the numbers, which continue at 1 after 9999."""
    frames = [frame(number, 5.0, resolution_s=1.0) for number in (9998, 9999, 1, 2)]
    assert paths(frames) == [[[f"IMG_{number:04}.JPG" for number in (9998, 9999, 1, 2)]]]
    folders = [replace(one, path=f"DCIM/{100 + (at > 1)}CANON/{one.path}") for at, one in enumerate(frames)]
    assert [path[-8:-4] for path in paths(folders)[0][0]] == ["9998", "9999", "0001", "0002"]


def test_counters_replace_file_numbers() -> None:
    """Renamed files of one second are in the order of the shutter count, or of the numbers in the camera's sequence."""
    names = ("c.JPG", "a.JPG", "b.JPG")
    counted = [frame(1, path=name, shutter_count=700 + at) for at, name in enumerate(names)]
    sequence = [replace(one, shutter_count=None, number=at) for at, one in enumerate(counted, 1)]
    assert paths(counted) == paths(sequence) == [[list(names)]]


def test_without_a_usable_clock_the_numbers_are_the_order() -> None:
    """If a time is missing or before 2000, or if the clock stood still, only numbers count."""
    unset = [frame(number, taken_at=50.0 - number) for number in range(1, 5)]
    missing = [frame(1, 9.0), frame(2, taken_at=None), frame(3, 1.0)]
    stopped = [frame(number, (30.0 - number) / 1000) for number in range(1, 13)]
    for frames in (unset, missing, stopped):
        assert paths(frames) == [[[one.path for one in frames]]]


def test_two_bodies_of_one_model_at_once() -> None:
    """Two photographers with one model and no serial numbers have a stream each: their runs overlap in time."""
    cards = [
        [frame(number, begins + 3.0 * number, path=f"{card}/IMG_{number:04}.JPG") for number in range(1, 5)]
        for card, begins in (("A", 0.0), ("B", 1.0))
    ]
    assert paths([*cards[0], *cards[1]]) == [[[one.path for one in card] for card in cards]]


def test_one_body_on_two_cards() -> None:
    """A body whose frames are spread over two cards is one stream: one counter numbered them."""
    frames = [frame(number, 3.0 * number, path=f"{'AB'[number % 2]}/IMG_{number:04}.JPG") for number in range(1, 9)]
    assert paths(frames) == [[[one.path for one in frames]]]


def test_numbers_are_the_order_of_a_run() -> None:
    """A picture that the camera merged follows its frames, although it has the time of the first one."""
    frames = [frame(1, 0.0), frame(2, 0.5), frame(3, 1.5), frame(4, 0.0), frame(5, 9.0)]
    assert paths(frames) == [[[one.path for one in frames]]]


def test_renamed_files_are_one_stream() -> None:
    """Numbers that were given in another order than that of time say nothing about bodies."""
    frames = [frame(number, (number * 37 % 40) * 10.0) for number in range(40)]
    assert paths(frames) == [[[one.path for one in sorted(frames, key=lambda one: one.time)]]]
