"""The embedders that have vectors here, and the table that holds each one's."""

from __future__ import annotations

import duckdb

from .arrow import one
from .connection import translated
from .errors import Conflict
from .records import EmbedderRow


def table_of(key: int) -> str:
    """The name of the table with that embedder's vectors."""
    return f"embeddings_{int(key)}"


def all_embedders(con: duckdb.DuckDBPyConnection) -> list[EmbedderRow]:
    """Every embedder that has been used here, the first one first."""
    with translated():
        rows = con.execute(
            """
            SELECT embedder_id, dim, alignment, licence, source FROM embedders
            ORDER BY embedder_key
            """
        ).fetchall()
    return [EmbedderRow(*row) for row in rows]


def key_of(con: duckdb.DuckDBPyConnection, embedder_id: str) -> tuple[int, int] | None:
    """(key, dim) of an embedder, or None where it has no vectors here."""
    with translated():
        row = one(
            con, "SELECT embedder_key, dim FROM embedders WHERE embedder_id = ?", [embedder_id]
        )
    return None if row is None else (int(row[0]), int(row[1]))


def has_vectors(con: duckdb.DuckDBPyConnection, embedder_id: str) -> bool:
    """Whether there is at least one vector of that embedder."""
    found = key_of(con, embedder_id)
    if found is None:
        return False
    with translated():
        return one(con, f"SELECT 1 FROM {table_of(found[0])} LIMIT 1") is not None  # noqa: S608


def unread(con: duckdb.DuckDBPyConnection, embedder_id: str) -> tuple[int, int]:
    """How many faces have a vector of that embedder, and how many have none."""
    found = key_of(con, embedder_id)
    with translated():
        faces = one(con, "SELECT count(*) FROM faces")
        if found is None:
            read: tuple[int, ...] | None = (0,)
        else:
            read = one(con, f"SELECT count(*) FROM {table_of(found[0])}")  # noqa: S608
    assert faces is not None and read is not None  # noqa: S101  counts always answer
    return int(read[0]), int(faces[0]) - int(read[0])


def by_person(con: duckdb.DuckDBPyConnection) -> dict[int, dict[str, int]]:
    """Person's id -> embedder's id -> how many of the person's named faces it has read.

    Embedders that read none of somebody's faces are absent there; people without faces too.
    """
    found: dict[int, dict[str, int]] = {}
    with translated():
        used = con.execute(
            "SELECT embedder_key, embedder_id FROM embedders ORDER BY embedder_key"
        ).fetchall()
        for key, embedder_id in used:
            rows = con.execute(
                f"""
                SELECT person_id, count(*) FROM labels
                WHERE state IN ('confirmed', 'proposed')
                  AND face_id IN (SELECT face_id FROM {table_of(key)})
                GROUP BY person_id ORDER BY person_id
                """  # noqa: S608
            ).fetchall()
            for person_id, number in rows:
                found.setdefault(person_id, {})[embedder_id] = number
    return found


def register(con: duckdb.DuckDBPyConnection, embedder: EmbedderRow) -> int:
    """The embedder's key; makes its table the first time. Call it inside a transaction.

    Raises Conflict where the id is known with another dimension or alignment.
    """
    row = one(
        con,
        "SELECT embedder_key, dim, alignment FROM embedders WHERE embedder_id = ?",
        [embedder.embedder_id],
    )
    if row is not None:
        key, dim, alignment = row
        for what, here, given in (
            ("dimensions", dim, embedder.dim),
            ("alignment", alignment, embedder.alignment),
        ):
            if here != given:
                raise Conflict(
                    f"The embedder {embedder.embedder_id} has vectors here with {what} {here}, "
                    f"and now gives {given}.",
                    hint="vectors that differ so may not share an id: give the model another name "
                    "(in its model.toml), or use the file it was first used with.",
                )
        return int(key)
    found = one(con, "SELECT nextval('embedder_keys')")
    assert found is not None  # noqa: S101  a sequence always answers
    key = int(found[0])
    con.execute(
        "INSERT INTO embedders VALUES (?, ?, ?, ?, ?, ?)",
        [
            key,
            embedder.embedder_id,
            embedder.dim,
            embedder.alignment,
            embedder.licence,
            embedder.source,
        ],
    )
    con.execute(
        f"""
        CREATE TABLE {table_of(key)} (
            face_id BIGINT NOT NULL, vector FLOAT[{int(embedder.dim)}] NOT NULL)
        """
    )
    return key
