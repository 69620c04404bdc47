"""Which folder of the library is meant: in whatever spelling, connected or not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from db import photos
from db import roots as stored
from db.text import folded, shown
from tracker.ingest.scan import absolute

if TYPE_CHECKING:
    import duckdb


def known_folder(connection: duckdb.DuckDBPyConnection, given: Path) -> bytes:
    """The path as photos below it are known, or as it was given where none are.

    Names that differ in capitals or in how accents are written are the same to some systems, and
    the folder itself may not be there to ask.
    """
    wanted = absolute(given.expanduser())
    for place in dict.fromkeys((wanted, os.path.realpath(wanted))):
        if stored.count(connection, place)[0]:
            return place
    separator = os.fsencode(os.sep)
    key, depth = folded(shown(wanted)), wanted.count(separator)
    for path in photos.known_paths(connection):
        folder = separator.join(path.split(separator)[: depth + 1])
        if folded(shown(folder)) == key:
            return folder
    return wanted
