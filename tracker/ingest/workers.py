"""A few processes that each do one photo at a time and may die alone.

A codec that crashes, eats the memory or never returns costs its photo and nothing else: the
process is replaced and the photo is rejected with the reason. `concurrent.futures` is no help
there: one dead process breaks its whole pool, and a job has no time limit.

Every process is driven by a thread of the pool, so results can be awaited in any order while
the main thread computes.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeVar

from tracker.errors import EngineError, PhotoRejected, TrackerError

Job = TypeVar("Job")
Answer = TypeVar("Answer")

TIME_LIMIT_S = 5.0
"""For looking at one photo, in both tries; one of 12 megapixels takes a fiftieth of it. The start
of the program and of its process come on top, and ten seconds are too long for one photo."""

STARVED = 30
"""Times the limit that a photo has where other programs have the cores: what its process spends in
waiting for one is not counted."""

LEAST_LIMIT_S = 1.5
"""What the second try has at the least."""

START_LIMIT_S = 60.0
"""For a process to start, on a machine that is busy with other things."""

MEMORY_LIMIT = 1_000_000_000
"""Bytes of address space that a process may take beyond what it has after its start."""

POLL_S = 0.02
"""How much longer than its limit a photo may take, so that nobody asks too often."""

NOT_STARTED = "The process that should read it does not start."

KILLED = 9
"""The number of SIGKILL, which Windows has no name for."""

M_ARENA_MAX, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -8, -1, -3
"""glibc's numbers for them, from malloc.h."""

KEPT_BYTES = 64 << 20
"""Of what is free again, this much is kept for the next photo: being given memory anew, page by
page, costs a quarter of the time of decoding at full size."""

MAPPED_BYTES = 32 << 20
"""What is larger is always given back: the most that glibc takes."""


class NeedsRoom(Exception):
    """Raised by the work when it should run with no other such job beside it."""


class Died(Exception):
    """The process is gone, or had to go; `code` and `reason` are for the photo's rejection."""

    def __init__(self, code: str, reason: str) -> None:
        """What to tell about the photo it was busy with."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class NotStarted(Died):
    """The process was gone, or hung, before it could do anything; not the photo's fault."""


class Workers(Generic[Job, Answer]):
    """Runs `work(job, alone)` in `count` spawned processes.

    Spawned, not forked: a forked child would share the database's lock and torch's threads.
    `work` must be importable by its name. Use it as a context manager.
    """

    def __init__(
        self,
        work: Callable[[Job, bool], Answer],
        *,
        count: int,
        prepare: Callable[[], None] | None = None,
        time_limit: float = TIME_LIMIT_S,
    ) -> None:
        """Starts nothing yet: a process begins with its first job.

        `prepare` is run in each process at its start, before its memory is bounded.
        """
        self.count = count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reader")
        self._workers = [_Worker(work, prepare, time_limit) for _ in range(count)]
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._roomy = threading.Lock()

    def submit(self, job: Job) -> Future[Answer]:
        """The answer to come.

        Its exceptions are PhotoRejected, and EngineError where no process can be started. That
        is raised at once where not even the thread can be.
        """
        try:
            return self._threads.submit(self._run, job)
        except RuntimeError:  # no room for a thread, or no more are allowed
            raise _none_starts() from None

    def _run(self, job: Job) -> Answer:
        worker = self._idle.get()
        try:
            with suppress(NeedsRoom, Died):
                answer: Answer = worker.call(job, alone=False)
                return answer
            # Once more, in a fresh process if the first is gone, and with the room for it: what
            # an earlier photo left behind, or another program took, is not this photo's fault.
            with self._roomy:
                answer = worker.call(job, alone=True, spent=worker.busy)
            return answer
        except NotStarted:
            raise _none_starts() from None
        except Died as death:
            raise PhotoRejected(death.code, death.reason) from None
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """End the processes, also in the middle of a job."""
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.end()

    def __enter__(self) -> Workers[Job, Answer]:
        """The pool itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends the processes."""
        self.close()


