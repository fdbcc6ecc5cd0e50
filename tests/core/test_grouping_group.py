from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from daemon.grouping import Frame, group
from daemon.grouping.clock import clock_of
from daemon.grouping.cuts import Cut, cuts
from daemon.grouping.rhythm import LONGEST
from daemon.grouping.track import track_of
from tests.core.brackets import NOON, flat, frame, shoot

paths = st.builds(
    "{}{}_{:04}.{}".format,
    st.sampled_from(["", "A/", "B/DCIM/100CANON/"]),
    st.sampled_from(["IMG", "x"]),
    st.integers(1, 9999),
    st.sampled_from(["JPG", "CR3"]),
)
anything = st.builds(
    Frame,
    path=paths,
    body=st.sampled_from(["", "Canon EOS R5", "Sony ILCE-7M3 12345"]),
    taken_at=st.none() | st.just(1000.0) | st.floats(NOON, NOON + 90.0).map(lambda at: round(at, 1)),
    exposure_s=st.none() | st.sampled_from([1 / 8000, 1 / 250, 1 / 60, 1 / 15, 1.0, 30.0]),
    f_number=st.none() | st.just(8.0),
    iso=st.none() | st.sampled_from([100.0, 400.0]),
    focal_mm=st.none() | st.sampled_from([16.0, 35.0]),
    pixels=st.none() | st.sampled_from([(6000, 4000), (3000, 2000)]),
    aeb=st.none() | st.booleans(),
    value_ev=st.none() | st.sampled_from([-2.0, 0.0, 2.0]),
    number=st.none() | st.integers(1, 5),
    length=st.none() | st.sampled_from([3, 5]),
    resolution_s=st.sampled_from([0.01, 1.0]),
    bias_ev=st.none() | st.sampled_from([-2.0, 0.0, 2.0]),
    exposure_mode=st.none() | st.integers(0, 2),
    orientation=st.none() | st.integers(1, 8),
    flash=st.none() | st.booleans(),
)

mixed = st.lists(anything, max_size=40, unique_by=lambda one: one.path)
"""Frames without any order, some of them contradictory."""

offsets = st.sampled_from([(0.0,), (0.0, -2.0, 2.0), (0.0, -4.0, -2.0, 2.0, 4.0), (-1.0, 0.0, 1.0)])


@st.composite
def shoots(draw: st.DrawFn) -> list[Frame]:
    """Sets and single photos of one camera, marked or not, with any pauses."""
    at, frames = 0.0, list[Frame]()
    marks = draw(st.booleans())
    for _ in range(draw(st.integers(1, 8))):
        some, level = draw(offsets), draw(st.sampled_from([-2.0, 0.0, 1.0]))
        at += draw(st.floats(0.5, 40.0))
        for offset in some:
            mark = {"aeb": len(some) > 1, "value_ev": offset} if marks else {}
            frames.append(frame(1 + len(frames), round(at, 2), level + offset, **mark))
            at += 0.4
    return frames


@given(mixed | shoots())
def test_every_frame_is_in_one_place(frames: list[Frame]) -> None:
    """Every frame is in exactly one set, or single; a set has two to nine frames."""
    found = group(frames)
    paths = [path for one in found.sets for path in one.paths] + [one.path for one in found.singles]
    assert sorted(paths) == sorted(one.path for one in frames)
    assert all(2 <= len(one.paths) <= 9 for one in found.sets)
    assert all(one.reasons for one in found.sets)
    assert all(one.why for one in found.singles)


@given(mixed | shoots(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(frames: list[Frame], random: st.DataObject) -> None:
    """The same frames in another order have the same sets."""
    shuffled = list(frames)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis' random has the methods of random.Random
    assert group(shuffled) == group(frames)


@given(mixed | shoots())
def test_a_set_never_crosses_a_cut(frames: list[Frame]) -> None:
    """Two consecutive frames of a set have one body, look alike, and have no long pause between them."""
    of = {one.path: one for one in frames}
    for one in group(frames).sets:
        some = [of[path] for path in one.paths]
        assert len({frame.body for frame in some}) == 1
        track = track_of(some, clock_of([some]))
        assert Cut.HARD not in cuts(track, LONGEST, by_hand=True)


@given(shoots())
def test_sets_and_single_frames_are_in_shooting_order(frames: list[Frame]) -> None:
    """Sets, their frames, and single frames are in the order of their times."""
    of = {one.path: one.time for one in frames}
    found = group(frames)
    begins = [of[one.paths[0]] for one in found.sets]
    assert begins == sorted(begins)
    assert all(of[before] <= of[after] for one in found.sets for before, after in pairwise(one.paths))
    singles = [of[one.path] for one in found.singles]
    assert singles == sorted(singles)


def test_sets_of_two_cameras_are_in_shooting_order() -> None:
    """The sets of two cameras are sorted together by time."""
    first = flat(shoot(3))
    second = [
        frame(1 + at, 10.0 + one.time - NOON, -one.ev, path=f"DSC_{1 + at:04}.NEF", body="Nikon Z 6")
        for at, one in enumerate(first)
    ]
    assert [one.paths[0][:3] for one in group([*second, *first]).sets] == ["IMG", "DSC"] * 3
