"""A whole photo as a JPEG that a browser shows, made in a process that may die alone."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass

from PIL import Image

from tracker.errors import PhotoRejected
from tracker.ingest import decode
from tracker.ingest.pixels import in_srgb

QUALITY = 86


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photo, by its content, where it may be, and the longer side it is to have at most."""

    sha256: str
    paths: tuple[bytes, ...]
    side: int


def develop(wanted: Wanted, alone: bool) -> bytes:
    """A JPEG file, upright, in the colours that every screen shows, without a word about the photo.

    Raises PhotoRejected: "offline" where none of its files is there, "changed" where what is there
    is another photo by now, and as an ingest does.
    """
    content = _content(wanted)
    decoded = decode.decode(content, lambda width, height: wanted.side, alone=alone)
    image = in_srgb(decoded.image, decoded.profile)
    image.thumbnail((wanted.side, wanted.side), Image.Resampling.BICUBIC, reducing_gap=2.0)
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
