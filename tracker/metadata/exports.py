"""Who is in which photo, as photo servers tell it in JSON: Immich and PhotoPrism.

Immich: assets as its API gives them (`GET /api/assets/{id}`, `POST /api/search/metadata` with
`withPeople`, an album), each with `people[].name` and `people[].faces[]` in pixels of an upright
preview. PhotoPrism: photos as `GET /api/v1/photos/{uid}` gives them, each with
`Files[].Markers[]` in shares of the upright photo, from the upper left corner. One, a list, or an
answer that holds a list, or a line for each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from tracker.errors import UsageError
from tracker.metadata import turns
from tracker.metadata.given_names import clean
from tracker.metadata.records import Tag

LARGEST = 512 * 2**20
"""Bytes of an export that is read at once."""

MOST_TAGS = 1000
"""Of one photo."""

DEEPEST = 12
"""Levels of lists and objects in which photos are looked for."""


@dataclass(frozen=True, slots=True)
class Described:
    """A photo as another program knows it, with who is in it.

    `paths` are its file's names there, the fullest first. `byte_size` and `size` (width and
    height, upright or not) are None where they are not said.
    """

    paths: tuple[PurePosixPath, ...]
    byte_size: int | None
    size: tuple[int, int] | None
    tags: tuple[Tag, ...]


def read(data: bytes, name: str) -> tuple[Described, ...]:
    """The photos that an export tells of, those too in which nobody is named.

    `name` is the file's, for messages. Raises UsageError for what is no such export.
    """
    if len(data) > LARGEST:
        raise UsageError(
            f"{name} has over {LARGEST >> 20} MB.", hint="Export it in parts, and import each."
        )
    found = tuple(
        described
        for value in _values(data, name)
        for described in _photos(value)
        if described.paths
    )
    if not found:
        raise _unknown(name)
    return found


def _values(data: bytes, name: str) -> Iterator[Any]:
    try:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unknown(name) from error
    try:
        yield json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise _unknown(name) from error
        for line in lines:
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as broken:
                raise _unknown(name) from broken


def _unknown(name: str) -> UsageError:
    return UsageError(
        f"{name} is no list of photos from Immich or PhotoPrism.",
        hint="Save what their programming interface answers, as JSON: docs/tags.md shows how. "
        "Sidecars (.xmp, .picasa.ini, Takeout's .json) need no import: tracker ingest reads them.",
    )


def _photos(value: object) -> Iterator[Described]:
    """The photos in a value, however they are wrapped."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        here, depth = waiting.pop()
        if isinstance(here, dict):
            if "originalFileName" in here or "originalPath" in here:
                yield _immich(here)
                continue
            if isinstance(here.get("Files"), list):
                yield _photoprism(here)
                continue
        inside = here.values() if isinstance(here, dict) else here if isinstance(here, list) else ()
        if depth < DEEPEST:
            waiting += [(part, depth + 1) for part in reversed(list(inside))]


def _immich(asset: Mapping[str, Any]) -> Described:
    exif = _object(asset.get("exifInfo"))
    people = _list(asset.get("people"))
    return Described(
        _paths(asset.get("originalPath"), asset.get("originalFileName")),
        _whole(exif.get("fileSizeInByte")),
        _size(exif.get("exifImageWidth"), exif.get("exifImageHeight")),
        tuple(dict.fromkeys(tag for person in people for tag in _immich_person(person)))[
            :MOST_TAGS
        ],
    )


def _immich_person(person: object) -> Iterator[Tag]:
    about = _object(person)
    name = clean(_text(about.get("name")))
    if not name:
        return
    faces = _list(about.get("faces"))
    for face in map(_object, faces):
        size = _size(face.get("imageWidth"), face.get("imageHeight"))
        corners = [_number(face.get(f"boundingBox{corner}")) for corner in ("X1", "Y1", "X2", "Y2")]
        width, height = size or (0, 0)
        sides = (width or float("nan"), height or float("nan"))
        shares = (a / b for a, b in zip(corners, (*sides, *sides), strict=True))
        yield Tag(name, "immich", "Immich", turns.readings(shares, (width, height), 1))
    if not faces:
        yield Tag(name, "immich", "Immich")


def _photoprism(photo: Mapping[str, Any]) -> Described:
    files = [_object(file) for file in _list(photo.get("Files"))]
    # A photo that browsers cannot show has its faces on a picture made of it.
    own = [f for f in files if f.get("Root") in ("/", "", None) and not f.get("Video")] or files
    marked = next((f for f in own if _list(f.get("Markers"))), own[0] if own else {})
    tags = [
        Tag(name, "photoprism", "PhotoPrism", boxes)
        for file in files
        for marker in map(_object, _list(file.get("Markers")))
        if marker.get("Type") in ("face", "") and not marker.get("Invalid")
        if (name := clean(_text(marker.get("Name"))))
        for boxes in [_marker_boxes(marker)]
    ]
    return Described(
        _paths(marked.get("Name"), marked.get("OriginalName"), photo.get("OriginalName")),
        _whole(marked.get("Size")),
        _size(marked.get("Width"), marked.get("Height")),
        tuple(dict.fromkeys(tags))[:MOST_TAGS],
    )


def _marker_boxes(marker: Mapping[str, Any]) -> tuple[tuple[float, float, float, float], ...]:
    # A number of 0 is left out.
    x, y, w, h = (_number(marker.get(key, 0)) for key in "XYWH")
    return turns.readings((x, y, x + w, y + h), (1, 1), 1)


def _paths(*given: object) -> tuple[PurePosixPath, ...]:
    texts = (_text(path).replace("\\", "/").replace("\0", "") for path in given)
    paths = (PurePosixPath(text) for text in texts if text.strip("/. "))
    return tuple(dict.fromkeys(path for path in paths if path.name))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9:
        return float(value)
    return float("nan")


def _whole(value: object) -> int | None:
    number = _number(value)
    return int(number) if 0 < number < 1e9 else None


def _size(width: object, height: object) -> tuple[int, int] | None:
    w, h = _whole(width), _whole(height)
    return None if w is None or h is None else (w, h)
