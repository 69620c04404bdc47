"""What a review needs to know of the faces: all of them in brief, and some of them in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import arrow, embedders
from .connection import translated
from .records import Person
from .text import shown

Ids = npt.NDArray[np.int64]

STATES = ("", "confirmed", "proposed", "waiting", "rejected", "ignored", "unrelated")
"""What a face can be, in the order of `Everyone.states`. "" is nobody's: nothing is said of it.
"rejected" is nobody the user knows; "unrelated" came with a cohort."""


@dataclass(frozen=True, slots=True, eq=False)
class Everyone:
    """Every face of the family's photos, as aligned arrays, by day, photo and face; undated last.

    `states` uint8, positions in STATES; `person_ids` int32, -1 for nobody; `by_user` bool;
    `chances` float32, of proposals, NaN where not known; `earliest` and `latest` datetime64[D];
    `moments` int64, different for every moment; `size_px` float32.
    """

    face_ids: Ids
    photo_ids: Ids
    moments: Ids
    states: npt.NDArray[np.uint8]
    person_ids: npt.NDArray[np.int32]
    by_user: npt.NDArray[np.bool_]
    chances: npt.NDArray[np.float32]
    earliest: npt.NDArray[np.datetime64]
    latest: npt.NDArray[np.datetime64]
    size_px: npt.NDArray[np.float32]

    def __len__(self) -> int:
        """How many faces."""
        return len(self.face_ids)

    def is_(self, *states: str) -> npt.NDArray[np.bool_]:
        """Which faces are in one of these states."""
        return np.asarray(np.isin(self.states, [STATES.index(state) for state in states]))


@dataclass(frozen=True, slots=True)
class FaceRow:
    """A face in full. `box` is x0, y0, x1, y1 in pixels of the upright photo of `width` and
    `height`; `path` is one of the places where the photo lies, "" for none."""

    face_id: int
    photo_id: int
    sha256: str
    path: str
    box: tuple[float, float, float, float]
    width: int
    height: int
    size_px: float
    sharpness: float
    earliest: date | None
    latest: date | None
    date_source: str


def mark(con: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    """Something that is another whenever what `everyone` gives may be."""
    with translated():
        # One after another: planning them together takes twice as long.
        return tuple(con.execute(sql).fetchall()[0] for sql in _MARKS)


_MARKS = (
    "SELECT count(*), max(decision_id) FROM decisions",
    "SELECT count(*), max(undone_at) FROM decision_batches WHERE undone_at IS NOT NULL",
    "SELECT count(*), bit_xor(hash(people)) FROM people",
    "SELECT count(*), bit_xor(hash(photo_id, earliest, latest)) FROM photos",
    "SELECT count(*), bit_xor(hash(face_id)) FROM faces",
    "SELECT count(*), bit_xor(hash(moments)) FROM moments",
    "SELECT count(*), bit_xor(hash(cohort_faces)), sum(member_id) FROM cohort_faces",
    "SELECT count(*), bit_xor(hash(photo_id)) FROM cohort_photos",
)


def everyone(con: duckdb.DuckDBPyConnection) -> Everyone:
    """Every face of the family's own photos."""
    with translated():
        rows = arrow.fetch(
            con,
            """
            WITH nobody AS MATERIALIZED (SELECT face_id, state FROM nobodies_of(NULL::BIGINT[]))
            SELECT f.face_id, f.photo_id::BIGINT AS photo_id,
                coalesce(moment_id, -f.photo_id::BIGINT) AS moment,
                list_position(?, CASE
                    WHEN l.state IS NOT NULL THEN l.state
                    WHEN n.state IS NOT NULL THEN n.state
                    WHEN c.face_id IS NOT NULL THEN 'unrelated'
                    ELSE '' END)::UTINYINT AS state,
                coalesce(l.person_id, -1)::INTEGER AS person_id,
                coalesce(l.source, '') = 'user' AS by_user,
                CASE WHEN l.state = 'proposed' THEN coalesce(
                    TRY_CAST(regexp_extract(l.reason, 'chance ([0-9.]+)', 1) AS FLOAT),
                    'nan'::FLOAT) ELSE 'nan'::FLOAT END AS chance,
                earliest, latest, size_px
            FROM faces f JOIN own_photos USING (photo_id)
            LEFT JOIN labels l ON l.face_id = f.face_id
            LEFT JOIN nobody n ON n.face_id = f.face_id
            LEFT JOIN (SELECT DISTINCT face_id FROM cohort_faces) c ON c.face_id = f.face_id
            LEFT JOIN moments m ON m.photo_id = f.photo_id
            ORDER BY earliest NULLS LAST, latest NULLS LAST, f.photo_id, face_index
            """,
            [list(STATES)],
        )

    def column(name: str, dtype: str) -> npt.NDArray[Any]:
        values: npt.NDArray[Any] = rows.column(name).to_numpy().astype(dtype, copy=False)
        return values

    return Everyone(
        face_ids=column("face_id", "int64"),
        photo_ids=column("photo_id", "int64"),
        moments=column("moment", "int64"),
        states=column("state", "uint8") - np.uint8(1),
        person_ids=column("person_id", "int32"),
        by_user=column("by_user", "bool"),
        chances=column("chance", "float32"),
        earliest=column("earliest", "datetime64[D]"),
        latest=column("latest", "datetime64[D]"),
        size_px=column("size_px", "float32"),
    )


