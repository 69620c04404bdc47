"""What an actor on a Ray cluster does: look at photos, and embed their faces.

It does so with the parts of an ingest on one machine, a worker process that may die alone
included, so the same photos come to the same rows. It never opens a workspace.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import pyarrow as pa

from db.records import Face
from tracker.errors import EngineError, PhotoRejected, TrackerError
from tracker.ingest import look
from tracker.ingest.look import Finished, Looked, LookJob
from tracker.ingest.pipeline import on_the_processor
from tracker.ingest.ray_rows import Failed, FarAnswer, LookedFar, jobs_of, outcomes_table
from tracker.ingest.scan import Found
from tracker.ingest.stages import Embedded, Passed, Refused, Repeated, Seen, embed
from tracker.ingest.workers import Workers
from tracker.vision.embedders import registry

if TYPE_CHECKING:
    from tracker.vision.embedders.contract import Embedder, EmbedderInfo
    from tracker.vision.engines import Runtime

MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108  its files are in memory, and in a private folder
"""Where a photo that was sent lies while it is looked at: on no disk, where there is this."""


@dataclass(frozen=True, slots=True)
class EmbedderOrder:
    """Which embedder an actor is to load, and what is known of it.

    `files`, by relative name, are the embedder's own for a machine that does not have them; the
    paths are those of the driver's machine otherwise.
    """

    spec: str
    weights: Path | None
    weights_dir: Path
    runtime: Runtime
    info: EmbedderInfo
    files: Mapping[str, bytes] | None = None


class Source(Protocol):
    """Where an actor gets photos that are not on its machine."""

    def photo(self, number: int) -> bytes | None:
        """The file's bytes; None where the job was settled without them. Waits for them."""
        ...


class Reader:
    """Looks and embeds: `reader(jobs) -> outcomes`, Arrow tables both (see `ray_rows`)."""

    def __init__(self, order: EmbedderOrder, source: Source | None) -> None:
        """Loads nothing yet: an error while loading is to be told, not tried again."""
        self._order = order
        self._source = source
        self._resources = ExitStack()
        self._workers: Workers[LookJob, look.Answer] | None = None
        self._load = cache(self._loaded)
        weakref.finalize(self, self._resources.close)

    def __call__(self, table: pa.Table) -> pa.Table:
        """What became of every job, or one row that ends the ingest."""
        jobs = jobs_of(table)
        try:
            return outcomes_table(list(self._outcomes(jobs)))
        except TrackerError as error:
            return outcomes_table([(jobs[0][0], Failed(error))])
        except Exception as error:
            told = EngineError(
                f"The tracker failed on a machine of the Ray cluster: {type(error).__name__}, "
                f"{error}.",
                hint="Install the same version of the tracker on every machine of the cluster.",
            )
            return outcomes_table([(jobs[0][0], Failed(told))])

    def _outcomes(self, jobs: list[tuple[int, LookJob]]) -> Iterator[tuple[int, FarAnswer]]:
        with tempfile.TemporaryDirectory(
            prefix="tracker-ray-", dir=MEMORY_FOLDER if MEMORY_FOLDER.is_dir() else None
        ) as folder:
            here = list(self._fetched(jobs, Path(folder)))
            numbers = iter(number for number, _ in here)
            looked = self._looked(job for _, job in here)
            for outcome in embed(looked, self._load, self._order.info):
                yield next(numbers), _far(outcome)

    def _fetched(
        self, jobs: list[tuple[int, LookJob]], folder: Path
    ) -> Iterator[tuple[int, LookJob]]:
        """The jobs, with the photo's file on this machine."""
        for number, job in jobs:
            if self._source is None:
                yield number, job
            elif (content := self._source.photo(number)) is not None:
                file = folder / str(number)
                file.write_bytes(content)
                yield number, replace(job, path=os.fsencode(file))

    def _looked(self, jobs: Iterable[LookJob]) -> Iterator[Seen | Passed]:
        workers = self._started()
        for job, answer in [(job, workers.submit(job)) for job in jobs]:
            found = Found(job.path, 0, 0, 0)
            try:
                looked = answer.result()
            except PhotoRejected as problem:
                yield Refused(found, problem)
                continue
            if isinstance(looked, Finished):
                yield Repeated(found, looked.sha256)
            else:  # of its faces `embed` asks no more than how many they are
                yield Seen(found, looked, cast("tuple[Face, ...]", looked.detections))

    def _started(self) -> Workers[LookJob, look.Answer]:
        if self._workers is None:
            prepare = partial(look.prepare, on_the_processor(self._order.runtime))
            self._workers = self._resources.enter_context(
                Workers(look.work, count=1, prepare=prepare)
            )
        return self._workers

    def _loaded(self) -> Embedder:
        order = self._order
        if order.files is None:
            return registry.load(
                order.spec,
                weights=order.weights,
                weights_dir=order.weights_dir,
                runtime=order.runtime,
            )
        folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory()))
        for name, content in order.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        built_in = order.spec in registry.names()
        return registry.load(
            order.spec if built_in else str(folder), weights_dir=folder, runtime=order.runtime
        )


def _far(outcome: Embedded | Passed) -> FarAnswer:
    if isinstance(outcome, Refused):
        return outcome.problem
    if isinstance(outcome, Repeated):
        return Finished(outcome.sha256)
    looked = outcome.seen.looked
    known = {field.name: getattr(looked, field.name) for field in fields(Looked)}
    return LookedFar(**known, vectors=outcome.vectors)
