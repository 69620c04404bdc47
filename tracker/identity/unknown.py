"""Faces of nobody known here, grouped by person, so that one answer names many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Group:
    """Faces that seem to be one unknown person's, the most typical first.

    `group_id` is the smallest of the face ids, which are made of the photos' contents: the same
    group has the same id in any order of ingest, and keeps it as it grows or shrinks around that
    face.
    """

    group_id: int
    face_ids: tuple[int, ...]


def groups(
    connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str
) -> tuple[Group, ...]:
    """Groups of two faces or more that nothing is said about, the largest first."""
    return ()
