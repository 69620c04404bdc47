"""Names and boxes of faces that other programs wrote into a photo's XMP, or into a sidecar's.

Read are the regions of the Metadata Working Group (digiKam, Lightroom, Apple Photos, Picasa),
of Microsoft (Windows Photo Gallery, digiKam), of ACDSee and of IPTC, and names of the whole photo:
IPTC's "person in image" and the keywords below digiKam's "People".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from xml.etree.ElementTree import Element

from tracker.metadata import rdf, turns
from tracker.metadata.given_names import clean, of_keyword
from tracker.metadata.records import Box, Tag

CREATOR = "Family resemblance tracker"
"""What our own exports say made them; they are not read back, or a name would prove itself."""

XMP = "{http://ns.adobe.com/xap/1.0/}"
MWG = "{http://www.metadataworkinggroup.com/schemas/regions/}"
AREA = "{http://ns.adobe.com/xmp/sType/Area#}"
DIMENSIONS = "{http://ns.adobe.com/xap/1.0/sType/Dimensions#}"
MP = "{http://ns.microsoft.com/photo/1.2/}"
MP_INFO = "{http://ns.microsoft.com/photo/1.2/t/RegionInfo#}"
MP_REGION = "{http://ns.microsoft.com/photo/1.2/t/Region#}"
ACDSEE = "{http://ns.acdsee.com/regions/}"
ACDSEE_AREA = "{http://ns.acdsee.com/sType/Area#}"
ACDSEE_DIMENSIONS = "{http://ns.acdsee.com/sType/Dimensions#}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
DIGIKAM = "{http://www.digikam.org/ns/1.0/}"
LIGHTROOM = "{http://ns.adobe.com/lightroom/1.0/}"
MICROSOFT_PHOTO = "{http://ns.microsoft.com/photo/1.0/}"

SAME = 0.7
"""Intersection over union above which two boxes of one name are one tag, written twice."""

LARGEST_SHARE = 2.0
"""Above it, a number cannot be meant as a share of the photo: it is pixels."""

_PROGRAMS = re.compile(
    r"digikam|lightroom|picasa|photo gallery|photos|acdsee|tag that photo|mylio|immich|photoprism|"
    r"xnview|photoshop elements|capture one|darktable|nero|zoner|magix|fotostation|photo mechanic",
    re.IGNORECASE,
)

_PEOPLE_KEYWORDS = (
    (f"{DIGIKAM}TagsList", "/"),
    (f"{LIGHTROOM}hierarchicalSubject", "|"),
    (f"{MICROSOFT_PHOTO}LastKeywordXMP", "/"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The photo that boxes are in: `size` of the upright picture, EXIF orientation."""

    size: tuple[int, int]
    orientation: int


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    standard: str
    boxes: tuple[Box, ...]


def from_xmp(root: Element, size: tuple[int, int], orientation: int) -> tuple[Tag, ...]:
    """Who an XMP document says is in the photo, boxes first; () where it is of our own making.

    `size` is the upright photo's width and height in pixels, `orientation` EXIF's (1 to 8) that
    turns the stored photo upright. A name whose box cannot be used is a name of the whole photo.
    Faces without a name are left out. Never raises.
    """
    if is_ours(root):
        return ()
    frame = Frame(size, orientation)
    written = [*_mwg(root, frame), *_acdsee(root, frame), *_microsoft(root, frame)]
    found: list[_Found] = []
    for one in islice((*written, *_iptc(root, frame)), 2 * rdf.MOST):
        if one.name and not any(_same(one, other) for other in found):
            found.append(one)
    boxed = [one for one in found if one.boxes]
    named = {one.name.casefold() for one in boxed}
    weak = (one for one in (*found, *_of_the_photo(root)) if not one.boxes)
    for one in weak:
        if one.name and one.name.casefold() not in named:
            named.add(one.name.casefold())
            boxed.append(one)
    program = _program(root)
    return tuple(Tag(one.name, one.standard, program, one.boxes) for one in boxed[: rdf.MOST])


def is_ours(root: Element) -> bool:
    """Whether `tracker export tags` wrote this document."""
    return any(text.startswith(CREATOR) for text in rdf.texts(root, f"{XMP}CreatorTool"))


def number(text: str) -> float:
    """A number as programs write it, with a point or a comma; NaN where it is none."""
    try:
        return float(text.strip()[:40].replace(",", "."))
    except ValueError:
        return float("nan")


def _mwg(root: Element, frame: Frame) -> Iterator[_Found]:
    for regions in _properties(root, f"{MWG}Regions"):
        drawn_on = _dimensions(rdf.field(regions, f"{MWG}AppliedToDimensions"), DIMENSIONS)
        for region in rdf.entries(rdf.field(regions, f"{MWG}RegionList")):
            if rdf.text(region, f"{MWG}Type").strip().casefold() in {"", "face"}:
                area = rdf.field(region, f"{MWG}Area")
                name = clean(rdf.text(region, f"{MWG}Name"))
                yield _Found(name, "mwg", _centred(area, AREA, frame, drawn_on))


