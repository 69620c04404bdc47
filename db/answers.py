"""What the user answered of faces, batch by batch, and taking it back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from .arrow import one
from .connection import transaction, translated, utc_now
from .errors import Conflict
from .text import plain

ENTRY_COLUMNS = (
    "name",
    "name_key",
    "born_earliest",
    "born_latest",
    "sex",
    "merged_into",
    "removed",
)
"""What of an entry a batch may change, and can be given back."""

SHOWN = "shown"
"""In the place of a column: which photos were said to show an entry that was merged away."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Something the user did at once. `words` say what; `photos` are those (sha256s) whose date it
    set, `faces` those it was about."""

    batch_id: int
    words: str
    made_at: datetime
    faces: tuple[int, ...] = ()
    photos: tuple[str, ...] = ()


def open_batch(con: duckdb.DuckDBPyConnection, words: str) -> int:
    """A new batch; call it inside the transaction that writes what it is about."""
    row = one(con, "SELECT nextval('decision_batch_ids')")
    assert row is not None  # noqa: S101  a sequence always answers
    con.execute(
        "INSERT INTO decision_batches BY NAME SELECT ? AS batch_id, ? AS words, ? AS made_at",
        [row[0], plain(words), utc_now()],
    )
    return int(row[0])


def close_batch(con: duckdb.DuckDBPyConnection, batch_id: int) -> bool:
    """Forget the batch if nothing came of it; whether something did."""
    row = one(
        con,
        """
        DELETE FROM decision_batches WHERE batch_id = ? AND people IS NULL AND date_batch IS NULL
            AND batch_id NOT IN (SELECT batch_id FROM decisions WHERE batch_id IS NOT NULL)
        RETURNING batch_id
        """,
        [batch_id],
    )
    return row is None


def rename_batch(con: duckdb.DuckDBPyConnection, batch_id: int, words: str) -> None:
    """Say better what the batch was, once that is known."""
    con.execute(
        "UPDATE decision_batches SET words = ? WHERE batch_id = ?", [plain(words), batch_id]
    )


def faces_of(con: duckdb.DuckDBPyConnection, batch_id: int) -> list[int]:
    """The faces of which the batch says something."""
    with translated():
        rows = con.execute(
            "SELECT DISTINCT face_id FROM decisions WHERE batch_id = ? ORDER BY face_id", [batch_id]
        ).fetchall()
    return [int(face) for (face,) in rows]


def latest_date_batch(con: duckdb.DuckDBPyConnection) -> int:
    """The number of the latest batch of dates that the user set; 0 for none."""
    row = one(con, "SELECT coalesce(max(batch_id), 0) FROM date_decisions")
    return int(row[0]) if row else 0


def note_date_batch(con: duckdb.DuckDBPyConnection, batch_id: int, date_batch: int) -> None:
    """That batch of dates was set by this one, and is taken back with it."""
    con.execute(
        "UPDATE decision_batches SET date_batch = ? WHERE batch_id = ?", [date_batch, batch_id]
    )


def entries(con: duckdb.DuckDBPyConnection, person_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What these entries hold of ENTRY_COLUMNS, and whoever is merged into them."""
    with translated():
        rows = con.execute(
            f"""
            SELECT person_id, {", ".join(f"{c}::VARCHAR" for c in ENTRY_COLUMNS)} FROM people
            WHERE list_contains(?, person_id) OR list_contains(?, merged_into)
            """,  # noqa: S608
            [list(person_ids), list(person_ids)],
        ).fetchall()
    return {int(row[0]): dict(zip(ENTRY_COLUMNS, row[1:], strict=True)) for row in rows}


def note_entries(
    con: duckdb.DuckDBPyConnection,
    batch_id: int,
    before: Mapping[int, Mapping[str, Any]],
) -> None:
    """What the batch changed of these entries, which held `before` what `entries` gave."""
    after = entries(con, list(before))
    changes = [
        {"person_id": person, "column": column, "before": was, "after": after[person][column]}
        for person, values in sorted(before.items())
        for column, was in values.items()
        if after[person][column] != was
    ]
    if changes:
        con.execute(
            "UPDATE decision_batches SET people = ? WHERE batch_id = ?",
            [json.dumps(changes), batch_id],
        )


def note_added(con: duckdb.DuckDBPyConnection, person_id: int) -> None:
    """The last batch added that entry: taken back with it, unless somebody else spoke of it."""
    changes = [{"person_id": person_id, "column": "removed", "before": "true", "after": "false"}]
    con.execute(
        """
        UPDATE decision_batches SET people = ?
        WHERE batch_id = (SELECT max(batch_id) FROM decision_batches WHERE undone_at IS NULL)
        """,
        [json.dumps(changes)],
    )


def note_shown(
    con: duckdb.DuckDBPyConnection, batch_id: int, person_id: int, photos: Mapping[str, bool]
) -> None:
    """The batch makes these photos (sha256s), which were said to show an entry, show another one.

    With True they were said to show that one as well.
    """
    found = one(con, "SELECT people FROM decision_batches WHERE batch_id = ?", [batch_id])
    changes = json.loads(found[0]) if found and found[0] else []
    shown = {"person_id": person_id, "column": SHOWN, "before": dict(photos), "after": None}
    con.execute(
        "UPDATE decision_batches SET people = ? WHERE batch_id = ?",
        [json.dumps([*changes, shown]), batch_id],
    )


