"""The names in tags, and who the user said they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from .arrow import one, staged
from .connection import transaction, translated, utc_now
from .people import name_key
from .tags import without_version
from .text import plain


@dataclass(frozen=True, slots=True)
class Answer:
    """Who a name is: a person, or nobody of this family (None).

    `removed`: that person was taken out since.
    """

    answer_id: int
    name: str
    name_key: str
    person_id: int | None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class NameLine:
    """A name with what is known of it. `name` is the spelling used most.

    `photos` and `faces` count the photos that have it and the faces it was found to be.
    `programs` wrote it, `outcomes` count its tags by what came of them. `example` is the path of a
    photo, one with the face if there is one. `answer` is None as long as nobody said who it is.
    """

    name: str
    name_key: str
    photos: int
    faces: int
    programs: tuple[str, ...] = ()
    outcomes: Mapping[str, int] = field(default_factory=dict)
    example: str = ""
    answer: Answer | None = None


def answers(con: duckdb.DuckDBPyConnection) -> dict[str, Answer]:
    """What stands of the answers, by the key of the name."""
    with translated():
        rows = con.execute(
            """
            SELECT answer_id, name, name_key, person_id, removed FROM standing_tag_answers
            ORDER BY answer_id
            """
        ).fetchall()
    return {row[2]: Answer(*row) for row in rows}


def answer(con: duckdb.DuckDBPyConnection, name: str, person_id: int | None) -> None:
    """Say who a name is: a person, or nobody of this family (None).

    The same again is not said twice: taking back the last answer takes back one that changed
    something.
    """
    key = plain(name_key(name))
    with transaction(con):
        row = one(
            con,
            """
            SELECT person_id FROM tag_answers WHERE name_key = ? AND undone_at IS NULL
            ORDER BY answer_id DESC LIMIT 1
            """,
            [key],
        )
        if row is not None and row[0] == person_id:
            return
        con.execute(
            "INSERT INTO tag_answers VALUES (nextval('tag_answer_ids'), ?, ?, ?, ?, NULL)",
            [plain(name), key, person_id, utc_now()],
        )


def undo(con: duckdb.DuckDBPyConnection) -> Answer | None:
    """Take back the last answer: the one taken back, or None where there is none.

    What was said of that name before stands again.
    """
    with transaction(con):
        row = one(
            con,
            """
            UPDATE tag_answers SET undone_at = ? WHERE answer_id = (
                SELECT max(answer_id) FROM tag_answers WHERE undone_at IS NULL)
            RETURNING answer_id, name, name_key, person_id
            """,
            [utc_now()],
        )
    return None if row is None else Answer(*row)


def names(con: duckdb.DuckDBPyConnection, photos: Sequence[str] | None = None) -> list[NameLine]:
    """Every name, those of most photos first; of all photos, or those in `photos` (sha256s)."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos or ())), pa.string())})
    which = "" if photos is None else "SEMI JOIN asked_photos USING (sha256)"
    with translated(), staged(con, "asked_photos", asked):
        rows = con.execute(
            f"""
            WITH seen AS (SELECT photo_id, min(shown) AS path FROM photo_paths GROUP BY photo_id),
            told AS (
                SELECT t.*, path FROM tags t JOIN photos USING (photo_id) {which}
                LEFT JOIN seen USING (photo_id)
            )
            SELECT mode(name ORDER BY name), name_key, count(DISTINCT photo_id),
                count(DISTINCT face_id),
                list(DISTINCT CASE WHEN program = '' THEN standard ELSE program END),
                histogram(outcome),
                coalesce(min(path) FILTER (face_id IS NOT NULL), min(path), '')
            FROM told GROUP BY name_key ORDER BY count(DISTINCT photo_id) DESC, name_key
            """  # noqa: S608
        ).fetchall()
    said = answers(con)
    return [
        NameLine(
            name,
            key,
            in_photos,
            in_faces,
            tuple(sorted(set(map(without_version, programs)))),
            outcomes,
            example,
            said.get(key),
        )
        for name, key, in_photos, in_faces, programs, outcomes, example in rows
    ]
