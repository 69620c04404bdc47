"""How old someone is on a day, counted the way people count a child's months.

Age is in complete months since birth, as DuckDB's `datesub('month', born, day)` gives it, so a
month counted here and one counted in SQL are the same:

- the day of birth is month 0, "newborn";
- a month is complete on the birth's day of the month: born on the 10th, the 9th is still the
  month before;
- a month that lacks the day ends it on its last day: born 31 January, 28 February (29 in a leap
  year) is 1 month; born 30 January as well, and 30 March is 2;
- so a birthday is a full year, and of someone born on 29 February it is 28 February in the
  other years;
- before the birth there is no age.

A date may be known to the month or the year only: then it is a pair of days, the earliest and the
latest that it can be.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.errors import UsageError

Interval = tuple[date, date]
"""The earliest and the latest day that a date can be; both the same where it is known."""

UNDATED = "undated"
NO_BIRTH_DATE = "no birth date"
BEFORE_BIRTH = "before birth"
PERHAPS_BEFORE_BIRTH = "perhaps before birth"
TWO_MONTHS = "two months"

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_EARLIEST_YEAR = 1800  # no photo is older


@dataclass(frozen=True, slots=True, order=True)
class AgeBucket:
    """One complete month of age: 0 is from the birth to the day before the first month's end."""

    months: int

    @property
    def label(self) -> str:
        """ "newborn", "3 months", "1 year 2 months"."""
        return age_label(self.months)

    def days(self, born: date) -> Interval:
        """The first and the last day of this month of age of someone born on `born`."""
        return add_months(born, self.months), add_months(born, self.months + 1) - timedelta(days=1)


def complete_months(born: date, day: date) -> int:
    """Complete months from `born` to `day`; negative before the birth (-1: up to a month)."""
    if day < born:
        return -1 - complete_months(day, born - timedelta(days=1))
    months = (day.year - born.year) * 12 + day.month - born.month
    if day.day < born.day and day.day < _days_in_month(day):
        months -= 1
    return months


def add_months(day: date, months: int) -> date:
    """The day on which `months` more are complete: the last of a month that lacks the day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def reference_birth(earliest: date, latest: date) -> date:
    """The day from which age is counted: the middle of the days of which one is the birth."""
    return earliest + timedelta(days=(latest - earliest).days // 2)


def bucket_of(born: Interval | None, day: Interval | None) -> tuple[int | None, str]:
    """The month of age at which a photo was certainly taken: (months, ""), or (None, reason).

    Both ends of `day` must be in the same month of age, counted from `reference_birth(*born)`. A
    day within the bounds of the birth itself is in month 0. The reason is one of the constants
    of this module. Same rule as the SQL macro `month_of_age`.
    """
    if day is None:
        return None, UNDATED
    if born is None:
        return None, NO_BIRTH_DATE
    first, last = (_month_of_age(born, end) for end in day)
    if last is None:
        return None, BEFORE_BIRTH
    if first is None:
        return None, PERHAPS_BEFORE_BIRTH
    if first != last:
        return None, TWO_MONTHS
    return first, ""


def age_label(months: int) -> str:
    """A month of age in words: "newborn", "3 months", "1 year", "1 year 2 months"."""
    if months < 0:
        return "before birth"
    if months == 0:
        return "newborn"
    years, rest = divmod(months, 12)
    parts = [_count(years, "year")] if years else []
    if rest:
        parts.append(_count(rest, "month"))
    return " ".join(parts)


def age_label_days(born: date, day: date) -> str:
    """An age in the unit that people use: days under 2 weeks, weeks under 3 months, then months."""
    days = (day - born).days
    if days < 0:
        return "before birth"
    if days == 0:
        return "day of birth"
    if days < 14:
        return _count(days, "day")
    months = complete_months(born, day)
    return _count(days // 7, "week") if months < 3 else age_label(months)


def parse_date_argument(text: str) -> Interval:
    """A date as typed: "2024-03-09", "2024-03" (any day of it) or "2024".

    Raises UsageError for anything else, and for a day that no calendar has.
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is not a date.", hint="write it as 2024-03-09, or 2024-03, or 2024."
        )
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None  # noqa: S101  the pattern has one
    if year < _EARLIEST_YEAR:
        raise UsageError(f"{text!r} is before there were photos.", hint="check the year.")
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            first = date(year, month, 1)
            return first, first.replace(day=_days_in_month(first))
        return date(year, month, day), date(year, month, day)
    except ValueError:
        raise UsageError(
            f"There is no such day as {text!r}.", hint="write year, month, day: 2024-03-09."
        ) from None


def parse_birth_argument(text: str, today: date) -> Interval:
    """A birth date as typed. It ends today at the latest; UsageError where it begins later."""
    earliest, latest = parse_date_argument(text)
    if earliest > today:
        raise UsageError(
            f"The birth date {text.strip()} is in the future.", hint=f"today is {today}."
        )
    return earliest, min(latest, today)


def interval_in_words(earliest: date | None, latest: date | None) -> str:
    """A date as it was given: "2024-03-09", "2024-03", "2024"; "" where there is none.

    A year or month that had only begun ends early: see `parse_birth_argument`.
    """
    if earliest is None or latest is None:
        return ""
    if earliest == latest:
        return earliest.isoformat()
    if (earliest.year, earliest.month) == (latest.year, latest.month):
        return f"{earliest:%Y-%m}"
    if earliest.year == latest.year and (earliest.month, earliest.day) == (1, 1):
        return f"{earliest.year}"
    return f"{earliest} to {latest}"


def _month_of_age(born: Interval, day: date) -> int | None:
    reference = reference_birth(*born)
    if day >= reference:
        return complete_months(reference, day)
    return 0 if day >= born[0] else None


def _days_in_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
