"""Who a face may be: the best candidates among known people, and how likely each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db import faces
from tracker.identity.settle import chances_of

if TYPE_CHECKING:
    import duckdb

MOST = 5
LEAST_CHANCE = 0.005
"""Below this somebody is no candidate."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a face may be. `chance` is in [0, 1]; `why` is a sentence's part for people."""

    person_id: int
    name: str
    chance: float
    why: str


def candidates(
    connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str, face_ids: Sequence[int]
) -> dict[int, tuple[Candidate, ...]]:
    """The best candidates of each face, best first, at most MOST; () where it is nobody known.

    What is missing from a face's chances to 1 is the chance that it is nobody known here. Faces
    without a vector of the embedder have ().
    """
    table = faces.by_ids(connection, embedder_id, list(face_ids))
    known, chances = chances_of(connection, home, table, embedder_id)
    found: dict[int, tuple[Candidate, ...]] = {int(face): () for face in face_ids}
    for row, face in enumerate(table.face_ids.tolist()):
        best = sorted(range(len(known)), key=lambda p: -chances[row, p])[:MOST]
        found[face] = tuple(
            Candidate(known[p].person_id, known[p].name, float(chances[row, p]), "by looks")
            for p in best
            if chances[row, p] >= LEAST_CHANCE
        )
    return found