def shown(con: duckdb.DuckDBPyConnection, batch_id: int) -> dict[int, dict[str, bool]]:
    """What `note_shown` noted of a batch, by entry."""
    with translated():
        row = one(con, "SELECT people FROM decision_batches WHERE batch_id = ?", [batch_id])
    changes = json.loads(row[0]) if row and row[0] else []
    return {c["person_id"]: c["before"] for c in changes if c["column"] == SHOWN}


def last(con: duckdb.DuckDBPyConnection) -> Batch | None:
    """The latest batch that stands, or None. A date that was taken back elsewhere does not."""
    with translated():
        row = one(
            con,
            """
            SELECT batch_id, words, made_at FROM decision_batches
            WHERE undone_at IS NULL AND (date_batch IS NULL OR date_batch IN (
                SELECT batch_id FROM date_decisions WHERE undone_at IS NULL))
            ORDER BY batch_id DESC LIMIT 1
            """,
        )
        if row is None:
            return None
        faces = faces_of(con, row[0])
        photos = con.execute(
            """
            SELECT sha256 FROM photos JOIN date_decisions d USING (photo_id)
            JOIN decision_batches b ON b.date_batch = d.batch_id
            WHERE b.batch_id = ? AND d.undone_at IS NULL ORDER BY sha256
            """,
            [row[0]],
        ).fetchall()
    return Batch(row[0], row[1], row[2], tuple(faces), tuple(sha256 for (sha256,) in photos))


def undo(con: duckdb.DuckDBPyConnection) -> Batch | None:
    """Take back the latest batch that stands; None where there is none.

    The dates in `photos` stay as they are: work them out again. What was changed since of an entry
    stays. Raises Conflict where a name that would come back is somebody else's now.
    """
    with transaction(con):
        batch = last(con)
        if batch is None:
            return None
        now = utc_now()
        con.execute(
            "UPDATE decision_batches SET undone_at = ? WHERE batch_id = ?", [now, batch.batch_id]
        )
        con.execute(
            """
            UPDATE date_decisions SET undone_at = ? WHERE undone_at IS NULL AND batch_id = (
                SELECT date_batch FROM decision_batches WHERE batch_id = ?)
            """,
            [now, batch.batch_id],
        )
        row = one(con, "SELECT people FROM decision_batches WHERE batch_id = ?", [batch.batch_id])
        if row is not None and row[0] is not None:
            _give_back(con, json.loads(row[0]))
    return batch


def _give_back(con: duckdb.DuckDBPyConnection, changes: Sequence[Mapping[str, Any]]) -> None:
    now = entries(con, [change["person_id"] for change in changes])
    for change in changes:
        person, column = change["person_id"], change["column"]
        if column not in ENTRY_COLUMNS or not _stands(con, column, now[person][column], change):
            continue
        if column == "removed" and change["before"] == "true" and _is_spoken_of(con, person):
            continue
        con.execute(
            f"UPDATE people SET {column} = ? WHERE person_id = ?",  # noqa: S608
            [change["before"], person],
        )
    twice = one(
        con,
        """
        SELECT max(name) FROM people WHERE NOT removed AND merged_into IS NULL
        GROUP BY name_key HAVING count(*) > 1 LIMIT 1
        """,
    )
    if twice is not None:
        raise Conflict(
            f"Somebody else is called {twice[0]!r} by now.",
            hint="give them another name first: tracker person rename",
        )


def _stands(
    con: duckdb.DuckDBPyConnection, column: str, now: str | None, change: Mapping[str, Any]
) -> bool:
    """Whether an entry still holds what the batch put there.

    Whoever somebody was merged into may have been merged into a third since, and took them along.
    """
    after = change["after"]
    if now == after or column != "merged_into" or None in (now, after):
        return bool(now == after)
    row = one(con, "SELECT merged_into FROM people WHERE person_id = ?", [int(after)])
    return row is not None and str(row[0]) == now


def _is_spoken_of(con: duckdb.DuckDBPyConnection, person_id: int) -> bool:
    row = one(
        con,
        """
        SELECT 1 FROM spoken WHERE person_id = ? AND source <> 'match'
        UNION ALL SELECT 1 FROM standing_tag_answers WHERE person_id = ?
        UNION ALL SELECT 1 FROM people WHERE merged_into = ? LIMIT 1
        """,
        [person_id, person_id, person_id],
    )
    return row is not None


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said of a face. `name` is as it was given, "" for nobody."""

    made_at: datetime
    name: str
    state: str
    source: str
    reason: str
    undone: bool
    words: str


def history(con: duckdb.DuckDBPyConnection, face_id: int) -> list[Line]:
    """All that was ever said of a face, in its order, what was taken back as well."""
    with translated():
        rows = con.execute(
            """
            SELECT d.made_at, coalesce(name, ''), state, source, reason,
                undone_at IS NOT NULL, coalesce(words, '')
            FROM decisions d LEFT JOIN people USING (person_id)
            LEFT JOIN decision_batches USING (batch_id)
            WHERE face_id = ? ORDER BY decision_id
            """,
            [face_id],
        ).fetchall()
    return [Line(*row) for row in rows]
