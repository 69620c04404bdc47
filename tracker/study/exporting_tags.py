"""`tracker export tags`: sidecars that tell other programs whose faces are where."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import tagged_faces
from db.tagged_faces import NamedFaces
from db.text import many, shown
from tracker.ingest.scan import absolute
from tracker.metadata import turns
from tracker.metadata.write_xmp import NamedFace, document
from tracker.study.sidecar_files import Outcome, ours, put

if TYPE_CHECKING:
    import duckdb

SUFFIX = b".xmp"

FOREIGN = "another program's sidecar is there"

PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class Left:
    """A photo for which no sidecar was written, and why."""

    path: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to, in sidecars. `away` counts files that are not connected now."""

    photos: int
    written: int
    unchanged: int
    removed: int
    away: int
    kept: tuple[Left, ...]
    failed: tuple[Left, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "photos": self.photos,
            "written": self.written,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "away": self.away,
            "kept": [{"path": shown(left.path), "reason": left.reason} for left in self.kept],
            "failed": [{"path": shown(left.path), "reason": left.reason} for left in self.failed],
        }

    def lines(self) -> list[str]:
        """In words, for a person."""
        if not self.photos and not self.removed:
            return ["No face here is known to be anybody's yet: nothing to write."]
        lines = [
            f"{many(self.written, 'sidecar')} written, {self.unchanged:,} unchanged"
            + (f", {self.removed:,} taken away that said nothing any more" if self.removed else "")
            + f", for {many(self.photos, 'photo')} with named faces."
        ]
        if self.away:
            lines.append(f"{many(self.away, 'photo file')} not connected now: skipped.")
        lines += [f"Kept {shown(left.path)}: {left.reason}." for left in self.kept]
        return lines


def export_tags(connection: duckdb.DuckDBPyConnection, out: Path | None) -> Exported:
    """Write a sidecar for each photo with faces known to be somebody's: PHOTO.EXT.xmp.

    Below the folder `out`, in folders as the photos are in; with None, beside each photo. What was
    exported before is brought up to date, and taken away where it says nothing any more; what
    another program wrote is kept.
    """
    known = tagged_faces.named_faces(connection)
    counts = dict.fromkeys(Outcome, 0)
    away = 0
    kept, failed = [], []
    for photo, target, sha256 in _targets(connection, out):
        faces = known.get(sha256)
        if out is None and not os.path.lexists(photo):
            away += faces is not None
            continue
        try:
            outcome = _export(photo, target, faces, beside=out is None)
        except OSError as error:
            failed.append(Left(target, error.strerror or str(error)))
            continue
        counts[outcome] += 1
        if outcome is Outcome.FOREIGN and faces is not None:
            kept.append(Left(target, FOREIGN))
    return Exported(
        len(known),
        counts[Outcome.WRITTEN],
        counts[Outcome.UNCHANGED],
        counts[Outcome.REMOVED],
        away,
        tuple(kept),
        tuple(failed),
    )


def _export(photo: bytes, target: bytes, faces: NamedFaces | None, *, beside: bool) -> Outcome:
    if faces is None:
        return put(target, None, PRIVATE)
    if not beside:
        _make_private(os.path.dirname(target))  # noqa: PTH120
        return put(target, _document(photo, faces), PRIVATE)
    if _other_sidecar(photo) and ours(target) == b"":
        return Outcome.FOREIGN
    # Beside the photo it is for whoever the photo is for.
    return put(target, _document(photo, faces), os.stat(photo).st_mode & 0o666)  # noqa: PTH116


def _make_private(folder: bytes) -> None:
    """Make it, and what is not there above it. `os.makedirs` has a mode for the innermost alone,
    and names of folders are names of people."""
    if os.path.isdir(folder):  # noqa: PTH112
        return
    above = os.path.dirname(folder)  # noqa: PTH120
    if above != folder:
        _make_private(above)
    os.mkdir(folder, 0o700)  # noqa: PTH102


def _other_sidecar(photo: bytes) -> bool:
    """Whether a program has a sidecar of another name there, which it might find ours before."""
    stem = os.path.splitext(photo)[0]  # noqa: PTH122
    return any(map(os.path.lexists, (stem + b".xmp", stem + b".XMP", photo + b".XMP")))


def _document(photo: bytes, faces: NamedFaces) -> bytes:
    size = (faces.width, faces.height)
    sides = (*size, *size)
    named = [
        NamedFace(name, box)
        for name, pixels in faces.named
        if (box := turns.usable(a / b for a, b in zip(pixels, sides, strict=True))) is not None
    ]
    orientation = faces.orientation
    if orientation == turns.UNKNOWN:
        orientation = _orientation_of(photo)
    return document(named, size, orientation)


def _orientation_of(photo: bytes) -> int:
    """How a photo lies in its file, asked of the file; as it is where that cannot be read."""
    from PIL import ExifTags, Image

    try:
        with Image.open(os.fsdecode(photo), formats=("JPEG", "PNG", "TIFF", "WEBP")) as image:
            found = image.getexif().get(ExifTags.Base.Orientation, turns.AS_STORED)
    except Exception:  # whatever a broken file makes Pillow raise
        return turns.AS_STORED
    return found if found in range(1, 9) else turns.AS_STORED


def _targets(
    connection: duckdb.DuckDBPyConnection, out: Path | None
) -> Iterator[tuple[bytes, bytes, str]]:
    """(photo, its sidecar, the photo's sha256) for every file in which a photo was seen."""
    places = tagged_faces.places(connection)
    start = _common_folder([place.path for place in places])
    folder = b"" if out is None else absolute(out)
    for place in places:
        where = place.path
        if out is not None:
            where = os.path.join(folder, place.path[len(start) :].lstrip(b"/\\"))  # noqa: PTH118
        yield place.path, where + SUFFIX, place.sha256


def _common_folder(paths: Sequence[bytes]) -> bytes:
    try:
        return os.path.commonpath([os.path.dirname(path) for path in paths])  # noqa: PTH120
    except ValueError:  # there are none, or they are on different disks
        return b""
