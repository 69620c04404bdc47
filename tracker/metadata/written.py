"""From a date as it is written to a clue; a text that names no day is a clue without one."""

from __future__ import annotations

from datetime import datetime

from db.records import Clue
from tracker.dating import read


def exif(source: str, label: str, raw: str, subsec: str | None, offset: str | None) -> Clue:
    """Of EXIF's `YYYY:MM:DD HH:MM:SS` with its fractions of a second and its zone."""
    when = read.exif(raw, subsec, offset)
    return Clue(source, label, raw, when.earliest, when.latest, when.taken_at, when.zone)


def iso(source: str, label: str, raw: str, text: str | None = None) -> Clue:
    """Of an ISO 8601 date, whole or in part. `text`: where it stands differently in `raw`."""
    when = read.iso(raw if text is None else text)
    return Clue(source, label, raw, when.earliest, when.latest, when.taken_at, when.zone)


def instant(
    source: str,
    label: str,
    raw: str,
    first: datetime,
    last: datetime,
    longitude: float | None = None,
) -> Clue:
    """Of a moment in UTC between two: the local days that it may have been. Degrees east."""
    earliest, _ = read.instant(first, longitude)
    _, latest = read.instant(last, longitude)
    return Clue(source, label, raw, earliest, latest)
