"""What Google Photos wrote of a photo into the JSON file beside it, in an export by Takeout.

`photoTakenTime` is an instant in UTC, also where the photo itself has only local time; the place,
where there is one, tells how far the clocks there may have been from it. `creationTime` is when it
was uploaded, and says nothing of the photo.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from db.records import Clue
from tracker.dating import read
from tracker.metadata.given_names import clean
from tracker.metadata.records import Metadata, Tag

MAX_BYTES = 1 << 20
"""Real ones have one or two thousand."""

MOST_PEOPLE = 200

LABEL = "Google Takeout photoTakenTime"

_SECONDS = re.compile(r"-?\d{1,12}", re.ASCII)


def metadata(data: bytes) -> Metadata:
    """The date and the names in it; nothing where it is not of that kind. Raises nothing."""
    told = _object(data)
    names = dict.fromkeys(islice(_people(told), MOST_PEOPLE))
    return Metadata(_clues(told), tuple(Tag(name, "takeout", "Google Photos") for name in names))


def title(data: bytes) -> str:
    """The photo's whole name, or ""."""
    return _text(_object(data).get("title"))


def album_title(data: bytes) -> str:
    """What an album is called, by its description; "" where this is none."""
    told = _object(data)
    older = told.get("albumData")
    return _text((older if isinstance(older, dict) else told).get("title")).strip()


def _clues(told: dict[str, Any]) -> tuple[Clue, ...]:
    taken = told.get("photoTakenTime")
    if not isinstance(taken, dict):
        return ()
    seconds = str(taken.get("timestamp")).strip()
    if not _SECONDS.fullmatch(seconds):
        return ()
    raw = _text(taken.get("formatted")) or seconds
    return (read.instant(int(seconds), _longitude(told)).clue("takeout", LABEL, raw),)


def _longitude(told: dict[str, Any]) -> float | None:
    """Where it was taken, in degrees; None where that is not known, which Google writes as 0, 0."""
    for name in ("geoData", "geoDataExif"):
        place = told.get(name)
        if isinstance(place, dict):
            east, north = _number(place.get("longitude")), _number(place.get("latitude"))
            if east is not None and north is not None and (east, north) != (0, 0):
                return east
    return None


def _people(told: dict[str, Any]) -> Iterator[str]:
    people = told.get("people")
    for person in people if isinstance(people, list) else ():
        if isinstance(person, dict) and (name := clean(_text(person.get("name")))):
            yield name


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(data: bytes) -> dict[str, Any]:
    """The JSON object; empty where the bytes are none, or far more than Google ever writes."""
    if len(data) > MAX_BYTES:
        return {}
    try:
        text = data.decode(json.detect_encoding(data), "replace").removeprefix("\ufeff")
        told = json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        return {}
    return told if isinstance(told, dict) else {}
