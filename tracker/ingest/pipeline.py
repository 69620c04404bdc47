"""Ingest, from top to bottom: scan, known?, look (decode, detect, crop), embed, store."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from db import photos
from db.errors import StoreError
from db.records import EmbedderRow
from tracker.ingest import look, moments, roots
from tracker.ingest.known import Memory, Task, plan, recall
from tracker.ingest.recorder import Recorder
from tracker.ingest.redating import refresh
from tracker.ingest.scan import absolute, scan
from tracker.ingest.stages import Embedded, Passed, embed, look_ahead
from tracker.ingest.store import Writer
from tracker.ingest.summary import IngestSummary, Progress, Tally, Walked
from tracker.ingest.window import Window
from tracker.ingest.wish import ALL_OF_THEM, Wish
from tracker.ingest.workers import Workers
from tracker.metadata import exiftool
from tracker.vision.detector import DETECTOR_ID
from tracker.vision.engines import choose
from tracker.vision.engines.cores import cores

if TYPE_CHECKING:
    import duckdb

    from tracker.vision.embedders.contract import Embedder, EmbedderInfo
    from tracker.vision.engines.contract import Runtime

BYTES_PER_WORKER = 2_000_000_000
"""Of the machine's memory, for each process by default: it holds its networks and a photo, 200 MB
and for a moment up to 1 GB, and other programs want to live."""

CONTAINER_BYTES = Path("/sys/fs/cgroup/memory.max")

MOST_WORKERS = 4
"""Where the size of the memory is not known."""


class EmbedderChoice(Protocol):
    """Which embedder: `info` costs nothing, `load()` reads the weights."""

    @property
    def info(self) -> EmbedderInfo:
        """What is known of it without loading it."""
        ...

    @property
    def runtime(self) -> Runtime:
        """What it runs on."""
        ...

    def load(self) -> Embedder:
        """The embedder, ready to embed."""
        ...

    def proven(self) -> None:
        """Called once, when it has embedded a face."""
        ...


class Workplace(Protocol):
    """Where photos are looked at and embedded: gives, while it is open, what becomes of each task.

    Photos outside the `window` are refused before they are searched.
    """

    def __call__(
        self,
        tasks: Sequence[Task],
        con: duckdb.DuckDBPyConnection,
        memory: Memory,
        embedder: EmbedderChoice,
        window: Window | None,
    ) -> AbstractContextManager[Iterator[Embedded | Passed]]:
        """Open it."""
        ...


UNREAD = frozenset({"no-rights", "unreadable", "vanished"})
"""Of a folder that could not be read nobody knows what is in it."""


def ingest(
    con: duckdb.DuckDBPyConnection,
    home: Path,
    paths: Sequence[str | bytes | os.PathLike[str]],
    *,
    embedder: EmbedderChoice,
    wish: Wish = ALL_OF_THEM,
    on_progress: Callable[[Progress], None] | None = None,
    today: date | None = None,
    workers: int | None = None,
    elsewhere: Workplace | None = None,
) -> IngestSummary:
    """Take in every photo at `paths`: date it, find its faces, embed them, store all of it.

    What is known costs nothing: neither torch nor the embedder is loaded unless there is a
    face to find or embed. One bad photo costs only itself. `home` is the workspace's folder;
    `workers` how many processes look at photos, by default as many as there are cores;
    `elsewhere` does that in another way.

    Raises UsageError for a path that does not exist, before anything is read; EmbedderError;
    EngineError where no worker can start; errors of `db.errors`. On KeyboardInterrupt, and on
    every error but those of the database, what was complete is stored first: the same call goes
    on from there.
    """
    started = time.monotonic()
    today = today or date.today()
    starts = tuple(map(absolute, paths))
    warnings = roots.check(con, starts)
    memory = recall(con, DETECTOR_ID, embedder.info.id)
    todo = plan(scan(paths, wish.filters), memory)
    tally = Tally(todo.total, on_progress or _silent)
    writer = Writer(con, home / "thumbnails", DETECTOR_ID, _row(embedder.info), today)
    window = wish.window(today)
    recorder = Recorder(memory, writer, tally, wish.said, window)

    for rejection in (*todo.failed, *todo.rejected):
        tally.count_rejected(rejection)
    recorder.unchanged(todo)
    try:
        if todo.to_read:  # else no process is started, and no engine looked for
            place = elsewhere or here(workers)
            with place(todo.to_read, con, memory, embedder, window) as outcomes:
                _record(outcomes, recorder, embedder)
        writer.flush()
    except StoreError:
        raise  # nothing can be stored now
    except BaseException:
        writer.flush()
        raise
    _ask_exiftool(con, sorted(writer.stored), today)
    moments.update(con, sorted(writer.stored))
    return tally.summary(
        time.monotonic() - started,
        todo.skipped,
        no_thumbnails=writer.no_thumbnails,
        warnings=warnings,
        stored=writer.stored,
        walked=Walked(
            starts,
            todo.met,
            whole=not wish.filters and not any(r.code in UNREAD for r in todo.failed),
        ),
    )


def _record(
    outcomes: Iterator[Embedded | Passed], recorder: Recorder, embedder: EmbedderChoice
) -> None:
    proven = False
    for outcome in outcomes:
        if not proven and isinstance(outcome, Embedded) and len(outcome.vectors):
            embedder.proven()
            proven = True
        recorder.record(outcome)


def _ask_exiftool(con: duckdb.DuckDBPyConnection, stored: Sequence[str], today: date) -> None:
    """Where it is installed, it may date what nothing else does."""
    if exiftool.program() is None:
        return
    undated = photos.without_date(con, stored)
    told = exiftool.clues(undated.values())
    refresh(con, {sha256: told[path] for sha256, path in undated.items() if path in told}, today)


def here(workers: int | None) -> Workplace:
    """Look at photos in processes of this machine, and embed their faces in this one."""

    @contextmanager
    def place(
        tasks: Sequence[Task],
        con: duckdb.DuckDBPyConnection,
        memory: Memory,
        embedder: EmbedderChoice,
        window: Window | None,
    ) -> Iterator[Iterator[Embedded | Passed]]:
        prepare = partial(look.prepare, on_the_processor(embedder.runtime))
        with Workers(look.work, count=workers or worker_count(), prepare=prepare) as pool:
            seen = look_ahead(pool, tasks, con, memory, embedder.info, window=window)
            yield embed(seen, cache(embedder.load), embedder.info)

    return place


def worker_count() -> int:
    """Processes that look at photos: one for each core, as far as memory goes round."""
    return max(1, min(cores(), memory_bytes() // BYTES_PER_WORKER))


def memory_bytes() -> int:
    """The machine's memory, or what a container may have of it."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        whole = MOST_WORKERS * BYTES_PER_WORKER
    with suppress(OSError, ValueError):  # no container, or one without a bound: "max"
        return min(whole, int(CONTAINER_BYTES.read_text(encoding="ascii")))
    return whole


def on_the_processor(runtime: Runtime) -> Runtime:
    """What searches for faces beside an embedder that runs on `runtime`.

    That is done where photos are decoded, in processes of their own: a graphics card is left to
    the embedder.
    """
    return runtime if runtime.on_processor else choose(device="cpu")


def _row(info: EmbedderInfo) -> EmbedderRow:
    return EmbedderRow(info.id, info.dim, info.alignment, info.licence, info.source)


def _silent(progress: Progress) -> None:
    """Nobody asked."""