def _acdsee(root: Element, frame: Frame) -> Iterator[_Found]:
    for regions in _properties(root, f"{ACDSEE}Regions"):
        drawn_on = _dimensions(
            rdf.field(regions, f"{ACDSEE}AppliedToDimensions"), ACDSEE_DIMENSIONS
        )
        for region in rdf.entries(rdf.field(regions, f"{ACDSEE}RegionList")):
            assigned = rdf.text(region, f"{ACDSEE}NameAssignType").strip().casefold()
            kind = rdf.text(region, f"{ACDSEE}Type").strip().casefold()
            if kind not in {"", "face"} or assigned in {"denied", "suggested"}:
                continue
            shown = rdf.field(region, f"{ACDSEE}DLYArea")
            area = shown if shown is not None else rdf.field(region, f"{ACDSEE}ALGArea")
            name = clean(rdf.text(region, f"{ACDSEE}Name"))
            yield _Found(name, "acdsee", _centred(area, ACDSEE_AREA, frame, drawn_on))


def _microsoft(root: Element, frame: Frame) -> Iterator[_Found]:
    for info in _properties(root, f"{MP}RegionInfo"):
        for region in rdf.entries(rdf.field(info, f"{MP_INFO}Regions")):
            x, y, w, h = _rectangle(rdf.text(region, f"{MP_REGION}Rectangle"))
            boxes = turns.readings((x, y, x + w, y + h), frame.size, frame.orientation)
            name = clean(rdf.text(region, f"{MP_REGION}PersonDisplayName"))
            yield _Found(name, "microsoft", boxes)


def _iptc(root: Element, frame: Frame) -> Iterator[_Found]:
    for regions in _properties(root, f"{IPTC}ImageRegion"):
        for region in rdf.entries(regions):
            boundary = rdf.field(region, f"{IPTC}RegionBoundary")
            if boundary is None:
                continue
            people = rdf.field(region, f"{IPTC}PersonInImage")
            inside = rdf.first(people) if people is not None else ""
            name = clean(inside or rdf.text(region, f"{IPTC}Name"))
            x, y, w, h = (number(rdf.text(boundary, f"{IPTC}rb{key}")) for key in "XYWH")
            whole = turns.sides(frame.size, frame.orientation)
            pixels = rdf.text(boundary, f"{IPTC}rbUnit").strip() == "pixel"
            width, height = whole if pixels else (1, 1)
            box = (x / width, y / height, (x + w) / width, (y + h) / height)
            yield _Found(name, "iptc", turns.readings(box, frame.size, frame.orientation))


def _of_the_photo(root: Element) -> Iterator[_Found]:
    for name in rdf.texts(root, f"{IPTC}PersonInImage"):
        yield _Found(clean(name), "iptc", ())
    for property_, separator in _PEOPLE_KEYWORDS:
        for keyword in rdf.texts(root, property_):
            name = of_keyword(keyword, separator)
            if name:
                yield _Found(name, "keyword", ())


def _centred(
    area: Element | None, of: str, frame: Frame, drawn_on: tuple[float, float] | None
) -> tuple[Box, ...]:
    """Readings of a box that is given by its middle; a circle is the square around it."""
    if area is None:
        return ()
    x, y, w, h, d = (number(rdf.text(area, of + key)) for key in "xywhd")
    whole = drawn_on or turns.sides(frame.size, frame.orientation)
    if w != w and h != h and d == d:  # noqa: PLR0124  NaN: there is a diameter instead
        w, h = d * min(whole) / whole[0], d * min(whole) / whole[1]
    unit = rdf.text(area, f"{of}unit").strip().casefold()
    if unit == "pixel" or max(x, y, w, h) > LARGEST_SHARE:
        x, w, y, h = x / whole[0], w / whole[0], y / whole[1], h / whole[1]
    box = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
    return turns.readings(box, frame.size, frame.orientation, drawn_on)


def _dimensions(of: Element | None, names: str) -> tuple[float, float] | None:
    if of is None:
        return None
    width, height = number(rdf.text(of, f"{names}w")), number(rdf.text(of, f"{names}h"))
    return (width, height) if 1 <= width < 1e7 and 1 <= height < 1e7 else None


def _rectangle(text: str) -> tuple[float, float, float, float]:
    """The four numbers of "0.1, 0.2, 0.3, 0.4"; of "0,1, 0,2, 0,3, 0,4" too."""
    parts = re.split(r"[;\s]+|,(?=\s)", text.strip()[:200])
    if len(parts := [part for part in parts if part]) != 4:
        parts = text[:200].split(",")
        if len(parts) == 8:
            parts = [f"{parts[i]}.{parts[i + 1].strip()}" for i in range(0, 8, 2)]
    if len(parts) != 4:
        nothing = float("nan")
        return nothing, nothing, nothing, nothing
    x, y, w, h = map(number, parts)
    return x, y, w, h


def _properties(root: Element, name: str) -> Iterable[Element]:
    return islice(root.iter(name), rdf.MOST)


def _same(one: _Found, other: _Found) -> bool:
    """Whether one tag was written twice; digiKam writes each in two standards."""
    if one.name.casefold() != other.name.casefold():
        return False
    if not one.boxes or not other.boxes:
        return not one.boxes and not other.boxes
    return any(_overlap(a, b) >= SAME for a in one.boxes for b in other.boxes)


def _overlap(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def _program(root: Element) -> str:
    """Who wrote the document, where that is a program that names faces; else "".

    A camera writes its own program's version in the same place.
    """
    for text in rdf.texts(root, f"{XMP}CreatorTool"):
        if _PROGRAMS.search(text):
            return clean(text)
    if next(rdf.texts(root, f"{DIGIKAM}TagsList"), None) is not None:
        return "digiKam"
    return ""
