"""What a camera model can do, and which bracket marks it writes into its files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, auto
from typing import NamedTuple


class Marks(Flag):
    """What a camera writes about bracketing, as far as ``daemon.exif`` reads it.

    AEB: if it was on. VALUE: the offset in EV. NUMBER, LENGTH: the place in the sequence and its length. MODE: Exif
    ExposureMode 2. BIAS: an exposure bias with the offset, unless exposure is manual. COUNT: the shutter count.
    """

    NOTHING = 0
    AEB = auto()
    VALUE = auto()
    NUMBER = auto()
    LENGTH = auto()
    MODE = auto()
    BIAS = auto()
    COUNT = auto()


class Naming(NamedTuple):
    """File names. ``file`` is formatted with ``n``, the number, ``d``, the folder's number, ``t``, the time, ``ms``.

    ``ms`` are the time's milliseconds. ``folder`` is formatted with ``d``. After ``last``, a new folder begins with 1.
    """

    file: str
    folder: str
    last: int = 9999


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera model.

    ``resolution_s`` is the step of its clock. ``interval_s`` is the shortest time between two frames. ``fastest`` is
    the shortest shutter time in thirds of a stop (``exposure.SHUTTER``). ``sizes`` are the frames per bracket,
    ``steps`` the thirds of a stop between them, and ``orders`` their order (``bracketing.OFFSETS``). ``stops`` are the
    apertures to choose from, as positions in ``exposure.APERTURES``. ``odd_times`` is True if it writes measured
    instead of nominal shutter times. ``buffer`` is the number of frames that it takes without a pause.
    """

    make: str
    model: str
    naming: Naming
    marks: Marks
    raw: str
    pixels: tuple[int, int] = (6000, 4000)
    resolution_s: float = 0.01
    serial: bool = True
    interval_s: float = 0.2
    fastest: int = 39
    sizes: tuple[int, ...] = (3, 5, 7)
    steps: tuple[int, ...] = (3, 4, 6)
    orders: tuple[str, ...] = ("0-+", "-0+")
    stops: tuple[int, ...] = (8, 9, 10, 12)
    odd_times: bool = False
    buffer: int = 60
