"""People known to be unrelated: adding them, their faces, and taking them out again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import arrow, embedders
from .connection import transaction, translated, utc_now
from .same_moment import DECIDING, SET_ASIDE
from .text import plain

UNRELATED = "unrelated"
"""The relation of people in the family's own photos who count as the cohort's."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody unrelated. `face_ids` are theirs; `sex` is "f", "m" or None where unknown.

    `years` is their age in all of these photos. Where it is None the age comes from the birth and
    the photo's date.
    """

    label: str
    face_ids: tuple[int, ...]
    sex: str | None = None
    born_earliest: date | None = None
    born_latest: date | None = None
    years: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A path that people were added from, and how many people and faces they are."""

    path: bytes
    people: int
    faces: int


@dataclass(frozen=True, slots=True, eq=False)
class CohortTable:
    """Faces of unrelated people under one embedder, as aligned arrays, a row per person and face.

    `face_ids` int64; `vectors` float32 `(n, d)`; `members` int32, a number per person, negative
    for those of the family's own photos; `photos` object array of sha256; `years` float64, age at
    capture, NaN where unknown; `sexes` object array of "f", "m" or ""; `labels` and `sources`
    (path as bytes, b"" for the family's own photos) object arrays; `claimed` object array, the
    name of the relative or child whom the face is also said to be, or "".

    A face that was added from two places has two rows.
    """

    face_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]
    members: npt.NDArray[np.int32]
    photos: npt.NDArray[np.object_]
    years: npt.NDArray[np.float64]
    sexes: npt.NDArray[np.object_]
    labels: npt.NDArray[np.object_]
    sources: npt.NDArray[np.object_]
    claimed: npt.NDArray[np.object_]

    def __len__(self) -> int:
        """How many rows."""
        return len(self.face_ids)

    def take(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.integer[Any]]) -> CohortTable:
        """The rows that a mask or an array of positions selects."""
        return CohortTable(*(getattr(self, name)[which] for name in self.__slots__))


def add(con: duckdb.DuckDBPyConnection, source: bytes, members: Sequence[Member]) -> None:
    """Add the people found at `source`; what was added from it before is replaced."""
    faces: dict[str, list[int]] = {"member_id": [], "face_id": []}
    with transaction(con):
        _forget(con, source)
        for member in members:
            row = arrow.one(
                con,
                """
                INSERT INTO cohort_members
                VALUES (nextval('cohort_member_ids'), ?, ?, ?, ?, ?, ?, ?) RETURNING member_id
                """,
                [
                    source,
                    plain(member.label),
                    member.sex,
                    member.born_earliest,
                    member.born_latest,
                    member.years,
                    utc_now(),
                ],
            )
            assert row is not None  # noqa: S101  RETURNING always answers
            theirs = sorted(set(member.face_ids))
            faces["member_id"] += [int(row[0])] * len(theirs)
            faces["face_id"] += theirs
        added = pa.table(
            {
                "member_id": pa.array(faces["member_id"], pa.int32()),
                "face_id": pa.array(faces["face_id"], pa.int64()),
            }
        )
        with arrow.staged(con, "added_faces", added):
            con.execute("INSERT INTO cohort_faces SELECT member_id, face_id FROM added_faces")


def set_aside(con: duckdb.DuckDBPyConnection, photos: Iterable[str]) -> None:
    """These photos (sha256s) came here with the cohort: they are not listed as the family's."""
    with transaction(con), arrow.staged(con, "set_aside", _hashes(photos)):
        con.execute(
            """
            INSERT INTO cohort_photos
            SELECT photo_id FROM photos SEMI JOIN set_aside USING (sha256)
            WHERE photo_id NOT IN (SELECT photo_id FROM cohort_photos)
            """
        )


def take_back(con: duckdb.DuckDBPyConnection, photos: Iterable[str]) -> None:
    """These photos (sha256s) were ingested as the family's own."""
    with transaction(con), arrow.staged(con, "taken_back", _hashes(photos)):
        con.execute(
            """
            DELETE FROM cohort_photos WHERE photo_id IN (
                SELECT photo_id FROM photos SEMI JOIN taken_back USING (sha256))
            """
        )


def sources(con: duckdb.DuckDBPyConnection) -> list[Source]:
    """What was added, in order of the paths."""
    with translated():
        rows = con.execute(
            """
            SELECT source, count(DISTINCT member_id), count(DISTINCT face_id)
            FROM cohort_members LEFT JOIN cohort_faces USING (member_id)
            GROUP BY source ORDER BY source
            """
        ).fetchall()
    return [Source(bytes(path), int(people), int(faces)) for path, people, faces in rows]


def members(con: duckdb.DuckDBPyConnection, source: bytes) -> list[Member]:
    """The people that were added from `source`, by label."""
    with translated():
        rows = con.execute(
            """
            SELECT label, coalesce(list(face_id ORDER BY face_id), []), sex, born_earliest,
                born_latest, years
            FROM cohort_members LEFT JOIN cohort_faces USING (member_id)
            WHERE source = ?
            GROUP BY member_id, label, sex, born_earliest, born_latest, years
            ORDER BY label, member_id
            """,
            [source],
        ).fetchall()
    return [Member(label, tuple(faces), *rest) for label, faces, *rest in rows]


def face_ids(con: duckdb.DuckDBPyConnection) -> npt.NDArray[np.int64]:
    """The faces that were added as a stranger's, int64, ascending."""
    with translated():
        rows = arrow.fetch(con, "SELECT DISTINCT face_id FROM cohort_faces ORDER BY face_id")
    ids: npt.NDArray[np.int64] = rows.column("face_id").to_numpy()
    return ids


