"""Faces that Picasa noted in the `.picasa.ini` of a folder.

    [Contacts2]
    8e62398ebda8c1a5=Oma Rosa;;
    [IMG_0001.JPG]
    faces=rect64(3f845bcb59418507),8e62398ebda8c1a5;
    rotate=rotate(1)

A rectangle is four numbers of 16 bits, left, top, right and bottom as shares of 65535, written as
one number in hexadecimal without leading zeros. The format is Picasa's own, and was never
published: what is here is what those found who read its files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from db.text import folded
from tracker.metadata import turns
from tracker.metadata.given_names import clean
from tracker.metadata.records import Box, Metadata, Tag

MOST_FACES = 1000
"""Of one photo."""

NOBODY = "ffffffffffffffff"
"""The contact of a face that Picasa found and nobody named."""

_FACE = re.compile(r"rect64\(([0-9a-fA-F]{1,16})\)\s*,\s*([0-9a-fA-F]{1,16})")
_ROTATE = re.compile(r"rotate\(([0-9]+)\)")

_QUARTERS = {1: 6, 2: 3, 3: 8}
"""Quarters clockwise that Picasa shows a photo turned by, as EXIF orientations."""


@dataclass(slots=True)
class _Ini:
    """Contacts by id, entries by the photo's name as it is compared."""

    contacts: dict[str, str] = field(default_factory=dict)
    photos: dict[str, dict[str, str]] = field(default_factory=dict)


def tags(ini: bytes, photo: str, size: tuple[int, int], orientation: int) -> Metadata:
    """The faces that a folder's ini names in `photo`, a file name in that folder.

    `size` is the upright photo's width and height, `orientation` EXIF's. `notes` tell of faces
    whose names are not in the ini: Picasa before 3.9 kept them in a file of its own. Never raises.
    """
    known = _read(ini)
    entry = known.photos.get(_key(photo), {})
    found, nameless = [], 0
    for match in islice(_FACE.finditer(entry.get("faces", "")), MOST_FACES):
        contact = match[2].lower().zfill(16)
        name = known.contacts.get(contact, "")
        if contact != NOBODY and not name:
            nameless += 1
        boxes = _readings(match[1], size, orientation, entry)
        if name:
            found.append(Tag(name, "picasa", "Picasa", boxes))
    notes = ["the names of faces that Picasa keeps outside its .picasa.ini"] if nameless else []
    return Metadata(tags=tuple(dict.fromkeys(found)), notes=tuple(notes))


def rectangle(digits: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom as shares, of a rect64's hexadecimal digits."""
    whole = int(digits, 16)
    x0, y0, x1, y1 = ((whole >> shift & 0xFFFF) / 0xFFFF for shift in (48, 32, 16, 0))
    return x0, y0, x1, y1


def _readings(
    digits: str, size: tuple[int, int], orientation: int, entry: Mapping[str, str]
) -> tuple[Box, ...]:
    """A JPEG's boxes are of the stored photo, a raw photo's of the upright one: both are tried.

    A photo that was only turned within Picasa may have its boxes of the picture shown there.
    """
    box = rectangle(digits)
    boxes = turns.readings(box, size, orientation)
    quarters = _ROTATE.search(entry.get("rotate", ""))
    way = _QUARTERS.get(int(quarters[1]) % 4) if quarters and len(quarters[1]) < 4 else None
    good = turns.usable(box)
    if way is not None and good is not None:
        back = turns.turned_back(good, way)
        boxes = tuple(dict.fromkeys((*boxes, turns.turned(back, orientation), back)))
    return boxes


@lru_cache(maxsize=4)
def _read(ini: bytes) -> _Ini:
    """All of an ini; kept for the other photos of its folder."""
    read = _Ini()
    section = ""
    for line in map(str.strip, re.split(r"[\r\n]+", _text(ini))):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif "=" in line:
            key, value = line.split("=", 1)
            _enter(read, section, key.strip().casefold(), value.strip())
    return read


def _enter(read: _Ini, section: str, key: str, value: str) -> None:
    if section.casefold() == "contacts2":
        name = clean(value.split(";", 1)[0])
        if name and re.fullmatch(r"[0-9a-f]{1,16}", key):
            read.contacts.setdefault(key.zfill(16), name)
    elif key in {"faces", "rotate"} and not section.startswith("."):
        read.photos.setdefault(_key(section), {}).setdefault(key, value)


def _text(ini: bytes) -> str:
    if ini.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ini.decode("utf-16", "replace")
    try:
        return ini.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ini.decode("cp1252", "replace")


def _key(name: str) -> str:
    return folded(name.strip())
