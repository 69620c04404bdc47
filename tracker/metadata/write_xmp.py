"""An XMP document that tells other programs whose faces are where in a photo.

Regions of the Metadata Working Group and of Microsoft, both of the photo as it is stored, which is
how the standards have it and how digiKam reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # writing only

from tracker.metadata import regions, turns
from tracker.metadata.given_names import clean
from tracker.metadata.rdf import RDF
from tracker.metadata.records import Box

X = "{adobe:ns:meta/}"
TIFF = "{http://ns.adobe.com/tiff/1.0/}"

_PREFIXES = {
    "x": X,
    "rdf": RDF,
    "xmp": regions.XMP,
    "tiff": TIFF,
    "mwg-rs": regions.MWG,
    "stArea": regions.AREA,
    "stDim": regions.DIMENSIONS,
    "MP": regions.MP,
    "MPRI": regions.MP_INFO,
    "MPReg": regions.MP_REGION,
}

_OURS = {
    f"{regions.XMP}CreatorTool",
    f"{TIFF}Orientation",
    f"{regions.MWG}Regions",
    f"{regions.MP}RegionInfo",
}


@dataclass(frozen=True, slots=True)
class NamedFace:
    """Whose face is where; `box` in shares of the upright photo."""

    name: str
    box: Box


def document(faces: Sequence[NamedFace], size: tuple[int, int], orientation: int) -> bytes:
    """The document, the same bytes for the same faces. `size` is the upright photo's in pixels."""
    root = ET.Element(f"{X}xmpmeta")
    about = ET.SubElement(ET.SubElement(root, f"{RDF}RDF"), f"{RDF}Description")
    about.set(f"{RDF}about", "")
    _add(about, f"{regions.XMP}CreatorTool", regions.CREATOR)
    if orientation in range(2, 9):
        _add(about, f"{TIFF}Orientation", str(orientation))
    named = [
        NamedFace(name, turns.turned_back(face.box, orientation))
        for face in sorted(faces, key=lambda face: (face.box, face.name))
        if (name := clean(face.name))
    ]
    _mwg(about, named, turns.sides(size, orientation))
    _microsoft(about, named)
    return _written(root)


def is_untouched(root: ET.Element, data: bytes) -> bool:
    """Whether a document is one of ours that no other program has written since.

    `data` is what `root` was read from: another program lays the same XML out in its own way.
    """
    return regions.is_ours(root) and _holds_only_ours(root) and _written(deepcopy(root)) == data


def _written(root: ET.Element) -> bytes:
    for prefix, namespace in _PREFIXES.items():
        ET.register_namespace(prefix, namespace[1:-1])
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _holds_only_ours(root: ET.Element) -> bool:
    return all(
        {child.tag for child in about} <= _OURS and set(about.attrib) <= {f"{RDF}about", *_OURS}
        for about in root.iterfind(f"{RDF}RDF/{RDF}Description")
    )


def _mwg(about: ET.Element, faces: Sequence[NamedFace], stored: tuple[float, float]) -> None:
    property_ = _structure(about, f"{regions.MWG}Regions")
    drawn_on = _structure(property_, f"{regions.MWG}AppliedToDimensions")
    for key, value in (("w", f"{stored[0]:.0f}"), ("h", f"{stored[1]:.0f}"), ("unit", "pixel")):
        _add(drawn_on, regions.DIMENSIONS + key, value)
    bag = _bag(property_, f"{regions.MWG}RegionList")
    for face in faces:
        x0, y0, x1, y1 = face.box
        entry = _structure(bag, f"{RDF}li")
        _add(entry, f"{regions.MWG}Name", face.name)
        _add(entry, f"{regions.MWG}Type", "Face")
        area = _structure(entry, f"{regions.MWG}Area")
        middle = ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0)
        for key, value in zip("xywh", map(_share, middle), strict=True):
            _add(area, regions.AREA + key, value)
        _add(area, f"{regions.AREA}unit", "normalized")


def _microsoft(about: ET.Element, faces: Sequence[NamedFace]) -> None:
    property_ = _structure(about, f"{regions.MP}RegionInfo")
    bag = _bag(property_, f"{regions.MP_INFO}Regions")
    for face in faces:
        x0, y0, x1, y1 = face.box
        entry = _structure(bag, f"{RDF}li")
        rectangle = ", ".join(map(_share, (x0, y0, x1 - x0, y1 - y0)))
        _add(entry, f"{regions.MP_REGION}Rectangle", rectangle)
        _add(entry, f"{regions.MP_REGION}PersonDisplayName", face.name)


def _structure(parent: ET.Element, name: str) -> ET.Element:
    made = ET.SubElement(parent, name)
    made.set(f"{RDF}parseType", "Resource")
    return made


def _bag(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(ET.SubElement(parent, name), f"{RDF}Bag")


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _share(value: float) -> str:
    return f"{value:.6f}"