class _Worker:
    """One process, started when it is first needed and again after each death."""

    def __init__(
        self,
        work: Callable[[Any, bool], Any],
        prepare: Callable[[], None] | None,
        time_limit: float,
    ) -> None:
        self._work = work
        self._prepare = prepare
        self._time_limit = time_limit
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._closed = False
        self._lock = threading.Lock()
        self.busy = 0.0
        """Seconds that the last call took, without the process's start and waiting for a core."""

    def call(self, job: object, *, alone: bool, spent: float = 0.0) -> Any:  # noqa: ANN401
        """The work's answer; raises what the work raised, or Died.

        `spent`: seconds of the time limit that an earlier try has used up.
        """
        limit = min(self._time_limit, max(LEAST_LIMIT_S, self._time_limit - spent))
        self.busy = 0.0
        try:
            pipe = self._started()
            begun = time.monotonic()
            waited = self._waited()
            pipe.send((job, alone))
            in_time = pipe.poll(limit)
            while True:
                passed = time.monotonic() - begun
                self.busy = passed - max(0.0, self._waited() - waited)
                if in_time or self.busy >= limit or passed >= STARVED * limit:
                    break
                in_time = pipe.poll(limit - self.busy + POLL_S)
            if not in_time:
                raise PhotoRejected(
                    "too-slow", f"It could not be read within {self._time_limit:.0f} seconds."
                )
            kind, value = pipe.recv()
        except (EOFError, OSError):
            raise self._death() from None
        except PhotoRejected:
            self.end()
            raise
        if kind == "done":
            return value
        if kind == "no memory":
            self.end()
            raise Died("too-large", "It needs more memory than can be spared.")
        if kind == "failed":  # not for sure the file: decoding tells of a bad one in words
            self.end()
            raise Died("failed", f"It cannot be looked at ({value}).")
        raise value

    def _started(self) -> Connection:
        with self._lock:
            if self._closed:
                raise EOFError
            if self._pipe is not None:
                return self._pipe
            context = multiprocessing.get_context("spawn")
            try:
                ours, theirs = context.Pipe()
                with theirs:
                    process = context.Process(
                        target=_serve,
                        args=(self._work, self._prepare, theirs),
                        daemon=True,
                        name="tracker-reader",
                    )
                    try:
                        with _interrupts_held_back():
                            process.start()
                    except OSError:
                        ours.close()
                        raise
            except OSError:  # no more open files, or no more processes, are allowed
                raise NotStarted("crashed", NOT_STARTED) from None
            self._process, self._pipe = process, ours
        try:
            if not ours.poll(START_LIMIT_S):
                raise EOFError
            problem = ours.recv()
        except (EOFError, OSError):
            self.end()
            raise NotStarted("crashed", NOT_STARTED) from None
        if problem is not None:
            self.end()
            raise problem
        return ours

    def _waited(self) -> float:
        """Seconds that the process was ready to run and other programs had the cores; 0 where the
        system does not tell."""
        process = self._process
        with suppress(OSError, ValueError, IndexError):
            if process is not None and sys.platform == "linux":
                told = Path(f"/proc/{process.pid}/schedstat").read_text(encoding="ascii")
                return int(told.split()[1]) / 1e9
        return 0.0

    def _death(self) -> Died:
        """How the process ended, which is gone or about to be."""
        with self._lock:
            process = self._process
        if process is not None:
            process.join(1)
        killed = process is not None and process.exitcode == -KILLED
        self.end()
        if killed:
            return Died("killed", "The system ended the process that read it: memory ran short.")
        return Died("crashed", "It makes the decoder crash.")

    def end(self) -> None:
        """Kill the process, wait until it is gone, and close its pipe."""
        with self._lock:
            process, pipe = self._process, self._pipe
            self._process = self._pipe = None
        if process is not None:
            process.kill()
            process.join()
        if pipe is not None:
            pipe.close()

    def close(self) -> None:
        """Kill the process; the thread that waits for it sees the pipe's end."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()


def _none_starts() -> EngineError:
    return EngineError(
        "the processes that read photos do not start",
        hint="close other programs that need much memory, or try fewer: --workers 1",
    )


def _serve(
    work: Callable[[Any, bool], Any], prepare: Callable[[], None] | None, pipe: Connection
) -> None:
    """The process's own loop; ends with the pipe, so also when the parent is gone."""
    _leave_interrupts_to_the_parent()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        if prepare is not None:
            try:
                prepare()
            except TrackerError as error:
                pipe.send(error)
                return
            except MemoryError:
                return
            except Exception as error:
                name = type(error).__name__
                pipe.send(
                    EngineError(f"the processes that read photos do not start: {name}: {error}")
                )
                return
        _confine()
        pipe.send(None)
        while True:
            job, alone = pipe.recv()
            pipe.send(_answer(work, job, alone))


def _answer(work: Callable[[Any, bool], Any], job: object, alone: bool) -> tuple[str, Any]:
    try:
        return "done", work(job, alone)
    except (PhotoRejected, NeedsRoom) as error:
        return "refused", error
    except MemoryError:
        return "no memory", None
    except Exception as error:
        return "failed", type(error).__name__


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _confine() -> None:
    """Bounded memory, and no core dump of anyone's photos."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # One malloc arena instead of one per decoding thread: freed pixels go back to the
        # system (265 MB resident after fifteen HEICs with the default, 130 MB so).
        with suppress(AttributeError):  # not every libc is glibc
            library = ctypes.CDLL(None)
            library.mallopt(M_ARENA_MAX, 1)
            library.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
            library.mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES)
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            pages = int(file.read().split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY_LIMIT
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard == resource.RLIM_INFINITY or limit < hard:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """A Ctrl-C while a child starts would reach it before it can ignore it, and be printed."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
