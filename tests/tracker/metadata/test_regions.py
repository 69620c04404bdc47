"""What other programs wrote about who is in a photo, as they write it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, XMLPullParser

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from tracker.metadata.records import Tag
from tracker.metadata.regions import CREATOR, from_xmp, number
from tracker.metadata.turns import turned

HEAD = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:MP="http://ns.microsoft.com/photo/1.2/"
 xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
 xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"
 xmlns:acdsee-rs="http://ns.acdsee.com/regions/"
 xmlns:acdsee-stArea="http://ns.acdsee.com/sType/Area#"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:digiKam="http://www.digikam.org/ns/1.0/"
 xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
"""
TAIL = "</rdf:Description></rdf:RDF></x:xmpmeta>"


def document(inside: str, attributes: str = "") -> Element:
    root: Element = fromstring(f"{HEAD} {attributes}>{inside}{TAIL}")
    return root


def mwg(area: str, name: str = "Rosa", kind: str = "Face", applied: str = "") -> str:
    return f"""<mwg-rs:Regions rdf:parseType="Resource">{applied}<mwg-rs:RegionList><rdf:Bag>
    <rdf:li><rdf:Description mwg-rs:Name="{name}" mwg-rs:Type="{kind}"><mwg-rs:Area {area}/>
    </rdf:Description></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>"""


AREA = 'stArea:x="0.3" stArea:y="0.4" stArea:w="0.2" stArea:h="0.4" stArea:unit="normalized"'
BOX = pytest.approx((0.2, 0.2, 0.4, 0.6))


def one(inside: str, orientation: int = 1, size: tuple[int, int] = (400, 300)) -> Tag:
    (tag,) = from_xmp(document(inside), size, orientation)
    return tag


def test_the_working_groups_boxes_are_read_from_their_middle() -> None:
    tag = one(mwg(AREA))
    assert (tag.name, tag.standard) == ("Rosa", "mwg")
    assert tag.boxes == (BOX,)


def test_fields_may_be_elements_instead_of_attributes() -> None:
    tag = one(
        """<mwg-rs:Regions><rdf:Description><mwg-rs:RegionList><rdf:Seq>
        <rdf:li rdf:parseType="Resource"><mwg-rs:Name>Rosa</mwg-rs:Name>
        <mwg-rs:Type>Face</mwg-rs:Type><mwg-rs:Area rdf:parseType="Resource">
        <stArea:x>0.3</stArea:x><stArea:y>0.4</stArea:y><stArea:w>0.2</stArea:w>
        <stArea:h>0.4</stArea:h></mwg-rs:Area></rdf:li></rdf:Seq></mwg-rs:RegionList>
        </rdf:Description></mwg-rs:Regions>"""
    )
    assert tag.boxes == (BOX,)


@pytest.mark.parametrize("kind", ["Pet", "Focus", "BarCode"])
def test_what_is_no_face_is_left_out(kind: str) -> None:
    assert from_xmp(document(mwg(AREA, kind=kind)), (400, 300), 1) == ()


def test_a_region_without_a_type_that_has_a_name_is_a_face() -> None:
    assert one(mwg(AREA, kind="")).boxes


def test_a_face_without_a_name_says_nothing() -> None:
    assert from_xmp(document(mwg(AREA, name="")), (400, 300), 1) == ()
    assert from_xmp(document(mwg(AREA, name="Unknown")), (400, 300), 1) == ()


def test_numbers_may_have_a_comma() -> None:
    assert one(mwg(AREA.replace("0.", "0,"))).boxes == (BOX,)


def test_pixels_are_read_as_pixels_of_what_the_boxes_were_drawn_on() -> None:
    applied = '<mwg-rs:AppliedToDimensions stDim:w="800" stDim:h="600" stDim:unit="pixel"/>'
    area = 'stArea:x="240" stArea:y="240" stArea:w="160" stArea:h="240" stArea:unit="pixel"'
    assert one(mwg(area, applied=applied)).boxes == (BOX,)
    assert one(mwg(area.replace("pixel", "normalized")), size=(800, 600)).boxes == (BOX,)


@pytest.mark.parametrize(
    "area",
    [
        'stArea:x="nan" stArea:y="0.4" stArea:w="0.2" stArea:h="0.4"',
        'stArea:x="0.3" stArea:y="0.4" stArea:w="-0.2" stArea:h="0.4"',
        'stArea:x="0.3" stArea:y="0.4" stArea:w="0" stArea:h="0"',
        'stArea:x="1e300" stArea:y="0.4" stArea:w="0.2" stArea:h="0.4"',
        'stArea:x="" stArea:y="left" stArea:w="0.2" stArea:h="0.4"',
        'stArea:x="0.5" stArea:y="0.5" stArea:w="1" stArea:h="1"',
        "",
    ],
)
def test_a_name_whose_box_is_none_is_a_name_of_the_whole_photo(area: str) -> None:
    tag = one(mwg(area))
    assert (tag.name, tag.boxes) == ("Rosa", ())


