"""An ingest whose photos are looked at and embedded by the actors of Ray Data.

Only the driver, this process, opens the workspace and writes. On a Ray of this machine the actors
read the photos where they are; to a cluster elsewhere the driver sends them, a few ahead, and a
foreman on the cluster runs Ray Data, which a Ray client cannot.

An actor that dies takes its block of photos with it; what did not come back is done once more, a
photo a block, and a photo that does not come back then is set aside.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import secrets
import socket
import sys
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import pyarrow as pa

from tracker.errors import EmbedderError, EngineError, PhotoRejected, UsageError
from tracker.ingest import decode
from tracker.ingest.look import Answer, Finished, LookJob
from tracker.ingest.ray_actor import EmbedderOrder, Reader, Source
from tracker.ingest.ray_rows import Failed, FarAnswer, LookedFar, jobs_table, outcomes_of
from tracker.ingest.stages import Embedded, Passed, Seen, look_ahead
from tracker.vision.embedders import onnx
from tracker.vision.embedders.registry import names
from tracker.vision.engines.cores import cores
from tracker.vision.weights import PUBLISHED

if TYPE_CHECKING:
    import duckdb

    from tracker.ingest.choose import Choice
    from tracker.ingest.known import Memory, Task
    from tracker.ingest.pipeline import EmbedderChoice, Workplace
    from tracker.ingest.window import Window
    from tracker.ingest.workers import Workers
    from tracker.vision.engines import Runtime

BLOCK_PHOTOS = 16
"""Enough to fill batches of faces, few enough to lose when an actor dies."""

PROBES = 3
"""Photos tried alone before all are, where not one came back."""

SENT_AHEAD = 2 * BLOCK_PHOTOS
"""Photos sent ahead, for each core of the cluster."""

ANSWER_S = 5.0
"""How long a cluster may take to answer at all."""

CLIENT_PORT = 10001
"""Ray's own default for `ray://`."""

OBJECT_STORE = 256 * 1024 * 1024
"""Bytes for a Ray of this machine; only faces and vectors travel through it."""

DIED = PhotoRejected("crashed", "The process that read it died, twice.")


@dataclass(frozen=True, slots=True)
class Address:
    """Where Ray is: `host` None for one started here for this ingest."""

    host: str | None = None
    port: int = CLIENT_PORT

    @property
    def is_elsewhere(self) -> bool:
        """Whether what is sent there leaves this machine."""
        if self.host is None or self.host == "localhost":
            return False
        with suppress(ValueError):
            return not ipaddress.ip_address(self.host).is_loopback
        return True

    def __str__(self) -> str:
        """As it is typed."""
        if self.host is None:
            return "ray"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ray://{host}:{self.port}"


def parse_address(text: str) -> Address:
    """ "ray" or "ray://HOST[:PORT]"; UsageError for anything else."""
    if text == "ray":
        return Address()
    with suppress(ValueError):
        parts = urlsplit(text)
        if parts.scheme == "ray" and parts.hostname and not (parts.path or parts.query):
            return Address(parts.hostname, parts.port or CLIENT_PORT)
    raise UsageError(
        f"{text!r} is no place to run an ingest.",
        hint="--on ray for a Ray of this machine, --on ray://HOST:PORT for a cluster.",
    )


def on_ray(
    address: Address, choice: Choice, workers: int | None, *, reader: type[Reader] = Reader
) -> Workplace:
    """Look at photos and embed their faces with Ray; `workers` actors at most, on this machine.
    `reader` is what the actors are.

    Using it raises EngineError where Ray is not installed, does not answer or goes away, and what
    loading the embedder raises.
    """

    @contextmanager
    def place(
        tasks: Sequence[Task],
        con: duckdb.DuckDBPyConnection,
        memory: Memory,
        embedder: EmbedderChoice,
        window: Window | None,
    ) -> Iterator[Iterator[Embedded | Passed]]:
        order = _order(choice, address)
        with connected(address, workers) as ray, _explained(address):
            if _gpus(order.runtime) > ray.cluster_resources().get("GPU", 0):
                raise EngineError(
                    f"There is no graphics card that {address} could use.",
                    hint="Leave out --device, or say --device cpu.",
                )
            crew = _Crew(ray, address, order, workers, reader)
            seen = look_ahead(
                cast("Workers[LookJob, Answer]", crew),
                tasks,
                con,
                memory,
                embedder.info,
                window=window,
            )
            try:
                yield map(partial(_embedded, dim=embedder.info.dim), seen)
            finally:
                crew.close()

    return place


