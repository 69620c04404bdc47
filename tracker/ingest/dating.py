"""When a photo was taken: pure functions from clues to an interval of days.

The sources are asked in turn (`SOURCES`); the first believable clue decides, the others are
kept as conflicts where they disagree. A further source is one more function in the tuple. An
unknown date is a value, not an exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db.records import Dated

Interval = tuple[date, date]
"""The earliest and the latest day, both included."""

EARLIEST = date(1826, 1, 1)
"""The oldest surviving photograph is of 1826 or 1827; anything earlier is a slip."""

CLOCK_STARTS = (
    datetime(1899, 12, 30),
    datetime(1900, 1, 1),
    datetime(1904, 1, 1),
    datetime(1980, 1, 1),
    datetime(2000, 1, 1),
)
"""Where a camera's clock stands after its battery was out. Refused at midnight only: a photo
may have been taken on these days, hardly at 00:00 of them."""


@dataclass(frozen=True, slots=True)
class ExifDates:
    """The three EXIF dates as they stand in the file, None where there is none.

    `original` is DateTimeOriginal (the shutter), `digitized` DateTimeDigitized (CreateDate: the
    scanner, for paper), `modified` DateTime (the last program that wrote the file).
    """

    original: str | None = None
    digitized: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that dating may look at. `name` is the file's name without its folder."""

    exif: ExifDates
    name: str
    option: Interval | None
    today: date


@dataclass(frozen=True, slots=True)
class Clue:
    """One source's answer. `days` is None where the text names no day of the calendar.

    `source` and `confidence` are those of `db.records.Dated`. The confidences are an order of
    trust, not measured probabilities. `label` names the source to people.
    """

    source: str
    label: str
    raw: str
    days: Interval | None
    taken_at: datetime | None
    confidence: float


def date_photo(exif: ExifDates, name: str, option: Interval | None, today: date) -> Dated:
    """The photo's date from its EXIF data, else its name, else `option`, else unknown.

    Refused, and kept among the conflicts: zero and impossible dates, 1970-01-01 and other
    values of a clock that was never set, and days after `today` (one day of grace: the photo
    may come from the other side of the date line).
    """
    facts = Facts(exif, name, option, today)
    chosen: Clue | None = None
    conflicts: list[str] = []
    for clue in (clue for source in SOURCES for clue in source(facts)):
        if doubt := why_doubted(clue, today):
            conflicts.append(f"{clue.label} {clue.raw!r}: {doubt}")
        elif chosen is None:
            chosen = clue
        elif clue.days is not None and chosen.days is not None and not _overlap(clue, chosen):
            conflicts.append(f"{clue.label} says {_days(clue.days)}")
    if chosen is None or chosen.days is None:
        return Dated(None, None, "none", 0.0, conflicts=tuple(conflicts))
    earliest, latest = chosen.days
    return Dated(
        earliest,
        latest,
        chosen.source,
        chosen.confidence,
        chosen.taken_at,
        chosen.raw,
        tuple(conflicts),
    )


def why_doubted(clue: Clue, today: date) -> str | None:
    """Why a clue cannot be believed, or None."""
    if clue.days is None:
        return "not a date"
    earliest, _ = clue.days
    if earliest > today + timedelta(days=1):
        return "in the future"
    if clue.source == "option":  # the user's own word
        return None
    if earliest < EARLIEST:
        return "before photography"
    if earliest == date(1970, 1, 1) or (
        clue.taken_at is not None and clue.taken_at.replace(second=0) in CLOCK_STARTS
    ):
        return "a clock that was never set"
    return None


# --- the sources ------------------------------------------------------------------------------


def from_exif(facts: Facts) -> Iterator[Clue]:
    """EXIF: the shutter first, then the scanner, then the last program that wrote the file."""
    exif = facts.exif
    for label, text, confidence in (
        ("EXIF DateTimeOriginal", exif.original, 0.95),
        ("EXIF DateTimeDigitized", exif.digitized, 0.85),
        ("EXIF DateTime", exif.modified, 0.6),
    ):
        if text is not None:
            taken_at, day = parse_exif(text)
            days = None if day is None else (day, day)
            yield Clue("exif", label, text, days, taken_at, confidence)


def from_name(facts: Facts) -> Iterator[Clue]:
    """The file's name, as phones, cameras, messengers and screenshot tools write it."""
    parsed = parse_name(facts.name)
    if parsed is None:
        return
    taken_at, day, raw = parsed
    lower = facts.name.lower()
    if "screen" in lower:  # the day of the screenshot, which may show an old photo
        confidence = 0.4
    elif "whatsapp" in lower or re.search(r"-wa\d+", lower):  # the day it was sent
        confidence = 0.6
    else:
        confidence = 0.8 if taken_at is None else 0.9
    yield Clue("filename", "the file's name", raw, (day, day), taken_at, confidence)


def from_option(facts: Facts) -> Iterator[Clue]:
    """What the user said with `--date`, for photos that carry no date of their own."""
    if facts.option is not None:
        yield Clue("option", "--date", _days(facts.option), facts.option, None, 0.5)


SOURCES: tuple[Callable[[Facts], Iterable[Clue]], ...] = (from_exif, from_name, from_option)

# --- reading dates ----------------------------------------------------------------------------

_EXIF = re.compile(
    r"(\d{4})[:/.\-](\d{1,2})[:/.\-](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?"
)

_NAME = re.compile(
    r"""
    (?<!\d)
    (?P<year>(?:18|19|20)\d\d) (?P<sep>[-_.\ ]?) (?P<month>\d\d) (?P=sep) (?P<day>\d\d)
    (?:
        (?: [-_.T\ ]{1,3} | \ at\ )?
        (?P<hour>[01]\d|2[0-3]) (?P<tsep>[-_.:h\ ]?) (?P<minute>[0-5]\d)
        (?P=tsep) (?P<second>[0-5]\d) (?:\d{3})?
    )?
    (?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def parse_exif(text: str) -> tuple[datetime | None, date | None]:
    """An EXIF date's moment and day; the moment is None where only the day can be read.

    Takes the standard's `YYYY:MM:DD HH:MM:SS` and what programs write instead of it: dashes,
    slashes, a `T`, a missing time, a zone at the end (ignored: EXIF is local time).
    """
    match = _EXIF.match(text.strip())
    if match is None:
        return None, None
    year, month, day = (int(group) for group in match.groups()[:3])
    try:
        on = date(year, month, day)
    except ValueError:
        return None, None
    if match[4] is None:
        return None, on
    try:
        return datetime(year, month, day, int(match[4]), int(match[5]), int(match[6] or 0)), on
    except ValueError:
        return None, on


def parse_name(name: str) -> tuple[datetime | None, date, str] | None:
    """The moment (or None), the day and the text of the first date in a file's name.

    Year first, as cameras and phones write it. Day-first dates are left alone: 03-04-2024 is
    the third of April to some and the fourth of March to others.
    """
    for match in _NAME.finditer(name):
        try:
            on = date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            continue
        if match["hour"] is None:
            return None, on, match[0]
        at = datetime(
            on.year,
            on.month,
            on.day,
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"]),
        )
        return at, on, match[0]
    return None


def _overlap(one: Clue, other: Clue) -> bool:
    if one.days is None or other.days is None:
        return False
    return one.days[0] <= other.days[1] and other.days[0] <= one.days[1]


def _days(days: Interval) -> str:
    earliest, latest = days
    return str(earliest) if earliest == latest else f"{earliest} to {latest}"
