"""Reading the texts in which files, sidecars and clocks write a date. Pure; nothing here raises.

A text that names no day of the calendar gives `UNREAD`. The local day counts: a time zone is kept
beside it and never shifts it. Only an instant in UTC has no local day of its own; see `instant`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from db.records import Clue

WESTMOST, EASTMOST = timedelta(hours=-11), timedelta(hours=13)
"""The clocks of nearly everybody, from Samoa's American half to New Zealand's summer. The one
island further east has 7,000 people."""

SUN_TO_CLOCK = timedelta(hours=3)
"""How far clocks are from the sun at the most: western China is about three hours off."""

LONGEST = 200
"""Characters of a text that are looked at, and kept: no date is longer."""

_HOURS = {minutes * 60 for minutes in range(-12, 15)}
_ODD = {-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825}
ZONES = frozenset(_HOURS | _ODD)
"""Offsets from UTC that clocks somewhere have, in minutes; summer times included."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says: the days between which it lies, both included, and perhaps the time.

    `taken_at` is without a zone, `zone` like "+02:00". Nothing but None where it says no day.
    """

    earliest: date | None = None
    latest: date | None = None
    taken_at: datetime | None = None
    zone: str | None = None

    def clue(self, source: str, label: str, raw: str) -> Clue:
        """The clue that it is, from a source of `clues.TRUST`."""
        text = raw.strip(" \t\r\n\0")[:LONGEST]
        return Clue(source, label, text, self.earliest, self.latest, self.taken_at, self.zone)


UNREAD = Reading()

_CALENDAR = re.compile(
    r"(?P<year>\d{4})"
    r"(?:[:/.\-](?P<month>\d{1,2}|\s{1,2})(?:[:/.\-](?P<day>\d{1,2}|\s{1,2}))?)?"
    r"(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<rest>.*)", re.ASCII | re.S)
_CLOCK = re.compile(
    r"[T\s]*(?P<hour>\d{1,2}):?(?P<minute>\d\d)(?::?(?P<second>\d\d)"
    r"(?:[.,](?P<fraction>\d{1,9})(?![\d:]))?)?\s*(?P<zone>.*)",
    re.ASCII | re.DOTALL,
)
_ZONE = re.compile(r"([+\-\u2212])(\d\d):?(\d\d)?", re.ASCII)


def exif(text: str, subsec: str | None = None, offset: str | None = None) -> Reading:
    """An EXIF date with its SubSecTime and OffsetTime, where it has them.

    Takes the standard's `YYYY:MM:DD HH:MM:SS` and what programs write instead of it: dashes,
    slashes, a `T`, a missing time, blanks or zeros for an unknown day or month, a zone at the end.
    """
    found = _read(text)
    moment = found.taken_at
    if moment is None:
        return found
    digits = re.match(r"\d{1,9}", (subsec or "").strip(), re.ASCII)
    if digits and not moment.microsecond:
        moment = moment.replace(microsecond=_microseconds(digits[0]))
    return Reading(found.earliest, found.latest, moment, zone(offset or "") or found.zone)


def iso(text: str) -> Reading:
    """An ISO 8601 date as XMP has it: `2019`, `2019-07`, `2019-07-04T10:15:00.5+02:00`.

    With a `Z` at its end it is an instant in UTC, and the local day is known to a day or two.
    """
    found = _read(text)
    if found.taken_at is not None and re.search(r"\d\s*[Zz]$", text[:LONGEST].strip(" \t\r\n\0")):
        return instant(found.taken_at)
    return found


def iptc(day: str, time: str = "") -> Reading:
    """IPTC's DateCreated `20190704` and TimeCreated `101500+0200`; zeros for what is unknown."""
    return _read(f"{day.strip(_BLANK)}T{time.strip(_BLANK)}" if time.strip(_BLANK) else day)


