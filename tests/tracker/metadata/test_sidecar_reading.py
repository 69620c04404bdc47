from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.libraries import xmp_text
from tests.support.libraries.pictures import Face
from tests.support.libraries.takeout import sidecar
from tracker.metadata.records import Metadata
from tracker.metadata.sidecars import takeout
from tracker.metadata.sidecars.read import LARGEST, read, whose
from tracker.metadata.sidecars.records import KINDS, About, Sidecar, news
from tracker.metadata.write_xmp import NamedFace, document

PHOTO = About("IMG.jpg", 400, 300)
MUNICH = (48.14, 11.58)


def at(path: Path, kind: str) -> Sidecar:
    status = path.stat()
    return Sidecar(bytes(path), kind, status.st_size, status.st_mtime_ns)


def test_a_takeouts_date_is_the_day_there_where_the_place_is_known() -> None:
    late = datetime(2023, 3, 2, 23, 30, tzinfo=UTC)
    (clue,) = takeout.metadata(sidecar("a.jpg", late, place=MUNICH)).clues
    assert (clue.source, clue.taken_at) == ("takeout", datetime(2023, 3, 2, 23, 30))
    assert (clue.earliest, clue.latest) == (date(2023, 3, 2), date(2023, 3, 3))
    noon = datetime(2023, 3, 2, 11, 0, tzinfo=UTC)
    (clue,) = takeout.metadata(sidecar("a.jpg", noon, place=MUNICH)).clues
    assert (clue.earliest, clue.latest) == (date(2023, 3, 2), date(2023, 3, 2))
    assert "02.03.2023" in clue.raw


def test_a_place_of_nought_and_nought_is_none() -> None:
    noon = datetime(2023, 3, 2, 14, 0, tzinfo=UTC)
    (clue,) = takeout.metadata(sidecar("a.jpg", noon)).clues
    assert (clue.earliest, clue.latest) == (date(2023, 3, 2), date(2023, 3, 3))


def test_names_in_a_takeout_are_of_the_whole_photo() -> None:
    told = takeout.metadata(sidecar("a.jpg", datetime(2023, 3, 2), people=("Mia", " Mia ", "Дочь")))
    assert [(t.name, t.standard, t.boxes) for t in told.tags] == [
        ("Mia", "takeout", ()),
        ("Дочь", "takeout", ()),
    ]


def test_the_day_of_the_upload_is_not_taken_for_the_photos() -> None:
    told = json.loads(sidecar("a.jpg", datetime(2023, 3, 2)))
    del told["photoTakenTime"]
    assert takeout.metadata(json.dumps(told).encode()).clues == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"\0" * 100,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"photoTakenTime": 5}',
        b'{"photoTakenTime": {"timestamp": {}}}',
        b'{"photoTakenTime": {"timestamp": "tomorrow"}}',
        b'{"photoTakenTime": {"timestamp": NaN}}',
        b'{"photoTakenTime": {"timestamp": 1e400}}',
        b'{"photoTakenTime": {"timestamp": ' + b"9" * 10_000 + b"}}",
        b'{"people": {"name": "Mia"}}',
        b'{"people": [null, 3, {"name": null}, {"name": ["Mia"]}, {"name": "\\ud800"}]}',
        b'{"title": 7}',
    ],
)
def test_what_is_no_takeout_json_says_nothing(data: bytes) -> None:
    assert takeout.metadata(data) == Metadata()
    assert takeout.title(data) == ""
    assert takeout.album_title(data) == ""


@pytest.mark.parametrize("place", ["NaN", "Infinity", '"x"', "true", "1e999", "null", "[]", "-400"])
def test_a_place_that_is_none_leaves_the_date(place: str) -> None:
    where = f'"geoData": {{"longitude": {place}, "latitude": 1}}'
    text = f'{{"photoTakenTime": {{"timestamp": "1677765600"}}, {where}}}'
    (clue,) = takeout.metadata(text.encode()).clues
    assert clue.earliest is not None


def test_a_number_of_seconds_beyond_every_calendar_dates_nothing() -> None:
    for seconds in ("-999999999999", "999999999999"):
        for clue in takeout.metadata(
            b'{"photoTakenTime": {"timestamp": "%s"}}' % seconds.encode()
        ).clues:
            assert clue.earliest is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_takeout_in_another_encoding_is_read(encoding: str) -> None:
    text = sidecar("ä.jpg", datetime(2023, 3, 2), people=("Jörg",)).decode()
    told = takeout.metadata(text.encode(encoding))
    assert [tag.name for tag in told.tags] == ["Jörg"]
    assert len(told.clues) == 1


