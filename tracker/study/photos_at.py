"""Which stored photos a path means: a photo, a folder, in whatever spelling, connected or not."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from db import photos
from db.text import folded, shown
from tracker.errors import UsageError
from tracker.ingest.scan import absolute

if TYPE_CHECKING:
    import duckdb


def photos_at(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> dict[bytes, str]:
    """The stored photos at these paths and below them: path -> sha256, in order of the paths.

    What is written otherwise in upper and lower case or with other accents is found too, and the
    disk need not be there. Raises UsageError for a path at which no photo is known.
    """
    known = {path: sha256 for path, (*_, sha256) in photos.known_paths(connection).items()}
    spellings: dict[bytes, str] = {}
    found: dict[bytes, str] = {}
    for given in paths:
        here = _at(given, known) or _spelt_otherwise(given, known, spellings)
        if not here:
            raise _unknown(given)
        found.update((path, known[path]) for path in sorted(here))
    return found


def _at(given: Path, known: Collection[bytes]) -> list[bytes]:
    wanted = absolute(given)
    for place in dict.fromkeys((wanted, os.path.realpath(wanted))):
        if place in known:
            return [place]
        start = os.path.join(place, b"")  # noqa: PTH118  (pathlib cannot hold bytes)
        if here := [path for path in known if path.startswith(start)]:
            return here
    return []


def _spelt_otherwise(
    given: Path, known: Iterable[bytes], spellings: dict[bytes, str]
) -> list[bytes]:
    """`spellings` is filled when the first path needs it: it takes a moment."""
    if not spellings:
        spellings.update((path, folded(shown(path))) for path in known)
    key = folded(shown(absolute(given)))
    below = key.rstrip("/\\") + os.sep
    return [path for path, its in spellings.items() if its == key or its.startswith(below)]


def _unknown(given: Path) -> UsageError:
    path = absolute(given)
    name = shown(path)
    if not os.path.lexists(path):
        return UsageError(
            f"No photo is known at {name}, and there is no such file or folder.",
            hint="Check the spelling: `tracker dates list` shows every photo that is known.",
        )
    what = "in the folder" if os.path.isdir(path) else "at"  # noqa: PTH112
    return UsageError(
        f"No photo is known {what} {name}.",
        hint="Take it in first: tracker ingest PATH. `tracker status --rejected` lists the photos "
        "that are not used.",
    )
