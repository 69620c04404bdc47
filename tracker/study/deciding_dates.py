"""`tracker dates set`, `accept` and `undo`: what the user says of when photos were taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from db import dates as stored
from db.connection import transaction
from db.records import Clue, Person
from tracker.dating import clues, edtf
from tracker.dating.doubts import EARLIEST
from tracker.errors import UsageError
from tracker.identity.family import take_back_impossible
from tracker.ingest import moments
from tracker.ingest.redating import OnProgress, not_told, reborn, refresh
from tracker.study.dates import list_dates
from tracker.study.photos_at import photos_at

if TYPE_CHECKING:
    import duckdb

Days = tuple[date | None, date]


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision. `date` is EDTF, "" where each photo has its own.

    `photos` have another date now, `unchanged` had it from the user before; `undated` and `sound`
    ones were left as they are.
    """

    date: str
    photos: int
    unchanged: int
    undated: int = 0
    sound: int = 0


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What came back: how many photos have which (date as EDTF, source) again."""

    raw: str
    photos: int
    back: tuple[tuple[str, str, int], ...]


def parse_decision(text: str, today: date) -> Days:
    """A date as the user types it for a photo: EDTF, from 1826 to today.

    Raises UsageError for what is no date, and for days on which no photo can have been taken.
    """
    earliest, latest = edtf.parse(text)
    if latest < EARLIEST:
        raise UsageError(f"{text!r} is before there were photos.", hint="Check the year.")
    if (earliest or latest) > today:
        raise UsageError(f"{text!r} is in the future.", hint=f"Today is {today}.")
    return earliest, min(latest, today)


def set_dates(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    text: str,
    *,
    today: date,
    on_progress: OnProgress = not_told,
) -> Decided:
    """Say when the photos at `paths`, or below them, were taken. Copies get the same date.

    Raises UsageError for a date or a path that cannot be used; then nothing is changed.
    """
    parse_decision(text, today)  # before anything is looked up
    hashes = _hashes(connection, paths)
    return set_dates_of(connection, hashes, text, today=today, on_progress=on_progress)


def set_dates_of(
    connection: duckdb.DuckDBPyConnection,
    hashes: Sequence[str],
    text: str,
    *,
    today: date,
    on_progress: OnProgress = not_told,
) -> Decided:
    """Say when these photos (sha256s) were taken. Raises UsageError for a date that cannot be."""
    days = parse_decision(text, today)
    said = clues.user(text.strip(), days)
    return _decide(connection, dict.fromkeys(hashes, said), edtf.text(*days), today, on_progress)


def work_out(connection: duckdb.DuckDBPyConnection, hashes: Sequence[str], *, today: date) -> None:
    """Work out anew when these photos (sha256s) were taken, and which moments they share."""
    with transaction(connection):
        _work_out(connection, hashes, today)


def accept_dates(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    *,
    today: date,
    on_progress: OnProgress = not_told,
) -> Decided:
    """Say that the doubtful dates at `paths` are right: they are the user's word from now on.

    Where only "no later than" is known, that day becomes the date. What nothing speaks against is
    left alone: better clues may still come. Raises UsageError where there is no date to accept.
    """
    everything = _hashes(connection, paths)
    doubtful = list_dates(connection, paths, problems=True, today=today)
    said: dict[str, Clue] = {}
    for line in doubtful:
        earliest, latest = line.dated.earliest, line.dated.latest
        if latest is not None:
            days = (earliest or latest, latest)
            said[line.sha256] = clues.user(edtf.text(*days), days)
    if doubtful and not said:
        raise UsageError(
            "There is no date to accept.", hint="Say when it was: tracker dates set PATH… DATE"
        )
    decided = _decide(connection, said, "", today, on_progress)
    return Decided(
        "",
        decided.photos,
        decided.unchanged,
        undated=len(doubtful) - len(said),
        sound=len(everything) - len(doubtful),
    )


def undo_dates(
    connection: duckdb.DuckDBPyConnection, *, today: date, on_progress: OnProgress = not_told
) -> TakenBack:
    """Take back the last decision that stands. Raises UsageError where there is none."""
    with transaction(connection):
        undone = stored.undo(connection)
        if undone is None:
            raise UsageError(
                "There is nothing to undo.",
                hint="`tracker dates set` and `tracker dates accept` can be undone.",
            )
        _work_out(connection, undone.photos, today, on_progress)
    now = stored.known(connection, undone.photos).values()
    told = Counter(
        (edtf.text(photo.dated.earliest, photo.dated.latest), photo.dated.source) for photo in now
    )
    back = sorted(told.items(), key=lambda item: (-item[1], item[0]))
    return TakenBack(
        undone.raw, len(undone.photos), tuple((day, source, n) for (day, source), n in back)
    )


def person_changed(
    connection: duckdb.DuckDBPyConnection, before: Person, after: Person | None, *, today: date
) -> int:
    """Work out anew what depends on someone's birth: nothing earlier is believed of the photos
    that were taken in `--as` them.

    `after`: with another birth or name, or who they are merged into; None where they are removed.
    Gives the number of photos that have another date now.
    """
    label = clues.born(before.name, today).label
    right = None
    if after is not None and after.born_earliest is not None:
        right = clues.born(after.name, after.born_earliest)
    with transaction(connection):
        changed = reborn(connection, {label: right}, today)
        _follow(connection, changed)
    return len(changed)


def said_to_show(connection: duckdb.DuckDBPyConnection, person: Person, *, today: date) -> set[str]:
    """The photos (sha256s) that were taken in `--as` somebody whose birth was known."""
    label = clues.born(person.name, today).label
    told = stored.clues_from(connection, [clues.BORN])
    return {sha256 for sha256, said in told.items() if any(clue.label == label for clue in said)}


def show_again(
    connection: duckdb.DuckDBPyConnection,
    photos: Mapping[str, bool],
    gone: Person,
    kept: Person,
    *,
    today: date,
) -> None:
    """`gone` is somebody again who was merged into `kept`: these photos keep to their birth.

    They were said to show `gone`, and those with True `kept` as well.
    """
    if gone.born_earliest is None:
        return
    birth = clues.born(gone.name, gone.born_earliest)
    of_kept = clues.born(kept.name, today).label
    both = {sha256: [birth] for sha256, other in photos.items() if other}
    with transaction(connection):
        changed = {
            *reborn(connection, {of_kept: birth}, today, only=photos.keys() - both.keys()),
            *refresh(connection, both, today),
        }
        _follow(connection, sorted(changed))


def _hashes(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> list[str]:
    return list(dict.fromkeys(photos_at(connection, paths).values()))


def _decide(
    connection: duckdb.DuckDBPyConnection,
    said: Mapping[str, Clue],
    text: str,
    today: date,
    on_progress: OnProgress,
) -> Decided:
    before = stored.known(connection, said)
    new = {
        sha256: clue
        for sha256, clue in said.items()
        if (decided := before[sha256].decided) is None
        or (decided.earliest, decided.latest) != (clue.earliest, clue.latest)
    }
    with transaction(connection):
        stored.decide(connection, new)
        _work_out(connection, list(new), today, on_progress)
    return Decided(text, len(new), len(said) - len(new))


def _work_out(
    connection: duckdb.DuckDBPyConnection,
    hashes: Sequence[str],
    today: date,
    on_progress: OnProgress = not_told,
) -> None:
    _follow(connection, refresh(connection, dict.fromkeys(hashes, ()), today, on_progress))


def _follow(connection: duckdb.DuckDBPyConnection, changed: Sequence[str]) -> None:
    """What rests on the dates of these photos."""
    if changed:
        moments.update(connection, changed)
        take_back_impossible(connection)
