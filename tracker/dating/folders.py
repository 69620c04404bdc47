"""Dates in the names of the folders above a photo: "2019", "2019-07 Italien", "1975-1980 Dias".

People sort by when it was, so a folder's name is worth something; but a few photos of another
year always slip in, so it is worth little.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from db.records import Clue
from tracker.dating import names, written
from tracker.dating.clues import FOLDER, FOLDER_ABOVE
from tracker.dating.read import LONGEST, Reading, days_of

_DATED_OTHERWISE = re.compile(
    r"(?<![^\W\d_])(?:back-?ups?|sicherung\w*|sauvegarde\w*|exports?|exportiert|takeout|imports?|"
    r"imported|importiert|scans?|scanned|gescannt\w*|uploads?|downloads?|whatsapp|trash|papierkorb)"
    r"(?![^\W\d_])",
    re.IGNORECASE,
)
"""Names of folders whose date is that of the copying, not of the photos: if it is of a time when
there was anything to copy."""

_DECADE = re.compile(
    r"(?<!\d)(?P<decade>(?:18[3-9]|19\d|20[0-2])0)(?:er|['’]?s|-?luku|-?talet|-?tal)(?![^\W\d_])"
    r"|(?<!\d)(?P<masked>(?:18[3-9]|19\d|20[0-2]))[Xx](?![^\W_])"
    r"|(?<!\d)(?P<short>[3-9]0)er\W?jahre"
    r"|(?:ann[ée]es|anni|a[ñn]os|anos|jaren)\W(?P<latin>[3-9]0)(?!\d)"
    r"|(?<![\d])['’]?(?P<english>[3-9]0)['’]?s(?![^\W_])",
    re.IGNORECASE,
)
_YEARS = re.compile(
    rf"(?<!\d)(?P<first>{written.YEAR})(?:\s?(?:[-–—_/+&]|bis|to|au|until|und|and)\s?)"
    rf"(?P<last>{written.YEAR})(?![\d])",
    re.IGNORECASE,
)
_YEARS_SHORT = re.compile(rf"(?<!\d)(?P<first>{written.YEAR})[-–/](?P<last>\d\d)(?![\d-])")
_MONTH = re.compile(rf"(?<!\d)(?P<year>{written.YEAR})(?P<sep>[-_. ])(?P<month>\d\d)(?!\d)")
_YEAR = re.compile(
    rf"(?<![\dx×#])(?P<year>{written.YEAR})(?![\d×]|x\d|\s?(?:px|pixel|dpi|[kmg]b|km|m)\b)",
    re.IGNORECASE,
)
_DAYS = re.compile(
    rf"(?<!\d)(?P<year>{written.YEAR})(?P<sep>[-_.])(?P<month>\d\d)(?P=sep)(?P<day>\d\d)"
    r"\s?(?:[-–_/]|bis|to)\s?(?:(?P<month2>\d\d)[-_.])?(?P<day2>\d\d)(?![\d])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?P<number>\d{1,2})(?:[\s._-]*(?P<word>[^\W\d_]{3,12})\.?)?")


def clues(folders: Sequence[str]) -> tuple[Clue, ...]:
    """The dates in names of folders, given from the innermost outwards, and so in the answer.

    A bare month or day ("03", "März") counts below the folder of its year or month.
    """
    found: list[Clue] = []
    for place, name in enumerate(folders):
        days, raw = _days(name, folders[place + 1 :])
        if days is not None:
            label = FOLDER_ABOVE if found else FOLDER
            found.append(Reading(*days).clue("folder", label, raw))
    return tuple(found)


def _days(name: str, above: Sequence[str]) -> tuple[tuple[date, date] | None, str]:
    """The days that a folder's name stands for, or None; and the text that says so."""
    name = name[:LONGEST].strip()
    days = _below(name, above) or _whole_days(name) or _span(name)
    if days is not None and days[1].year >= names.FIRST_SCANNERS and _DATED_OTHERWISE.search(name):
        return None, name
    return days, name


def _whole_days(name: str) -> tuple[date, date] | None:
    """From the first to the last of the days that are written in full."""
    found = names.dates(name)
    for few in _DAYS.finditer(name):
        year, month = int(few["year"]), int(few["month2"] or few["month"])
        days = days_of(year, month or -1, int(few["day2"]) or -1)
        if days is not None and found and days > found[0]:
            found.append(days)
    if not found:
        return None
    return min(first for first, _ in found), max(last for _, last in found)


def _span(name: str) -> tuple[date, date] | None:
    """Decades, years and months, the clearest first."""
    if found := _DECADE.search(name):
        return _decade(found)
    if found := _YEARS.search(name):
        return _years(int(found["first"]), int(found["last"]))
    if found := _YEARS_SHORT.search(name):
        first = int(found["first"])
        last = first // 100 * 100 + int(found["last"])
        if int(found["last"]) > 12 and last > first:
            return _years(first, last)
    months = [days_of(int(m["year"]), int(m["month"]) or -1) for m in _MONTH.finditer(name)]
    whole = [days for days in months if days is not None]
    if not whole:
        years = {int(found["year"]) for found in _YEAR.finditer(name)}
        return _years(min(years), max(years)) if years else None
    return min(first for first, _ in whole), max(last for _, last in whole)


def _decade(found: re.Match[str]) -> tuple[date, date] | None:
    if found["decade"]:
        first = int(found["decade"])
    elif found["masked"]:
        first = int(found["masked"]) * 10
    else:
        first = 1900 + int(found["short"] or found["latin"] or found["english"])
    return _years(first, first + 9)


def _years(first: int, last: int) -> tuple[date, date] | None:
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def _below(name: str, above: Sequence[str]) -> tuple[date, date] | None:
    """What "03", "03 März", "März" or "03-09" means in the folder of a year, or of its month."""
    year = _year_above(above)
    if year is None:
        return None
    if found := re.fullmatch(r"(\d\d)[-_.](\d\d)(?:\D.*)?", name):
        return days_of(year, int(found[1]) or -1, int(found[2]) or -1)
    found = _NUMBER.fullmatch(name)
    month = written.month_of(found["word"] or "" if found else name)
    number = int(found["number"]) or -1 if found else month
    if month or (found and found["word"]):
        return days_of(year, month) if month and month == number else None
    if number and _bare_year(above[0]) is not None:
        return days_of(year, number)
    month = _month_above(above[0])
    return days_of(year, month, number) if number and month else None


def _year_above(above: Sequence[str]) -> int | None:
    """The year of which the folder above is, or of which the one above a month is."""
    if not above:
        return None
    year = _bare_year(above[0])
    if year is None and _month_above(above[0]):
        months = re.fullmatch(rf"({written.YEAR})[-_. ]?\d\d", above[0].strip())
        return int(months[1]) if months else _year_of(above[1:])
    return year


def _year_of(above: Sequence[str]) -> int | None:
    return _bare_year(above[0]) if above else None


def _bare_year(name: str) -> int | None:
    found = re.fullmatch(written.YEAR, name.strip())
    return int(found[0]) if found else None


def _month_above(name: str) -> int:
    """The month of a folder called "03", "März", "03 März" or "2024-03"; 0 for none."""
    found = re.fullmatch(rf"(?:{written.YEAR}[-_. ]?)?(\d\d?)", name.strip())
    if found is not None:
        return int(found[1]) if 1 <= int(found[1]) <= 12 else 0
    numbered = _NUMBER.fullmatch(name.strip())
    return written.month_of(numbered["word"] if numbered and numbered["word"] else name)