def test_a_box_that_hangs_over_the_edge_is_cut_there() -> None:
    tag = one(mwg('stArea:x="0.05" stArea:y="0.4" stArea:w="0.2" stArea:h="0.4"'))
    assert tag.boxes == (pytest.approx((0.0, 0.2, 0.15, 0.6)),)


def test_a_circle_is_read_as_the_square_around_it() -> None:
    tag = one(mwg('stArea:x="0.5" stArea:y="0.5" stArea:d="0.2"'))
    assert tag.boxes == (pytest.approx((0.425, 0.4, 0.575, 0.6)),)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_of_the_stored_photo_first_and_perhaps_of_the_upright_one(
    orientation: int,
) -> None:
    size = (300, 400) if orientation > 4 else (400, 300)
    boxes = one(mwg(AREA), orientation, size).boxes
    assert boxes[0] == pytest.approx(turned((0.2, 0.2, 0.4, 0.6), orientation))
    assert boxes[-1] == pytest.approx((0.2, 0.2, 0.4, 0.6))


MICROSOFT = """<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>
    <rdf:li MPReg:PersonDisplayName="Rosa" MPReg:Rectangle="{}"/>
    </rdf:Bag></MPRI:Regions></MP:RegionInfo>"""


@pytest.mark.parametrize(
    "rectangle",
    ["0.2, 0.2, 0.2, 0.4", "0.2,0.2,0.2,0.4", "0,2, 0,2, 0,2, 0,4", "0,2,0,2,0,2,0,4"],
)
def test_microsofts_boxes_are_read_from_their_corner(rectangle: str) -> None:
    tag = one(MICROSOFT.format(rectangle))
    assert (tag.name, tag.standard, tag.boxes) == ("Rosa", "microsoft", (BOX,))


@pytest.mark.parametrize("rectangle", ["", "0.2, 0.2", "a, b, c, d", "0.2 0.2 0.2 0.2 0.2"])
def test_microsofts_names_without_a_rectangle_are_names_of_the_photo(rectangle: str) -> None:
    assert one(MICROSOFT.format(rectangle)).boxes == ()


def test_what_digikam_writes_in_both_standards_and_as_a_keyword_is_one_tag() -> None:
    keywords = """<digiKam:TagsList><rdf:Seq><rdf:li>People/Rosa</rdf:li>
    <rdf:li>Places/Rome</rdf:li><rdf:li>People/Family/Karl</rdf:li></rdf:Seq></digiKam:TagsList>
    <lr:hierarchicalSubject><rdf:Bag><rdf:li>People|Karl</rdf:li><rdf:li>Cat|Tom</rdf:li></rdf:Bag>
    </lr:hierarchicalSubject>"""
    inside = mwg(AREA) + MICROSOFT.format("0.2, 0.2, 0.2, 0.4") + keywords
    root = document(inside, 'xmp:CreatorTool="digiKam-8.1.0"')
    rosa, karl = from_xmp(root, (400, 300), 1)
    assert rosa == Tag("Rosa", "mwg", "digiKam-8.1.0", rosa.boxes)
    assert karl == Tag("Karl", "keyword", "digiKam-8.1.0", ())


def test_two_faces_of_one_name_are_two_tags() -> None:
    other = AREA.replace("0.3", "0.8")
    assert len(from_xmp(document(mwg(AREA) + mwg(other)), (400, 300), 1)) == 2


def test_people_without_a_name_are_nobody() -> None:
    inside = """<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li/><rdf:li> </rdf:li></rdf:Bag>
    </Iptc4xmpExt:PersonInImage>"""
    assert from_xmp(document(inside), (400, 300), 1) == ()


def test_people_named_in_the_photo_without_a_box_are_read() -> None:
    inside = """<Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Rosa</rdf:li><rdf:li>Karl</rdf:li>
    </rdf:Bag></Iptc4xmpExt:PersonInImage>"""
    tags = from_xmp(document(inside), (400, 300), 1)
    assert [(tag.name, tag.boxes) for tag in tags] == [("Rosa", ()), ("Karl", ())]


def test_iptcs_regions_are_read() -> None:
    tag = one(
        """<Iptc4xmpExt:ImageRegion><rdf:Bag><rdf:li rdf:parseType="Resource">
        <Iptc4xmpExt:RegionBoundary rdf:parseType="Resource">
        <Iptc4xmpExt:rbShape>rectangle</Iptc4xmpExt:rbShape>
        <Iptc4xmpExt:rbUnit>pixel</Iptc4xmpExt:rbUnit><Iptc4xmpExt:rbX>80</Iptc4xmpExt:rbX>
        <Iptc4xmpExt:rbY>60</Iptc4xmpExt:rbY><Iptc4xmpExt:rbW>80</Iptc4xmpExt:rbW>
        <Iptc4xmpExt:rbH>120</Iptc4xmpExt:rbH></Iptc4xmpExt:RegionBoundary><Iptc4xmpExt:Name>
        <rdf:Alt><rdf:li xml:lang="x-default">Rosa</rdf:li></rdf:Alt></Iptc4xmpExt:Name>
        </rdf:li></rdf:Bag></Iptc4xmpExt:ImageRegion>"""
    )
    assert (tag.standard, tag.boxes) == ("iptc", (BOX,))


