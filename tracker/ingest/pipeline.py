"""Ingest, from top to bottom: scan, known?, decode, detect, crop, embed, store."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from db.errors import StoreError
from db.records import EmbedderRow
from tracker.ingest.dating import Interval
from tracker.ingest.decode import work
from tracker.ingest.known import plan, recall
from tracker.ingest.recorder import Recorder
from tracker.ingest.redating import Dating
from tracker.ingest.scan import scan
from tracker.ingest.stages import Embedded, cut_faces, embed, one_thread, read_ahead, search
from tracker.ingest.store import Writer
from tracker.ingest.summary import IngestSummary, Progress, Tally
from tracker.ingest.workers import Workers
from tracker.vision.detector import DETECTOR_ID

if TYPE_CHECKING:
    import duckdb

    from tracker.vision.detector import Detector
    from tracker.vision.embedders.contract import Embedder, EmbedderInfo

MOST_PROCESSES = 4
"""The networks use every core as it is; more readers would only hold more pixels."""


class EmbedderChoice(Protocol):
    """Which embedder: `info` costs nothing, `load()` reads the weights."""

    @property
    def info(self) -> EmbedderInfo:
        """What is known of it without loading it."""
        ...

    def load(self) -> Embedder:
        """The embedder, ready to embed."""
        ...

    def proven(self) -> None:
        """Called once, when it has embedded a face."""
        ...


def ingest(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    paths: Sequence[str | bytes | os.PathLike[str]],
    *,
    embedder: EmbedderChoice,
    option_date: Interval | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    today: date | None = None,
    processes: int | None = None,
) -> IngestSummary:
    """Take in every photo at `paths`: date it, find its faces, embed them, store all of it.

    What is known costs nothing: neither torch nor the embedder is loaded unless there is a
    face to find or embed. One bad photo costs only itself. `option_date` is for photos that
    carry no date; `home` is the workspace's folder.

    Raises UsageError for a path that does not exist, before anything is read; EmbedderError;
    errors of `db.errors`. On KeyboardInterrupt, and on every error but those of the database,
    what was complete is stored first: the same call goes on from there.
    """
    started = time.monotonic()
    entries = scan(paths)
    memory = recall(con, DETECTOR_ID, embedder.info.id)
    todo = plan(entries, memory)
    dating = Dating(con, option_date, today or date.today())
    tally = Tally(todo.total, on_progress or _silent)
    writer = Writer(con, home / "thumbnails", DETECTOR_ID, _row(embedder.info))
    recorder = Recorder(memory, dating, writer, tally)

    for rejection in (*todo.failed, *todo.rejected):
        tally.count_rejected(rejection)
    for found, sha256 in todo.unchanged:
        recorder.unchanged(found, sha256)
    with Workers(work, count=processes or reader_count()) as workers, one_thread() as searcher:
        try:
            read = read_ahead(workers, todo.to_read)
            searched = search(read, con, memory, cache(_detector), searcher)
            cut = cut_faces(searched, workers, embedder.info)
            proven = False
            for outcome in embed(cut, cache(embedder.load), embedder.info):
                if not proven and isinstance(outcome, Embedded) and len(outcome.vectors):
                    embedder.proven()
                    proven = True
                recorder.record(outcome)
        except StoreError:
            raise  # nothing can be stored now
        except BaseException:
            writer.flush()
            raise
        writer.flush()
    return tally.summary(
        time.monotonic() - started, todo.skipped, no_thumbnails=writer.no_thumbnails
    )


def reader_count() -> int:
    """Processes that decode: one for each core, but no more than MOST_PROCESSES."""
    return max(1, min(MOST_PROCESSES, os.cpu_count() or 1))


def _detector() -> Detector:
    from tracker.vision.detector import Detector

    return Detector()


def _row(info: EmbedderInfo) -> EmbedderRow:
    return EmbedderRow(info.id, info.dim, info.alignment, info.licence, info.source)


def _silent(progress: Progress) -> None:
    """Nobody asked."""
