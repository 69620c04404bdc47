"""What a photo's own bytes say of when it was taken: EXIF, GPS, IPTC, XMP, film headers."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from db.records import Clue
from tracker.ingest import decode
from tracker.metadata.records import Metadata

MAKE, MODEL, SOFTWARE, MODIFIED = 0x010F, 0x0110, 0x0131, 0x0132
ORIGINAL, DIGITIZED, FILE_SOURCE = 0x9003, 0x9004, 0xA300
OFFSET_ORIGINAL, OFFSET_DIGITIZED, SUBSEC_ORIGINAL = 0x9011, 0x9012, 0x9291
GPS_DAY, GPS_TIME, GPS_EAST_WEST, GPS_LONGITUDE = 29, 7, 3, 4

Tags = Mapping[int, Any]
NOTHING: Tags = {}


def exif(main: Tags = NOTHING, photo: Tags = NOTHING, place: Tags = NOTHING) -> Image.Exif:
    made = Image.Exif()
    made.update(main)
    made.get_ifd(0x8769).update(photo)
    made.get_ifd(0x8825).update(place)
    return made


def xmp(properties: str) -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
        'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">'
        f"{properties}</rdf:RDF></x:xmpmeta>" + " " * 2000 + '<?xpacket end="w"?>'
    ).encode()


def jpeg(**options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 12), "teal").save(file, "JPEG", **options)
    return file.getvalue()


def metadata(data: bytes) -> Metadata:
    content = decode.Content(data, "")
    return decode.decode(content, max).metadata


def clues(data: bytes, source: str) -> list[Clue]:
    return [clue for clue in metadata(data).clues if clue.source == source]


def only(data: bytes, source: str) -> Clue:
    (clue,) = clues(data, source)
    return clue


# --- EXIF ---------------------------------------------------------------------------------------


def test_the_shutter_comes_with_its_fraction_of_a_second_and_its_time_zone() -> None:
    photo = {
        ORIGINAL: "2024:03:09 14:15:00",
        SUBSEC_ORIGINAL: "250",
        OFFSET_ORIGINAL: "+02:00",
    }
    clue = only(jpeg(exif=exif(photo=photo)), "exif")
    assert clue.label == "EXIF DateTimeOriginal"
    assert clue.taken_at == datetime(2024, 3, 9, 14, 15, 0, 250_000)
    assert (clue.zone, clue.earliest, clue.latest) == (
        "+02:00",
        date(2024, 3, 9),
        date(2024, 3, 9),
    )


def test_each_exif_date_is_a_clue_of_its_own_and_the_last_save_is_trusted_least() -> None:
    found = metadata(
        jpeg(
            exif=exif(
                {MODIFIED: "2025:01:01 00:00:01"},
                {ORIGINAL: "2024:03:09 14:15:00", DIGITIZED: "2024:03:10 10:00:00"},
            )
        )
    ).clues
    assert [(clue.source, clue.label, clue.latest) for clue in found] == [
        ("exif", "EXIF DateTimeOriginal", date(2024, 3, 9)),
        ("exif", "EXIF DateTimeDigitized", date(2024, 3, 10)),
        ("modified", "EXIF DateTime", date(2025, 1, 1)),
    ]


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "2023:02:30 10:00:00", "yesterday"])
def test_a_date_that_is_none_stays_a_clue_without_a_day(text: str) -> None:
    clue = only(jpeg(exif=exif(photo={ORIGINAL: text})), "exif")
    assert (clue.raw, clue.earliest, clue.latest) == (text, None, None)


def test_a_blank_date_is_no_clue() -> None:
    assert not metadata(jpeg(exif=exif(photo={ORIGINAL: "    :  :     :  :  "}))).clues


def test_the_camera_is_named_once() -> None:
    def named(make: str, model: str) -> str:
        return metadata(jpeg(exif=exif({MAKE: make, MODEL: model}))).camera

    assert named("Canon", "Canon EOS 40D") == "Canon EOS 40D"
    assert named("NIKON CORPORATION", "NIKON D70") == "NIKON D70"
    assert named("Apple", "iPhone 13\0\0") == "Apple iPhone 13"
    assert named("", "") == ""
    assert named("Jolla", "") == "Jolla"


# --- GPS ----------------------------------------------------------------------------------------


def place(longitude: float | None = None, west: bool = False) -> Tags:
    tags: dict[int, Any] = {GPS_DAY: "2024:03:09", GPS_TIME: (23.0, 30.0, 5.0)}
    if longitude is not None:
        tags[GPS_LONGITUDE] = (longitude, 30.0, 0.0)
        tags[GPS_EAST_WEST] = "W" if west else "E"
    return tags


def test_the_time_of_the_satellites_gives_the_local_day_where_the_place_is_known() -> None:
    def days(tags: Tags) -> tuple[date | None, date | None]:
        clue = only(jpeg(exif=exif(place=tags)), "gps")
        assert clue.raw == "2024:03:09 23:30:05 UTC"
        return clue.earliest, clue.latest

    ninth, tenth = date(2024, 3, 9), date(2024, 3, 10)
    assert days(place()) == (ninth, tenth)
    assert days(place(139)) == (tenth, tenth)  # Tokyo
    assert days(place(118, west=True)) == (ninth, ninth)  # Los Angeles


@pytest.mark.parametrize(
    "tags",
    [
        {GPS_DAY: "2024:03:09"},
        {GPS_TIME: (1.0, 2.0, 3.0)},
        {GPS_DAY: "2024:13:09", GPS_TIME: (1.0, 2.0, 3.0)},
        {GPS_DAY: "2024:03:09", GPS_TIME: (25.0, 2.0, 3.0)},
        {GPS_DAY: "2024:03:09", GPS_TIME: (1.0, 2.0)},
    ],
)
def test_half_a_gps_time_is_none(tags: Tags) -> None:
    assert not metadata(jpeg(exif=exif(place=tags))).clues


# --- scanners -----------------------------------------------------------------------------------

SCAN = {ORIGINAL: "2015:02:03 10:00:00", DIGITIZED: "2015:02:03 10:00:00"}


@pytest.mark.parametrize(
    ("main", "photo"),
    [
        ({MAKE: "EPSON", MODEL: "Perfection V600"}, SCAN),
        ({MAKE: "Canon", MODEL: "CanoScan 9000F"}, SCAN),
        ({MAKE: "Nikon", MODEL: "Nikon SUPER COOLSCAN 5000 ED"}, SCAN),
        ({SOFTWARE: "VueScan 9 x64 (9.7.99)"}, SCAN),
        ({SOFTWARE: "SilverFast 8.8.0"}, SCAN),
        ({SOFTWARE: "EPSON Scan"}, {ORIGINAL: "2015:02:03 10:00:00"}),
        ({}, {**SCAN, FILE_SOURCE: b"\2"}),
        ({}, {**SCAN, FILE_SOURCE: b"\1"}),
    ],
)
def test_a_scanners_date_is_of_the_scan_and_only_an_upper_bound(main: Tags, photo: Tags) -> None:
    found = metadata(jpeg(exif=exif(main, photo))).clues
    assert {clue.source for clue in found} == {"scan"}
    assert {(clue.earliest, clue.latest) for clue in found} == {(None, date(2015, 2, 3))}


def test_of_a_scan_xmp_tells_the_picture_and_the_scan_apart() -> None:
    found = metadata(jpeg(exif=exif({MODEL: "Perfection V600"}), xmp=DATED)).clues
    assert [(clue.source, clue.latest) for clue in found] == [
        ("xmp", date(1972, 12, 31)),
        ("xmp", date(1972, 12, 24)),
        ("scan", date(2015, 2, 3)),
    ]


def test_a_scan_that_somebody_dated_has_the_date_of_the_picture() -> None:
    photo = {**SCAN, ORIGINAL: "1972:12:24 18:00:00"}
    data = jpeg(exif=exif({MODEL: "Perfection V600"}, photo))
    assert only(data, "exif").latest == date(1972, 12, 24)
    assert only(data, "scan").latest == date(2015, 2, 3)


@pytest.mark.parametrize(
    "main",
    [
        {MAKE: "Canon", MODEL: "Canon EOS 40D"},
        {MAKE: "Hewlett-Packard", MODEL: "HP PhotoSmart C912"},
        {MAKE: "Apple", MODEL: "iPhone 13", SOFTWARE: "17.2"},
        {MAKE: "EPSON", MODEL: "R-D1"},
    ],
)
def test_a_cameras_date_is_of_the_picture(main: Tags) -> None:
    assert len(clues(jpeg(exif=exif(main, {**SCAN, FILE_SOURCE: b"\3"})), "exif")) == 2


# --- IPTC ---------------------------------------------------------------------------------------


def iptc(*datasets: tuple[int, bytes]) -> bytes:
    return b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value for number, value in datasets
    )


def with_iptc(data: bytes, block: bytes) -> bytes:
    """A JPEG with an IPTC block, in the Photoshop segment where programs keep it."""
    resource = b"8BIM" + struct.pack(">HBxI", 0x0404, 0, len(block)) + block
    resource += b"\0" * (len(block) % 2)
    body = b"Photoshop 3.0\0" + resource
    return data[:2] + b"\xff\xed" + struct.pack(">H", len(body) + 2) + body + data[2:]


@pytest.mark.parametrize(
    ("day", "time", "earliest", "latest", "taken_at", "zone"),
    [
        (b"20190704", b"", (2019, 7, 4), (2019, 7, 4), None, None),
        (b"20190704", b"101500+0200", (2019, 7, 4), (2019, 7, 4), (10, 15), "+02:00"),
        (b"20190704", b"101500", (2019, 7, 4), (2019, 7, 4), (10, 15), None),
        (b"19720000", b"", (1972, 1, 1), (1972, 12, 31), None, None),
        (b"19720200", b"", (1972, 2, 1), (1972, 2, 29), None, None),
    ],
)
def test_iptc_says_when_even_where_it_knows_the_year_alone(
    day: bytes,
    time: bytes,
    earliest: tuple[int, int, int],
    latest: tuple[int, int, int],
    taken_at: tuple[int, int] | None,
    zone: str | None,
) -> None:
    datasets = [(5, b"A title"), (55, day)] + ([(60, time)] if time else [])
    clue = only(with_iptc(jpeg(), iptc(*datasets)), "iptc")
    assert (clue.earliest, clue.latest) == (date(*earliest), date(*latest))
    assert (None if clue.taken_at is None else (clue.taken_at.hour, clue.taken_at.minute)) == (
        taken_at
    )
    assert clue.zone == zone


def test_iptc_of_a_tiff_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    block = iptc((55, b"19531224"))
    Image.new("RGB", (16, 12)).save(path, tiffinfo={33723: block})
    assert only(path.read_bytes(), "iptc").latest == date(1953, 12, 24)


@pytest.mark.parametrize("block", [b"", b"\x1c", b"\x1c\2\x37\xff\xff", b"\x1c\2\x37\0\x08ab"])
def test_broken_iptc_data_is_none(block: bytes) -> None:
    assert not any(clue.earliest for clue in metadata(with_iptc(jpeg(), block)).clues)


# --- XMP ----------------------------------------------------------------------------------------

DATED = xmp(
    '<rdf:Description photoshop:DateCreated="1972-12" xmp:CreateDate="2015-02-03T10:00:00+01:00">'
    "<exif:DateTimeOriginal>1972-12-24T18:00:00</exif:DateTimeOriginal></rdf:Description>"
)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_xmp_inside_a_photo_is_read_in_every_format_that_has_it(
    tmp_path: Path, suffix: str
) -> None:
    image = Image.new("RGB", (16, 12), "teal")
    path = tmp_path / f"photo.{suffix}"
    options: dict[str, Any] = {"xmp": DATED}
    if suffix == "tif":
        options = {"tiffinfo": {700: DATED}}
    elif suffix == "png":
        from PIL.PngImagePlugin import PngInfo

        text = PngInfo()
        text.add_itxt("XML:com.adobe.xmp", DATED.decode())
        options = {"pnginfo": text}
    image.save(path, **options)
    assert [
        (clue.label, clue.earliest, clue.latest) for clue in clues(path.read_bytes(), "xmp")
    ] == [
        ("XMP photoshop:DateCreated", date(1972, 12, 1), date(1972, 12, 31)),
        ("XMP exif:DateTimeOriginal", date(1972, 12, 24), date(1972, 12, 24)),
        ("XMP xmp:CreateDate", date(2015, 2, 3), date(2015, 2, 3)),
    ]


def test_the_dates_of_a_photos_ingredients_and_history_are_not_its_own() -> None:
    packet = xmp(
        "<rdf:Description><xmpMM:Pantry><rdf:Bag><rdf:li>"
        '<rdf:Description xmp:CreateDate="1990-01-01"/>'
        "</rdf:li></rdf:Bag></xmpMM:Pantry></rdf:Description>"
    )
    assert not metadata(jpeg(xmp=packet)).clues


def test_what_did_not_fit_into_one_segment_of_xmp_is_read_too() -> None:
    main = xmp('<rdf:Description xmpMM:InstanceID="1"/>')
    rest = DATED[DATED.index(b"<x:xmpmeta") : DATED.index(b"</x:xmpmeta>") + 12]
    digest = b"0123456789ABCDEF" * 2
    half = len(rest) // 2
    segments = b""
    for at, part in ((half, rest[half:]), (0, rest[:half])):  # in any order
        body = b"http://ns.adobe.com/xmp/extension/\0" + digest
        body += struct.pack(">II", len(rest), at) + part
        segments += b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    data = jpeg(xmp=main)
    assert len(clues(data[:2] + segments + data[2:], "xmp")) == 3


def test_broken_xmp_costs_its_own_dates_alone() -> None:
    data = jpeg(exif=exif(photo={ORIGINAL: "2024:03:09 14:15:00"}), xmp=DATED[:400])
    assert [clue.source for clue in metadata(data).clues] == ["exif"]


# --- films --------------------------------------------------------------------------------------


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + kind + body


def film(taken: datetime, version: int = 0) -> bytes:
    seconds = int((taken - datetime(1904, 1, 1)) / timedelta(seconds=1))
    times = struct.pack(">B3x" + ("QQ" if version else "II"), version, seconds, seconds)
    header = box(b"moov", box(b"mvhd", times, bytes(80)))
    return box(b"ftyp", b"mp42", bytes(4), b"mp42") + box(b"mdat", bytes(500)) + header


TAKEN = datetime(2024, 3, 9, 12, 0, 0)
CAMERA = 'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"'
CONTAINER = (
    'xmlns:Container="http://ns.google.com/photos/1.0/container/" '
    'xmlns:Item="http://ns.google.com/photos/1.0/container/item/"'
)


def motion_photo(kind: str, clip: bytes) -> bytes:
    if kind == "old":
        return jpeg(xmp=xmp(f'<rdf:Description {CAMERA} GCamera:MicroVideoOffset="{len(clip)}"/>'))
    items = "".join(
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{semantic}" '
        f'Item:Length="{length}" Item:Padding="0"/></rdf:li>'
        for semantic, length in (("Primary", 0), ("GainMap", 999), ("MotionPhoto", len(clip)))
    )
    return jpeg(
        xmp=xmp(
            f'<rdf:Description {CAMERA} {CONTAINER} GCamera:MotionPhoto="1"><Container:Directory>'
            f"<rdf:Seq>{items}</rdf:Seq></Container:Directory></rdf:Description>"
        )
    )


@pytest.mark.parametrize("kind", ["old", "new"])
@pytest.mark.parametrize("version", [0, 1])
def test_of_a_motion_photo_the_still_is_taken_and_the_film_tells_when(
    kind: str, version: int
) -> None:
    clip = film(TAKEN, version)
    found = metadata(motion_photo(kind, clip) + clip)
    assert found.notes == ("the film of a motion photo",)
    (clue,) = found.clues
    assert (clue.source, clue.earliest, clue.latest) == (
        "video",
        date(2024, 3, 9),
        date(2024, 3, 10),
    )


def test_a_samsung_motion_photo_is_known_by_its_table_at_the_end() -> None:
    clip = film(TAKEN)
    entry = struct.pack("<HHI", 0, 0x0A30, 16) + b"MotionPhoto_Data" + clip
    table = b"SEFH" + struct.pack("<II", 107, 1)
    table += struct.pack("<HHII", 0, 0x0A30, len(entry), len(entry))
    data = jpeg() + entry + table + struct.pack("<I", len(table)) + b"SEFT"
    found = metadata(data)
    assert found.notes == ("the film of a motion photo",)
    assert [clue.source for clue in found.clues] == ["video"]


@pytest.mark.parametrize("kind", ["old", "new"])
def test_a_motion_photo_whose_film_was_cut_off_is_an_ordinary_photo(kind: str) -> None:
    found = metadata(motion_photo(kind, film(TAKEN)))
    assert (found.notes, found.clues) == ((), ())


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_a_photo_that_says_nothing_gives_no_clue(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo.{suffix}"
    Image.new("RGB", (16, 12)).save(path)
    assert metadata(path.read_bytes()) == Metadata()


# --- real photos --------------------------------------------------------------------------------

REAL: dict[str, tuple[str, tuple[tuple[str, str, str | None], ...]]] = {
    "heic/IMG_5195.HEIC": ("Apple iPhone 11 Pro Max", (("exif", "2021-04-11", "-05:00"),)),
    "heic/mobile/iphone_13_pro_max.HEIC": (
        "Apple iPhone 13 Pro Max",
        (("exif", "2022-02-16", "+01:00"),),
    ),
    "heic/mobile/HMD_Nokia_8.3_5G.heif": ("", (("gps", "2022-02-03", None),)),
    "jpg/Canon_40D.jpg": ("Canon EOS 40D", (("exif", "2008-05-30", None),)),
    "jpg/gps/DSCN0010.jpg": (
        "NIKON COOLPIX P6000",
        (("exif", "2008-10-22", None), ("gps", "2008-10-23", None)),
    ),
    "jpg/mobile/HMD_Nokia_8.3_5G.jpg": (
        "HMD Global Nokia 8.3 5G",
        (("exif", "2022-08-14", "+03:00"), ("gps", "2022-08-14", None)),
    ),
    "jpg/tests/87_OSError.jpg": (
        "NIKON D70s",
        (("exif", "2005-12-14", None), ("iptc", "2005-12-14", None), ("xmp", "2005-12-14", None)),
    ),
    "jpg/tests/30-type_error.jpg": ("", (("xmp", "2013-07-05", "+00:00"),)),
    "jpg/xmp/BlueSquare.jpg": ("", (("xmp", "2005-09-07", "-07:00"),)),
    "jpg/long_description.jpg": ("", (("xmp", "2003-08-31", None),)),
    "tiff/Crémieux11.tiff": ("", (("modified", "2012-01-09", None),)),
    "jpg/exif-org/olympus-d320l.jpg": ("", ()),
}


@pytest.mark.samples
@pytest.mark.parametrize("name", REAL)
def test_real_photos_say_what_a_table_written_by_hand_says(samples: Path, name: str) -> None:
    camera, expected = REAL[name]
    data = decode.read(os.fsencode(samples / "photos" / "quirks" / "formats" / name)).data
    found = metadata(data)
    assert found.camera == camera
    for source, day, zone in expected:
        clue = next(clue for clue in found.clues if clue.source == source)
        assert str(clue.latest) == day
        if clue.zone != "+00:00":  # a moment of UTC is in one of two local days
            assert str(clue.earliest) == day
        assert source == "gps" or clue.zone == zone
    if not expected:
        assert not found.clues
