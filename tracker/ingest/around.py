"""What is known of a photo from around it: its name, its folders, its time, the files beside it."""

from __future__ import annotations

import os
from pathlib import PurePath

from db.records import Clue
from tracker.dating import clues, folders, names
from tracker.ingest.scan import Found
from tracker.metadata.records import Metadata
from tracker.metadata.sidecars.read import read
from tracker.metadata.sidecars.records import About

FOLDERS = 4
"""How many of the folders above a photo may say something of its date."""


def clues_around(found: Found, said: tuple[Clue, ...] = ()) -> tuple[Clue, ...]:
    """The clues in a photo's path and file time, and what the user `said` of it."""
    path = PurePath(os.fsdecode(found.path))
    above = [folder.name for folder in path.parents if folder.name][:FOLDERS]
    return (
        *names.clues(path.name),
        *folders.clues(above),
        clues.file_time(found.mtime_ns),
        *said,
    )


def metadata_around(
    found: Found, said: tuple[Clue, ...], size: tuple[int, int] = (0, 0), orientation: int = 1
) -> Metadata:
    """All that is known from around a photo, and what the user `said` of it.

    `size` is the upright photo's width and height in pixels, `orientation` as in EXIF; they are
    needed where there are files beside it.
    """
    known = Metadata(clues_around(found, said))
    about = About(PurePath(os.fsdecode(found.path)).name, *size, orientation)
    for sidecar in found.sidecars:
        known += read(sidecar, about)
    return known
