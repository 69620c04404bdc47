"""Dates of stored photos: worked out again from every clue there is, and the user's decision.

The same content may be met again under another name, in another folder, with another sidecar or
with `--date`. Its date is what all of that comes to, whichever came first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from db import dates as stored
from db import storing
from db.connection import transaction
from db.dates import Known
from db.records import Clue, Dated
from db.text import plain
from tracker.dating.clues import BORN, NAME, OPTION, ORIGINAL
from tracker.dating.merge import kept, merged
from tracker.dating.resolve import resolve
from tracker.ingest.known import without_collecting

if TYPE_CHECKING:
    import duckdb

OnProgress = Callable[[int, int], None]

TOLD_EVERY = 1000
"""Photos; the dates of fewer are there before anybody could read of them."""


def not_told(_done: int, _total: int) -> None:
    """Nobody asked."""


def refresh(
    con: duckdb.DuckDBPyConnection,
    clues: Mapping[str, Sequence[Clue]],
    today: date,
    on_progress: OnProgress = not_told,
) -> tuple[str, ...]:
    """Add these clues to photos (by sha256) and work out their dates; gives those that changed.

    No clues: the date is only worked out again. A photo that is not stored is passed over. One
    transaction, two queries, and only what changed is written. Of thousands of photos
    `on_progress` is told how many of how many are done.
    """
    if not clues:
        return ()
    with without_collecting():
        return _refreshed(con, clues, today, on_progress)


def _refreshed(
    con: duckdb.DuckDBPyConnection,
    clues: Mapping[str, Sequence[Clue]],
    today: date,
    on_progress: OnProgress,
) -> tuple[str, ...]:
    known = stored.known(con, clues)
    grown: dict[str, list[Clue]] = {}
    put: dict[str, tuple[Clue, ...]] = {}
    dates: dict[str, Dated] = {}
    for number, (sha256, photo) in enumerate(known.items()):
        if number and number % TOLD_EVERY == 0:
            on_progress(number, len(known))
        new = clues[sha256]
        now = merged(photo.clues or (() if new else _remembered(photo.dated)), new)
        lost = set(photo.clues).difference(now)
        if lost or len(set(photo.clues)) < len(photo.clues):
            put[sha256] = now
        elif added := [clue for clue in now if clue not in photo.clues]:
            grown[sha256] = added
        dated = _dated(now, photo, today)
        if dated != _rounded(photo.dated):
            dates[sha256] = dated
    if put or grown or dates:
        with transaction(con):
            stored.put_clues(con, put)
            stored.add_clues(con, grown)
            storing.redate(con, dates)
    return tuple(dates)


def date_with(
    con: duckdb.DuckDBPyConnection, sha256: str, clues: Sequence[Clue], today: date
) -> Dated:
    """The date that a photo, stored or not, would have with these clues too."""
    photo = stored.known(con, [sha256]).get(sha256)
    if photo is None:
        return resolve(clues, today)
    return _dated(merged(photo.clues, clues), photo, today)


def untold(
    con: duckdb.DuckDBPyConnection, hashes: Iterable[str], said: Sequence[Clue]
) -> list[str]:
    """Those of the photos of which not all that the user says is noted yet, each once."""
    told = stored.clues_from(con, sorted({clue.source for clue in said}))
    new = {kept(clue) for clue in said}
    unique = dict.fromkeys(hashes)
    return [sha256 for sha256 in unique if not new <= told.get(sha256, set())]


def _remembered(dated: Dated) -> tuple[Clue, ...]:
    """What a date that was stored without its clue came from."""
    if dated.latest is None or dated.source in {"none", "user"}:
        return ()
    label = _LABELS.get(dated.source, dated.source)
    clue = Clue(
        dated.source, label, dated.raw, dated.earliest, dated.latest, dated.taken_at, dated.zone
    )
    return (clue,)


_LABELS = {"exif": ORIGINAL, "filename": NAME, "option": OPTION}


def reborn(
    con: duckdb.DuckDBPyConnection,
    births: Mapping[str, Clue | None],
    today: date,
    *,
    only: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Put other births in the place of those that photos were said to show, by their labels.

    None takes a birth out; `only` of these photos. Gives the photos that have another date now.
    """
    told = stored.clues_from(con, [BORN])
    slips = [
        sha256
        for sha256, clues in told.items()
        if (only is None or sha256 in only)
        and any(births.get(clue.label, clue) != clue for clue in clues)
    ]
    known = stored.known(con, slips)
    put = {sha256: _with_births(photo.clues, births) for sha256, photo in known.items()}
    with transaction(con):
        stored.put_clues(con, put)
        return refresh(con, dict.fromkeys(put, ()), today)


def _with_births(clues: Iterable[Clue], births: Mapping[str, Clue | None]) -> tuple[Clue, ...]:
    now = (births.get(clue.label, clue) if clue.source == BORN else clue for clue in clues)
    return tuple(dict.fromkeys(clue for clue in now if clue is not None))


def _dated(clues: Sequence[Clue], photo: Known, today: date) -> Dated:
    said = () if photo.decided is None else (photo.decided,)
    return _rounded(resolve((*clues, *said), today))


def _rounded(dated: Dated) -> Dated:
    """As the database gives it back: the confidence is a short float there, the texts are text."""
    return replace(
        dated,
        confidence=round(dated.confidence, 4),
        raw=plain(dated.raw),
        conflicts=tuple(plain(conflict) for conflict in dated.conflicts),
    )