def _embedded(item: Seen | Passed, dim: int) -> Embedded | Passed:
    if not isinstance(item, Seen):
        return item
    assert isinstance(item.looked, LookedFar)  # noqa: S101  see _Crew
    return Embedded(item, item.looked.vectors.reshape(len(item.faces), dim))


@contextmanager
def connected(address: Address, workers: int | None = None) -> Iterator[ModuleType]:
    """Ray, connected; shut down at the end. Raises EngineError."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_DATA_LOG_LEVEL", "CRITICAL")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ.setdefault("RAY_CLIENT_INITIAL_CONNECTION_TIMEOUT_S", f"{ANSWER_S:.0f}")
    os.environ.setdefault("RAY_CLIENT_MAX_CONNECTION_TIMEOUT_S", f"{ANSWER_S:.0f}")
    if address.host is None:
        # Otherwise Ray makes one and leaves it in the home folder.
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    else:
        _must_answer(address)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise EngineError(
            f"Ray is not installed ({error}).",
            hint="Install it beside the tracker, once: pip install 'resemblance-tracker[ray]', or "
            "in a checkout: pip install -c constraints.txt -e '.[ray]'",
        ) from error
    quiet = {"logging_level": logging.CRITICAL, "log_to_driver": False}
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    with _explained(address), _silence():
        if address.host is None:
            ray.init(
                "local",
                num_cpus=workers or cores(),
                include_dashboard=False,
                object_store_memory=OBJECT_STORE,
                **quiet,
            )
        else:
            _join(ray, address, quiet)
    try:
        yield ray
    finally:
        ray.shutdown()


class _Answer(Future[Answer]):
    """An answer that makes the crew work until it is there."""

    def __init__(self, crew: _Crew) -> None:
        super().__init__()
        self._crew = crew

    def result(self, timeout: float | None = None) -> Answer:
        while not self.done():
            self._crew.work()
        return super().result(timeout)


class _Crew:
    """Takes all jobs first, then has Ray Data do them: what `look_ahead` takes for workers.

    Answers are LookedFar where a worker's would be Looked.
    """

    count = 1 << 40  # `look_ahead` hands over everything before it asks for the first answer

    def __init__(
        self,
        ray: ModuleType,
        address: Address,
        order: EmbedderOrder,
        workers: int | None,
        reader: type[Reader],
    ) -> None:
        self._ray = ray
        self._order = order
        self._reader = reader
        self._jobs: list[LookJob] = []
        self._open: dict[int, _Answer] = {}
        self._blocks: Iterator[pa.Table] | None = None
        self._round = 0
        self._tried: set[int] = set()
        self._far = _Far(ray) if address.host is not None else None
        self._most = workers or cores() if address.host is None else None

    def submit(self, job: LookJob) -> Future[Answer]:
        """Take a job; nothing is done before the first answer is asked for."""
        answer = _Answer(self)
        self._open[len(self._jobs)] = answer
        self._jobs.append(job)
        return answer

    def work(self) -> None:
        """Take the next block of outcomes, or begin again with what did not come back."""
        if self._blocks is None:
            self._begin()
            return
        block = next(self._blocks, None)
        if block is None:
            self._blocks = None
            return
        for number, outcome in outcomes_of(block):
            self._settle(number, outcome)

    def close(self) -> None:
        """Stop what is under way."""
        if isinstance(self._blocks, Generator):
            self._blocks.close()

    def _begin(self) -> None:
        """All jobs in blocks; then those that did not come back, one by one; then give them up.

        Where nothing came back at all it may be no photo's fault: a few are tried first.
        """
        self._round += 1
        numbers, size = list(self._open), BLOCK_PHOTOS
        if self._round > 1:
            size = 1
            numbers = [number for number in numbers if number not in self._tried]
            if len(self._open) == len(self._jobs):
                if len(self._tried) >= min(PROBES, len(self._jobs)) > 1:
                    raise EngineError(
                        "Every process that Ray started for the photos died.",
                        hint="They may lack memory: about 1 GB each. Ray's logs tell more.",
                    )
                numbers = numbers[:PROBES]
            self._tried.update(numbers)
        if not numbers:
            for number in list(self._open):
                self._settle(number, DIED)
            return
        blocks = [
            jobs_table((number, self._told(number)) for number in numbers[at : at + size])
            for at in range(0, len(numbers), size)
        ]
        if self._far is None:
            self._blocks = Foreman(blocks, self._order, None, self._most, self._reader).all()
        else:
            self._blocks = self._far.blocks(
                blocks,
                self._order,
                self._reader,
                {number: self._jobs[number] for number in numbers},
                self._settle,
                again=self._round > 1,
            )

    def _told(self, number: int) -> LookJob:
        """The job as an actor is told it: a cluster elsewhere learns no file's name, nor the
        hashes of other photos, which the driver has compared."""
        job = self._jobs[number]
        return job if self._far is None else replace(job, path=b"", known=frozenset())

    def _settle(self, number: int, outcome: FarAnswer) -> None:
        if isinstance(outcome, Failed):
            raise outcome.error
        answer = self._open.pop(number, None)
        if self._far is not None:
            self._far.forget(number)
        if answer is None:
            return
        if isinstance(outcome, PhotoRejected):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)


class Foreman:
    """Runs Ray Data over blocks of jobs; here, or on the cluster as an actor."""

    def __init__(
        self,
        blocks: list[pa.Table],
        order: EmbedderOrder,
        source: Source | None,
        most: int | None,
        reader: type[Reader],
    ) -> None:
        import ray.data

        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.max_errored_blocks = -1  # an actor that dies costs its block, which comes again
        # An actor that dies takes with it what waits for it: photos tried alone do not wait so.
        at_a_time = 1 if blocks[0].num_rows == 1 else 2
        with warnings.catch_warnings():
            # That these two have no parameter of their own yet is why pyproject bounds Ray.
            warnings.filterwarnings("ignore", message=".*ray_remote_args")
            done = ray.data.from_arrow(blocks).map_batches(
                reader,
                fn_constructor_args=(order, source),
                batch_format="pyarrow",
                batch_size=None,
                compute=ray.data.ActorPoolStrategy(
                    min_size=1, max_size=most, max_tasks_in_flight_per_actor=at_a_time
                ),
                num_cpus=1,
                num_gpus=_gpus(order.runtime),
                max_restarts=-1,
                max_task_retries=0,
            )
        self._done: Iterator[pa.Table] = iter(
            done.iter_batches(batch_format="pyarrow", batch_size=None, prefetch_batches=0)
        )

    def next(self) -> pa.Table | None:
        """The next block of outcomes in any order; None when there are no more."""
        return next(self._done, None)

    def all(self) -> Iterator[pa.Table]:
        """All of them."""
        return self._done


class Depot:
    """An actor on the cluster that holds photos until they are fetched and settled."""

    def __init__(self) -> None:
        self._photos: dict[int, list[Any]] = {}
        self._changed = asyncio.Condition()

    async def put(self, number: int, photo: list[Any]) -> None:
        """`photo`: a reference to its bytes in a list, or an empty one where there are none."""
        async with self._changed:
            self._photos[number] = photo
            self._changed.notify_all()

    async def take(self, number: int) -> list[Any]:
        """What was put; waits for it."""
        async with self._changed:
            await self._changed.wait_for(lambda: number in self._photos)
            return self._photos[number]

    async def forget(self, numbers: list[int]) -> None:
        """These are settled."""
        for number in numbers:
            self._photos.pop(number, None)


@dataclass(frozen=True, slots=True)
class FromDepot:
    """The Source of an actor on the cluster."""

    depot: Any

    def photo(self, number: int) -> bytes | None:
        """See Source."""
        import ray

        photo = ray.get(self.depot.take.remote(number))
        return bytes(ray.get(photo[0])) if photo else None


class _Far:
    """The driver's side of a cluster elsewhere: sends photos, fetches outcomes."""

    def __init__(self, ray: ModuleType) -> None:
        self._ray = ray
        self._depot = ray.remote(num_cpus=0)(Depot).remote()
        self._sent: set[int] = set()
        self._most = SENT_AHEAD * max(2, int(ray.cluster_resources().get("CPU", 2)))

    def blocks(
        self,
        blocks: list[pa.Table],
        order: EmbedderOrder,
        reader: type[Reader],
        jobs: dict[int, LookJob],
        settle: Callable[[int, FarAnswer], None],
        *,
        again: bool,
    ) -> Iterator[pa.Table]:
        """The outcomes; while they are waited for, photos are sent. What is settled here is told
        `settle` and not sent; `again`: they are at the depot still."""
        ray = self._ray
        foreman = ray.remote(num_cpus=0)(Foreman).remote(
            blocks, order, FromDepot(self._depot), None, reader
        )
        to_send = deque([] if again else jobs.items())
        while True:
            answer = foreman.next.remote()
            while not ray.wait([answer], timeout=0 if self._may_send(to_send) else 0.5)[0]:
                if self._may_send(to_send):
                    self._send(*to_send.popleft(), settle)
            block = ray.get(answer)
            if block is None:
                ray.kill(foreman)
                return
            yield block

    def forget(self, number: int) -> None:
        """It is settled: its photo may go."""
        if number in self._sent:
            self._sent.discard(number)
            self._depot.forget.remote([number])

    def _may_send(self, to_send: deque[tuple[int, LookJob]]) -> bool:
        return bool(to_send) and len(self._sent) < self._most

    def _send(self, number: int, job: LookJob, settle: Callable[[int, FarAnswer], None]) -> None:
        outcome: FarAnswer | None = None
        try:
            content = decode.read(job.path)
            if content.sha256 in job.known:
                outcome = Finished(content.sha256)
        except PhotoRejected as problem:
            outcome = problem
        if outcome is None:
            self._sent.add(number)
            self._depot.put.remote(number, [self._ray.put(content.data)])
        else:
            self._depot.put.remote(number, [])
            settle(number, outcome)