def test_an_albums_title_is_read_in_both_its_forms() -> None:
    assert takeout.album_title(b'{"title": " Am Meer "}') == "Am Meer"
    assert takeout.album_title(b'{"albumData": {"title": "Am Meer"}}') == "Am Meer"


def test_an_xmp_gives_date_and_faces(tmp_path: Path) -> None:
    faces = (Face("Mia", (0.1, 0.2, 0.3, 0.5)),)
    path = tmp_path / "IMG.jpg.xmp"
    path.write_bytes(xmp_text.digikam(faces, (400, 300), taken="1961-05-20T12:00:00"))
    told = read(at(path, "xmp"), PHOTO)
    assert {(c.source, c.earliest) for c in told.clues} == {("sidecar", date(1961, 5, 20))}
    (tag,) = told.tags
    assert (tag.name, tag.standard) == ("Mia", "mwg")
    assert tag.boxes[0] == pytest.approx((0.1, 0.2, 0.3, 0.5), abs=1e-4)


def test_of_what_we_exported_names_are_not_read_but_a_date_that_was_added(tmp_path: Path) -> None:
    path = tmp_path / "IMG.jpg.xmp"
    ours = document([NamedFace("Mia", (0.1, 0.2, 0.3, 0.5))], (400, 300), 1)
    path.write_bytes(ours)
    assert read(at(path, "xmp"), PHOTO) == Metadata()
    tool = b"<xmp:CreatorTool>"
    path.write_bytes(ours.replace(tool, b"<xmp:CreateDate>1961-05-20</xmp:CreateDate>" + tool))
    told = read(at(path, "xmp"), PHOTO)
    assert told.tags == ()
    assert [clue.earliest for clue in told.clues] == [date(1961, 5, 20)]


def test_picasas_ini_gives_the_faces_of_the_photo_asked_about(tmp_path: Path) -> None:
    path = tmp_path / ".picasa.ini"
    path.write_bytes(
        b"[Contacts2]\r\n8e62398ebda8c1a5=Rosa;;\r\n[IMG.jpg]\r\n"
        b"faces=rect64(3f845bcb59418507),8e62398ebda8c1a5\r\n"
    )
    one = at(path, "picasa")
    assert [tag.name for tag in read(one, PHOTO).tags] == ["Rosa"]
    assert read(one, About("other.jpg", 4, 3)).tags == ()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_went_or_is_too_large_says_nothing(tmp_path: Path, kind: str) -> None:
    assert read(Sidecar(bytes(tmp_path / "gone"), kind, 1, 1), PHOTO) == Metadata()
    assert read(Sidecar(bytes(tmp_path), kind, 1, 2), PHOTO) == Metadata()
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(LARGEST[kind] + 1)
    assert read(at(large, kind), PHOTO).tags == ()
    assert whose(bytes(large), kind) == ""


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), kind=st.sampled_from(KINDS), flips=st.lists(st.integers(0)))
def test_no_bytes_whatsoever_raise(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str, flips: list[int]
) -> None:
    whole = {
        "xmp": xmp_text.digikam((Face("Mia", (0.1, 0.2, 0.3, 0.5)),), (40, 30)),
        "takeout": sidecar("a.jpg", datetime(2023, 3, 2), people=("Mia",)),
        "picasa": b"[Contacts2]\n8e=Mia;;\n[IMG.jpg]\nfaces=rect64(3f845bcb59418507),8e\n",
    }[kind]
    broken = bytearray(whole)
    for place in flips:
        broken[place % len(broken)] ^= 1 + place % 255
    path = tmp_path_factory.getbasetemp() / "any sidecar"
    for content in (data, bytes(broken), whole[: len(data)] + data):
        path.write_bytes(content)
        told = read(at(path, kind), PHOTO)
        assert isinstance(told, Metadata)
        whose(bytes(path), kind)


def test_an_xmp_and_a_takeout_say_whose_they_are(tmp_path: Path) -> None:
    path = tmp_path / "IMG.xmp"
    path.write_bytes(xmp_text.adobe_sidecar(taken="2018-09-16T08:00:00", suffix="CR2"))
    assert whose(bytes(path), "xmp") == "CR2"
    path.write_bytes(b"<photoshop:SidecarForExtension>NEF</photoshop:SidecarForExtension>")
    assert whose(bytes(path), "xmp") == "NEF"
    path.write_bytes(sidecar("Bild & Text.jpg", datetime(2023, 3, 2)))
    assert whose(bytes(path), "takeout") == "Bild & Text.jpg"


def test_a_sidecar_is_news_until_it_was_read_as_it_is() -> None:
    one = Sidecar(b"/a.xmp", "xmp", 10, 20)
    assert news([one], {})
    assert news([one], {b"/a.xmp": (10, 21)})
    assert not news([one], {b"/a.xmp": (10, 20)})
    assert not news([], {})
