"""A file beside photos that speaks of them, and what its reader has to know of the photo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

KINDS = ("xmp", "takeout", "picasa")
"""In the order in which a photo's sidecars are listed."""

KnownSidecars = Mapping[bytes, tuple[int, int]]
"""Path -> size in bytes and mtime in ns, as they were when it was read."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A file that speaks of a photo beside it. `kind` is one of KINDS, `path` is absolute.

    The other two tell whether it changed since it was read. A Picasa ini speaks of all photos of
    its folder, a Takeout JSON of a photo and of its edited version; an XMP of one photo.
    """

    path: bytes
    kind: str
    byte_size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class About:
    """The photo that a sidecar is read for.

    `name` is the file's name. `width` and `height` are of the upright photo in pixels,
    `orientation` the EXIF number (1 to 8) of the turn that made it upright.
    """

    name: str
    width: int
    height: int
    orientation: int = 1


def news(sidecars: Iterable[Sidecar], known: KnownSidecars) -> bool:
    """Whether one of them was not read yet, or changed since."""
    return any(known.get(s.path) != (s.byte_size, s.mtime_ns) for s in sidecars)