def forget_rejections(con: duckdb.DuckDBPyConnection, paths: Iterable[bytes]) -> None:
    """Files that could not be used and are none of the family's: they are not listed as its."""
    gone = pa.table({"path": pa.array(list(paths), pa.binary())})
    with transaction(con), arrow.staged(con, "forgotten_paths", gone):
        con.execute("DELETE FROM rejections WHERE path IN (SELECT path FROM forgotten_paths)")


def remove(con: duckdb.DuckDBPyConnection, source: bytes | None) -> int:
    """Take out what was added from `source`, or everything (None): how many people that were.

    Their photos and vectors stay in the workspace and are compared with nobody.
    """
    with transaction(con):
        return _forget(con, source)


def table(con: duckdb.DuckDBPyConnection, embedder_id: str) -> CohortTable:
    """Every face of somebody unrelated that has a vector of this embedder.

    By source, label and face, so that adding the same again gives the same table: first those
    of the family's own photos whose relation is "unrelated" and whose face is confirmed. What the
    user said is no face to ask about (a poster) is left out. Of each person a moment counts once,
    as everywhere (see `same_moment`).
    """
    found = embedders.key_of(con, embedder_id)
    if found is None:
        return _as_table(None, 0)
    key, dim = found
    with translated():
        rows = arrow.fetch(
            con,
            f"""
            WITH known AS (
                SELECT face_id, state, person_id, name, relation, sex, born_earliest, born_latest
                FROM labels JOIN people USING (person_id)
            ),
            everybody AS (
                SELECT face_id, member_id, source, label, sex, born_earliest, born_latest, years
                FROM cohort_faces JOIN cohort_members USING (member_id)
                WHERE face_id NOT IN (
                    SELECT n.face_id FROM nobodies_of(NULL::BIGINT[]) n WHERE n.state = 'ignored')
                UNION ALL
                SELECT face_id, -person_id, ''::BLOB, name, sex, born_earliest, born_latest, NULL
                FROM known WHERE relation = '{UNRELATED}' AND state = 'confirmed'
            ),
            counted AS (
                SELECT face_id, member_id AS person_id, '' AS state, '' AS source, {DECIDING}
                FROM everybody JOIN faces USING (face_id) JOIN photos USING (photo_id)
                SEMI JOIN {embedders.table_of(key)} USING (face_id)
            ),
            aside AS ({SET_ASIDE})
            SELECT e.face_id, e.member_id, sha256, coalesce(e.sex, '') AS sex, label, source,
                coalesce(k.name, '') AS claimed, vector,
                coalesce(years,
                    date_diff('day', reference_birth(e.born_earliest, e.born_latest),
                        earliest + ((latest - earliest) // 2)::INTEGER) / 365.2425,
                    'nan') AS years
            FROM everybody e JOIN faces USING (face_id) JOIN photos USING (photo_id)
            JOIN {embedders.table_of(key)} USING (face_id)
            LEFT JOIN known k ON k.face_id = e.face_id AND k.relation <> '{UNRELATED}'
                AND k.state IN ('confirmed', 'proposed')
            LEFT JOIN aside a ON a.face_id = e.face_id AND a.person_id = e.member_id
            WHERE a.face_id IS NULL
            ORDER BY source, label, e.member_id, e.face_id
            """,  # noqa: S608
        )
    return _as_table(rows, dim)


def read_with(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many of the added faces each embedder has a vector of, embedders with none left out."""
    read = {}
    for embedder in embedders.all_embedders(con):
        found = embedders.key_of(con, embedder.embedder_id)
        assert found is not None  # noqa: S101  it was just listed
        with translated():
            row = arrow.one(
                con,
                f"""
                SELECT count(DISTINCT face_id)
                FROM cohort_faces SEMI JOIN {embedders.table_of(found[0])} USING (face_id)
                """,  # noqa: S608
            )
        if row is not None and row[0]:
            read[embedder.embedder_id] = int(row[0])
    return read


def _forget(con: duckdb.DuckDBPyConnection, source: bytes | None) -> int:
    chosen, params = ("TRUE", []) if source is None else ("source = ?", [source])
    members = f"SELECT member_id FROM cohort_members WHERE {chosen}"  # noqa: S608
    row = arrow.one(con, f"SELECT count(*) FROM ({members})", params)  # noqa: S608
    con.execute(f"DELETE FROM cohort_faces WHERE member_id IN ({members})", params)  # noqa: S608
    con.execute(f"DELETE FROM cohort_members WHERE {chosen}", params)  # noqa: S608
    return int(row[0]) if row else 0


def _hashes(photos: Iterable[str]) -> pa.Table:
    return pa.table({"sha256": pa.array(list(dict.fromkeys(photos)), pa.string())})


def _as_table(rows: pa.Table | None, dim: int) -> CohortTable:
    none = np.empty(0, dtype=object)
    if rows is None:
        return CohortTable(
            face_ids=np.empty(0, np.int64),
            vectors=np.empty((0, dim), np.float32),
            members=np.empty(0, np.int32),
            photos=none,
            years=np.empty(0),
            sexes=none,
            labels=none,
            sources=none,
            claimed=none,
        )

    def words(name: str) -> npt.NDArray[np.object_]:
        return np.array([*rows.column(name).to_pylist(), None], dtype=object)[:-1]

    return CohortTable(
        face_ids=rows.column("face_id").to_numpy(),
        vectors=arrow.vectors(rows.column("vector"), dim),
        members=rows.column("member_id").to_numpy().astype(np.int32),
        photos=words("sha256"),
        years=rows.column("years").to_numpy().astype(np.float64),
        sexes=words("sex"),
        labels=words("label"),
        sources=words("source"),
        claimed=words("claimed"),
    )
