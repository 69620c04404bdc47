"""Dates as people who are not sure write them: EDTF, the Extended Date/Time Format (ISO 8601-2).

    2024-03-09   2024-03   2024      a day, a month, a year
    1972~  1972?  1972%              about 1972, perhaps 1972: a year more on each side; both: two
    1972-06~                         about June 1972: a month more on each side
    197X   19XX                      the seventies, the century
    1975/1980                        between 1975 and 1980
    ../1980                          no later than 1980

A season (`1972-21`) is read as its year: which months it has depends on the hemisphere.
"""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from functools import lru_cache

from tracker.ages import add_months
from tracker.dating import read
from tracker.errors import UsageError

HINT = (
    "write it as 2024-03-09, 2024-03 or 2024; 1972~ for about 1972, 197X for the seventies, "
    "1975/1980 for some time between, ../1980 for no later than."
)

_PLAIN = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_SEASON = re.compile(r"(\d{4})-2[1-4]\b", re.ASCII)
_USED = re.compile(r"[\dX.~?%/-]+", re.ASCII)
_LONGEST = 40


def parse(text: str) -> tuple[date | None, date]:
    """The earliest (None: only the end is known) and the latest day of an EDTF text.

    Levels 0 and 1, but for years of more than four digits. Raises UsageError for anything else.
    """
    return _parse(text.strip().replace("x", "X"))


@lru_cache(maxsize=4096)
def _parse(text: str) -> tuple[date | None, date]:
    plain = _PLAIN.fullmatch(text)
    if plain is not None and not _SEASON.fullmatch(text):
        days = read.days_of(*(_part(group) for group in plain.groups()))
        if days is None:
            raise UsageError(f"There is no such day as {text!r}.", hint=HINT)
        return days
    if not _USED.fullmatch(text) or len(text) > _LONGEST:
        raise UsageError(f"{text!r} is not a date.", hint=HINT)
    return _whole(_SEASON.sub(r"\1", text))


def _part(group: str | None) -> int:
    if group is None:
        return 0
    return int(group) or -1  # a zero that was written down is no "unknown"


def _whole(text: str) -> tuple[date | None, date]:
    """An interval, or one date with marks. Raises UsageError."""
    if text.startswith("/") or text.endswith("/"):
        raise UsageError(f"{text!r} lacks an end.", hint=HINT)
    if text.endswith("/.."):
        raise UsageError(
            f"{text!r} has no end.", hint=f"say until when: {text[:-3]}/{date.today().year}"
        )
    begin, slash, end = text.partition("/")
    last = _unit_days(text, end if slash else begin)[1]
    first = None if slash and begin == ".." else _unit_days(text, begin)[0]
    if first is not None and first > last:
        raise UsageError(f"{text!r} ends before it begins.", hint=HINT)
    return first, last


def _unit_days(whole: str, part: str) -> tuple[date, date]:
    """The days of one date, wider by a unit of what is said where it is approximate."""
    import edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

    core = part.rstrip("~?%")
    if "/" in part or any(mark in core for mark in _WIDER):  # ~1972 is not to pass for 1972
        raise UsageError(f"{whole!r} is not a date.", hint=HINT)
    try:
        edtf.parse_edtf(part)  # only what is EDTF with its marks, too
        found = edtf.parse_edtf(core)
        first, last = _day(found.lower_strict()), _day(found.upper_strict())
        for _ in range(_WIDER.get(part[len(core) :], 0)):
            first, last = _wider(first, last, core.count("-"))
    except (EDTFParseException, ValueError, TypeError, AttributeError, ArithmeticError):
        raise UsageError(f"{whole!r} is not a date.", hint=HINT) from None
    return first, last


_WIDER = {"~": 1, "?": 1, "%": 2}


def _wider(first: date, last: date, precision: int) -> tuple[date, date]:
    """A year more on both sides of a year, a month of a month, a day of a day."""
    if precision == 2:
        return first - timedelta(days=1), last + timedelta(days=1)
    months = 1 if precision else 12
    after = add_months(last + timedelta(days=1), months)
    return add_months(first, -months), after - timedelta(days=1)


def _day(end: time.struct_time) -> date:
    return date(end.tm_year, end.tm_mon, end.tm_mday)


def text(earliest: date | None, latest: date | None) -> str:
    """Days as EDTF: "2024-03-09", "2024-03", "197X", "1975/1980", "../1980"; "" for none."""
    if latest is None:
        return "" if earliest is None else f"{earliest}/.."
    if earliest is None:
        return f"../{latest}"
    for years, cut, mark in ((1, 4, ""), (10, 3, "X"), (100, 2, "XX")):
        if _fills(earliest, latest, years):
            return f"{earliest.year:04}"[:cut] + mark
    if (earliest.year, earliest.month) == (latest.year, latest.month):
        return _shortest(earliest, latest)
    cut = 10
    if _first_of_year(earliest) and _last_of_year(latest):
        cut = 4
    elif earliest.day == 1 and _last_of_month(latest):
        cut = 7
    return f"{earliest.isoformat()[:cut]}/{latest.isoformat()[:cut]}"


def _shortest(earliest: date, latest: date) -> str:
    """Two days of one month: the day, the month, or both ends."""
    if earliest == latest:
        return earliest.isoformat()
    if earliest.day == 1 and _last_of_month(latest):
        return latest.isoformat()[:7]
    return f"{earliest}/{latest}"


def _fills(earliest: date, latest: date, years: int) -> bool:
    whole = _first_of_year(earliest) and _last_of_year(latest)
    return whole and earliest.year % years == 0 and latest.year - earliest.year == years - 1


def _first_of_year(day: date) -> bool:
    return (day.month, day.day) == (1, 1)


def _last_of_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)


def _last_of_month(day: date) -> bool:
    return day == date.max or (day + timedelta(days=1)).day == 1
