"""What is wrong with a workspace, for `tracker doctor`: every stored block is read."""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb

from . import DATABASE, embedders
from .arrow import one
from .connection import open_workspace, translated
from .errors import StoreError
from .text import many

# How far a vector's length may be from 1: float32 rounding of 512 numbers is below 1e-6.
LENGTH_TOLERANCE = 1e-3

# For one, for more, what is wrong, and the query that counts. Each finds nothing in a workspace
# that only this program wrote.
_RULES: tuple[tuple[str, str, str, str], ...] = (
    (
        "photo is",
        "photos are",
        "stored more than once.",
        "SELECT count(*) - count(DISTINCT sha256) FROM photos",
    ),
    (
        "path is",
        "paths are",
        "stored more than once.",
        "SELECT count(*) - count(DISTINCT path) FROM photo_paths",
    ),
    (
        "face is",
        "faces are",
        "stored more than once.",
        "SELECT count(*) - count(DISTINCT face_id) FROM faces",
    ),
    (
        "path belongs",
        "paths belong",
        "to no stored photo.",
        "SELECT count(*) FROM photo_paths ANTI JOIN photos USING (photo_id)",
    ),
    (
        "face belongs",
        "faces belong",
        "to no stored photo.",
        "SELECT count(*) FROM faces ANTI JOIN photos USING (photo_id)",
    ),
    (
        "path is",
        "paths are",
        "both stored and rejected.",
        """
        SELECT count(*) FROM photo_paths f JOIN rejections r USING (path)
        WHERE (f.byte_size, f.mtime_ns, f.inode) <> (r.byte_size, r.mtime_ns, r.inode)
        """,
    ),
    (
        "photo has",
        "photos have",
        "another number of faces than was found there.",
        """
        SELECT count(*) FROM (
            SELECT d.faces FROM detections d LEFT JOIN faces f USING (photo_id, detector)
            GROUP BY photo_id, detector, d.faces HAVING count(f.face_id) <> d.faces)
        """,
    ),
    (
        "photo has",
        "photos have",
        "a date that ends before it begins.",
        """
        SELECT count(*) FROM photos
        WHERE earliest > latest OR (earliest IS NOT NULL AND latest IS NULL)
        """,
    ),
    (
        "clue to a date is",
        "clues to dates are",
        "stored more than once.",
        "SELECT count(*) - count(DISTINCT c) FROM date_clues c",
    ),
    (
        "clue to a date belongs",
        "clues to dates belong",
        "to no stored photo.",
        "SELECT count(*) FROM date_clues ANTI JOIN photos USING (photo_id)",
    ),
    (
        "decision is",
        "decisions are",
        "about the date of a photo that is not stored.",
        "SELECT count(*) FROM date_decisions ANTI JOIN photos USING (photo_id)",
    ),
    (
        "decision is",
        "decisions are",
        "about a face that is not stored.",
        "SELECT count(*) FROM decisions ANTI JOIN faces USING (face_id)",
    ),
    (
        "decision is",
        "decisions are",
        "about a person who is not stored.",
        """
        SELECT count(*) FROM (SELECT person_id FROM decisions WHERE person_id IS NOT NULL)
        ANTI JOIN people USING (person_id)
        """,
    ),
    (
        "decision is",
        "decisions are",
        "part of an answer that is not stored.",
        """
        SELECT count(*) FROM (SELECT batch_id FROM decisions WHERE batch_id IS NOT NULL)
        ANTI JOIN decision_batches USING (batch_id)
        """,
    ),
    (
        "tag is",
        "tags are",
        "of a photo that is not stored.",
        "SELECT count(*) FROM tags ANTI JOIN photos USING (photo_id)",
    ),
    (
        "answer about a name is",
        "answers about names are",
        "of a person who is not stored.",
        """
        SELECT count(*) FROM (SELECT person_id FROM tag_answers WHERE person_id IS NOT NULL)
        ANTI JOIN people USING (person_id)
        """,
    ),
    (
        "photo is",
        "photos are",
        "in two moments, or of a moment without being stored.",
        """
        SELECT count(*) FROM (
            SELECT photo_id FROM moments LEFT JOIN photos USING (photo_id)
            GROUP BY photo_id HAVING count(*) > 1 OR count(sha256) = 0)
        """,
    ),
    (
        "name is",
        "names are",
        "given to more than one person.",
        """
        SELECT count(*) - count(DISTINCT name_key) FROM people
        WHERE NOT removed AND merged_into IS NULL
        """,
    ),
    (
        "face of unrelated people is not stored, or belongs",
        "faces of unrelated people are not stored, or belong",
        "to nobody.",
        """
        SELECT count(*) FROM cohort_faces
        WHERE face_id NOT IN (SELECT face_id FROM faces)
           OR member_id NOT IN (SELECT member_id FROM cohort_members)
        """,
    ),
)


