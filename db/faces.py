"""Faces with their vectors: the enrolled ones, and a child's by month of age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import arrow, embedders
from .connection import translated
from .same_moment import DECIDING, SET_ASIDE

if TYPE_CHECKING:
    import pandas as pd

NO_AGE = -(2**31)
"""What stands in `FaceTable.age_months` where there is no age."""

STREAMED = 8192
"""Vectors at a time: 16 MB of 512 numbers each."""

CONFIRMED = ("confirmed",)
CONFIRMED_AND_PROPOSED = ("confirmed", "proposed")


@dataclass(frozen=True, slots=True, eq=False)
class FaceTable:
    """Faces with their vectors of one embedder, as aligned arrays.

    `face_ids` int64, ascending within what the order of the query says; `vectors` float32
    `(n, d)` of unit length, `(n, 0)` where they were not asked for; `person_ids` int32 (-1:
    nobody); `photos` object array of the photos' sha256; `day_earliest` and `day_latest`
    datetime64[D], NaT where unknown; `states` and `sources` object arrays of words ("" for
    nobody's face); `size_px` float32, the box's longer side in pixels of the full photo;
    `age_months` int32, the complete months of age of the person in the picture where both ends of
    its date fall in the same one, else `NO_AGE`.
    """

    face_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    person_ids: npt.NDArray[np.int32]
    photos: npt.NDArray[np.object_]
    day_earliest: npt.NDArray[np.datetime64]
    day_latest: npt.NDArray[np.datetime64]
    states: npt.NDArray[np.object_]
    sources: npt.NDArray[np.object_]
    size_px: npt.NDArray[np.float32]
    age_months: npt.NDArray[np.int32]

    def __len__(self) -> int:
        """How many faces."""
        return len(self.face_ids)

    def take(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.integer[Any]]) -> FaceTable:
        """The rows that a mask or an array of positions selects."""
        return FaceTable(*(getattr(self, name)[which] for name in self.__slots__))


def enrolled(
    con: duckdb.DuckDBPyConnection,
    embedder_id: str,
    *,
    person_ids: Sequence[int] | None = None,
    states: Sequence[str] = CONFIRMED,
    with_vectors: bool = True,
    once: bool = True,
) -> FaceTable:
    """The faces of living entries (of `person_ids`, or of everybody), by person, day and face.

    Undated ones are among them. `once`: of a person's faces of one moment only the best, as
    evidence counts them (see `same_moment`); else all.
    """
    return _faces(
        con,
        embedder_id,
        """
        SELECT l.face_id, l.person_id, l.state, l.source, born_earliest, born_latest
        FROM labels l JOIN people USING (person_id)
        WHERE list_contains(?, l.state) AND (? IS NULL OR list_contains(?, l.person_id))
        """,
        [list(states), *_twice(person_ids)],
        with_vectors=with_vectors,
        once=once,
    )


def child_by_month(
    con: duckdb.DuckDBPyConnection,
    child_id: int,
    embedder_id: str,
    *,
    states: Sequence[str] = CONFIRMED_AND_PROPOSED,
    from_month: int | None = None,
    to_month: int | None = None,
) -> FaceTable:
    """The child's faces whose month of age is certain, by month, day and face.

    A month of age is a complete one since birth, as `tracker.ages.complete_months` counts. A
    photo counts when its earliest and latest possible day are in the same month, and a moment
    counts once (see `same_moment`); `from_month` and `to_month` are both included. What is left
    out, and why, is in `excluded`.
    """
    return _faces(
        con,
        embedder_id,
        """
        SELECT l.face_id, l.person_id, l.state, l.source, born_earliest, born_latest
        FROM labels l JOIN people USING (person_id)
        WHERE l.person_id = ? AND list_contains(?, l.state)
        """,
        [child_id, list(states)],
        where="age BETWEEN coalesce(?, 0) AND coalesce(?, 2147483647)",
        where_params=[from_month, to_month],
        by_age=True,
        once=True,
    )


def month_coverage(
    con: duckdb.DuckDBPyConnection,
    child_id: int,
    embedder_id: str,
    *,
    states: Sequence[str] = CONFIRMED_AND_PROPOSED,
) -> pd.DataFrame:
    """How many faces and photo-days each month of age has: `age_months, faces, photo_days`.

    Every month from the first with a face to the last: one without has zeros. A photo dated to
    a span of days counts its span as one photo-day. It counts what `child_by_month` gives.
    """
    found = embedders.key_of(con, embedder_id)
    with translated():
        return arrow.frame(
            con,
            f"""
            WITH counted AS (
                SELECT face_id, person_id, state, source, earliest, latest, {DECIDING},
                    month_of_age(born_earliest, born_latest, earliest) AS age
                FROM labels JOIN people USING (person_id)
                JOIN faces USING (face_id) JOIN photos USING (photo_id)
                WHERE person_id = ? AND list_contains(?, state)
                  AND age = month_of_age(born_earliest, born_latest, latest)
                  AND {_has_vector("face_id", found)}
            ),
            by_age AS (
                SELECT age, count(*) AS faces, count(DISTINCT (earliest, latest)) AS photo_days
                FROM counted WHERE face_id NOT IN (SELECT face_id FROM ({SET_ASIDE}))
                GROUP BY age
            ),
            months AS (
                SELECT unnest(range(min(age), max(age) + 1)) AS age FROM by_age
            )
            SELECT age::INTEGER AS age_months, coalesce(faces, 0)::INTEGER AS faces,
                coalesce(photo_days, 0)::INTEGER AS photo_days
            FROM months LEFT JOIN by_age USING (age) ORDER BY age
            """,  # noqa: S608
            [child_id, list(states)],
        )


def excluded(
    con: duckdb.DuckDBPyConnection,
    child_id: int,
    embedder_id: str,
    *,
    states: Sequence[str] = CONFIRMED_AND_PROPOSED,
) -> pd.DataFrame:
    """The child's faces that `child_by_month` leaves out, each with its reason.

    Columns: what ("face"), face_id, path, date, who, code, reason. `code` is one of "waiting",
    "not embedded", "undated", "no birth date", "before birth", "perhaps before birth",
    "two months", "same moment".
    """
    found = embedders.key_of(con, embedder_id)
    with translated():
        return arrow.frame(
            con,
            f"""
            WITH told AS (
                SELECT face_id, person_id, state, source, earliest, latest, name, {DECIDING},
                    month_of_age(born_earliest, born_latest, earliest) AS age,
                    month_of_age(born_earliest, born_latest, latest) AS age_latest,
                    CASE
                        WHEN NOT list_contains(?, state) THEN 'waiting'
                        WHEN NOT {_has_vector("face_id", found)} THEN 'not embedded'
                        WHEN earliest IS NULL THEN 'undated'
                        WHEN born_earliest IS NULL THEN 'no birth date'
                        WHEN age_latest IS NULL THEN 'before birth'
                        WHEN age IS NULL THEN 'perhaps before birth'
                        WHEN age <> age_latest THEN 'two months'
                    END AS why
                FROM labels JOIN people USING (person_id)
                JOIN faces USING (face_id) JOIN photos USING (photo_id)
                WHERE person_id = ?
            ),
            counted AS (SELECT * FROM told WHERE why IS NULL),
            aside AS ({SET_ASIDE}),
            out_of AS (
                SELECT told.*, kept,
                    coalesce(why, CASE WHEN kept IS NOT NULL THEN 'same moment' END) AS code
                FROM told LEFT JOIN aside USING (face_id)
            ),
            seen AS (SELECT photo_id, min(shown) AS path FROM photo_paths GROUP BY photo_id)
            SELECT 'face' AS what, face_id, coalesce(s.path, '') AS path,
                {DATE_IN_WORDS} AS date, name AS who, code,
                CASE code
                    WHEN 'waiting' THEN 'several faces, and which one is meant cannot be told yet'
                    WHEN 'not embedded' THEN 'not yet read by this embedder'
                    WHEN 'undated' THEN {UNDATED_IN_WORDS}
                    WHEN 'no birth date' THEN 'the birth date is not known'
                    WHEN 'before birth' THEN 'dated before the birth'
                    WHEN 'perhaps before birth' THEN 'the date reaches back before the birth'
                    WHEN 'same moment'
                        THEN '{SAME_MOMENT}: ' || coalesce(k.path, 'its file is not there now')
                    ELSE 'the date is rough: it could be in two months of age'
                END AS reason
            FROM out_of o LEFT JOIN seen s USING (photo_id)
            LEFT JOIN seen k ON k.photo_id = kept
            WHERE code IS NOT NULL
            ORDER BY earliest NULLS LAST, s.path, face_id
            """,  # noqa: S608
            [list(states), child_id],
        )


def proposed_before_birth(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """(face_id, person_id) of proposals for photos that were certainly taken before the birth."""
    with translated():
        return con.execute(
            """
            SELECT face_id, person_id
            FROM labels JOIN people USING (person_id)
            JOIN faces USING (face_id) JOIN photos USING (photo_id)
            WHERE state = 'proposed' AND latest < born_earliest ORDER BY face_id
            """
        ).fetchall()


def proposed_beside(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """(face_id, person_id) of proposals for photos in which another face is confirmed as theirs."""
    with translated():
        return con.execute(
            """
            WITH named AS MATERIALIZED (
                SELECT face_id, photo_id, person_id, state FROM labels JOIN faces USING (face_id)
                WHERE state IN ('proposed', 'confirmed'))
            SELECT p.face_id, p.person_id FROM named p
            SEMI JOIN (FROM named WHERE state = 'confirmed') c USING (photo_id, person_id)
            WHERE p.state = 'proposed' ORDER BY p.face_id
            """
        ).fetchall()


def waiting_photos(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """(path, name) of the photos in which somebody was named and cannot be told from others."""
    with translated():
        return con.execute(
            """
            SELECT coalesce(min(shown), '') AS path, name
            FROM labels JOIN people USING (person_id) JOIN faces USING (face_id)
            LEFT JOIN photo_paths USING (photo_id)
            WHERE state = 'waiting' GROUP BY photo_id, name ORDER BY path, name
            """
        ).fetchall()


def by_ids(con: duckdb.DuckDBPyConnection, embedder_id: str, face_ids: Sequence[int]) -> FaceTable:
    """These faces, whoever they are; ones without a vector of that embedder are absent."""
    asked = pa.table({"face_id": pa.array(sorted({int(i) for i in face_ids}), pa.int64())})
    with translated(), arrow.staged(con, "asked_faces", asked):
        return _faces(
            con,
            embedder_id,
            """
            SELECT face_id, person_id, state, source, born_earliest, born_latest
            FROM asked_faces LEFT JOIN labels USING (face_id) LEFT JOIN people USING (person_id)
            """,
            [],
        )


def of_photos(
    con: duckdb.DuckDBPyConnection, embedder_id: str, photos: Sequence[str], detector: str
) -> FaceTable:
    """Every face that `detector` found in these photos (sha256s), whoever it is, without vectors.

    So is one that an earlier detector found there, and this one did not, if it is known whose it
    is. Ones that have no vector of that embedder are absent.
    """
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})
    with translated(), arrow.staged(con, "asked_photos", asked):
        return _faces(
            con,
            embedder_id,
            """
            SELECT f.face_id, person_id, state, source, born_earliest, born_latest
            FROM asked_photos JOIN photos USING (sha256) JOIN faces f USING (photo_id)
            LEFT JOIN labels USING (face_id) LEFT JOIN people USING (person_id)
            WHERE detector = ? OR state = 'confirmed'
            """,
            [detector],
            with_vectors=False,
        )


def vectors_of(
    con: duckdb.DuckDBPyConnection, embedder_id: str, face_ids: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """The vectors `(n, d)` of these faces, which must be different and have one each."""
    found = embedders.key_of(con, embedder_id)
    vectors = np.empty((len(face_ids), 0 if found is None else found[1]), np.float32)
    order = np.argsort(face_ids)
    for ids, part in streamed_vectors(con, embedder_id, face_ids):
        vectors[order[np.searchsorted(face_ids, ids, sorter=order)]] = part
    return vectors


def streamed_vectors(
    con: duckdb.DuckDBPyConnection, embedder_id: str, face_ids: npt.NDArray[np.int64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
    """The vectors of these faces as they lie in the file, some thousands at a time: (ids, vectors).

    Nothing else can be asked of the connection until the last one is there.
    """
    found = embedders.key_of(con, embedder_id)
    if found is None or not len(face_ids):
        return
    key, dim = found
    asked = pa.table({"face_id": pa.array(face_ids, pa.int64())})
    with translated(), arrow.staged(con, "asked_vectors", asked):
        relation: Any = con.sql(
            f"SELECT face_id, vector FROM {embedders.table_of(key)} "  # noqa: S608
            "SEMI JOIN asked_vectors USING (face_id)"
        )
        for batch in relation.to_arrow_reader(STREAMED):
            part = pa.Table.from_batches([batch])
            yield part.column("face_id").to_numpy(), arrow.vectors(part.column("vector"), dim)


def unnamed(con: duckdb.DuckDBPyConnection, embedder_id: str) -> FaceTable:
    """The faces of which nothing is said, not even that they wait for a decision."""
    return _faces(
        con,
        embedder_id,
        """
        SELECT face_id, NULL::INTEGER AS person_id, NULL::VARCHAR AS state,
            NULL::VARCHAR AS source, NULL::DATE AS born_earliest, NULL::DATE AS born_latest
        FROM faces WHERE face_id NOT IN (SELECT face_id FROM labels)
        """,
        [],
    )


SAME_MOMENT = "another photo of the same moment counts"
"""The reason why a face of a moment is set aside; which photo it is follows after a colon."""

DATE_IN_WORDS = """CASE
                    WHEN latest IS NULL THEN ''
                    WHEN earliest IS NULL THEN 'no later than ' || latest::VARCHAR
                    WHEN earliest = latest THEN earliest::VARCHAR
                    ELSE earliest::VARCHAR || ' to ' || latest::VARCHAR
                END"""
"""SQL: a photo's `earliest` and `latest` as text."""

UNDATED_IN_WORDS = """CASE
                    WHEN latest IS NULL THEN 'the photo has no date'
                    ELSE 'the photo has no date: only that it is not newer than '
                        || latest::VARCHAR || ' is known (tracker dates accept)'
                END"""
"""SQL: why a photo whose `earliest` is NULL is in no month, by its `latest`."""


def _faces(
    con: duckdb.DuckDBPyConnection,
    embedder_id: str,
    chosen: str,
    params: Sequence[Any],
    *,
    where: str = "true",
    where_params: Sequence[Any] = (),
    by_age: bool = False,
    with_vectors: bool = True,
    once: bool = False,
) -> FaceTable:
    """Fill a table for the faces that the query `chosen` gives, in a fixed order.

    `by_age`: only those with an age, by that. `once`: of each person and moment only the best,
    whether it fulfils `where` or not.
    """
    found = embedders.key_of(con, embedder_id)
    if found is None:
        return _empty()
    table_name = embedders.table_of(found[0])
    with translated():
        rows = arrow.fetch(
            con,
            f"""
            WITH chosen AS ({chosen}),
            dated AS (
                SELECT face_id, person_id, state, source, sha256, earliest, latest, {DECIDING},
                    month_of_age(born_earliest, born_latest, earliest) AS age_earliest,
                    CASE WHEN age_earliest = month_of_age(born_earliest, born_latest, latest)
                        THEN age_earliest END AS age
                FROM chosen JOIN faces USING (face_id) JOIN photos USING (photo_id)
            ),
            counted AS (
                SELECT * FROM dated SEMI JOIN {table_name} USING (face_id)
                {"WHERE age IS NOT NULL" if by_age else ""}
            )
            SELECT face_id, coalesce(person_id, -1) AS person_id, coalesce(state, '') AS state,
                coalesce(source, '') AS source, sha256, earliest, latest, size_px,
                coalesce(age, {NO_AGE})::INTEGER AS age
            FROM counted
            WHERE {where}
            {f"AND face_id NOT IN (SELECT face_id FROM ({SET_ASIDE}))" if once else ""}
            """,  # noqa: S608  names of tables are made of integers, conditions of constants
            [*params, *where_params],
        )
    table = _table(rows)
    first = table.age_months if by_age else table.person_ids
    table = table.take(np.lexsort((table.face_ids, table.day_earliest, first)))
    if not with_vectors:
        return table
    # On their own, and not in the query: a join would carry all of them along before it knows
    # which faces are asked for.
    return replace(table, vectors=vectors_of(con, embedder_id, table.face_ids))


def _table(rows: pa.Table) -> FaceTable:
    def numbers(name: str, dtype: type[np.generic]) -> npt.NDArray[Any]:
        column: npt.NDArray[Any] = rows.column(name).to_numpy().astype(dtype, copy=False)
        return column

    def words(name: str) -> npt.NDArray[np.object_]:
        return np.array(rows.column(name).to_pylist(), dtype=object)

    def days(name: str) -> npt.NDArray[np.datetime64]:
        column: npt.NDArray[np.datetime64] = rows.column(name).to_numpy().astype("datetime64[D]")
        return column

    return FaceTable(
        face_ids=numbers("face_id", np.int64),
        vectors=np.empty((len(rows), 0), np.float32),
        person_ids=numbers("person_id", np.int32),
        photos=words("sha256"),
        day_earliest=days("earliest"),
        day_latest=days("latest"),
        states=words("state"),
        sources=words("source"),
        size_px=numbers("size_px", np.float32),
        age_months=numbers("age", np.int32),
    )


def _empty(dim: int = 0) -> FaceTable:
    none: npt.NDArray[np.object_] = np.empty(0, object)
    day = np.empty(0, "datetime64[D]")
    return FaceTable(
        face_ids=np.empty(0, np.int64),
        vectors=np.empty((0, dim), np.float32),
        person_ids=np.empty(0, np.int32),
        photos=none,
        day_earliest=day,
        day_latest=day,
        states=none,
        sources=none,
        size_px=np.empty(0, np.float32),
        age_months=np.empty(0, np.int32),
    )


def _has_vector(column: str, found: tuple[int, int] | None) -> str:
    """SQL: whether the face has a vector of that embedder."""
    if found is None:
        return "false"
    return f"{column} IN (SELECT face_id FROM {embedders.table_of(found[0])})"  # noqa: S608


def _twice(values: Sequence[int] | None) -> list[Any]:
    given = None if values is None else [int(v) for v in values]
    return [given, given or []]
