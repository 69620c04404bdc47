"""Faces in a folder's .picasa.ini."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.metadata.picasa import rectangle, tags
from tracker.metadata.turns import turned

INI = b"""[Picasa]\r
name=Sommer\r
[Contacts2]\r
8e62398ebda8c1a5=Oma Rosa;;\r
cafe=Opa Karl;karl@example.org;\r
[Contacts]\r
d10a8325c557b085=joedoe_lh,cb989580bc43a91\r
[IMG_0001.JPG]\r
faces=rect64(3f845bcb59418507),8e62398ebda8c1a5;rect64(1999333366664ccc),cafe;\r
backuphash=1\r
[IMG_0002.JPG]\r
rotate=rotate(1)\r
faces=rect64(3f845bcb59418507),8e62398ebda8c1a5\r
[IMG_0003.JPG]\r
faces=rect64(3f845bcb59418507),ffffffffffffffff;rect64(5b),d10a8325c557b085\r
"""

BOX = (0x3F84 / 65535, 0x5BCB / 65535, 0x5941 / 65535, 0x8507 / 65535)


def test_a_photos_faces_are_read_with_their_names() -> None:
    rosa, karl = tags(INI, "IMG_0001.JPG", (400, 300), 1).tags
    assert (rosa.name, rosa.standard, rosa.program) == ("Oma Rosa", "picasa", "Picasa")
    assert rosa.boxes == (pytest.approx(BOX),)
    assert karl.name == "Opa Karl"
    assert karl.boxes == (pytest.approx((0.1, 0.2, 0.4, 0.3), abs=1e-4),)


def test_the_photos_name_may_be_written_in_another_case() -> None:
    assert len(tags(INI, "img_0001.jpg", (400, 300), 1).tags) == 2
    assert tags(INI, "IMG_0009.JPG", (400, 300), 1).tags == ()


def test_a_rectangle_may_lack_its_leading_zeros() -> None:
    assert rectangle("5b") == (0, 0, 0, 0x5B / 65535)
    assert rectangle("3f845bcb59418507") == pytest.approx(BOX)


def test_a_face_that_nobody_named_is_left_out_and_names_kept_elsewhere_are_told_of() -> None:
    read = tags(INI, "IMG_0003.JPG", (400, 300), 1)
    assert read.tags == ()
    assert len(read.notes) == 1


def test_a_photo_stored_on_its_side_is_read_both_ways() -> None:
    (rosa, _) = tags(INI, "IMG_0001.JPG", (300, 400), 6).tags
    assert rosa.boxes == (pytest.approx(turned(BOX, 6)), pytest.approx(BOX))


def test_a_photo_turned_in_picasa_alone_is_also_read_as_it_is_shown_there() -> None:
    (rosa,) = tags(INI, "IMG_0002.JPG", (400, 300), 1).tags
    assert rosa.boxes == (pytest.approx(BOX), pytest.approx(turned(BOX, 8)))


@pytest.mark.parametrize(
    "ini",
    [
        INI.decode().replace("\r\n", "\n").encode(),
        INI.decode().replace("\r\n", "\r").encode(),
        b"\xef\xbb\xbf" + INI,
        INI.decode().encode("utf-16"),
    ],
    ids=["unix", "lone CR", "BOM", "UTF-16"],
)
def test_however_the_file_is_written_it_reads_the_same(ini: bytes) -> None:
    assert tags(ini, "IMG_0001.JPG", (4, 3), 1) == tags(INI, "IMG_0001.JPG", (4, 3), 1)


def test_umlauts_are_read_in_either_encoding() -> None:
    text = "[Contacts2]\n1=Jürgen & Söhne;;\n[Ä.jpg]\nfaces=rect64(3f845bcb59418507),1;\n"
    for encoding in ("utf-8", "cp1252"):
        (tag,) = tags(text.encode(encoding), "A\u0308.jpg", (4, 3), 1).tags
        assert tag.name == "Jürgen & Söhne"


def test_a_hundred_thousand_faces_are_not_all_read() -> None:
    many = b";".join(b"rect64(%016x),cafe" % (i << 20 | 0xFFFF) for i in range(100_000))
    ini = b"[Contacts2]\ncafe=Karl;;\n[a.jpg]\nfaces=" + many
    assert len(tags(ini, "a.jpg", (4, 3), 1).tags) <= 1000


@given(st.binary(max_size=400), st.integers(-3, 12))
def test_no_file_makes_it_fail(tail: bytes, orientation: int) -> None:
    tags(INI + tail, "IMG_0001.JPG", (4, 3), orientation)
    tags(tail, tail.decode("latin-1"), (0, 0), orientation)


@given(st.text(alphabet="rect64(),;0123456789abcdefgX[]=\n", max_size=80))
def test_no_line_of_faces_makes_it_fail(line: str) -> None:
    tags(f"[Contacts2]\n1=A;\n[a.jpg]\nfaces={line}".encode(), "a.jpg", (4, 3), 5)
