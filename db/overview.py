"""What is in the workspace, and what of it is not used: for status and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from . import arrow, embedders
from .connection import translated
from .faces import DATE_IN_WORDS, UNDATED_IN_WORDS
from .same_moment import DECIDING, SET_ASIDE

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. `unnamed` faces are those of which nothing is said yet.

    `undated`, `without_faces` and `unnamed` are of the family's photos; the others count the
    photos of unrelated people that were added as a cohort too, `strangers` of all `photos`.
    `set_aside` faces, of the confirmed and proposed, do not count as evidence as a better one of
    the same person and moment does. `missing` are the `paths` at which no file was met last.

    `vectors` gives (embedder id, dimensions, number of vectors) for each embedder used here.
    """

    photos: int
    paths: int
    undated: int
    without_faces: int
    rejected: int
    faces: int
    confirmed: int
    proposed: int
    waiting: int
    unnamed: int
    people: int
    runs: int
    strangers: int
    set_aside: int
    missing: int
    vectors: tuple[tuple[str, int, int], ...]


def counts(con: duckdb.DuckDBPyConnection) -> Counts:
    """Count everything."""
    with translated():
        row = arrow.one(
            con,
            f"""
            WITH named AS (SELECT state, count(*) AS n FROM labels GROUP BY state),
            counted AS (
                SELECT face_id, person_id, state, source, {DECIDING}
                FROM labels JOIN faces USING (face_id) JOIN photos USING (photo_id)
                WHERE state IN ('confirmed', 'proposed')
                  AND photo_id IN (SELECT photo_id FROM moments)
            )
            SELECT
                (SELECT count(*) FROM photos),
                (SELECT count(*) FROM photo_paths),
                (SELECT count(*) FROM own_photos WHERE earliest IS NULL),
                (SELECT count(*) FROM detections SEMI JOIN own_photos USING (photo_id)
                    WHERE faces = 0 AND photo_id NOT IN (SELECT photo_id FROM faces)),
                (SELECT count(*) FROM rejections),
                (SELECT count(*) FROM faces),
                (SELECT coalesce(sum(n), 0)::BIGINT FROM named WHERE state = 'confirmed'),
                (SELECT coalesce(sum(n), 0)::BIGINT FROM named WHERE state = 'proposed'),
                (SELECT coalesce(sum(n), 0)::BIGINT FROM named WHERE state = 'waiting'),
                (SELECT count(*) FROM faces
                    SEMI JOIN own_photos USING (photo_id)
                    WHERE face_id NOT IN (SELECT face_id FROM labels)
                      AND face_id NOT IN (SELECT face_id FROM cohort_faces)),
                (SELECT count(*) FROM people WHERE NOT removed AND merged_into IS NULL),
                (SELECT count(*) FROM runs),
                (SELECT count(*) FROM photos ANTI JOIN own_photos USING (photo_id)),
                (SELECT count(*) FROM ({SET_ASIDE})),
                (SELECT count(*) FROM photo_paths WHERE missing_since IS NOT NULL)
            """,  # noqa: S608
        )
        assert row is not None  # noqa: S101  one row of scalars
        used = con.execute(
            "SELECT embedder_key, embedder_id, dim FROM embedders ORDER BY embedder_key"
        ).fetchall()
        vectors = []
        for key, embedder_id, dim in used:
            table = embedders.table_of(key)
            found = arrow.one(con, f"SELECT count(*) FROM {table}")  # noqa: S608
            vectors.append((embedder_id, dim, found[0] if found else 0))
    numbers: dict[str, int] = dict(zip(Counts.__slots__, row, strict=False))
    return Counts(**numbers, vectors=tuple(vectors))


def dateless(con: duckdb.DuckDBPyConnection) -> int:
    """How many of the family's photos have no date to go by, or only one they are not after."""
    with translated():
        row = arrow.one(con, "SELECT count(*) FROM own_photos WHERE earliest IS NULL")
    return 0 if row is None else int(row[0])


def undated(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The photos without a date, or with none but one that they are not newer than, of those that
    need one: a photo of grown-ups counts for them whenever it was taken.

    Columns: `what` ("photo"), `path`, `date` (none, or the latest), `who` (""), `reason`.
    """
    with translated():
        return arrow.frame(
            con,
            f"""
            SELECT 'photo' AS what, coalesce(min(shown), '') AS path, {DATE_IN_WORDS} AS date,
                '' AS who, {UNDATED_IN_WORDS} AS reason
            FROM own_photos LEFT JOIN photo_paths USING (photo_id)
            WHERE earliest IS NULL AND photo_id NOT IN (
                SELECT photo_id
                FROM labels JOIN faces USING (face_id) JOIN people USING (person_id)
                GROUP BY photo_id
                HAVING bool_or(state = 'confirmed' AND relation <> 'child')
                    AND NOT bool_or(state <> 'rejected' AND relation = 'child')
            )
            GROUP BY photo_id, earliest, latest ORDER BY path
            """,  # noqa: S608
        )


def left_out(con: duckdb.DuckDBPyConnection, child_id: int) -> pd.DataFrame:
    """The photos that give a report on this child nothing, each with its reason.

    Columns: what ("photo"), path, date, who, reason. Rejected files, photos without a face,
    and the child's photos that have no date. Single faces are in `db.faces.excluded`.
    """
    with translated():
        return arrow.frame(
            con,
            f"""
            WITH seen AS (SELECT photo_id, min(shown) AS path FROM photo_paths GROUP BY photo_id),
            searched AS (SELECT DISTINCT photo_id FROM detections)
            SELECT 'photo' AS what, shown AS path, '' AS date, '' AS who, reason FROM rejections
            UNION ALL
            SELECT 'photo', coalesce(path, ''), {DATE_IN_WORDS}, '', 'no face was found'
            FROM searched JOIN own_photos USING (photo_id) LEFT JOIN seen USING (photo_id)
            WHERE photo_id NOT IN (SELECT photo_id FROM faces)
            UNION ALL
            SELECT DISTINCT 'photo', coalesce(path, ''), {DATE_IN_WORDS}, name, CASE
                WHEN latest IS NULL THEN 'the photo has no date'
                ELSE 'the photo has no date: only what it is not newer than is known' END
            FROM labels JOIN people USING (person_id) JOIN faces USING (face_id)
            JOIN photos USING (photo_id) LEFT JOIN seen USING (photo_id)
            WHERE person_id = ? AND earliest IS NULL
            ORDER BY reason, path
            """,  # noqa: S608
            [child_id],
        )


def described(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> pd.DataFrame:
    """Where these faces are from: face_id, what ("face"), path, date, who (their label's name)."""
    asked = pa.table({"face_id": pa.array(sorted({int(i) for i in face_ids}), pa.int64())})
    with translated(), arrow.staged(con, "asked_faces", asked):
        return arrow.frame(
            con,
            f"""
            WITH seen AS (SELECT photo_id, min(shown) AS path FROM photo_paths GROUP BY photo_id)
            SELECT face_id, 'face' AS what, coalesce(path, '') AS path, {DATE_IN_WORDS} AS date,
                coalesce(name, '') AS who
            FROM asked_faces JOIN faces USING (face_id) JOIN photos USING (photo_id)
            LEFT JOIN seen USING (photo_id) LEFT JOIN labels USING (face_id)
            LEFT JOIN people USING (person_id)
            ORDER BY earliest NULLS LAST, path, face_id
            """,  # noqa: S608
        )
