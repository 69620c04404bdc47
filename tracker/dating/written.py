"""Dates as people write them into names: "9. März 2024", "July 2019", "31.12.1999".

Numbers only where they can mean one day: 03-04-2024 is the third of April to some and the fourth of
March to others, so it is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from tracker.dating.read import UNREAD, Reading, days_of

_MONTHS = (
    "january januar janvier gennaio enero janeiro januari tammikuu leden styczen января jan ene "
    "gen",
    "february februar fevrier febbraio febrero fevereiro februari helmikuu unor luty февраля feb "
    "fev febr",
    "march marz maerz mars marzo marco maart maaliskuu brezen marzec марта mar mrz",
    "april avril aprile abril huhtikuu duben kwiecien апреля apr avr abr",
    "may mai maggio mayo maio mei toukokuu kveten maj мая mag",
    "june juni juin giugno junio junho kesakuu cerven czerwiec июня jun giu",
    "july juli juillet luglio julio julho heinakuu cervenec lipiec июля jul lug juil",
    "august aout agosto augustus augusti elokuu srpen sierpien августа aug ago",
    "september septembre settembre septiembre setembro syyskuu zari wrzesien сентября sep sept set",
    "october oktober octobre ottobre octubre outubro lokakuu rijen pazdziernik октября oct okt ott "
    "out",
    "november novembre noviembre novembro marraskuu ноября nov",
    "december dezember decembre dicembre diciembre dezembro joulukuu prosinec grudzien декабря dec "
    "dez dic",
)
MONTHS = {word: month for month, words in enumerate(_MONTHS, 1) for word in words.split()}
"""Months by their names and short names, without accents and in lower case. What means two months
in two languages is in none."""

YEAR = r"(?:18[2-9]\d|19\d\d|20\d\d)"

_WORD = r"[^\W\d_]{3,12}"
_SPACE = r"(?:[\s._,\-]*|\s+(?:de|of)\s+)"
_TO = r"\s?(?:[-–/+&]|bis|to|und|and|et|y|e)\s?"
_DAY_MONTH_YEAR = re.compile(
    rf"(?<!\d)(?:(?P<since>\d{{1,2}})\.?{_TO})?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?{_SPACE}"
    rf"(?P<month>{_WORD})\.?{_SPACE}(?P<year>{YEAR})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY_YEAR = re.compile(
    rf"(?<![^\W\d_])(?P<month>{_WORD})\.?{_SPACE}(?:(?P<since>\d{{1,2}}){_TO})?"
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>{YEAR})(?!\d)",
    re.IGNORECASE,
)
_MONTH_YEAR = re.compile(
    rf"(?<![^\W\d_])(?:(?P<from>{_WORD}){_TO})?(?P<month>{_WORD}){_SPACE}(?P<year>{YEAR})(?!\d)",
    re.IGNORECASE,
)
_YEAR_MONTH = re.compile(
    rf"(?<!\d)(?P<year>{YEAR}){_SPACE}(?P<month>{_WORD})(?![^\W\d_])", re.IGNORECASE
)
_NUMBERS = re.compile(
    rf"(?<![\d.\-/_])(?P<one>\d{{1,2}})(?P<sep>[.\-/_ ])(?P<two>\d{{1,2}})(?P=sep)"
    rf"(?P<year>{YEAR})(?!\d)"
)


def month_of(word: str) -> int:
    """The month's number, 0 where the word is none."""
    return MONTHS.get(_bare(word), 0)


def dates_in(text: str) -> Iterator[tuple[Reading, str]]:
    """The dates that are written out in a name, with the text of each."""
    text = unicodedata.normalize("NFC", text)
    for pattern in (_DAY_MONTH_YEAR, _MONTH_DAY_YEAR, _MONTH_YEAR, _YEAR_MONTH):
        for found in list(pattern.finditer(text)):
            days = _in_words(**found.groupdict())
            if days is not None:
                yield Reading(*days), found[0]
                text = text[: found.start()] + " " * len(found[0]) + text[found.end() :]
    for found in _NUMBERS.finditer(text):
        reading = _certain(int(found["one"]), int(found["two"]), int(found["year"]))
        if reading != UNREAD:
            yield reading, found[0]


def _in_words(
    month: str, year: str, day: str | None = None, since: str | None = None, **begin: str | None
) -> tuple[date, date] | None:
    """The days of "9 March 2024", "1-14 July 2019", "July-August 2019"."""
    number = month_of(month)
    if not number or (day is None and not _is_clear(month)):
        return None
    days = days_of(int(year), number, int(day or 0))
    first_month = month_of(begin.get("from") or "")
    first = None
    if days is not None and since is not None:
        first = days_of(int(year), number, int(since))
    elif days is not None and first_month:
        first = days_of(int(year), first_month)
    if days is None or first is None or first[0] > days[0]:
        return days
    return first[0], days[1]


def _is_clear(month: str) -> bool:
    """Whether it is a month's name without a day beside it: Jan is a name, and mar is the sea."""
    return len(month) > 3 or _bare(month) in {"may", "mai", "mei", "maj"}


def _certain(one: int, two: int, year: int) -> Reading:
    """Day and month in whichever order, where only one of the two makes a day."""
    as_days = {days_of(year, two, one) if one and two else None}
    as_days.add(days_of(year, one, two) if one and two else None)
    as_days.discard(None)
    if len(as_days) != 1:
        return UNREAD
    days = as_days.pop()
    return UNREAD if days is None else Reading(*days)


def _bare(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
