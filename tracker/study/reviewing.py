"""What a review says of dates and people: `tracker.identity.deciding`, and the dates that follow.

A photo's date is set, and people are renamed or merged, in the same batches as faces are named in,
so that one `undo` takes back whatever was last.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from db import answers, people, reviewing
from db.connection import transaction
from db.records import Person
from tracker.errors import UsageError
from tracker.identity import deciding
from tracker.identity.review_records import Undo, Undone
from tracker.study.deciding_dates import (
    person_changed,
    said_to_show,
    set_dates_of,
    show_again,
    work_out,
)

if TYPE_CHECKING:
    import duckdb


def set_date(
    connection: duckdb.DuckDBPyConnection, photo_id: int, text: str, *, today: date
) -> Undo:
    """Say when a photo was taken: EDTF, as for `tracker dates set`. Copies get the same date.

    `Undo.faces` is 0 where that was known from the user before, else how many faces are in it.
    Raises UsageError for a date that cannot be, or a photo that is not there.
    """
    sha256 = reviewing.sha256_of(connection, photo_id)
    if sha256 is None:
        raise UsageError(f"There is no photo with the number {photo_id}.")
    with transaction(connection):
        batch = answers.open_batch(connection, f"a photo's date: {text.strip()}")
        before = answers.latest_date_batch(connection)
        decided = set_dates_of(connection, [sha256], text, today=today)
        now = answers.latest_date_batch(connection)
        if now != before:
            answers.note_date_batch(connection, batch, now)
            answers.rename_batch(connection, batch, f"{decided.date} is a photo's date")
        new = answers.close_batch(connection, batch)
    faces = len(reviewing.mates(connection, photo_id)) if new else 0
    return Undo(f"{decided.date} is a photo's date", faces)


def rename(
    connection: duckdb.DuckDBPyConnection, person_id: int, name: str, *, today: date
) -> Undo:
    """Give somebody another name. Raises Conflict where it is taken or cannot be one."""
    with transaction(connection):
        before = _living(connection)
        done = deciding.rename(connection, person_id, name)
        _follow(connection, before, today)
    return done


def merge(
    connection: duckdb.DuckDBPyConnection, gone_id: int, kept_id: int, *, today: date
) -> Undo:
    """Two entries are one person, `kept_id`. Raises UsageError where they cannot be."""
    with transaction(connection):
        before = _living(connection)
        done = deciding.merge(connection, gone_id, kept_id)
        now = _living(connection)
        for gone in before.keys() - now.keys():
            _note_photos(connection, before[gone], now[kept_id], today)
            person_changed(connection, before[gone], now[kept_id], today=today)
        _follow(connection, {i: p for i, p in before.items() if i in now}, today)
    return done


def remove(connection: duckdb.DuckDBPyConnection, person_id: int, *, today: date) -> Undo:
    """Take somebody out of every comparison; what was said of their faces is kept."""
    with transaction(connection):
        person = _living(connection)[person_id]
        done = deciding.remove(connection, person_id)
        _note_photos(connection, person, None, today)
        person_changed(connection, person, None, today=today)
    return done


def undo(connection: duckdb.DuckDBPyConnection, *, today: date) -> Undone | None:
    """Take back whatever was last done in a review, with `tracker faces` or with `tracker person`
    (but for what `person set` corrects); None for nothing.

    Raises Conflict where a name cannot come back.
    """
    with transaction(connection):
        before = _living(connection)
        batch = answers.last(connection)
        shown = {} if batch is None else answers.shown(connection, batch.batch_id)
        merged = {gone: people.by_id(connection, gone) for gone in shown}
        undone = deciding.undo(connection)
        if undone is None:
            return None
        for gone, photos in shown.items():
            now, kept = people.by_id(connection, gone), merged[gone]
            if now is not None and now.person_id == gone:
                show_again(connection, photos, now, kept or now, today=today)
        _follow(connection, before, today)
        if undone.photos:
            work_out(connection, undone.photos, today=today)
    return undone


def _note_photos(
    connection: duckdb.DuckDBPyConnection, gone: Person, kept: Person | None, today: date
) -> None:
    """Keep which photos were said to show somebody who is merged into another or removed (None),
    for an undo."""
    batch = answers.last(connection)
    photos = said_to_show(connection, gone, today=today)
    if batch is not None and photos:
        both = photos if kept is None else photos & said_to_show(connection, kept, today=today)
        noted = {sha256: sha256 in both for sha256 in sorted(photos)}
        answers.note_shown(connection, batch.batch_id, gone.person_id, noted)


def _living(connection: duckdb.DuckDBPyConnection) -> dict[int, Person]:
    return {person.person_id: person for person in reviewing.living(connection)}


def _follow(connection: duckdb.DuckDBPyConnection, before: dict[int, Person], today: date) -> None:
    """Work out the dates that rest on a name or a birth that is another now."""
    for person_id, now in _living(connection).items():
        was = before.get(person_id)
        if was is not None and was != now:
            person_changed(connection, was, now, today=today)
