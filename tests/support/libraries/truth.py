"""What is true of a made library: written down as it is built, for tests to hold against."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.support.libraries import pictures
from tests.support.libraries.pictures import Face, Shot

FILE_TIME = 1_714_564_800
"""2024-05-01 12:00 UTC, when all of it was copied to where it is."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name that some program gave: by which standard, and where its face is, if it says so.

    `box`: x0, y0, x1, y1 as shares of the upright photo.
    """

    name: str
    standard: str
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class TruePhoto:
    """A photo. `path` is below the library's folder, with slashes.

    `source` is what its date rests on, "none" where nothing dates it; then there may be a `latest`.
    `sidecars`: names of the files beside it that speak of it.
    """

    path: str
    earliest: date | None
    latest: date | None
    source: str
    tags: tuple[Named, ...] = ()
    sidecars: tuple[str, ...] = ()
    shot: Shot = field(default_factory=Shot)


@dataclass(frozen=True, slots=True)
class Library:
    """A tree of files. `skipped`: path of what is no photo -> what it is told to be."""

    folder: Path
    photos: tuple[TruePhoto, ...]
    skipped: dict[str, str]


@dataclass
class Shelf:
    """A library being built. `faces`: draw people, so that they are found in the pictures."""

    folder: Path
    faces: bool = False
    photos: list[TruePhoto] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def photo(
        self,
        path: str,
        shot: Shot,
        *,
        on: date | tuple[date | None, date | None] | None,
        source: str,
        tags: tuple[Named, ...] = (),
        sidecars: tuple[str, ...] = (),
    ) -> None:
        """Write a photo, and what is true of it. `on`: a day, or the two ends."""
        earliest, latest = on if isinstance(on, tuple) else (on, on)
        self.photos.append(TruePhoto(path, earliest, latest, source, tags, sidecars, shot))
        self.write(path, pictures.jpeg(shot, number=_number(path), faces=self.faces))

    def skip(self, path: str, kind: str, content: bytes = b"of no interest") -> None:
        """Write a file that is no photo, or not to be taken for one."""
        self.skipped[path] = kind
        self.write(path, content)

    def inside(self, path: str, content: bytes | None = None) -> None:
        """Write a file into a folder that is skipped as a whole; mostly a picture."""
        self.write(
            path, pictures.jpeg(Shot(), number=_number(path)) if content is None else content
        )

    def write(self, path: str, content: bytes) -> None:
        """Write a file, and date it."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        os.utime(target, (FILE_TIME, FILE_TIME))

    def library(self) -> Library:
        """What was built."""
        return Library(self.folder, tuple(self.photos), dict(self.skipped))


def _number(path: str) -> int:
    """Another one for each path, of whichever library."""
    return zlib.crc32(path.encode())


def boxed(shot: Shot, standard: str) -> tuple[Named, ...]:
    """The names of everybody in the picture, with their faces."""
    return tuple(Named(face.name, standard, face.box) for face in shot.faces)


def named(shot: Shot, standard: str) -> tuple[Named, ...]:
    """The names of everybody in the picture, without."""
    return tuple(Named(face.name, standard) for face in shot.faces)


__all__ = ["Face", "Library", "Named", "Shelf", "Shot", "TruePhoto", "boxed", "named"]