def _order(choice: Choice, address: Address) -> EmbedderOrder:
    files = None if address.host is None else _files(choice)
    runtime = choice.runtime
    if _gpus(runtime):  # an actor sees only the card that Ray gave it
        runtime = replace(runtime, device="cuda")
    return EmbedderOrder(
        choice.spec, choice.weights, choice.weights_dir, runtime, choice.info, files
    )


def _gpus(runtime: Runtime) -> int:
    """Graphics cards that Ray must give an actor; it knows nothing of Apple's."""
    return 1 if runtime.device.startswith("cuda") else 0


def _files(choice: Choice) -> dict[str, bytes]:
    """The embedder's own files, by the names they are looked for under."""
    if choice.spec in PUBLISHED:
        name = PUBLISHED[choice.spec].file
        return {name: (choice.weights or choice.weights_dir / name).read_bytes()}
    if choice.spec in names():
        return {}
    spec = Path(choice.spec)
    toml = spec / onnx.DESCRIPTION if spec.is_dir() else spec
    model = onnx.read(toml).model
    beside = os.path.relpath(model, toml.parent)
    if beside.startswith(os.pardir):
        raise EmbedderError(
            f"{toml} names a model outside its folder, which cannot be sent to a cluster.",
            hint="Put the model beside its model.toml.",
        )
    return {onnx.DESCRIPTION: toml.read_bytes(), beside: model.read_bytes()}


