"""Which clues cannot be true."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db.records import Clue
from tracker.dating.clues import BIRTH_OF, BORN

EARLIEST = date(1826, 1, 1)
"""The oldest surviving photograph is of 1826 or 1827; anything earlier is a slip."""

EPOCH = date(1970, 1, 1)
"""Second zero of most computers."""

CLOCK_STARTS = (
    datetime(1899, 12, 30),
    datetime(1900, 1, 1),
    datetime(1904, 1, 1),
    datetime(1980, 1, 1),
    datetime(2000, 1, 1),
)
"""Where a camera's clock stands after its battery was out. Refused at midnight only: a photo
may have been taken on these days, hardly at 00:00 of them."""

FIRST_FILES = date(1980, 1, 3)
"""Archives and memory cards count from 1980: a file's time before that is none."""

NO_DATE = "not a date"
FUTURE = "in the future"
TOO_EARLY = "before photography"
NEVER_SET = "a clock that was never set"


@dataclass(frozen=True, slots=True)
class Birth:
    """Who is in the photo, and the first day on which they can have been."""

    name: str
    day: date


def births_among(clues: Iterable[Clue]) -> list[Birth]:
    """The births that the clues tell of, the latest first."""
    found = [
        Birth(clue.label.removeprefix(BIRTH_OF), clue.earliest)
        for clue in clues
        if clue.source == BORN and clue.earliest is not None
    ]
    return sorted(found, key=lambda birth: (-birth.day.toordinal(), birth.name))


def why_doubted(clue: Clue, today: date, births: Sequence[Birth] = ()) -> str | None:
    """Why a clue cannot be believed, or None. The user's own word is not doubted."""
    if clue.latest is None:
        return NO_DATE
    if clue.source == "user":
        return None
    if (clue.earliest or clue.latest) > today + timedelta(days=1):
        return FUTURE
    if clue.source != "option" and (why := _why_impossible(clue)):
        return why  # --date is a word of the user's too
    early = [birth for birth in births if clue.latest < birth.day]
    return f"before {early[0].name} was born" if early else None


def _why_impossible(clue: Clue) -> str | None:
    if clue.latest is not None and clue.latest < EARLIEST:
        return TOO_EARLY
    return NEVER_SET if _never_set(clue) else None


def _never_set(clue: Clue) -> bool:
    at = clue.taken_at
    if clue.source == "file" and clue.latest is not None and clue.latest < FIRST_FILES:
        return True
    if clue.latest == EPOCH and clue.earliest in {None, EPOCH}:
        return True
    if at is None:
        return False
    if at.date() == EPOCH or (at.date() == EPOCH - timedelta(days=1) and _on_the_hour(at)):
        return True  # west of Greenwich it was still New Year's Eve
    return at.replace(second=0, microsecond=0, tzinfo=None) in CLOCK_STARTS


def _on_the_hour(at: datetime) -> bool:
    return at.hour >= 12 and at.minute == 0
