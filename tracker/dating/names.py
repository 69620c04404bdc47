"""Dates in the names of files, as phones, cameras, messengers and scanners write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime

from db.records import Clue
from tracker.dating import written
from tracker.dating.clues import NAME, NAME_SCAN, NAME_SCREEN, NAME_SENT, NAME_WORDS
from tracker.dating.read import LONGEST, UNREAD, Reading, days_of, instant

FIRST_SCANNERS = 1995
"""Before that no scanner named its files: a date in the name of a scan is then of the picture."""

_GAP = r"[-_.T,\ ]{1,3}|\ ?(?:at|um|à|a\ las|alle(?:\ ore)?|om|kl\.?|о)\ "

_MOMENT = re.compile(
    rf"""
    (?<!\d)
    (?P<year>{written.YEAR}) (?P<sep>[-_.\ ]?) (?P<month>\d\d) (?P=sep) (?P<day>\d\d)
    (?:
        (?: {_GAP} )
        (?P<hour12>\d{{1,2}}) [.:] (?P<minute12>[0-5]\d) [.:] (?P<second12>[0-5]\d)
        \s? (?P<half>[AaPp])\.?[Mm]
    |
        (?: {_GAP} )?
        (?P<hour>[01]\d|2[0-3]) (?P<tsep>[-_.:h\ ]?) (?P<minute>[0-5]\d)
        (?P=tsep) (?P<second>[0-5]\d) (?:\d{{3}})?
    )?
    (?!\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)

