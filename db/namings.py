"""What naming the faces of some photos came to, kept for as long as nothing changes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from . import embedders
from .arrow import one
from .connection import transaction, translated


@dataclass(frozen=True, slots=True)
class Told:
    """Fingerprints of what a naming rests on: `everything`, and all `but_guesses`.

    Guesses are the tracker's proposals. A naming makes them anew, so what it comes to does not
    rest on those of before.
    """

    everything: str
    but_guesses: str


def told(con: duckdb.DuckDBPyConnection, embedder_id: str) -> Told:
    """What is known now that can change a naming with that embedder.

    Decisions and vectors are only ever added, or go over to another face, so their number and the
    last one stand for all of them.
    """
    found = embedders.key_of(con, embedder_id)
    vectors = "0" if found is None else f"(SELECT count(*) FROM {embedders.table_of(found[0])})"  # noqa: S608
    with translated():
        row = one(
            con,
            f"""
            WITH said AS (
                SELECT count(*) AS n, max(decision_id) AS last,
                    count(*) FILTER (firm) AS firm_n, max(decision_id) FILTER (firm) AS firm_last
                FROM (SELECT decision_id, state <> 'proposed' OR person_id IS NULL AS firm
                    FROM spoken)
            )
            SELECT n, last, firm_n, firm_last,
                (SELECT {_all_of("people", "people")}),
                (SELECT {_all_of("(photo_id, earliest, latest)", "photos")}),
                (SELECT {_all_of("cohort_faces", "cohort_faces")}),
                (SELECT count(*) FROM cohort_photos), (SELECT {_all_of("face_id", "faces")}),
                {vectors}
            FROM said
            """,  # noqa: S608
        )
    assert row is not None  # noqa: S101  counts always answer
    number, last, *firm = map(str, row)
    return Told(_hash([embedder_id, number, last, *firm]), _hash([embedder_id, *firm]))


def load(con: duckdb.DuckDBPyConnection, question: str, now: Told) -> dict[str, Any] | None:
    """What it came to, if that was kept and nothing has been told since."""
    with translated():
        row = one(
            con,
            "SELECT outcome FROM kept_namings WHERE question = ? AND told = ?",
            [question, now.everything],
        )
    return None if row is None else json.loads(row[0])


def keep(
    con: duckdb.DuckDBPyConnection, question: str, now: Told, outcome: Mapping[str, object]
) -> None:
    """Keep what it came to; what was kept before something changed goes."""
    with transaction(con):
        con.execute(
            "DELETE FROM kept_namings WHERE told <> ? OR question = ?", [now.everything, question]
        )
        con.execute(
            "INSERT INTO kept_namings VALUES (?, ?, ?)",
            [question, now.everything, json.dumps(outcome)],
        )


def _all_of(what: str, table: str) -> str:
    """SQL: a fingerprint of all rows, whatever their order."""
    return (
        f"concat_ws(' ', count(*), sum(hash({what})::HUGEINT), bit_xor(hash({what}))) FROM {table}"
    )


def _hash(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
