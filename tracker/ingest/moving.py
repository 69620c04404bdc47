"""What a user says of a library that moved, or of files that are gone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import roots as stored
from db.roots import Place, is_below
from db.text import many, shown
from tracker.errors import UsageError
from tracker.ingest import roots

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Looked:
    """The known places below a folder: how many are not missing yet, which of them are `gone`, and
    which of the missing ones are `back`."""

    known: int
    gone: list[Place]
    back: list[bytes]


def move(con: duckdb.DuckDBPyConnection, old: bytes, new: bytes) -> int:
    """Put all that is known below `old` below `new`; gives the number of places.

    Raises UsageError unless photos are known below `old` and most of those that are looked for are
    below `new`, with the same sizes.
    """
    if is_below(new, old) or is_below(old, new):
        raise UsageError(
            f"{shown(new)} and {shown(old)} are not two places: one is in the other.",
            hint="Ingest the folder again: files that were moved are recognised.",
        )
    sought = stored.some(con, old, roots.LOOKED_FOR)
    if not sought:
        raise UsageError(
            f"No photos are known from {shown(old)}.",
            hint="The folders that are known: tracker library list",
        )
    if not os.path.isdir(new):  # noqa: PTH112
        raise UsageError(
            f"{shown(new)} is not a folder that is there.",
            hint="Name the folder in which the photos are now.",
        )
    found = roots.found_below(sought, old, new)
    if found < (1 - roots.MOST_GONE) * len(sought):
        raise UsageError(
            f"{shown(new)} does not hold the photos of {shown(old)}: of "
            f"{many(len(sought), 'file')} looked for, {found} {'is' if found == 1 else 'are'} "
            "there with the same name and size.",
            hint="Name the folder that took the place of the old one, not one above or below it.",
        )
    return roots.relocate(con, old, new)


def look(con: duckdb.DuckDBPyConnection, folder: bytes) -> Looked:
    """Look for every known file below the folder. Raises UsageError where none is known."""
    known = stored.places(con, folder)
    if not known:
        raise UsageError(
            f"No photos are known from {shown(folder)}.",
            hint="The folders that are known: tracker library list",
        )
    there = {place.path for place in known if os.path.lexists(place.path)}
    gone = [p for p in known if p.missing_since is None and p.path not in there]
    back = [p.path for p in known if p.missing_since is not None and p.path in there]
    return Looked(sum(p.missing_since is None for p in known), gone, back)
