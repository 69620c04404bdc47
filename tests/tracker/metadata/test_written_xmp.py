"""Sidecars for other programs, read again the way those programs read."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from tracker.metadata import xmp
from tracker.metadata.regions import from_xmp, is_ours
from tracker.metadata.turns import turned
from tracker.metadata.write_xmp import NamedFace, document, is_untouched

NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "area": "http://ns.adobe.com/xmp/sType/Area#",
    "dim": "http://ns.adobe.com/xap/1.0/sType/Dimensions#",
    "mp": "http://ns.microsoft.com/photo/1.2/",
    "mpri": "http://ns.microsoft.com/photo/1.2/t/RegionInfo#",
    "mpreg": "http://ns.microsoft.com/photo/1.2/t/Region#",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
}

Box = tuple[float, float, float, float]


def number(element: Element, path: str) -> float:
    return float(element.findtext(path, "", NAMES))


def like_digikam(data: bytes) -> tuple[tuple[int, int], list[tuple[str, Box]]]:
    """(what the boxes are drawn on, boxes by name) as a reader of MWG regions has them."""
    root = fromstring(data)
    applied = root.find(".//rs:AppliedToDimensions", NAMES)
    assert applied is not None
    assert applied.findtext("dim:unit", "", NAMES) == "pixel"
    found = []
    for entry in root.iterfind(".//rs:RegionList/rdf:Bag/rdf:li", NAMES):
        assert entry.findtext("rs:Type", "", NAMES) == "Face"
        assert entry.findtext("rs:Area/area:unit", "", NAMES) == "normalized"
        x, y, w, h = (number(entry, f"rs:Area/area:{key}") for key in "xywh")
        box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        found.append((entry.findtext("rs:Name", "", NAMES), box))
    return (int(number(applied, "dim:w")), int(number(applied, "dim:h"))), found


def like_windows(data: bytes) -> list[tuple[str, Box]]:
    """Boxes by name as a reader of Microsoft's regions has them."""
    found = []
    entries = fromstring(data).iterfind(".//mp:RegionInfo/mpri:Regions/rdf:Bag/rdf:li", NAMES)
    for entry in entries:
        x, y, w, h = map(float, entry.findtext("mpreg:Rectangle", "", NAMES).split(", "))
        name = entry.findtext("mpreg:PersonDisplayName", "", NAMES)
        found.append((name, (x, y, x + w, y + h)))
    return found


BOX = (0.1, 0.2, 0.3, 0.6)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_other_programs_read_the_same_boxes_on_the_stored_photo(orientation: int) -> None:
    size = (300, 400) if orientation > 4 else (400, 300)
    data = document([NamedFace("Oma Rosa", BOX)], size, orientation)
    drawn_on, ((name, box),) = like_digikam(data)
    assert drawn_on == (400, 300)
    assert name == "Oma Rosa"
    assert turned(box, orientation) == pytest.approx(BOX, abs=2e-6)
    ((name, box),) = like_windows(data)
    assert name == "Oma Rosa"
    assert turned(box, orientation) == pytest.approx(BOX, abs=2e-6)


share = st.floats(0, 1)


@given(
    st.lists(st.tuples(share, share, share, share), max_size=6),
    st.sampled_from(range(1, 9)),
)
def test_whatever_the_boxes_they_come_back_as_they_were(
    drawn: list[tuple[float, float, float, float]], orientation: int
) -> None:
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in drawn]
    faces = [NamedFace(f"P{i}", box) for i, box in enumerate(boxes)]
    data = document(faces, (4000, 3000), orientation)
    for found in (like_digikam(data)[1], like_windows(data)):
        back = {name: turned(box, orientation) for name, box in found}
        assert set(back) == {face.name for face in faces}
        for face in faces:
            assert back[face.name] == pytest.approx(face.box, abs=3e-6)


def test_the_same_faces_give_the_same_bytes_in_any_order() -> None:
    faces = [NamedFace("Rosa", BOX), NamedFace("Karl", (0.5, 0.5, 0.6, 0.6))]
    assert document(faces, (4, 3), 1) == document(faces[::-1], (4, 3), 1)


@pytest.mark.parametrize(
    "name", ["</mwg-rs:Name><x>", "A & B", "\"'", "]]>", "ג'ון", "🦊", "&lt;", "<!-- -->", "%s"]
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    data = document([NamedFace(name, BOX)], (4, 3), 1)
    assert [found for found, _ in like_digikam(data)[1]] == [name]
    assert [found for found, _ in like_windows(data)] == [name]


@pytest.mark.parametrize("name", ["\0", "\ud800", "\x1b[31m", "\ufffe", "a\0b"])
def test_what_no_xml_may_hold_is_left_out(name: str) -> None:
    fromstring(document([NamedFace(name, BOX)], (4, 3), 1))


def test_our_own_export_is_no_evidence() -> None:
    root = xmp.parse(document([NamedFace("Rosa", BOX)], (4, 3), 1))
    assert root is not None
    assert is_ours(root)
    assert from_xmp(root, (4, 3), 1) == ()


def test_an_export_that_another_program_wrote_to_is_not_ours_to_replace() -> None:
    data = document([NamedFace("Rosa", BOX)], (4, 3), 1)
    root = xmp.parse(data)
    assert root is not None
    assert is_untouched(root, data)
    for changed in (
        data.replace(b"<rdf:RDF>", b"<rdf:RDF >"),
        data.replace(
            b"<mwg-rs:Regions",
            b'<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Sommer</dc:title>'
            b"<mwg-rs:Regions",
        ),
        data.replace(b"Family resemblance tracker", b"digiKam-8.1.0"),
    ):
        other = xmp.parse(changed)
        assert other is not None
        assert not is_untouched(other, changed)
