"""What is doubtful about a photo's date, in words that say what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.records import Clue, Dated
from tracker.ages import (
    BEFORE_BIRTH,
    PERHAPS_BEFORE_BIRTH,
    TWO_MONTHS,
    Interval,
    age_label,
    bucket_of,
)
from tracker.dating import edtf
from tracker.dating.clues import (
    BOUNDS,
    DIGITIZED,
    MODIFIED,
    PASSED_ON,
    XMP_CREATED,
    confidence,
)
from tracker.dating.resolve import Weighed, in_words

WEAK = 0.65
"""Dates that are trusted less than this are offered for a look."""


@dataclass(frozen=True, slots=True)
class Someone:
    """Who is known to be in a photo. `child`: whose months of age count."""

    name: str
    born: Interval
    child: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a stable `kind` and in words.

    `may_be_right`: the date that is there may well be it, and `tracker dates accept` says so.
    """

    kind: str
    words: str
    may_be_right: bool = True


def may_have_problems(dated: Dated) -> bool:
    """Whether it takes a look at the clues; what the user decided is beyond doubt."""
    return dated.source != "user" and (
        dated.earliest is None or bool(dated.conflicts) or dated.confidence < WEAK
    )


def problems_of(weighed: Weighed, people: Sequence[Someone]) -> tuple[Problem, ...]:
    """Everything doubtful about a date, the gravest first.

    Not that a photo was edited, scanned or sent on after the day it is dated: that is as it
    should be.
    """
    dated = weighed.dated
    found = [*_of_the_end(weighed), *_of_ages(dated, people)]
    if dated.source != "user":
        found += [
            Problem("refused", _sentence(f"{clue.label} {clue.raw!r} is not believed: {why}"))
            for clue, why in weighed.refused
            if clue.source != "file"
        ]
        found += [
            Problem("conflict", _sentence(in_words(clue)))
            for clue in weighed.disagrees
            if not _is_natural(clue, dated)
        ]
        found += _of_weakness(weighed)
    return tuple(found)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _of_the_end(weighed: Weighed) -> Iterator[Problem]:
    dated = weighed.dated
    if dated.latest is None:
        yield Problem("undated", "There is no date.", may_be_right=False)
    elif dated.earliest is None:
        who = "you" if dated.source == "user" else weighed.decided[0].label
        yield Problem("bound", f"It is no later than {dated.latest} ({who}); more is not known.")


def _of_ages(dated: Dated, people: Sequence[Someone]) -> Iterator[Problem]:
    if dated.latest is None:
        return
    for someone in people:
        if dated.latest < someone.born[0]:
            yield Problem(BEFORE_BIRTH, f"{someone.name}, who is in it, was not born yet.", False)
            continue
        if dated.earliest is None:
            continue
        _, reason = bucket_of(someone.born, (dated.earliest, dated.latest))
        if reason == PERHAPS_BEFORE_BIRTH:
            words = f"It may be from before {someone.name}, who is in it, was born."
            yield Problem(reason, words, False)
        elif reason == TWO_MONTHS and someone.child:
            first, last = (
                bucket_of(someone.born, (day, day))[0] or 0
                for day in (dated.earliest, dated.latest)
            )
            to = "or" if last == first + 1 else "to"
            words = (
                f"{someone.name} may be {age_label(first)} {to} {age_label(last)} old in it, so it "
                "is in no month."
            )
            yield Problem(reason, words, False)


def _of_weakness(weighed: Weighed) -> Iterator[Problem]:
    dated, decided = weighed.dated, weighed.decided
    if dated.earliest is None:
        return
    if decided and decided[0].label in PASSED_ON:
        yield Problem("weak", f"Only {decided[0].label} tells: the photo may be older.")
    elif decided and decided[0].source != "option" and dated.confidence < WEAK:
        weakest = min(decided, key=confidence)
        narrow = f" that it was {edtf.text(dated.earliest, dated.latest)}" * (len(decided) > 1)
        yield Problem("weak", f"Only {weakest.label} tells{narrow}.")
    elif dated.taken_at is not None and _is_new_years_midnight(dated.taken_at):
        yield Problem("year", f"{dated.raw!r} may stand for the whole year, or be a clock's start.")


def _is_new_years_midnight(at: datetime) -> bool:
    """Whether it looks like a year that a program filled up, or a clock that began anew."""
    return (at.month, at.day, at.hour, at.minute) == (1, 1, 0, 0)


def _is_natural(clue: Clue, dated: Dated) -> bool:
    """Whether it is only of what happened to the photo later."""
    if clue.source not in _OF_THE_FILE and clue.label not in _LATER:
        return False
    if clue.latest is None or dated.latest is None:
        return False
    return clue.latest + timedelta(days=1) >= dated.latest


_OF_THE_FILE = BOUNDS | {"modified"}
_LATER = PASSED_ON | {DIGITIZED, MODIFIED, XMP_CREATED}
