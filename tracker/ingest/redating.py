"""Dates of photos: those of new ones, and better ones for those that are stored.

The same content may be met again under a name that carries a date, or with `--date`. A stored
photo's date changes only for the better, and in the same way whichever of its names came first.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from db import photos
from db.records import Dated
from tracker.ingest.dating import ExifDates, Interval, date_photo
from tracker.ingest.scan import shown

if TYPE_CHECKING:
    import duckdb


@dataclass(slots=True)
class Dating:
    """Dates for one ingest. `option` is what `--date` says, `today` what no photo is newer than."""

    con: duckdb.DuckDBPyConnection
    option: Interval | None
    today: date
    _recent: dict[str, Dated] = field(default_factory=dict)
    _known: dict[str, Dated] | None = None

    @property
    def _before(self) -> dict[str, Dated]:
        """The dates that were stored before this ingest: one query, when first asked for."""
        if self._known is None:
            self._known = photos.dates(self.con)
        return self._known

    def of(self, sha256: str, exif: ExifDates, path: bytes) -> Dated:
        """A new photo's date; remembered, should the same content come again."""
        dated = date_photo(exif, _name(path), self.option, self.today)
        self._recent[sha256] = dated
        return dated

    def better(self, sha256: str, path: bytes) -> Dated | None:
        """A better date than the stored one for content met again at `path`, or None."""
        stored = self._recent.get(sha256) or self._before.get(sha256)
        if stored is None or stored.source == "exif":
            return None
        found = date_photo(ExifDates(), _name(path), self.option, self.today)
        if not is_better(found, stored):
            return None
        conflicts = tuple(dict.fromkeys((*stored.conflicts, *found.conflicts)))
        self._recent[sha256] = found = replace(found, conflicts=conflicts)
        return found


def is_better(found: Dated, stored: Dated) -> bool:
    """Whether `found` should replace `stored`, neither being from EXIF.

    A date beats none, a name's date beats `--date`, a new `--date` an older one, and of two
    names' dates the earlier one wins: a copy is named after the day it was made or sent.
    """
    if found.earliest is None:
        return False
    if stored.earliest is None:
        return True
    if found.source == stored.source == "filename":
        return found.earliest < stored.earliest
    if found.source == "option":
        return stored.source == "option" and (found.earliest, found.latest) != (
            stored.earliest,
            stored.latest,
        )
    return stored.source == "option"


def _name(path: bytes) -> str:
    return shown(os.path.basename(path))  # noqa: PTH119  (pathlib cannot hold bytes)