def gps(day: str, time: tuple[float, float, float] | None) -> datetime | None:
    """The instant in UTC of GPSDateStamp `2019:07:04` and GPSTimeStamp (h, m, s), or None."""
    found = _read(day)
    if time is None or found.earliest is None or found.earliest != found.latest:
        return None
    try:
        hours, minutes, seconds = (float(part) for part in time)
        if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):  # NaN neither
            return None
        since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return datetime.combine(found.earliest, datetime.min.time()) + since
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None


def instant(utc: datetime | float, longitude: float | None = None) -> Reading:
    """The local days on which an instant in UTC may have been; a number is seconds since 1970.

    Somewhere it is 11 hours earlier, somewhere 13 hours later: mostly that makes two days. Where
    the longitude is known (degrees, east positive), the sun narrows it down.
    """
    try:
        moment = _utc(utc)
        least, most = WESTMOST, EASTMOST
        if longitude is not None and -180 <= longitude <= 180:
            sun = timedelta(hours=longitude / 15)
            least, most = max(least, sun - SUN_TO_CLOCK), min(most, sun + SUN_TO_CLOCK)
        first, last = (moment + least).date(), (moment + most).date()
    except (OverflowError, ValueError, OSError, TypeError):
        return UNREAD
    return Reading(first, last, moment, "+00:00")


def _utc(utc: datetime | float) -> datetime:
    if isinstance(utc, datetime):
        return utc if utc.tzinfo is None else utc.astimezone(UTC).replace(tzinfo=None)
    return datetime(1970, 1, 1) + timedelta(seconds=utc)


def zone(text: str) -> str | None:
    """An offset from UTC as "+02:00"; None where `text` is none."""
    text = text.strip(_BLANK)
    if text in {"Z", "z"}:
        return "+00:00"
    found = _ZONE.match(text)
    if found is None:
        return None
    hours, minutes = int(found[2]), int(found[3] or 0)
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        return None
    return f"{'+' if found[1] == '+' else '-'}{hours:02}:{minutes:02}"


def zone_between(local: datetime, utc: datetime) -> str | None:
    """The zone in which a clock shows `local` at the instant `utc`, if both clocks are right.

    The difference is rounded to a quarter of an hour; None where no clock on earth has that.
    """
    try:
        quarters = round((local - utc) / timedelta(minutes=15))
    except (TypeError, OverflowError):
        return None
    minutes = quarters * 15
    if minutes not in ZONES:
        return None
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def days_of(year: int, month: int = 0, day: int = 0) -> tuple[date, date] | None:
    """The first and the last day of a year, of its month, or the day; None where there is none.

    Zero stands for unknown; a day without its month is no date.
    """
    try:
        if month == 0:
            return (date(year, 1, 1), date(year, 12, 31)) if day == 0 else None
        if day == 0:
            last = calendar.monthrange(year, month)[1]
            return date(year, month, 1), date(year, month, last)
        return date(year, month, day), date(year, month, day)
    except (ValueError, OverflowError):
        return None


_BLANK = " \t\r\n\0"


def _read(text: str) -> Reading:
    text = text[:LONGEST].strip(_BLANK)
    found = _COMPACT.match(text) or _CALENDAR.match(text)
    if found is None:
        return UNREAD
    month, day = _number(found["month"]), _number(found["day"])
    days = days_of(int(found["year"]), month, day)
    if days is None:
        return UNREAD
    clock = _CLOCK.match(found["rest"]) if month and day else None
    if clock is None:
        return Reading(*days)
    try:
        moment = datetime(
            days[0].year,
            days[0].month,
            days[0].day,
            int(clock["hour"]),
            int(clock["minute"]),
            min(int(clock["second"] or 0), 59),  # a leap second
            _microseconds(clock["fraction"] or "0"),
        )
    except ValueError:
        return Reading(*days)
    return Reading(*days, moment, zone(clock["zone"]))


def _number(text: str | None) -> int:
    return int(text) if text and text.strip() else 0


def _microseconds(fraction: str) -> int:
    return int(f"{fraction:0<6}"[:6])
