"""Complete photo files of every container, with image data."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence

from tests.edges.exif.build import Entries, Heif, Plain, Subs, blob, box, directory, longs, segment, shorts, tiff
from tests.edges.exif.copies import Photo, photo
from tests.edges.exif.samples import IFD0, block, raw_photo

PAGE = 4096

EOI = b"\xff\xd9"


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes like those of compressed image data."""
    return random.Random(seed).randbytes(size)


def scan(size: int, seed: int = 1) -> bytes:
    """A scan's data: each 0xFF is followed by 0 or sometimes forms a restart marker."""
    parts = [part.replace(b"\xff", b"\xff\0") for part in (noise(size // 2, seed), noise(size // 2, seed + 1))]
    return b"\xff\xd3".join(parts)


SCAN_HEADER = segment(0xDA, b"\3\1\0\2\x11\3\x11\0\x3f\0")
TABLES = segment(0xDB, bytes(range(1, 131))) + segment(
    0xC0, struct.pack(">BHHB", 8, 4000, 6000, 3) + b"\1\x21\0\2\x11\1\3\x11\1"
)
HUFFMAN = segment(0xC4, bytes(range(1, 209)) * 2)
THUMBNAIL = b"\xff\xd8" + TABLES + HUFFMAN + SCAN_HEADER + scan(6000, 9) + EOI


def jpeg(*, header: bytes = b"", size: int = 300_000, scans: int = 1, seed: int = 1, between: bytes = b"") -> bytes:
    """A JPEG with an Exif block, whose thumbnail has its own end marker. ``between`` is put between its scans."""
    exif = segment(0xE1, b"Exif\0\0" + block() + THUMBNAIL)
    data = [HUFFMAN + SCAN_HEADER + scan(size // scans, seed + number) for number in range(scans)]
    return b"\xff\xd8" + exif + header + TABLES + between.join(data) + EOI


def multi_picture(
    *others: bytes, gap: int = 0, order: str = "<", shift: int = 0, size: int = 300_000, main: bytes | None = None
) -> bytes:
    """A JPEG followed by more pictures, each after ``gap`` zeros, with an index of them.

    ``shift`` is the error of the index, ``main`` the main picture without its header.
    """
    head = b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + block() + THUMBNAIL)
    base = len(head) + 8
    picture = main or TABLES + HUFFMAN + SCAN_HEADER + scan(size) + EOI

    def index(entries: bytes) -> bytes:
        return segment(0xE2, b"MPF\0" + tiff({0xB001: longs(1 + len(others)), 0xB002: blob(entries)}, order))

    length = len(head) + len(index(bytes(16 * (1 + len(others))))) + len(picture)
    rows, at, behind = [struct.pack(f"{order}IIII", 0x20030000, length, 0, 0)], length, b""
    for other in others:
        at += gap
        rows.append(struct.pack(f"{order}IIII", 0x10001, len(other), at - base + shift, 0))
        behind += bytes(gap) + other
        at += len(other)
    return head + index(b"".join(rows)) + picture + behind


def video(size: int = 200_000) -> bytes:
    """A video as phones append it."""
    return box(b"ftyp", b"mp42\0\0\0\0isommp42") + box(b"mdat", noise(size, 5)) + box(b"moov", noise(900, 6))


def samsung_trailer(size: int = 50_000) -> bytes:
    """Samsung's trailer: data, a directory, its length, and four letters."""
    entries = b"SEFH" + struct.pack("<II", 107, 1) + struct.pack("<HHII", 0, 2608, size, size)
    return noise(size, 7) + entries + struct.pack("<I", len(entries)) + b"SEFT"


def located(make: Callable[..., bytes], *pieces: bytes, align: int = 2) -> bytes:
    """The result of ``make`` for the offsets of the pieces, followed by the pieces, aligned to ``align``."""
    at, places = len(make(*[0] * len(pieces))), []
    for piece in pieces:
        at += -at % align
        places.append(at)
        at += len(piece)
    data = make(*places)
    for place, piece in zip(places, pieces, strict=True):
        data = data.ljust(place, b"\0") + piece
    return data


def strip(at: int, data: bytes, **more: Plain) -> dict[int, Plain | Subs]:
    """The entries of an image in one strip."""
    entries: dict[int, Plain | Subs] = {0x0103: shorts(34713), 0x0111: longs(at), 0x0117: longs(len(data))}
    return {**entries, **{int(tag[1:], 16): entry for tag, entry in more.items()}}


def raw(make: str = "NIKON CORPORATION", order: str = "<", size: int = 300_000, stated: int = 0) -> bytes:
    """A raw file as most makers build it: a preview's JPEG, then the sensor's data, in sub-images.

    The JPEG's stated size is ``stated`` bytes too large.
    """
    preview, sensor = THUMBNAIL, noise(size, 2)

    def head(jpeg_at: int, sensor_at: int) -> bytes:
        lengths = longs(len(preview) + stated)
        return raw_photo(make, order, strip(sensor_at, sensor), x0201=longs(jpeg_at), x0202=lengths)

    return located(head, preview, sensor)


def pef(order: str = ">", stated: int = 0) -> bytes:
    """A raw file with the sensor's data first and a JPEG last. Its stated size is ``stated`` bytes too large."""
    preview, sensor = jpeg(size=80_000), noise(300_000, 2)

    def head(sensor_at: int, jpeg_at: int) -> bytes:
        jpeg_entries = {0x0201: longs(jpeg_at), 0x0202: longs(len(preview) + stated)}
        return tiff({**IFD0, **strip(sensor_at, sensor), **jpeg_entries}, order)

    return located(head, sensor, preview)


def chained(directories: Sequence[Entries], order: str, gap: bytes = b"") -> bytes:
    """A TIFF with several directories, each pointing to the next."""
    at = 8 + len(gap)
    data = struct.pack(f"{order}2sHI", {"<": b"II", ">": b"MM"}[order], 42, at) + gap
    for number, entries in enumerate(directories):
        part = directory(entries, order, at)
        link = 2 + 12 * len(entries)
        at += len(part)
        next_at = at if number + 1 < len(directories) else 0
        data += part[:link] + struct.pack(f"{order}I", next_at) + part[link + 4 :]
    return data


def cr2(order: str = "<") -> bytes:
    """A CR2: preview, thumbnail, a small picture, and the sensor's data in the fourth directory."""
    pieces = (jpeg(size=60_000), THUMBNAIL, noise(9000, 3), noise(300_000, 2))

    def head(*at: int) -> bytes:
        thumbnail = {0x0201: longs(at[1]), 0x0202: longs(len(pieces[1]))}
        return chained(
            [{**IFD0, **strip(at[0], pieces[0])}, thumbnail, strip(at[2], pieces[2]), strip(at[3], pieces[3])],
            order,
            b"CR\2\0\0\0\0\0",
        )

    return located(head, *pieces)


def orf(order: str = "<") -> bytes:
    """An ORF: its own magic number, and invalid data in place of the next directory."""
    sensor = noise(300_000, 2)

    def head(at: int) -> bytes:
        data = bytearray(tiff({**IFD0, **strip(at, sensor)}, order, magic=0x4F52))
        link = 8 + 2 + 12 * (len(IFD0) + 3)
        data[link : link + 4] = b"\xff" * 4
        return bytes(data)

    return located(head, sensor)


def rw2(packing: int = 4, bits: int = 12, padding: int = 9000) -> Photo:
    """An RW2 of 1000 rows of 280 pixels, with a meaningless strip, as cameras write it."""
    pixels = {(4, 12): 14, (5, 12): 10, (5, 14): 9, (6, 12): 14, (6, 14): 11, (7, 12): 10, (7, 14): 9, (8, 16): 280}
    sensor = noise(1000 * (280 // pixels[packing, bits]) * 16, 2)

    def head(at: int) -> bytes:
        entries = {
            0x0002: shorts(280),
            0x0003: shorts(1000),
            0x000A: shorts(bits),
            0x002D: shorts(packing),
            0x002E: blob(jpeg(size=20_000)),
            0x0111: longs(0xFFFFFFFF),
            0x0117: longs(99_999_999),
            0x0118: longs(at),
        }
        return tiff({**IFD0, **entries}, magic=85)

    data = located(head, sensor, align=512)
    return Photo(data + bytes(padding), len(data) if packing < 8 else len(data) - len(sensor) + 1)


def old_rw2() -> Photo:
    """A RAW of an older Panasonic: only a strip's offset shows where the sensor's data are."""
    sensor = noise(300_000, 2)
    data = located(lambda at: tiff({**IFD0, 0x0111: longs(at), 0x0117: longs(0)}, magic=85), sensor)
    return Photo(data, len(data) - len(sensor) + 1, last=len(sensor))


def tiles(order: str = "<", count: int = 12) -> bytes:
    """A DNG whose sensor data are in tiles. The last tile is not at the end."""
    pieces = [noise(30_000 + number, number) for number in range(count)]

    def head(*at: int) -> bytes:
        places = [*at[1:], at[0]], [*map(len, pieces[1:]), len(pieces[0])]
        entries = {0x0103: shorts(7), 0x0144: longs(*places[0]), 0x0145: longs(*places[1])}
        return raw_photo("DJI", order, entries, xC612=blob(b"\1\4\0\0"))

    return located(head, *pieces)


def strips(order: str = "<") -> bytes:
    """A TIFF of twenty thousand strips, which is more than the check reads."""
    count, size = 20_000, 16
    counts = shorts(*[size] * count)

    def head(at: int) -> bytes:
        return tiff({0x0111: longs(*range(at, at + count * size, size)), 0x0117: counts}, order)

    return located(head, noise(count * size))


def last_exif(order: str = "<") -> bytes:
    """A TIFF whose Exif directory was rewritten at the end by a program."""
    image = noise(300_000, 2)

    def head(image_at: int, exif_at: int) -> bytes:
        return tiff({**strip(image_at, image), 0x8769: longs(exif_at)}, order)

    return located(head, image, directory({0x8827: shorts(400)}, order, 0))


def last_block(tag: int, order: str = "<") -> bytes:
    """A TIFF whose block ``tag`` (XMP, IPTC, Photoshop's, ICC profile) a program put at the end."""
    image, data = noise(300_000, 2), noise(50_000, 3)

    def head(image_at: int, data_at: int) -> bytes:
        entry = Plain(7, len(data), lambda order, _: struct.pack(f"{order}I", data_at))
        return tiff({**strip(image_at, image), tag: entry}, order)

    return located(head, image, data)


def last_directory(order: str = "<") -> bytes:
    """A TIFF with one directory after the image, as libtiff writes it."""
    image = noise(300_000, 2)
    data = struct.pack(f"{order}2sHI", {"<": b"II", ">": b"MM"}[order], 42, 8 + len(image)) + image
    return data + directory(strip(8, image), order, len(data))


def big_tiff(order: str = "<") -> bytes:
    """A BigTIFF with one directory after the image. Its last number is missing, as some programs write it."""
    image = noise(300_000, 2)
    first = 16 + len(image)
    header = struct.pack(f"{order}2sHHHQ", {"<": b"II", ">": b"MM"}[order], 43, 8, 0, first)
    values = [(0x0103, 3, "H6x", 5), (0x0111, 16, "Q", 16), (0x0117, 4, "I4x", len(image))]
    rows = b"".join(struct.pack(f"{order}HHQ{code}", tag, kind, 1, value) for tag, kind, code, value in values)
    return header + image + struct.pack(f"{order}Q", len(values)) + rows


def raf(
    size: int = 300_000, stated: int | None = None, compression: int = 0, sensor: tuple[int, int] = (300, 500)
) -> bytes:
    """A RAF: header, JPEG, directory, and the sensor's data, whose stated size is ``stated`` bytes."""
    preview, data = jpeg(size=50_000), noise(size, 2)
    table = struct.pack(">IHHHH", 1, 0x0100, 4, *sensor)

    def head(*at: int) -> bytes:
        sizes = (len(preview), len(table), size if stated is None else stated)
        parts = b"".join(struct.pack(">II", *part) for part in zip(at, sizes, strict=True))
        return (b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0") + parts + struct.pack(">I", compression)).ljust(148, b"\0")

    return located(head, preview, table, data)


def wide_box(kind: bytes, payload: bytes) -> bytes:
    """A box with a size of 64 bits."""
    return struct.pack(">I4sQ", 1, kind, len(payload) + 16) + payload


def cr3(make_box: Callable[[bytes, bytes], bytes] = box) -> bytes:
    """A CR3: header, movie, two of Canon's boxes, and the data."""
    start = box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", noise(30_000, 3)) + box(b"uuid", noise(65_536, 4))
    return start + box(b"uuid", noise(90_000, 4)) + make_box(b"mdat", noise(300_000, 2))


def heic(*, meta_last: bool = False) -> bytes:
    """A HEIC with its description before its data or, as in Samsung's, after them."""
    return Heif(block(), gap=300_000, meta_last=meta_last).file().replace(bytes(300_000), noise(300_000, 2))


def chunk(name: bytes, payload: bytes) -> bytes:
    """A PNG's chunk with its check sum."""
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", zlib.crc32(name + payload))


def png() -> bytes:
    """A PNG in chunks of 8 KiB, as libpng writes it."""
    data = noise(300_000, 2)
    parts = b"".join(chunk(b"IDAT", data[at : at + 8192]) for at in range(0, len(data), 8192))
    size = struct.pack(">IIBBBBB", 6000, 4000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + parts + chunk(b"IEND", b"")


def webp() -> bytes:
    """A WebP."""
    data = b"WEBPVP8 " + struct.pack("<I", 300_000) + noise(300_000, 2)
    return b"RIFF" + struct.pack("<I", len(data)) + data


def jpegs() -> dict[str, Photo]:
    """JPEGs as cameras, phones and programs write them."""
    small, gain_map = jpeg(size=90_000, seed=5), jpeg(size=30_000, seed=8)
    samsung = multi_picture(gain_map)
    return {
        "plain.jpg": photo(jpeg()),
        "progressive.jpg": photo(jpeg(scans=9)),
        "progressive, empty tables.jpg": photo(jpeg(scans=9, between=segment(0xC4, b""))),
        "progressive, comments between scans.jpg": photo(
            jpeg(scans=9, between=segment(0xFE, b"scan") + segment(0xEC, noise(300, 4)))
        ),
        "long header.jpg": photo(jpeg(header=segment(0xE2, noise(65_000, 3)) * 6)),
        "fill bytes.jpg": photo(jpeg(header=b"\xff\xff\xff")),
        "newline behind.jpg": photo(jpeg(), b"\n"),
        "padded to a block, as Sony does.jpg": photo(jpeg(), bytes(-len(jpeg()) % 32768)),
        "padded with 0xFF.jpg": photo(jpeg(), b"\xff" * 3000),
        "1.5 MB of zeros behind, by Image Capture.jpg": photo(jpeg(), bytes(1_500_000)),
        "previews.jpg": photo(multi_picture(small, gain_map)),
        "padded previews, as Sony has them.jpg": Photo(
            multi_picture(small, gap=20_000) + bytes(14_000), len(multi_picture(small, gap=20_000))
        ),
        "big-endian previews.jpg": photo(multi_picture(small, order=">")),
        "Ultra HDR and Motion Photo.jpg": photo(multi_picture(gain_map) + video()),
        "Motion Photo.jpg": photo(jpeg(), video()),
        "Samsung's trailer.jpg": photo(samsung, samsung_trailer()),
        "unknown trailer.jpg": photo(jpeg(), noise(200_000, 6)),
        "trailer without 0xFF.jpg": photo(jpeg(), noise(100_000, 6).replace(b"\xff", b"\xfe")),
        "trailer of 0xFF.jpg": photo(jpeg(), b"\xff" * 100_000),
        "trailer of text.jpg": photo(jpeg(), b"Processed on 4 May. " * 5000),
        "trailer of blanks.jpg": photo(jpeg(), b" " * 100_000),
        "trailer that looks like a scan.jpg": photo(jpeg(), scan(100_000, 6)),
        "trailer of text behind previews.jpg": photo(multi_picture(small), b"Processed on 4 May. " * 5000),
    }


def raws() -> dict[str, Photo]:
    """Raw files built like a TIFF, and TIFFs."""
    files = {
        f"rw2 packing {packing}, {bits} bits.rw2": rw2(packing, bits)
        for packing, bits in ((4, 12), (5, 12), (5, 14), (6, 12), (6, 14), (7, 12), (7, 14), (8, 16))
    }
    for name, order in (("little", "<"), ("big", ">")):
        files |= {
            f"{name}.nef": photo(raw(order=order)),
            f"{name}.arw": photo(raw("SONY", order)),
            f"{name}.pef": photo(pef(order)),
            f"{name}.cr2": photo(cr2(order)),
            f"{name}.dng": photo(tiles(order)),
            f"{name}.orf": photo(orf(order)),
            f"{name} BigTIFF.tif": photo(big_tiff(order)),
            f"{name}.tif": photo(last_directory(order)[:-4], bytes(4)),  # some programs write no pointer to a next one
        }
    for tag in (0x02BC, 0x83BB, 0x8649, 0x8773, 0x935C):
        data = last_block(tag)
        files[f"{tag:04x} last.tif"] = Photo(data, len(data), last=50_000)
    files |= {
        "strips.tif": photo(strips()),
        "Exif last.tif": Photo(last_exif(), len(last_exif()) - 16),
        "old.rw2": old_rw2(),
    }
    return {**files, "padded behind.arw": photo(raw("SONY"), bytes(20_000))}


def others() -> dict[str, Photo]:
    """Files of all other containers."""
    return {
        "cr3.cr3": photo(cr3()),
        "64 bits.cr3": photo(cr3(wide_box)),
        "heic.heic": photo(heic()),
        "meta last, as Samsung has it.heic": photo(heic(meta_last=True)),
        "zeros behind.heic": photo(heic(), bytes(200)),
        "text behind, as Samsung has it.heic": photo(heic(), b'ce="a"/>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">' * 3),
        "video behind.heic": Photo(heic() + box(b"mpvd", video()), len(heic()) + 8 + len(video()), len(video()) + 8),
        "raf.raf": photo(raf()),
        "png.png": photo(png()),
        "zeros behind.png": photo(png(), bytes(100_000)),
        "data behind.png": photo(png(), noise(20_000, 3)),
        "trailer of text.png": photo(png(), b"Processed on 4 May. " * 5000),
        "webp.webp": photo(webp()),
    }


def everything() -> dict[str, Photo]:
    """All of them by name."""
    return {**jpegs(), **raws(), **others()}
