"""Faces among the others of their photo and of its moment: what one must know to name one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import arrow, embedders
from .connection import translated

SEEN = "(detector = $1 OR photo_id NOT IN (SELECT photo_id FROM detections WHERE detector = $1))"
"""A face that a detector, $1, found, or an earlier one where this has not searched yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """Faces by moment, photo and id, as aligned arrays int64.

    `photos` are photo ids; `moments` the ids of the moments, or what no moment has, a negative
    number per photo, for a photo that is alone in its own. `closed` bool: the user said that the
    face is nobody, or it was added as a stranger's.
    """

    face_ids: npt.NDArray[np.int64]
    photos: npt.NDArray[np.int64]
    moments: npt.NDArray[np.int64]
    closed: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """How many faces."""
        return len(self.face_ids)

    def take(self, rows: slice) -> Scenes:
        """Some of them."""
        return Scenes(*(getattr(self, name)[rows] for name in self.__slots__))


def around(
    con: duckdb.DuckDBPyConnection, embedder_id: str, face_ids: Sequence[int], detector: str
) -> Scenes:
    """These faces with all others of their photos and of those photos' moments.

    Of the others those that `detector` found, or an earlier one where it has not searched yet, or
    that have a name. Only faces with a vector.
    """
    found = embedders.key_of(con, embedder_id)
    if found is None:
        none = np.empty(0, np.int64)
        return Scenes(none, none, none, np.empty(0, bool))
    asked = pa.table({"face_id": pa.array(sorted({int(i) for i in face_ids}), pa.int64())})
    with translated(), arrow.staged(con, "asked_faces", asked):
        rows = arrow.fetch(
            con,
            f"""
            WITH own AS (
                SELECT DISTINCT photo_id FROM faces SEMI JOIN asked_faces USING (face_id)
            ),
            shown AS (
                SELECT photo_id FROM own
                UNION
                SELECT photo_id FROM moments WHERE moment_id IN (
                    SELECT moment_id FROM moments SEMI JOIN own USING (photo_id))
            )
            SELECT face_id, photo_id::BIGINT AS photo_id,
                coalesce(moment_id, -1 - photo_id::BIGINT) AS moment_id,
                face_id IN (SELECT face_id FROM ({NOBODYS})) AS closed
            FROM faces JOIN shown USING (photo_id) LEFT JOIN moments USING (photo_id)
            SEMI JOIN {embedders.table_of(found[0])} USING (face_id)
            WHERE {SEEN} OR face_id IN (SELECT face_id FROM asked_faces)
                OR face_id IN (SELECT face_id FROM labels WHERE state = 'confirmed')
            ORDER BY moment_id, photo_id, face_id
            """,  # noqa: S608
            [detector],
        )
    return Scenes(
        _integers(rows, "face_id"),
        _integers(rows, "photo_id"),
        _integers(rows, "moment_id"),
        rows.column("closed").to_numpy(zero_copy_only=False).astype(bool),
    )


def ruled_out(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> list[tuple[int, int]]:
    """(face_id, person_id) where the user, or a tag, says that this face is not that person."""
    with translated():
        return con.execute(
            """
            SELECT face_id, person_id FROM standing_of(?::BIGINT[])
            WHERE state = 'rejected' AND source IN ('user', 'tag') ORDER BY ALL
            """,
            [sorted({int(i) for i in face_ids})],
        ).fetchall()


def sample(
    con: duckdb.DuckDBPyConnection, embedder_id: str, detector: str, photos: int
) -> npt.NDArray[np.int64]:
    """All faces of so many photos in which a face has no name, int64, ascending.

    As in `around`, those that `detector` found, or an earlier one. Which photos these are depends
    on their contents only.
    """
    found = embedders.key_of(con, embedder_id)
    if found is None:
        return np.empty(0, np.int64)
    with translated():
        rows = arrow.fetch(
            con,
            f"""
            WITH seen AS (
                SELECT face_id, photo_id FROM faces
                SEMI JOIN {embedders.table_of(found[0])} USING (face_id)
                WHERE {SEEN} AND photo_id NOT IN (SELECT photo_id FROM cohort_photos)
            ),
            chosen AS (
                SELECT photo_id FROM photos WHERE photo_id IN (
                    SELECT photo_id FROM seen WHERE face_id NOT IN (
                        SELECT face_id FROM labels WHERE state = 'confirmed'))
                ORDER BY sha256 LIMIT $2
            )
            SELECT face_id FROM seen SEMI JOIN chosen USING (photo_id) ORDER BY face_id
            """,  # noqa: S608
            [detector, photos],
        )
    return _integers(rows, "face_id")


def strangers(con: duckdb.DuckDBPyConnection) -> npt.NDArray[np.int64]:
    """The faces of which the user said that they are nobody they know, int64, ascending."""
    with translated():
        rows = arrow.fetch(
            con,
            """
            SELECT face_id FROM nobodies_of(NULL::BIGINT[]) WHERE state = 'rejected'
            ORDER BY face_id
            """,
        )
    return _integers(rows, "face_id")


def unsettled(con: duckdb.DuckDBPyConnection, embedder_id: str) -> npt.NDArray[np.int64]:
    """The faces with a vector of which nothing stands but, perhaps, the tracker's own proposal."""
    with translated():
        proposed = arrow.fetch(
            con, "SELECT face_id FROM labels WHERE state = 'proposed' AND source = 'match'"
        )
    both = [open_faces(con, embedder_id), _integers(proposed, "face_id")]
    return np.unique(np.concatenate(both))


def photos_of(
    con: duckdb.DuckDBPyConnection, face_ids: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The number of each face's photo, for faces in ascending order."""
    asked = pa.table({"face_id": pa.array(face_ids, pa.int64())})
    with translated(), arrow.staged(con, "asked_faces", asked):
        rows = arrow.fetch(
            con,
            """
            SELECT photo_id::BIGINT AS photo_id FROM faces SEMI JOIN asked_faces USING (face_id)
            ORDER BY face_id
            """,
        )
    return _integers(rows, "photo_id")


def open_faces(con: duckdb.DuckDBPyConnection, embedder_id: str) -> npt.NDArray[np.int64]:
    """The faces with a vector of which nothing stands, int64, ascending.

    Those that the user said are nobody, or added as a stranger's, are not among them.
    """
    found = embedders.key_of(con, embedder_id)
    if found is None:
        return np.empty(0, np.int64)
    with translated():
        rows = arrow.fetch(
            con,
            f"""
            SELECT face_id FROM faces SEMI JOIN {embedders.table_of(found[0])} USING (face_id)
            WHERE face_id NOT IN (SELECT face_id FROM labels)
              AND face_id NOT IN (SELECT face_id FROM ({NOBODYS}))
              AND photo_id NOT IN (SELECT photo_id FROM cohort_photos)
            ORDER BY face_id
            """,  # noqa: S608
        )
    return _integers(rows, "face_id")


def _integers(table: pa.Table, name: str) -> npt.NDArray[np.int64]:
    numbers: npt.NDArray[np.int64] = table.column(name).to_numpy().astype(np.int64, copy=False)
    return numbers


NOBODYS = """
    SELECT face_id FROM cohort_faces
    UNION ALL
    SELECT face_id FROM nobodies_of(NULL::BIGINT[])
"""
"""SQL: the faces that are nobody's for good: the user said so, or added them as a stranger's."""
