"""The one place from which the page reads and writes the workspace, one thing after another.

A workspace belongs to one process at a time. The desk opens it when somebody asks for something,
keeps it for some seconds of quiet, and closes it, so that other commands run beside the page.
What it answered it remembers: as long as the file has not changed nothing need be opened for the
same question, and while another process holds the file the page can still be read.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from db import DATABASE
from db.connection import open_workspace
from db.errors import WorkspaceDamaged, WorkspaceInUse
from tracker.errors import TrackerError
from tracker.review.holder import holder_of, in_words, takes_long

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")
Work = Callable[["duckdb.DuckDBPyConnection"], T]
Stamp = tuple[tuple[int, int], ...]

QUIET_S = 3.0
"""A person who decides every second finds it open; a command typed in a terminal need not wait."""

PATIENCE_S = 4.0
"""How long a decision waits for another page, which lets go within its own seconds of quiet, or
for a command that is done in a moment. For one that takes minutes nobody waits: see `holder`."""

RETRY_S = 0.1
MOST_WAITING = 1000
"""Requests. Beyond it something is wrong with whoever asks."""

MOST_KEPT = 300
"""Answers remembered."""


class Busy(TrackerError):
    """More is asked for than can be answered."""


class ReadOnly(TrackerError):
    """Another process holds the workspace, so nothing can be stored now."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was found. `read_only`: who holds the workspace, in words, if somebody else does; the
    answer is then the last one known."""

    value: T
    read_only: str | None = None


@dataclass(slots=True)
class _Job:
    run: Callable[[], Any]
    future: Future[Any]


class Desk:
    """A thread with the workspace. Use it as a context manager.

    Every method may be called from any thread, `asked` and `decided` from an event loop.
    """

    def __init__(self, home: Path, *, quiet: float = QUIET_S, patience: float = PATIENCE_S) -> None:
        """Opens nothing yet."""
        self.home = home
        self._quiet = quiet
        self._patience = patience
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MOST_WAITING)
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._kept: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._generation = 0  # goes up with whatever may have changed an answer
        self._left: Stamp = ()  # how the file was when it was last let go
        self._lent = 0
        self._used = 0.0  # when it was last needed; what is answered from memory does not need it
        self._thread = threading.Thread(target=self._work, name="desk", daemon=True)
        self._thread.start()

    # --- from outside ----------------------------------------------------------------------

    async def asked(self, key: Hashable, work: Work[T]) -> Answer[T]:
        """The answer of `work`, which only reads; remembered under `key`.

        Raises ReadOnly where another process holds the workspace and nothing is remembered, and
        whatever the work raises.
        """
        return await asyncio.wrap_future(self._put(lambda: self._answer(key, work)))

    async def decided(self, work: Work[T]) -> T:
        """What `work` gives, which may store something.

        Raises ReadOnly where another process holds the workspace, and whatever the work raises.
        """
        return await asyncio.wrap_future(self._put(lambda: self._decide(work)))

    def try_to_open(self) -> str | None:
        """Open the workspace once. Gives who holds it, in words, if somebody else does.

        Raises WorkspaceMissing, WorkspaceDamaged and the others of `open_workspace`.
        """

        def attempt() -> str | None:
            try:
                self._open(0)
            except ReadOnly as error:
                return str(error)
            return None

        return self._put(attempt).result()

    async def lend(self, work: Work[T]) -> T:
        """Run something long in a thread of its own, beside what is decided meanwhile.

        It gets a second connection: what it reads in a transaction stays as it was at its start.
        """

        def cursor() -> duckdb.DuckDBPyConnection:
            from db import connection

            beside = connection.beside(self._open(self._patience))
            self._lent += 1
            return beside

        def done() -> None:
            self._lent -= 1
            self._forget()

        beside = await asyncio.wrap_future(self._put(cursor))
        try:
            return await asyncio.wrap_future(_in_a_thread(lambda: work(beside)))
        finally:
            beside.close()
            self._put(done)

    def close(self) -> None:
        """Finish what was asked for and let the workspace go."""
        self._jobs.put(None)
        self._thread.join()

    def __enter__(self) -> Desk:
        """The desk itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Lets the workspace go."""
        self.close()

    def _put(self, run: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        try:
            self._jobs.put_nowait(_Job(run, future))
        except queue.Full:
            raise Busy("Too much is asked for at once.", hint="Wait a moment.") from None
        return future

    # --- in the thread ----------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._rest())
            except queue.Empty:
                if not self._lent:
                    self._let_go()
                continue
            if job is None:
                self._let_go()
                return
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                job.future.set_result(job.run())
            except BaseException as error:  # the thread goes on, whatever one request met
                if isinstance(error, WorkspaceDamaged):
                    self._let_go()  # DuckDB refuses everything on such a connection from now on
                job.future.set_exception(error)

    def _rest(self) -> float | None:
        """Seconds until the workspace is to be let go; None where it is not open."""
        if self._connection is None:
            return None
        return self._quiet if self._lent else max(0.0, self._used + self._quiet - time.monotonic())

    # --- reading and storing ----------------------------------------------------------------

    def _answer(self, key: Hashable, work: Work[T]) -> Answer[T]:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            if self._is_fresh(kept[0]):
                return Answer(cast(T, kept[1]), self._held())
        try:
            connection = self._open(self._patience)
        except ReadOnly as error:
            if kept is None:
                raise
            return Answer(cast(T, kept[1]), str(error))
        if kept is not None and kept[0] == self._generation:
            return Answer(cast(T, kept[1]))
        value = work(connection)
        self._kept[key] = (self._generation, value)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return Answer(value)

    def _is_fresh(self, generation: int) -> bool:
        """Whether an answer of that generation would be the same now."""
        return generation == self._generation and (
            self._connection is not None or self._left == self._seen()
        )

    def _held(self) -> str | None:
        """Who holds the workspace for long, in words; without opening it."""
        if self._connection is not None:
            return None
        holder = holder_of(self.home / DATABASE)
        return in_words(holder, self.home) if takes_long(holder) else None

    def _decide(self, work: Work[T]) -> T:
        connection = self._open(self._patience)
        try:
            return work(connection)
        finally:
            self._forget()

    def _forget(self) -> None:
        """What was answered may be so no more; it is kept for when nothing better can be had."""
        self._generation += 1

    def _open(self, patience: float) -> duckdb.DuckDBPyConnection:
        """The connection. Raises ReadOnly where the workspace stays in use for `patience`."""
        self._used = time.monotonic()
        if self._connection is not None:
            return self._connection
        until = time.monotonic() + patience
        while True:
            try:
                self._connection = open_workspace(self.home)
            except WorkspaceInUse as error:
                if time.monotonic() >= until or takes_long(error.pid):
                    raise ReadOnly(
                        in_words(error.pid, self.home),
                        hint="The page goes on by itself when that has finished.",
                    ) from None
                time.sleep(RETRY_S)
                continue
            if self._left != self._seen():
                self._forget()
            return self._connection

    def _let_go(self) -> None:
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        connection.close()
        self._left = self._seen()  # closing writes what is in the journal into the file

    def _seen(self) -> Stamp:
        """What changes when anybody writes into the workspace."""
        found = []
        for name in (DATABASE, f"{DATABASE}.wal"):
            try:
                state = (self.home / name).stat()
                found.append((state.st_size, state.st_mtime_ns))
            except OSError:
                found.append((-1, 0))
        return tuple(found)


def _in_a_thread(run: Callable[[], T]) -> Future[T]:
    """In a thread that does not keep the program from ending."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(run())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, name="beside", daemon=True).start()
    return future
