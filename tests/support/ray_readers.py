"""Actors that die, for tests; in a module of their own, since Ray's processes import it."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa

from tracker.ingest.ray_actor import EmbedderOrder, Reader, Source
from tracker.ingest.ray_rows import jobs_of


class DiesOfPoison(Reader):
    """Dies of every photo whose name holds "poison"."""

    def __call__(self, table: pa.Table) -> pa.Table:
        if any(b"poison" in job.path for _, job in jobs_of(table)):
            os._exit(1)
        return super().__call__(table)


class DiesOnce(Reader):
    """Dies of the first block of all; a file beside the photos remembers that it did."""

    def __call__(self, table: pa.Table) -> pa.Table:
        mark = Path(os.fsdecode(jobs_of(table)[0][1].path)).parent / ".died"
        if not mark.exists():
            mark.touch()
            os._exit(1)
        return super().__call__(table)


class DiesAlways(Reader):
    """Never answers."""

    def __init__(self, order: EmbedderOrder, source: Source | None) -> None:
        super().__init__(order, source)

    def __call__(self, table: pa.Table) -> pa.Table:
        os._exit(1)