def check(home: Path) -> list[str]:
    """What is wrong with the workspace in `home`, a sentence each; [] when nothing is.

    Reads the whole database. What keeps it from being opened at all (missing, in use, damaged,
    written by a later version) is raised as `open_workspace` raises it.
    """
    home = Path(home)
    with open_workspace(home) as con:
        return [*_modes(home), *problems(con)]


def problems(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What is wrong with the rows of an open workspace, a sentence each."""
    damage = _unreadable(con)
    if damage:
        return damage
    with translated():
        found = [
            f"{many(n, one_is, more_are)} {said}"
            for one_is, more_are, said, sql in _RULES
            if (n := _number(con, sql))
        ]
        for embedder in embedders.all_embedders(con):
            found += _vectors(con, embedder.embedder_id)
    return found


def _unreadable(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Read every row of every table: DuckDB checks a block's checksum only when it reads it."""
    found = []
    with translated():
        tables = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"
        ).fetchall()
    for (table,) in tables:
        try:
            with translated(f"the table {table}"):
                one(con, f'SELECT bit_xor(hash(t)) FROM "{table}" t')  # noqa: S608
                _look_up_all(con, table)
        except StoreError as error:
            found.append(str(error))
    return found


def _look_up_all(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Find every key of a table by its index: a scan of the rows does not read the index."""
    columns = con.execute(
        """
        SELECT constraint_column_names[1] FROM duckdb_constraints()
        WHERE table_name = ? AND constraint_type IN ('PRIMARY KEY', 'UNIQUE')
        """,
        [table],
    ).fetchall()
    for (column,) in columns:
        keys = con.execute(f'SELECT "{column}" FROM "{table}"').fetchall()  # noqa: S608
        for key in keys:
            one(con, f'SELECT 1 FROM "{table}" WHERE "{column}" = ?', key)  # noqa: S608


def _vectors(con: duckdb.DuckDBPyConnection, embedder_id: str) -> list[str]:
    key = embedders.key_of(con, embedder_id)
    if key is None:
        return []
    table, of = embedders.table_of(key[0]), f"of {embedder_id}"
    rules = (
        (
            f"vector {of} is",
            f"vectors {of} are",
            "stored more than once.",
            f"SELECT count(*) - count(DISTINCT face_id) FROM {table}",  # noqa: S608
        ),
        (
            f"vector of {embedder_id} belongs",
            f"vectors of {embedder_id} belong",
            "to no stored face.",
            f"SELECT count(*) FROM {table} ANTI JOIN faces USING (face_id)",  # noqa: S608
        ),
        (
            f"vector {of} is",
            f"vectors {of} are",
            "not of length 1.",
            f"""
            SELECT count(*) FROM {table}
            WHERE coalesce(abs(array_inner_product(vector, vector) - 1) > {LENGTH_TOLERANCE}, true)
            """,  # noqa: S608
        ),
    )
    return [
        f"{many(n, one_is, more_are)} {said}"
        for one_is, more_are, said, sql in rules
        if (n := _number(con, sql))
    ]


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = one(con, sql)
    return int(row[0]) if row else 0


def _modes(home: Path) -> list[str]:
    """Whether others may look at what is in the workspace."""
    found = []
    for path in (home, home / DATABASE, home / "gallery", home / "thumbnails"):
        # `stat` opens nothing: opening the database again would drop its lock.
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            found.append(
                f"Other users of this machine may look into {path.name}: "
                f"chmod go-rwx on it keeps it yours."
            )
    return found
