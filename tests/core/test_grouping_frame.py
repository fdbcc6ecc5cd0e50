from __future__ import annotations

import math

import pytest

from daemon.grouping.frame import Frame, missing_between
from daemon.grouping.shutter import stops
from tests.core.brackets import NOON, frame


def test_an_exposure_is_an_ev() -> None:
    """The exposure value at ISO 100 rises with the f-number and falls with time and ISO."""
    assert Frame("A", exposure_s=1.0, f_number=1.0, iso=100.0).ev == 0
    assert Frame("A", exposure_s=1 / 4, f_number=2.0, iso=200.0).ev == pytest.approx(3)


def test_a_clock_that_was_never_set_has_no_time() -> None:
    """A time before 2000 is not usable: the clock starts there with every new battery."""
    assert frame(1).moment == NOON
    assert frame(1, taken_at=1000.0).moment is None
    assert frame(1, taken_at=None).moment is None


@pytest.mark.parametrize(
    ("aeb", "mode", "mark"), [(True, 0, True), (False, 2, False), (None, 2, True), (None, 1, None), (None, None, None)]
)
def test_exif_marks_a_bracket_if_the_maker_note_is_gone(aeb: bool | None, mode: int | None, mark: bool | None) -> None:
    """ExposureMode 2 marks a bracket only if the maker note does not say."""
    assert frame(1, aeb=aeb, exposure_mode=mode).is_marked is mark


@pytest.mark.parametrize(
    ("path", "number", "directory"),
    [
        ("DCIM/100CANON/IMG_0012.CR3", 12, 100),
        ("DCIM/112_PANA/P1120034.RW2", 34, 112),
        ("IMG_0012-2.CR3", 12, 0),
        ("IMG_0012 (1).CR3", 12, 0),
        ("DJI_20240615133446_8138_D.JPG", 8138, 0),
        ("PXL_20240615_133446123.jpg", None, 0),
        ("20240615_133446.jpg", None, 0),
        ("kitchen 12.jpg", None, 0),
    ],
)
def test_names_have_a_running_number(path: str, number: int | None, directory: int) -> None:
    """A name ends with the camera's number, except if the digits are a time or fewer than three."""
    one = Frame(path)
    assert (one.file_number, one.directory) == (number, directory)


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        ("IMG_0001.JPG", "IMG_0002.JPG", 0),
        ("IMG_0001.JPG", "IMG_0005.JPG", 3),
        ("IMG_9998.JPG", "IMG_0002.JPG", 2),
        ("IMG_0005.JPG", "IMG_0001.JPG", None),
        ("IMG_0001.JPG", "DSC_0005.JPG", None),
        ("A/IMG_0001.JPG", "B/IMG_0005.JPG", None),
        ("A/DCIM/100CANON/IMG_0999.JPG", "A/DCIM/101CANON/IMG_1001.JPG", 1),
        ("DJI_20240615133446_0001.JPG", "DJI_20240615133501_0003.JPG", 1),
        ("kitchen.JPG", "IMG_0001.JPG", None),
    ],
)
def test_missing_file_numbers_are_counted(before: str, after: str, missing: int | None) -> None:
    """Numbers are compared on one card with one prefix; after 9999 follows 1."""
    assert missing_between(Frame(before), Frame(after)) == missing


@pytest.mark.parametrize(("time", "third"), [(1 / 15, -12), (1 / 13, -11), (1 / 3, -5), (0.3, -5), (13, 11), (30, 15)])
def test_rounded_shutter_times_are_exact_thirds(time: float, third: int) -> None:
    """Cameras set thirds of a stop and write rounded numbers: one step from 1/15 to 1/13 s, as from 1/13 to 1/10 s."""
    assert stops(time) == pytest.approx(third / 3)


def test_measured_shutter_times_stay_as_they_are() -> None:
    """A phone's measured time is not a rounded third of a stop."""
    assert stops(1 / 47) == pytest.approx(-math.log2(47))