def acdsee(assigned: str) -> str:
    return f"""<acdsee-rs:Regions rdf:parseType="Resource"><acdsee-rs:RegionList><rdf:Bag>
    <rdf:li><rdf:Description acdsee-rs:Type="Face" acdsee-rs:Name="Rosa"
    acdsee-rs:NameAssignType="{assigned}"><acdsee-rs:DLYArea acdsee-stArea:x="0.3"
    acdsee-stArea:y="0.4" acdsee-stArea:w="0.2" acdsee-stArea:h="0.4"/></rdf:Description></rdf:li>
    </rdf:Bag></acdsee-rs:RegionList></acdsee-rs:Regions>"""


def test_acdsees_names_are_read_but_not_what_it_only_suggests() -> None:
    assert one(acdsee("manual")).boxes == (BOX,)
    assert from_xmp(document(acdsee("suggested")), (400, 300), 1) == ()
    assert from_xmp(document(acdsee("denied")), (400, 300), 1) == ()


def test_a_cameras_own_version_is_no_program_that_names_faces() -> None:
    assert from_xmp(document(mwg(AREA), 'xmp:CreatorTool="14.2"'), (4, 3), 1)[0].program == ""


def test_what_this_program_exported_is_no_evidence_for_it() -> None:
    assert from_xmp(document(mwg(AREA), f'xmp:CreatorTool="{CREATOR} 1"'), (4, 3), 1) == ()
    inside = f"<xmp:CreatorTool>{CREATOR} 1</xmp:CreatorTool>{mwg(AREA)}"
    assert from_xmp(document(inside), (4, 3), 1) == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  Oma\n\tRosa ", "Oma Rosa"),
        ("\u202easoR", "asoR"),
        ("R\u200bosa", "Rosa"),
        ("ג'ון", "ג'ון"),
        ("R" * 500, "R" * 199 + "…"),
        ("&lt;script&gt;", "<script>"),
    ],
)
def test_names_are_kept_as_written_but_for_what_nobody_sees(written: str, read: str) -> None:
    assert one(mwg(AREA, name=written)).name == read


@pytest.mark.parametrize("written", ["\u200b", "\u202e\u202c", "  ", "\u2800"])
def test_a_name_of_nothing_that_is_seen_is_none(written: str) -> None:
    assert from_xmp(document(mwg(AREA, name=written)), (4, 3), 1) == ()


def test_a_hundred_thousand_regions_are_not_all_read() -> None:
    entry = f'<rdf:li mwg-rs:Name="R{{}}"><mwg-rs:Area {AREA}/></rdf:li>'
    many = "".join(entry.format(i) for i in range(100_000))
    regions = f"<mwg-rs:RegionList><rdf:Bag>{many}</rdf:Bag></mwg-rs:RegionList>"
    inside = f"<mwg-rs:Regions>{regions}</mwg-rs:Regions>"
    assert len(from_xmp(document(inside), (4, 3), 1)) == 1000


@pytest.mark.parametrize("text", ["", "x", "1_0", "٣", "1" * 5000, "1,5", " 2 ", "-0", "1e999"])
def test_a_number_is_read_or_is_none(text: str) -> None:
    assert isinstance(number(text), float)


def test_lists_within_lists_without_end_are_not_followed() -> None:
    depth = 20_000
    nested = "<rdf:Bag><rdf:li>" * depth + "</rdf:li></rdf:Bag>" * depth
    builder = XMLPullParser()
    builder.feed(
        f"{HEAD}><Iptc4xmpExt:PersonInImage>{nested}</Iptc4xmpExt:PersonInImage>"
        f"<mwg-rs:Regions>{nested}</mwg-rs:Regions>{TAIL}"
    )
    builder.close()
    *_, (_, root) = builder.read_events()
    assert from_xmp(root, (4, 3), 1) == ()


@given(st.recursive(st.text("0.,;nae- ", max_size=8), lambda t: t | st.text(max_size=20)))
def test_whatever_stands_where_numbers_should_nothing_fails(text: str) -> None:
    root = document(mwg(AREA) + MICROSOFT.format("x"))
    for element in root.iter():
        for key in element.attrib:
            if "Area#" in key or "Rectangle" in key:
                element.set(key, text)
    for orientation in range(-1, 10):
        for tag in from_xmp(root, (400, 300), orientation):
            assert tag.name == "Rosa"
            assert all(0 <= share <= 1 for box in tag.boxes for share in box)
