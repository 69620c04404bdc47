"""A photo, or a face of it, as a JPEG for a browser, made in a process that may die alone."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from math import ceil

from PIL import Image

from tracker.errors import PhotoRejected
from tracker.ingest import decode
from tracker.ingest.pixels import in_srgb
from tracker.vision.thumbnail import framed, framed_side

QUALITY = 86

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photo, by its content, where it may be, and the longer side it is to have at most.

    `face`: only the face in this box is wanted, framed as thumbnails are: x0, y0, x1, y1 in pixels
    of the upright photo, whose longer side has `longer` of them.
    """

    sha256: str
    paths: tuple[bytes, ...]
    side: int
    face: Box | None = None
    longer: int = 0

    @property
    def key(self) -> tuple[str, int, Box | None]:
        """The same for what looks the same."""
        return self.sha256, self.side, self.face

    @property
    def least_side(self) -> int:
        """How long the decoded photo's longer side has to be."""
        if self.face is None:
            return self.side
        return min(self.longer, ceil(self.longer * self.side / max(framed_side(self.face), 1.0)))


def develop(wanted: Wanted, alone: bool) -> bytes:
    """A JPEG file, upright, in the colours that every screen shows, without a word about the photo.

    Raises PhotoRejected: "offline" where none of its files is there, "changed" where what is there
    is another photo by now, and as an ingest does.
    """
    content = _content(wanted)
    decoded = decode.decode(content, lambda width, height: wanted.least_side, alone=alone)
    image = in_srgb(decoded.image, decoded.profile)
    if wanted.face is None:
        image.thumbnail((wanted.side, wanted.side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    else:
        scale = max(image.size) / wanted.longer
        x0, y0, x1, y1 = (side * scale for side in wanted.face)
        image = framed(image, (x0, y0, x1, y1), wanted.side)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _content(wanted: Wanted) -> decode.Content:
    found = None
    for path in wanted.paths:
        if not os.path.lexists(path):
            continue
        try:
            found = decode.read(path)
        except PhotoRejected:
            if path == wanted.paths[-1]:
                raise
            continue
        if found.sha256 == wanted.sha256:
            return found
    if found is not None:
        raise PhotoRejected("changed", "The file has been changed since this photo was taken in.")
    raise PhotoRejected("offline", "The photo's file is not there now.")