def rows_of(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> dict[int, FaceRow]:
    """These faces in full; ones that are not stored are absent."""
    with translated():
        rows = con.execute(
            """
            WITH asked AS (
                SELECT face_id, photo_id, box, size_px, sharpness FROM faces
                WHERE face_id IN (SELECT unnest(?::BIGINT[]))),
            seen AS (
                SELECT photo_id, min(path) AS path FROM photo_paths
                WHERE photo_id IN (SELECT photo_id FROM asked) GROUP BY photo_id)
            SELECT face_id, photo_id, sha256, path, box, width, height, size_px, sharpness,
                earliest, latest, date_source
            FROM asked JOIN photos USING (photo_id) LEFT JOIN seen USING (photo_id)
            """,
            [[int(i) for i in face_ids]],
        ).fetchall()
    return {
        face: FaceRow(
            face, photo, sha256, "" if path is None else shown(bytes(path)), tuple(box), *rest
        )
        for face, photo, sha256, path, box, *rest in rows
    }


def those_of(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> set[int]:
    """Those of these numbers that are faces'."""
    with translated():
        rows = con.execute(
            "SELECT face_id FROM faces WHERE face_id IN (SELECT unnest(?::BIGINT[]))",
            [list(face_ids)],
        ).fetchall()
    return {int(face) for (face,) in rows}


def with_prefix(con: duckdb.DuckDBPyConnection, first: int, last: int) -> list[int]:
    """The ids of faces from `first` to `last`, both included; at most three."""
    with translated():
        rows = con.execute(
            "SELECT face_id FROM faces WHERE face_id BETWEEN ? AND ? ORDER BY face_id LIMIT 3",
            [first, last],
        ).fetchall()
    return [int(face) for (face,) in rows]


def mates(con: duckdb.DuckDBPyConnection, photo_id: int) -> list[int]:
    """The faces of a photo, in the order in which they were found."""
    with translated():
        rows = con.execute(
            "SELECT face_id FROM faces WHERE photo_id = ? ORDER BY face_index", [photo_id]
        ).fetchall()
    return [int(face) for (face,) in rows]


def living(con: duckdb.DuckDBPyConnection) -> list[Person]:
    """Everybody who was not removed or merged away, in the order they were added."""
    with translated():
        rows = con.execute(
            """
            SELECT person_id, name, relation, born_earliest, born_latest, sex FROM people
            WHERE NOT removed AND merged_into IS NULL ORDER BY person_id
            """
        ).fetchall()
    return [Person(*row) for row in rows]


def file_of(con: duckdb.DuckDBPyConnection) -> str:
    """The path of the workspace's file."""
    with translated():
        row = arrow.one(
            con, "SELECT path FROM duckdb_databases() WHERE database_name = current_database()"
        )
    return "" if row is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Mate:
    """A face of a photo, and what stands of it and a person: `state` "confirmed" or "proposed".

    A face of which neither stands has one row, with no person and state "". `answered`: the user
    confirmed that very face. `latest` is the last day on which the photo may have been taken.
    """

    face_id: int
    photo_id: int
    person_id: int | None
    state: str
    answered: bool
    latest: date | None


def mates_of(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> list[Mate]:
    """Every face of the photos that these are in, and whose each is."""
    with translated():
        rows = con.execute(
            """
            WITH given AS (SELECT unnest(?::BIGINT[]) AS face_id),
            mates AS (
                SELECT face_id, photo_id FROM faces
                WHERE photo_id IN (SELECT photo_id FROM faces SEMI JOIN given USING (face_id))),
            theirs AS (
                SELECT face_id, person_id, state,
                    state = 'confirmed' AND (weight >> 56) & 3 = 3 AS answered
                FROM standing_of((SELECT coalesce(list(face_id), []) FROM mates))
                WHERE state IN ('confirmed', 'proposed'))
            SELECT face_id, photo_id, person_id, coalesce(state, ''), coalesce(answered, false),
                latest
            FROM mates JOIN photos USING (photo_id) LEFT JOIN theirs USING (face_id)
            ORDER BY face_id, person_id
            """,
            [[int(i) for i in face_ids]],
        ).fetchall()
    return [Mate(*row) for row in rows]


def side_by_side(con: duckdb.DuckDBPyConnection, one: int, other: int) -> tuple[int, int] | None:
    """A face of each of two people that the user confirmed in one photo; None for none."""
    with translated():
        row = arrow.one(
            con,
            """
            WITH said AS (
                SELECT face_id, photo_id, person_id FROM labels JOIN faces USING (face_id)
                WHERE state = 'confirmed' AND labels.source = 'user' AND person_id IN (?, ?))
            SELECT a.face_id, b.face_id FROM said a JOIN said b USING (photo_id)
            WHERE a.person_id = ? AND b.person_id = ? ORDER BY ALL LIMIT 1
            """,
            [one, other, one, other],
        )
    return None if row is None else (int(row[0]), int(row[1]))


def said_so_far(con: duckdb.DuckDBPyConnection) -> int:
    """How much was said and taken back of faces: a number that only grows."""
    with translated():
        row = arrow.one(
            con,
            """
            SELECT (SELECT count(*) FROM decisions WHERE source = 'user')
                + (SELECT count(*) FROM decision_batches WHERE undone_at IS NOT NULL)
            """,
        )
    return 0 if row is None else int(row[0])


def with_vector(con: duckdb.DuckDBPyConnection, embedder_id: str, face_ids: Ids) -> Ids:
    """Those of these faces that the embedder has read."""
    found = embedders.key_of(con, embedder_id)
    if found is None:
        return np.empty(0, np.int64)
    asked = pa.table({"face_id": pa.array(face_ids, pa.int64())})
    with translated(), arrow.staged(con, "asked_faces", asked):
        rows = arrow.fetch(
            con,
            f"SELECT face_id FROM {embedders.table_of(found[0])} "  # noqa: S608
            "SEMI JOIN asked_faces USING (face_id)",
        )
    ids: Ids = rows.column("face_id").to_numpy()
    return ids


def sha256_of(con: duckdb.DuckDBPyConnection, photo_id: int) -> str | None:
    """The content of a photo, or None where there is none of that number."""
    with translated():
        row = arrow.one(con, "SELECT sha256 FROM photos WHERE photo_id = ?", [int(photo_id)])
    return None if row is None else str(row[0])


def photos_of(con: duckdb.DuckDBPyConnection, hashes: Sequence[str]) -> list[int]:
    """The numbers of the photos of these contents (sha256s)."""
    asked = pa.table({"sha256": pa.array(list(dict.fromkeys(hashes)), pa.string())})
    with translated(), arrow.staged(con, "asked_photos", asked):
        rows = con.execute(
            "SELECT photo_id FROM photos SEMI JOIN asked_photos USING (sha256) ORDER BY photo_id"
        ).fetchall()
    return [int(photo) for (photo,) in rows]
