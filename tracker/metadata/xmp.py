"""XMP: a photo's properties as XML, inside it or in a file beside it.

Anybody's bytes come in here, so entities are refused and size, elements and depth are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Defused

from db.records import Clue
from tracker.dating import read
from tracker.metadata import rdf
from tracker.metadata.records import MAX_XMP_BYTES

MAX_ELEMENTS = 50_000
MAX_DEPTH = 64

EXIF = "{http://ns.adobe.com/exif/1.0/}"
TIFF = "{http://ns.adobe.com/tiff/1.0/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"

CREATED = "XMP xmp:CreateDate"
"""The label of a clue: of a scan it is the day of the scan."""

_DATES = (
    (f"{PHOTOSHOP}DateCreated", "XMP photoshop:DateCreated"),
    (f"{EXIF}DateTimeOriginal", "XMP exif:DateTimeOriginal"),
    (f"{XMP}CreateDate", CREATED),
)
"""When the picture came into being, the surest first; not when a program last saved it."""

_DECLARED = re.compile(rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9_.-]{1,20})["']""")
_ONE_BYTE = {b"iso-8859-1": "latin-1", b"latin-1": "latin-1", b"windows-1252": "cp1252"}
_NOT_IN_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BEGINS = re.compile(r"<(?:\?xml|\?xpacket|[A-Za-z_!])")


def parse(data: bytes) -> Element | None:
    """The tree; None for what is no XML, tries to do harm, or is larger than any real one.

    Takes what programs leave around it: packet wrappers, byte order marks, NULs and blanks at the
    ends, UTF-16, and bytes that the encoding does not have.
    """
    if len(data) > MAX_XMP_BYTES or data.count(b"<") > 2 * MAX_ELEMENTS:
        return None
    text = _NOT_IN_XML.sub("", _text(data))
    begin, end = _BEGINS.search(text), text.rfind(">") + 1
    if begin is None or begin.start() >= end:
        return None
    try:
        root: Element = Defused.fromstring(text[begin.start() : end], forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return None if _is_too_deep(root) else root


def descriptions(root: Element) -> Iterator[Element]:
    """The `rdf:Description`s of the photo itself, which hold its properties."""
    document = root if root.tag == f"{rdf.RDF}RDF" else root.find(f".//{rdf.RDF}RDF")
    if document is not None:
        yield from document.iterfind(f"{rdf.RDF}Description")


def first(root: Element, name: str) -> str | None:
    """The text of the photo's property `name` ("{namespace}name"), a list's first; None for none.

    Only what is said of the photo itself: its history and its ingredients have dates of their own.
    """
    texts = (rdf.text(description, name).strip() for description in descriptions(root))
    return next((text for text in texts if text), None)


def clues(root: Element, source: str = "xmp") -> tuple[Clue, ...]:
    """What it says of when the photo was taken. `source`: "xmp" inside a photo, or "sidecar"."""
    found = ((label, first(root, name)) for name, label in _DATES)
    return tuple(read.iso(text).clue(source, label, text) for label, text in found if text)


def _text(data: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[2:].decode(encoding, "replace")
    at = data[:200].find(b"<\0")
    if at >= 0:  # no mark: the pair stands one byte off its place where the high byte comes first
        return data.decode("utf-16-be" if at % 2 else "utf-16-le", "replace")
    declared = _DECLARED.search(data[:200])
    encoding = _ONE_BYTE.get(declared[1].lower(), "utf-8") if declared else "utf-8"
    return data.decode(encoding, "replace")


def _is_too_deep(root: Element) -> bool:
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True
