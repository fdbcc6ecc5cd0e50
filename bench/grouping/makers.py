"""Camera models by maker. Numbers and names follow ExifTool's tag tables and the makers' manuals."""

from __future__ import annotations

from bench.grouping.camera import Camera, Marks, Naming

_NOTE = Marks.AEB | Marks.MODE | Marks.BIAS
_IMG = Naming("IMG_{n:04}", "{d}CANON")
_DSC = Naming("DSC{n:05}", "{d}MSDCF")
_NIKON = Naming("DSC_{n:04}", "{d}NCZ_6")
_OM = Naming("P615{n:04}", "{d}OLYMP")
_PANA = Naming("P{d}0{n:03}", "{d}_PANA", 999)
_AS_NUMBERED = Marks.NUMBER | _NOTE

CANON = (
    Camera("Canon", "Canon EOS R6", _IMG, Marks.VALUE | _NOTE, "CR3", (5472, 3648), interval_s=0.13),
    Camera("Canon", "Canon EOS R5", Naming("4E1A{n:04}", "{d}EOSR5"), Marks.VALUE | _NOTE, "CR3", (8192, 5464)),
    Camera(
        "Canon",
        "Canon EOS 6D",
        _IMG,
        Marks.VALUE | _NOTE,
        "CR2",
        (5472, 3648),
        interval_s=0.25,
        fastest=36,
        steps=(3, 5, 6, 9),
        orders=("0-+", "-0+", "+0-"),
        buffer=17,
    ),
    Camera(
        "Canon",
        "Canon EOS 800D",
        _IMG,
        Marks.VALUE | _NOTE,
        "CR2",
        fastest=36,
        sizes=(3,),
        steps=(4, 6),
        buffer=21,
    ),
)
NIKON = (
    Camera(
        "NIKON CORPORATION",
        "NIKON Z 6_2",
        _NIKON,
        Marks.VALUE | Marks.COUNT | _NOTE,
        "NEF",
        (6048, 4024),
        sizes=(3, 5, 7, 9),
        steps=(2, 3, 6, 9),
    ),
    Camera(
        "NIKON CORPORATION",
        "NIKON D850",
        Naming("DSC_{n:04}", "{d}ND850"),
        Marks.VALUE | Marks.COUNT | _NOTE,
        "NEF",
        (8256, 5504),
        sizes=(3, 5, 7, 9),
        steps=(2, 3),
        orders=("0-+ far", "-0+"),
        buffer=30,
    ),
)
SONY = (
    Camera(
        "SONY",
        "ILCE-7M4",
        _DSC,
        Marks.LENGTH | _AS_NUMBERED,
        "ARW",
        (7008, 4672),
        0.001,
        serial=False,
        interval_s=0.12,
        sizes=(3, 5, 9),
        steps=(2, 3, 6),
    ),
    Camera(
        "SONY",
        "ILCE-7M3",
        _DSC,
        Marks.LENGTH | _AS_NUMBERED,
        "ARW",
        (6000, 4000),
        1.0,
        serial=False,
        sizes=(3, 5, 9),
        steps=(2, 3),
    ),
    Camera(
        "SONY",
        "ILCE-6400",
        _DSC,
        Marks.LENGTH | Marks.COUNT | _AS_NUMBERED,
        "ARW",
        (6000, 4000),
        1.0,
        fastest=36,
        sizes=(3, 5),
        steps=(2, 3, 6, 9),
    ),
)
SONY_OLD = (
    Camera(
        "SONY",
        "NEX-7",
        _DSC,
        _AS_NUMBERED,
        "ARW",
        (6000, 4000),
        1.0,
        serial=False,
        interval_s=0.3,
        fastest=36,
        sizes=(3,),
        steps=(2, 6, 9),
        orders=("0-+",),
        buffer=13,
    ),
)
FUJIFILM = (
    Camera(
        "FUJIFILM",
        "X-T4",
        Naming("DSCF{n:04}", "{d}_FUJI"),
        _AS_NUMBERED,
        "RAF",
        (6240, 4160),
        sizes=(3, 5, 7, 9),
        steps=(2, 3, 6),
        orders=("0+-", "0-+", "-0+"),
    ),
    Camera(
        "FUJIFILM",
        "X-T2",
        Naming("DSCF{n:04}", "{d}_FUJI"),
        _AS_NUMBERED,
        "RAF",
        (6000, 4000),
        1.0,
        serial=False,
        sizes=(3,),
        steps=(2, 3, 6),
        orders=("0+-",),
    ),
)
PANASONIC = (
    Camera(
        "Panasonic",
        "DC-S5",
        _PANA,
        _AS_NUMBERED,
        "RW2",
        (6000, 4000),
        0.001,
        sizes=(3, 5, 7),
        steps=(2, 3),
    ),
    Camera("Panasonic", "DMC-GX8", _PANA, _AS_NUMBERED, "RW2", (5184, 3888), 1.0, steps=(1, 2, 3)),
)
OLYMPUS = (
    Camera(
        "OLYMPUS CORPORATION",
        "E-M1MarkII",
        _OM,
        _AS_NUMBERED,
        "ORF",
        (5184, 3888),
        1.0,
        steps=(2, 3),
        orders=("0-+", "-0+"),
    ),
    Camera("OM Digital Solutions", "OM-1", _OM, _AS_NUMBERED, "ORF", (5184, 3888), 0.001, sizes=(3, 5), steps=(2, 3)),
)
PENTAX = (
    Camera(
        "PENTAX",
        "PENTAX K-5",
        Naming("IMGP{n:04}", "{d}_PENTX"),
        Marks.LENGTH | _AS_NUMBERED,
        "PEF",
        (4928, 3264),
        sizes=(3, 5),
        steps=(3, 4, 6),
        orders=("0-+", "-0+", "0+-"),
    ),
)
DJI = (
    Camera(
        "DJI",
        "FC3170",
        Naming("DJI_{n:04}", "{d}MEDIA", 999),
        Marks.NOTHING,
        "DNG",
        (4000, 3000),
        1.0,
        serial=False,
        interval_s=0.5,
        steps=(2,),
        sizes=(3, 5),
        orders=("0-+", "-0+"),
        stops=(0,),
        odd_times=True,
    ),
    Camera(
        "Hasselblad",
        "L2D-20c",
        Naming("DJI_{t:%Y%m%d%H%M%S}_{n:04}_D", "DJI_001"),
        Marks.BIAS,
        "DNG",
        (5280, 3956),
        1.0,
        interval_s=0.4,
        steps=(2,),
        sizes=(3, 5),
        orders=("0-+", "-0+"),
        stops=(0, 3, 6),
    ),
)
PIXEL = (
    Camera(
        "Google",
        "Pixel 8 Pro",
        Naming("PXL_{t:%Y%m%d_%H%M%S}{ms:03}", "Camera"),
        Marks.NOTHING,
        "dng",
        (4080, 3072),
        0.001,
        serial=False,
        interval_s=0.3,
        sizes=(3, 5),
        steps=(3, 6),
        orders=("0-+", "-0+", "+0-"),
        stops=(0,),
        odd_times=True,
    ),
)
IPHONE = (
    Camera(
        "Apple",
        "iPhone 15 Pro",
        Naming("IMG_{n:04}", "{d}APPLE"),
        Marks.NOTHING,
        "DNG",
        (4032, 3024),
        0.001,
        serial=False,
        interval_s=0.2,
        sizes=(3, 5),
        steps=(3, 6),
        orders=("0-+", "-0+", "+0-"),
        stops=(0,),
        odd_times=True,
    ),
)

MARKING = (*CANON, *NIKON, *SONY, *SONY_OLD, *FUJIFILM, *PANASONIC, *OLYMPUS, *PENTAX)
"""Cameras whose files say that they are of a bracket."""

SAYING = (*CANON, *NIKON)
"""Cameras whose files have each frame's offset, and say if a frame is not of a bracket."""