def _join(ray: ModuleType, address: Address, quiet: dict[str, Any]) -> None:
    """Become a client. The server forks a process for each, which may be stillborn: once more."""
    try:
        ray.init(str(address), **quiet)
    except (ConnectionError, RuntimeError) as error:
        if "client server failed" not in str(error):
            raise
        ray.shutdown()
        ray.init(str(address), **quiet)


def _must_answer(address: Address) -> None:
    try:
        socket.create_connection((address.host or "", address.port), timeout=ANSWER_S).close()
    except OSError as error:
        raise EngineError(
            f"Nothing answers at {address} ({error.strerror or error}).",
            hint="Is the cluster up, and its client port (ray start --head "
            f"--ray-client-server-port={address.port}) reachable from here? Nothing was lost.",
        ) from error


@contextmanager
def _silence() -> Iterator[None]:
    """Ray's native part tells on stderr how loud it is, however quiet it was asked to be."""
    sys.stderr.flush()
    before = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


@contextmanager
def _explained(address: Address) -> Iterator[None]:
    """Ray's own errors, in a sentence."""
    try:
        yield
    except Exception as error:
        if not (type(error).__module__.startswith("ray.") or isinstance(error, _OF_RAY)):
            raise
        where = "here" if address.host is None else f"at {address}"
        what = (str(error).strip().splitlines() or [type(error).__name__])[-1]
        raise EngineError(
            f"Ray {where} does not answer or went away: {what[:300]}.",
            hint="What came back before is stored; the same command goes on from there. A cluster "
            "wants the same versions of Python, Ray and the tracker on every machine, and its "
            "token in RAY_AUTH_TOKEN where it has one.",
        ) from error


_OF_RAY = (ConnectionError, TimeoutError)
