"""Taking people out of the cohort again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from db import cohort as stored
from db.cohort import Source
from db.text import shown
from tracker.errors import UsageError
from tracker.ingest.scan import absolute

if TYPE_CHECKING:
    import duckdb


def chosen_sources(
    connection: duckdb.DuckDBPyConnection, path: Path | None, *, everything: bool
) -> list[Source]:
    """What was added from `path` or from below it, or from everywhere.

    Raises UsageError where both or neither is asked for, or nothing was added from there.
    """
    if (path is None) != everything:
        raise UsageError(
            "Say what to take out.",
            hint="tracker cohort remove PATH, or: tracker cohort remove --all",
        )
    sources = stored.sources(connection)
    if path is None:
        return sources
    wanted = absolute(path)
    found = [s for s in sources if s.path == wanted or s.path.startswith(_folder(wanted))]
    if not found:
        above = [s for s in sources if wanted.startswith(_folder(s.path))]
        raise UsageError(
            f"Nobody was added from {shown(wanted)}.",
            hint=f"It lies in {shown(above[0].path)}, which was added as a whole: take that out, "
            "or take the photos away and add it again."
            if above
            else "`tracker cohort status` lists what was added.",
        )
    return found


def remove_sources(connection: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> int:
    """Take these out; gives the number of added people that are left."""
    for source in sources:
        stored.remove(connection, source.path)
    return sum(source.people for source in stored.sources(connection))


def _folder(path: bytes) -> bytes:
    return os.path.join(path, b"")  # noqa: PTH118
