"""Whether anything in a workspace changed: one fingerprint of all that was ever told it."""

from __future__ import annotations

import hashlib
import json

import duckdb

from .connection import translated

COMPUTED = frozenset({
    "runs", "run_values", "kept_months", "kept_days", "kept_reports", "kept_namings",
    "schema_migrations", "compared_looks", "alike", "roots", "sidecars",
})  # fmt: skip
"""Tables that follow from the others, or say of files only that they were seen."""


def fingerprint(con: duckdb.DuckDBPyConnection) -> str:
    """A hash of every row that somebody or an ingest put in, in any order.

    Vectors are named by their face: a table of them holds one embedder's, which never changes
    what it says of a face.
    """
    with translated():
        tables = [
            str(name)
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"
            ).fetchall()
            if name not in COMPUTED
        ]
        found = []
        for name in tables:
            what = "face_id" if name.startswith("embeddings_") else name
            row = con.execute(
                f'SELECT count(*), sum(hash("{what}")::HUGEINT), bit_xor(hash("{what}")) '  # noqa: S608
                f'FROM "{name}"'
            ).fetchall()
            found.append([name, *map(str, row[0])])
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()
