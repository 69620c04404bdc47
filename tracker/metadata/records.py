"""What is known of a photo besides its pixels."""

from __future__ import annotations

from dataclasses import dataclass, field

from db.records import Clue

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares (0 to 1) of the upright photo's width and height; x0 < x1, y0 < y1."""


MAX_XMP_BYTES = 4 << 20
"""Lightroom's longest, with masks, have some hundred thousand; a larger one is not read."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A name that another program, or somebody with it, gave to a face or to the whole photo.

    `name` is as it was written, stripped; "" for a face without one. `standard` is the way it is
    written down: "mwg", "microsoft", "picasa", "takeout", "immich", "photoprism". `program` is who
    wrote it where that is said ("digiKam 8.1"), else "". `boxes` are the readings of where the face
    is, the likeliest first: programs do not agree on whether a box is meant before or after the
    photo is turned upright. No box: the name is of the whole photo, and weak.
    """

    name: str
    standard: str
    program: str = ""
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """All that is known of one photo besides its pixels, small enough to travel between processes.

    `clues`: to its date, in any order. `tags`: who is in it. `camera`: make and model as one text,
    or "". `notes`: what of the file is not read, in words ("the video of a motion photo").
    """

    clues: tuple[Clue, ...] = ()
    tags: tuple[Tag, ...] = ()
    camera: str = ""
    notes: tuple[str, ...] = field(default=())

    def __add__(self, other: Metadata) -> Metadata:
        """Both together; nothing twice."""
        return Metadata(
            tuple(dict.fromkeys((*self.clues, *other.clues))),
            tuple(dict.fromkeys((*self.tags, *other.tags))),
            self.camera or other.camera,
            tuple(dict.fromkeys((*self.notes, *other.notes))),
        )
