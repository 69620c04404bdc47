"""EXIF: what the camera, or the scanner, wrote into the photo."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import ExifTags, Image

from db.records import Clue
from tracker.dating import read

MAX_TEXT = 64

SCANNERS = re.compile(
    r"scan(?!ia|d)|coolscan|opticfilm|perfection|silverfast|plustek|reflecta|pacific image|"
    r"photomyne|fujitsu fi-|imacon|flextight|minolta dimage scan|noritsu|frontier|"
    r"officejet|laserjet|photosmart c\d{4}|imagerunner|workforce|mfc-|dcp-|ecotank",
    re.IGNORECASE,
)
"""In a make, a model or a program's name: it photographs paper and film, not people."""

_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")

_SCANNED = (1, 2)
"""FileSource: a film scanner, a scanner of prints. A camera writes 3."""

_BASE, _GPS = ExifTags.Base, ExifTags.GPS

_XMP = 700
_MAIN = (_BASE.Make, _BASE.Model, _BASE.Software, _BASE.DateTime, _BASE.Orientation, _XMP)


@dataclass(frozen=True, slots=True)
class Fields:
    """The directories of EXIF that speak of when and by what: tag to value, as Pillow has it."""

    main: Mapping[int, Any] = field(default_factory=dict)
    photo: Mapping[int, Any] = field(default_factory=dict)
    place: Mapping[int, Any] = field(default_factory=dict)


def fields(exif: Image.Exif) -> Fields:
    """Each directory by itself: a broken one counts as empty, and costs the others nothing."""
    return Fields(
        {tag: value for tag in _MAIN if (value := _tag(exif, tag)) is not None},
        _directory(exif, ExifTags.IFD.Exif),
        _directory(exif, ExifTags.IFD.GPSInfo),
    )


def clues(fields: Fields) -> tuple[Clue, ...]:
    """What it says of when the photo was taken: the shutter, the digitising, GPS, the last save.

    A scanner's dates are of the scan. Only where the original is dated a day or more before it
    was digitised did somebody set it: then it is of the picture.
    """
    original = _date(fields, "exif", _BASE.DateTimeOriginal, "DateTimeOriginal", "Original")
    digitized = _date(fields, "exif", _BASE.DateTimeDigitized, "DateTimeDigitized", "Digitized")
    modified = _date(fields, "modified", _BASE.DateTime, "DateTime", "")
    found = [clue for clue in (original, digitized, *_gps(fields.place), modified) if clue]
    if is_scanned(fields):
        kept = original if _is_earlier(original, digitized) else None
        found = [clue if clue is kept else of_the_scan(clue) for clue in found]
    return tuple(found)


def camera(fields: Fields) -> str:
    """Make and model as one text, the make not twice; "" for none."""
    make, model = text(fields.main.get(_BASE.Make)), text(fields.main.get(_BASE.Model))
    if make and model and not model.casefold().startswith(make.split()[0].casefold()):
        return f"{make} {model}"
    return model or make or ""


def is_scanned(fields: Fields) -> bool:
    """Whether a scanner made it, as its file source, its make, model or software says."""
    source = fields.photo.get(_BASE.FileSource)
    if isinstance(source, bytes) and source:
        source = source[0]
    if source in _SCANNED:
        return True
    named = (text(fields.main.get(tag)) for tag in (_BASE.Make, _BASE.Model, _BASE.Software))
    return any(SCANNERS.search(name) for name in named if name)


def text(value: object) -> str | None:
    """A tag's text up to a NUL, without control characters; None for a missing or empty one."""
    if isinstance(value, tuple | list) and value:
        value = value[0]
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    return _CONTROL.sub("", value.split("\0")[0][: 2 * MAX_TEXT]).strip()[:MAX_TEXT] or None


def orientation(fields: Fields) -> int:
    """How the stored pixels are to be turned, 1 to 8; 1 where it is not said, or nonsense."""
    found = fields.main.get(_BASE.Orientation)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _tag(exif: Image.Exif, tag: int) -> object:
    try:
        return exif.get(tag)
    except MemoryError:
        raise
    except Exception:  # as below
        return None


def _directory(exif: Image.Exif, which: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(which)
    except MemoryError:
        raise
    except Exception:  # Pillow's parser raises about ten kinds on broken data
        return {}


def _date(fields: Fields, source: str, tag: int, name: str, suffix: str) -> Clue | None:
    raw = text((fields.main if tag == _BASE.DateTime else fields.photo).get(tag))
    if raw is None or not any(character.isalnum() for character in raw):  # blank: "    :  :  "
        return None
    subsec = text(fields.photo.get(_BASE[f"SubsecTime{suffix}"]))
    offset = text(fields.photo.get(_BASE[f"OffsetTime{suffix}"]))
    return read.exif(raw, subsec, offset).clue(source, f"EXIF {name}", raw)


def of_the_scan(clue: Clue) -> Clue:
    """The same date as one that says only until when the picture was taken."""
    return Clue("scan", f"{clue.label} of the scan", clue.raw, None, clue.latest)


def _is_earlier(original: Clue | None, digitized: Clue | None) -> bool:
    if original is None or digitized is None:
        return False
    if original.latest is None or digitized.latest is None:
        return False
    return original.latest < digitized.latest


# --- GPS --------------------------------------------------------------------------------------


def _gps(place: Mapping[int, Any]) -> Iterator[Clue]:
    """The satellites' time, which is UTC: the local day follows from the longitude, about."""
    day = text(place.get(_GPS.GPSDateStamp))
    time = _numbers(place.get(_GPS.GPSTimeStamp))
    if day is None or len(time) != 3:
        return
    utc = read.gps(day, (time[0], time[1], time[2]))
    if utc is not None:
        raw = f"{day} {utc:%H:%M:%S} UTC"
        yield read.instant(utc, _longitude(place)).clue("gps", "EXIF GPS time", raw)


def _longitude(place: Mapping[int, Any]) -> float | None:
    """Degrees, east positive."""
    parts = _numbers(place.get(_GPS.GPSLongitude))
    if not parts:
        return None
    degrees: float = sum(part / 60**power for power, part in enumerate(parts[:3]))
    if not 0 <= degrees <= 180:
        return None
    west = (text(place.get(_GPS.GPSLongitudeRef)) or "E").upper().startswith("W")
    return -degrees if west else degrees


def _numbers(value: object) -> list[float]:
    """Finite numbers, none where one of them is not: Pillow's rationals may be 0/0."""
    if not isinstance(value, tuple | list):
        value = (value,)
    try:
        numbers = [float(part) for part in value]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return []
    return numbers if all(math.isfinite(number) for number in numbers) else []
