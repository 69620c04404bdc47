"""Whose face is this: the journal of what was said, and what stands of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import pyarrow as pa

from .arrow import one, staged
from .connection import transaction, translated, utc_now
from .errors import Conflict
from .records import Decision

STATES = frozenset({"confirmed", "proposed", "rejected", "waiting", "ignored"})


def decide(
    con: duckdb.DuckDBPyConnection, decisions: Sequence[Decision], *, batch: int | None = None
) -> list[int]:
    """Write decisions into the journal, in their order, all or nothing; gives the faces of those
    that said something new.

    `batch` is that of `answers.open_batch`, for what the user answers of these very faces: it
    outranks what they said of a folder, and can be taken back. "ignored" is of no person, and the
    user's alone: that what was found is nobody's face.

    What stands afterwards (see `standing` and `labels`): about a face and a person, the user's
    yes or no outranks everything else, otherwise the latest; a decision with no person takes
    back all that was said about the face before, the user's word only where it is the user's.
    A decision that only repeats the last word of its source about that face is not written again,
    so ingesting a folder twice with --as says nothing new.

    Raises Conflict for a face, a person or a state that does not exist.
    """
    if not decisions:
        return []
    for decision in decisions:
        if decision.state not in STATES:
            raise Conflict(f"A decision cannot be {decision.state!r}.")
        if decision.state == "ignored" and (decision.person_id, decision.source) != (None, "user"):
            raise Conflict("Only the user can say that a face is to be ignored, and of no person.")
    now = utc_now()
    table = pa.table(
        {
            "place": pa.array(range(len(decisions)), pa.int64()),
            "face_id": pa.array([d.face_id for d in decisions], pa.int64()),
            "person_id": pa.array([d.person_id for d in decisions], pa.int32()),
            "state": pa.array([d.state for d in decisions], pa.string()),
            "source": pa.array([d.source for d in decisions], pa.string()),
            "reason": pa.array([d.reason for d in decisions], pa.string()),
            "similarity": pa.array([d.similarity for d in decisions], pa.float32()),
            "embedder_id": pa.array([d.embedder_id for d in decisions], pa.string()),
        }
    )
    with transaction(con), staged(con, "new_decisions", table):
        strays = one(
            con,
            """
            SELECT (SELECT min(face_id) FROM new_decisions ANTI JOIN faces USING (face_id)),
                (SELECT min(person_id) FROM new_decisions ANTI JOIN people USING (person_id)
                WHERE person_id IS NOT NULL)
            """,
        )
        for what, stray in zip(("face", "person"), strays or (), strict=False):
            if stray is not None:
                raise Conflict(f"There is no {what} with the number {stray}.")
        written = con.execute(
            """
            INSERT INTO decisions
            WITH last_words AS (
                SELECT d.face_id, d.source, max(decision_id) AS decision_id
                FROM spoken d SEMI JOIN new_decisions USING (face_id)
                GROUP BY d.face_id, d.source
            ),
            before AS (
                SELECT face_id, source,
                    struct_pack(person_id, state, reason, similarity, embedder_key,
                        answered := batch_id IS NOT NULL) AS said
                FROM decisions SEMI JOIN last_words USING (decision_id)
            ),
            now_said AS (
                SELECT n.*, embedder_key,
                    struct_pack(person_id, state, reason, similarity, embedder_key,
                        answered := ?::INTEGER IS NOT NULL) AS said
                FROM new_decisions n LEFT JOIN embedders USING (embedder_id)
            ),
            told AS (
                SELECT n.*, coalesce(
                    lag(n.said) OVER (PARTITION BY n.face_id, n.source ORDER BY n.place),
                    b.said) AS word_before
                FROM now_said n LEFT JOIN before b ON b.face_id = n.face_id AND b.source = n.source
            )
            SELECT nextval('decision_ids'), face_id, person_id, state, source, reason,
                similarity, embedder_key, ?, ?
            FROM (SELECT * FROM told WHERE said IS DISTINCT FROM word_before ORDER BY place)
            RETURNING face_id
            """,
            [batch, now, batch],
        ).fetchall()
    return [int(face) for (face,) in written]


def labels(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> dict[int, Decision]:
    """Who each of these faces is, as the one decision that stands; unlabelled faces are absent.

    An ignored face is there, with no person.
    """
    return {d.face_id: d for d in _read(con, "labels_of", face_ids)}


def standing(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> list[Decision]:
    """All that stands about these faces: at most one decision per face and person.

    "rejected" ones are among them: that this face is not that person is worth knowing.
    """
    return _read(con, "standing_of", face_ids)


def nobodies(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> dict[int, str]:
    """Of these faces those that the user said are nobody's: "rejected" (nobody they know), or
    "ignored" (no person at all)."""
    return {d.face_id: d.state for d in _read(con, "nobodies_of", face_ids)}


def denied(con: duckdb.DuckDBPyConnection, face_ids: Sequence[int], person_id: int) -> set[int]:
    """Of these faces those that the user answered are not that person's.

    They said so, or that it is nobody they know, or no face to ask about, or somebody else's: an
    answer about the very face, which what is said of a folder does not change.
    """
    ids = sorted({int(i) for i in face_ids})
    with translated():
        rows = con.execute(
            """
            SELECT face_id FROM nobodies_of(?::BIGINT[])
            UNION
            SELECT face_id FROM standing_of(?::BIGINT[]) s
            JOIN people p ON p.person_id = ?
            WHERE source = 'user' AND CASE
                WHEN s.person_id = coalesce(p.merged_into, p.person_id) THEN state = 'rejected'
                ELSE state = 'confirmed' AND (weight >> 56) & 3 = 3 END
            """,
            [ids, ids, person_id],
        ).fetchall()
    return {int(face) for (face,) in rows}


def waiting(con: duckdb.DuckDBPyConnection, person_id: int | None = None) -> list[Decision]:
    """The faces that wait for a decision, of one person or of all, in the order they came."""
    with translated():
        rows = con.execute(
            f"""
            SELECT {_COLUMNS} FROM labels LEFT JOIN embedders USING (embedder_key)
            WHERE state = 'waiting' AND (? IS NULL OR person_id = ?) ORDER BY decision_id
            """,  # noqa: S608
            [person_id, person_id],
        ).fetchall()
    return [_decision(row) for row in rows]


_COLUMNS = "face_id, person_id, state, labels.source, reason, similarity, embedder_id"


def _read(con: duckdb.DuckDBPyConnection, macro: str, face_ids: Sequence[int]) -> list[Decision]:
    with translated():
        rows = con.execute(
            f"""
            SELECT {_COLUMNS}
            FROM {macro}(?::BIGINT[]) labels LEFT JOIN embedders USING (embedder_key)
            ORDER BY face_id, decision_id
            """,  # noqa: S608
            [sorted({int(i) for i in face_ids})],
        ).fetchall()
    return [_decision(row) for row in rows]


def _decision(row: tuple[Any, ...]) -> Decision:
    return Decision(*row)
