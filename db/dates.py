"""What is known of when photos were taken: every clue, and what the user decided.

What they come to is worked out elsewhere and stored in `photos`: see `db.storing.redate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from .arrow import fetch, one, staged
from .connection import transaction, translated, utc_now
from .records import Clue, Dated, Person
from .text import plain


@dataclass(frozen=True, slots=True)
class Known:
    """A stored photo's date, all clues to it, and the decision that stands (as a clue), if any."""

    sha256: str
    dated: Dated
    clues: tuple[Clue, ...]
    decided: Clue | None


@dataclass(frozen=True, slots=True)
class Undone:
    """A batch of decisions that was taken back: what was said (as typed), and of which photos."""

    raw: str
    photos: tuple[str, ...]


def known(con: duckdb.DuckDBPyConnection, hashes: Iterable[str]) -> dict[str, Known]:
    """What is known of these photos (sha256s), by sha256; unknown ones are absent."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(hashes)), pa.string())})
    with translated(), staged(con, "asked_dates", asked):
        photos = fetch(con, _PHOTOS).to_pylist()
        clues = fetch(con, _CLUES).to_pylist()
    by_photo: dict[int, list[Clue]] = {}
    for row in clues:
        by_photo.setdefault(row.pop("photo_id"), []).append(Clue(**row))
    found = {}
    for row in photos:
        photo_id, sha256, decided = row.pop("photo_id"), row.pop("sha256"), row.pop("decided")
        found[sha256] = Known(
            sha256, _dated(row), tuple(by_photo.get(photo_id, ())), _said(decided)
        )
    return found


_PHOTOS = """
    WITH asked AS (SELECT * FROM photos SEMI JOIN asked_dates USING (sha256)),
    said AS (
        SELECT photo_id, arg_max(d, batch_id) AS decided
        FROM date_decisions d SEMI JOIN asked USING (photo_id)
        WHERE undone_at IS NULL GROUP BY photo_id
    )
    SELECT photo_id, sha256, asked.earliest, asked.latest, date_source AS source,
        date_confidence AS confidence, taken_at, date_raw AS raw, date_conflicts AS conflicts,
        date_zone AS zone, decided
    FROM asked LEFT JOIN said USING (photo_id)
    """

_CLUES = """
    SELECT photo_id, source, label, raw, c.earliest, c.latest, c.taken_at, zone
    FROM date_clues c JOIN photos p USING (photo_id) SEMI JOIN asked_dates USING (sha256)
    """


def _dated(row: Mapping[str, Any]) -> Dated:
    return Dated(**{**row, "conflicts": tuple(row["conflicts"])})


def _said(decided: Mapping[str, Any] | None) -> Clue | None:
    if decided is None:
        return None
    return Clue("user", "you", decided["raw"], decided["earliest"], decided["latest"])


def clues_from(con: duckdb.DuckDBPyConnection, sources: Sequence[str]) -> dict[str, set[Clue]]:
    """The clues from these sources alone, of every photo that has one."""
    with translated():
        rows = fetch(
            con,
            """
            SELECT sha256, source, label, raw, c.earliest, c.latest, c.taken_at, zone
            FROM date_clues c JOIN photos p USING (photo_id)
            WHERE list_contains(?, source)
            """,
            [list(sources)],
        ).to_pylist()
    found: dict[str, set[Clue]] = {}
    for row in rows:
        found.setdefault(row.pop("sha256"), set()).add(Clue(**row))
    return found


def add_clues(con: duckdb.DuckDBPyConnection, clues: Mapping[str, Sequence[Clue]]) -> None:
    """Add clues to stored photos (by sha256), which do not have them yet."""
    _insert(con, clues)


def put_clues(con: duckdb.DuckDBPyConnection, clues: Mapping[str, Sequence[Clue]]) -> None:
    """Give stored photos (by sha256) these clues in the place of all they had."""
    asked = pa.table({"sha256": pa.array(list(clues), pa.string())})
    with transaction(con):
        with staged(con, "new_clues_of", asked):
            con.execute(
                """
                DELETE FROM date_clues WHERE photo_id IN (
                    SELECT photo_id FROM photos SEMI JOIN new_clues_of USING (sha256))
                """
            )
        _insert(con, clues)


def _insert(con: duckdb.DuckDBPyConnection, clues: Mapping[str, Sequence[Clue]]) -> None:
    rows = [(sha256, clue) for sha256, of_photo in clues.items() for clue in of_photo]
    if not rows:
        return
    told = [clue for _, clue in rows]
    table = pa.table(
        {
            "sha256": pa.array([sha256 for sha256, _ in rows], pa.string()),
            "source": pa.array([plain(c.source) for c in told], pa.string()),
            "label": pa.array([plain(c.label) for c in told], pa.string()),
            "raw": pa.array([plain(c.raw) for c in told], pa.string()),
            "earliest": pa.array([c.earliest for c in told], pa.date32()),
            "latest": pa.array([c.latest for c in told], pa.date32()),
            "taken_at": pa.array([c.taken_at for c in told], pa.timestamp("us")),
            "zone": pa.array([c.zone for c in told], pa.string()),
        }
    )
    with transaction(con), staged(con, "new_clues", table):
        con.execute(
            """
            INSERT INTO date_clues
            SELECT photo_id, source, label, raw, n.earliest, n.latest, n.taken_at, zone
            FROM new_clues n JOIN photos USING (sha256)
            """
        )


def decide(con: duckdb.DuckDBPyConnection, said: Mapping[str, Clue]) -> None:
    """Note what the user says of stored photos' dates (by sha256), as one batch.

    The clues are of source "user": `raw` is what was typed, `earliest` None for "no later than".
    """
    if not said:
        return
    table = pa.table(
        {
            "sha256": pa.array(list(said), pa.string()),
            "raw": pa.array([plain(clue.raw) for clue in said.values()], pa.string()),
            "earliest": pa.array([clue.earliest for clue in said.values()], pa.date32()),
            "latest": pa.array([clue.latest for clue in said.values()], pa.date32()),
        }
    )
    with transaction(con), staged(con, "said_dates", table):
        row = one(con, "SELECT nextval('date_batch_ids')")
        assert row is not None  # noqa: S101  a sequence always answers
        con.execute(
            """
            INSERT INTO date_decisions BY NAME
            SELECT ? AS batch_id, photo_id, raw, n.earliest, n.latest, ? AS made_at
            FROM said_dates n JOIN photos USING (sha256)
            """,
            [row[0], utc_now()],
        )


def undo(con: duckdb.DuckDBPyConnection) -> Undone | None:
    """Take back the latest batch that stands; None where there is none.

    The dates in `photos` stay as they are: work them out again.
    """
    with transaction(con):
        rows = con.execute(
            """
            UPDATE date_decisions SET undone_at = ?
            WHERE undone_at IS NULL
                AND batch_id = (SELECT max(batch_id) FROM date_decisions WHERE undone_at IS NULL)
            RETURNING photo_id, raw
            """,
            [utc_now()],
        ).fetchall()
        if not rows:
            return None
        gone = pa.table({"photo_id": pa.array([photo for photo, _ in rows], pa.int32())})
        with staged(con, "undone_photos", gone):
            hashes = con.execute(
                "SELECT sha256 FROM photos SEMI JOIN undone_photos USING (photo_id) ORDER BY sha256"
            ).fetchall()
    raws = sorted({raw for _, raw in rows})
    return Undone(raws[0] if len(raws) == 1 else "", tuple(sha256 for (sha256,) in hashes))


@dataclass(frozen=True, slots=True)
class Listed:
    """A stored photo with its date and one of its paths; `own` unless only of unrelated people."""

    sha256: str
    path: bytes
    dated: Dated
    own: bool


def listed(con: duckdb.DuckDBPyConnection) -> list[Listed]:
    """Every photo that has a path, by path; of several paths the first by name."""
    with translated():
        rows = fetch(
            con,
            """
            WITH seen AS (SELECT photo_id, min(path) AS path FROM photo_paths GROUP BY photo_id)
            SELECT sha256, path, photo_id IN (SELECT photo_id FROM own_photos) AS own, earliest,
                latest, date_source AS source, date_confidence AS confidence, taken_at,
                date_raw AS raw, date_conflicts AS conflicts, date_zone AS zone
            FROM photos JOIN seen USING (photo_id) ORDER BY path
            """,
        ).to_pylist()
    return [
        Listed(
            row.pop("sha256"),
            row.pop("path"),
            own=row.pop("own"),
            dated=_dated(row),
        )
        for row in rows
    ]


def born_in_photos(con: duckdb.DuckDBPyConnection) -> list[tuple[str, Person]]:
    """(sha256, person) for everybody with a birth date who is confirmed to be in a photo."""
    with translated():
        rows = con.execute(
            """
            SELECT DISTINCT sha256, person_id, name, relation, born_earliest, born_latest, sex
            FROM labels JOIN people USING (person_id) JOIN faces USING (face_id)
            JOIN photos USING (photo_id)
            WHERE state = 'confirmed' AND born_earliest IS NOT NULL
            ORDER BY sha256, person_id
            """
        ).fetchall()
    return [(sha256, Person(*person)) for sha256, *person in rows]