_SENT = re.compile(
    r"""
    whatsapp | ^(?:IMG|VID|STK|AUD|PTT)-\d{8}-WA\d+      # WhatsApp: the day it was sent
    | ^signal-                                           # Signal: when it was saved
    | ^photo_\d{4}-\d\d-\d\d_                            # Telegram: when it was sent
    | ^(?:FB_IMG_|mmexport|received_|viber_|line_)       # Facebook, WeChat, Viber, Line
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SCREEN = re.compile(
    r"screen|bildschirm|capture d.[ée]cran|captura|schermata|istantanea|schermafbeelding|sk[äa]rm"
    r"|snimek|zrzut|скриншот|снимок экрана",
    re.IGNORECASE,
)
_SCANNED = re.compile(r"(?<![a-z])scan(?:ned|ner)?(?![a-z])|epson|^cci_|(?<![a-z])numeri[sz]", re.I)
_SCANNER_MADE = re.compile(r"^img\d{8}_\d{8}(?!\d)", re.IGNORECASE)  # Epson: date and time of scan
_IN_UTC = re.compile(r"^PXL_", re.IGNORECASE)

_MILLISECONDS = re.compile(
    r"^(?P<app>FB_IMG_|mmexport|wx_camera_|IMG_|image-?|photo-?|pic_?)?"
    r"(?P<ms>1\d{12})(?:[-_ ]?\(?\d{1,3}\)?|-edited|_HDR|_n)?$",
    re.IGNORECASE,
)
"""A clock's thousandths of seconds since 1970 are the whole name."""

_OTHER_NUMBERS = re.compile(
    r"""
    [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}   # a UUID
    | (?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9a-z])        # a hash
    | (?<!\d)\d{5,}_\d{8,}_\d{5,}(?:_[a-z])?(?![0-9a-z])           # Facebook's ids
    | \+\d[\d\ ()/-]{8,}                                           # a telephone number
    | (?<!\d)00\d{2}[-\ ]?\d[\d\ ()/-]{7,}
    """,
    re.VERBOSE | re.IGNORECASE,
)

_PHONE_SHARES = re.compile(
    r"^(?:photo|foto|bild|image|zdjęcie|фото)\W{1,2}"
    r"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d\d)(?:,?\s(?P<clock>\d\d\W\d\d\W\d\d))?(?!\d)",
    re.IGNORECASE,
)
"""iOS, where dates are written with dots: day first. Where they are not, it writes none."""

_YEAR_AND_MONTH = re.compile(
    rf"^(?P<year>{written.YEAR})[-_.](?P<month>0[1-9]|1[0-2])[-_ ]+(?=[^\W\d_]{{3}})"
)
_LONE_YEAR = re.compile(rf"(?:^|(?<=[\s(\[,]))(?P<year>{written.YEAR})(?=$|[\s)\],])")
_COUNTED = re.compile(
    r"img|dsc[nf]?|dcim|image|photo|foto|bild|picture|pict?|scan|file|datei|unnamed|unbenannt|copy|"
    r"kopie|copie|copia|neu|new|the|and|und|edited",
    re.IGNORECASE,
)
"""Words beside which a number counts pictures rather than years."""


def clues(name: str) -> tuple[Clue, ...]:
    """The date in a file's name (without its folder), none or one.

    Year first, as devices write it, or written out. What only looks like a date is left alone:
    ids, telephone numbers, counters, and days and months that can be swapped.
    """
    stem = unicodedata.normalize("NFC", _stem(name)[:LONGEST])
    for read in (_in_milliseconds, _in_digits, _shared, _in_words, _in_years):
        for reading, raw, label in read(stem):
            if label == NAME_SCAN:
                return (Clue("scan", label, raw, None, reading.latest),)
            return (reading.clue("filename", label, raw),)
    return ()


def dates(name: str) -> list[tuple[date, date]]:
    """Every day that is written in full in a name of any kind, and every month in words."""
    found = [*_in_digits(name[:LONGEST]), *_in_words(name[:LONGEST])]
    return [(r.earliest, r.latest) for r, *_ in found if r.earliest and r.latest]


Found = Iterator[tuple[Reading, str, str]]


def _in_digits(stem: str) -> Found:
    text = _OTHER_NUMBERS.sub(lambda found: " " * len(found[0]), stem)
    for found in _MOMENT.finditer(text):
        days = days_of(*(_positive(found[part]) for part in ("year", "month", "day")))
        if days is None:
            continue
        at = _moment(found)
        if _IN_UTC.match(stem) and at is not None:
            yield instant(at), found[0], NAME
        else:
            yield Reading(*days, at), found[0], _label(stem, int(found["year"]))


def _moment(found: re.Match[str]) -> datetime | None:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if found["hour"] is not None:
        clock = int(found["hour"]), int(found["minute"]), int(found["second"])
    elif found["hour12"] is not None and 1 <= int(found["hour12"]) <= 12:
        afternoon = found["half"] in "pP"
        hour = int(found["hour12"]) % 12 + 12 * afternoon
        clock = hour, int(found["minute12"]), int(found["second12"])
    else:
        return None
    return datetime(year, month, day, *clock)


def _label(stem: str, year: int) -> str:
    if _SCREEN.search(stem):
        return NAME_SCREEN
    if _SENT.search(stem):
        return NAME_SENT
    scanned = _SCANNED.search(stem) or _SCANNER_MADE.match(stem)
    return NAME_SCAN if scanned and year >= FIRST_SCANNERS else NAME


def _in_milliseconds(stem: str) -> Found:
    found = _MILLISECONDS.match(stem)
    if found is not None:
        yield instant(int(found["ms"]) / 1000), found["ms"], NAME_SENT


def _shared(stem: str) -> Found:
    found = _PHONE_SHARES.match(stem)
    if found is None:
        return
    days = days_of(2000 + int(found["year"]), _positive(found["month"]), _positive(found["day"]))
    if days is not None:
        yield Reading(*days), found[0], NAME


def _in_words(stem: str) -> Found:
    for reading, raw in written.dates_in(stem):
        yield reading, raw, _label(stem, reading.latest.year if reading.latest else 0)


def _in_years(stem: str) -> Found:
    """A year that people wrote: with words beside it that are not a camera's."""
    words = re.findall(r"[^\W\d_]{3,}", stem)
    if all(_COUNTED.fullmatch(word) for word in words) or _SCREEN.search(stem):
        return
    month = _YEAR_AND_MONTH.match(stem)
    found = month or _LONE_YEAR.search(stem)
    if found is not None:
        days = days_of(int(found["year"]), int(month["month"]) if month else 0)
        reading = UNREAD if days is None else Reading(*days)
        yield reading, found[0].strip(" -_"), NAME_WORDS


def _positive(digits: str) -> int:
    return int(digits) or -1  # a zero is no month and no day


def _stem(name: str) -> str:
    """The name without its suffix: a short word after the last dot."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and stem and suffix.isalnum() and not suffix.isdigit() else name
