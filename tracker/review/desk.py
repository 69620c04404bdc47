"""The one place from which the page reads and writes the workspace.

One thread stores decisions, one after the other. Two others read, each by a connection of its own:
one what is soon answered, one what takes longer. No decision waits for either.

A workspace belongs to one process at a time. The desk opens it when somebody asks for something and
closes it after some seconds of quiet, or as soon as another process says that it waits, so that
other commands run beside the page.
What it answered it remembers: as long as the file has not changed nothing need be opened for the
same question, and while another process holds the file the page can still be read.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from db import DATABASE
from db.connection import beside, transaction
from db.errors import WorkspaceDamaged, WorkspaceInUse
from db.holder import sentence
from db.text import shown
from db.turns import Others, holder_that_takes_long, open_in_turn
from tracker.errors import TrackerError
from tracker.review.line import Busy, Line

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")
Work = Callable[["duckdb.DuckDBPyConnection"], T]
Stamp = tuple[tuple[int, int], ...]
File = tuple[int, int] | None
"""A file's device and number there, whatever it is called."""

QUIET_S = 15.0
"""A person who looks at a face for a while finds it open: to open it takes longer than to store an
answer. Who needs it meanwhile says so."""

LOOK_S = 0.1
"""How often it looks whether somebody waits, while nobody asks for anything."""

PATIENCE_S = 4.0
"""How long a decision waits for a command that is done in a moment, or for another page. For one
that takes minutes nobody waits: see `db.holder`."""

AGAIN_S = 0.3
"""How long after it waited for somebody in vain."""

HOLD_S = 5.0
"""How long nothing more is begun where somebody waits for what was begun before."""

WAY_S = 1.0
"""What somebody who was let in has to open the workspace."""

GOODBYE_S = 1.0
MOST_KEPT = 300
"""Answers remembered."""


class ReadOnly(TrackerError):
    """Another process holds the workspace, so nothing can be stored now."""


class Replaced(TrackerError):
    """The workspace's file is not the one that the page was shown of."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What was found. `read_only`: who holds the workspace, in words, if somebody else does; the
    answer is then the last one known."""

    value: T
    read_only: str | None = None


class Desk:
    """The threads with the workspace. Use it as a context manager.

    Every method may be called from any thread, `asked` and `decided` from an event loop.
    """

    def __init__(self, home: Path, *, quiet: float = QUIET_S, patience: float = PATIENCE_S) -> None:
        """Opens nothing yet."""
        self.home = home
        self._quiet = quiet
        self._patience = patience
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._kept: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self._generation = 0  # goes up with whatever may have changed an answer
        self._left: Stamp = ()  # how the file was when it was last let go
        self._lent: list[duckdb.DuckDBPyConnection] = []
        self._beside: list[Line] = []
        self._used = 0.0  # when it was last needed; what is answered from memory does not need it
        self._others = Others(home)
        self._waited_in_vain = False
        self._file: File = None  # the one that was opened last
        self._lost: list[duckdb.DuckDBPyConnection] = []
        self._line = Line("desk", rest=self._rest, idle=self._idle)
        self._wanted = False  # by another process
        self._soon, self._later = Line("soon"), Line("later")

    # --- from outside ----------------------------------------------------------------------

    async def asked(self, key: Hashable, work: Work[T]) -> Answer[T]:
        """The answer of `work`, which only reads and is soon done; remembered under `key`.

        Raises ReadOnly where another process holds the workspace and nothing is remembered, and
        whatever the work raises.
        """
        return await asyncio.wrap_future(self._soon.put(lambda: self._answer(key, work)))

    async def pondered(self, key: Hashable, work: Work[T]) -> Answer[T]:
        """As `asked`, of what takes its time."""
        return await asyncio.wrap_future(self._later.put(lambda: self._answer(key, work)))

    async def decided(self, work: Work[T]) -> T:
        """What `work` gives, which may store something.

        Raises ReadOnly where another process holds the workspace, and whatever the work raises.
        """
        return await asyncio.wrap_future(self._line.put(lambda: self._decide(work)))

    async def lend(self, work: Work[T]) -> T:
        """Run something very long that may store its result, in a thread of its own.

        It gets a second connection: what it reads in a transaction stays as it was at its start.
        """
        second = await asyncio.wrap_future(self._line.put(self._lend))
        line = Line("beside")
        self._beside = [other for other in self._beside if other.is_alive] + [line]
        try:
            return await asyncio.wrap_future(line.put(lambda: self._use(second, work)))
        finally:
            line.close(0)
            with suppress(Busy):
                self._line.put(self._forget)

    def try_to_open(self) -> str | None:
        """Open the workspace once. Gives who holds it, in words, if somebody else does.

        Raises WorkspaceMissing, WorkspaceDamaged and the others of `open_workspace`.
        """

        def attempt() -> str | None:
            try:
                self._open()
            except ReadOnly as error:
                return str(error)
            return None

        return self._line.put(attempt).result()

    def close(self, wait: float = GOODBYE_S) -> bool:
        """Finish what was to be stored and let the workspace go.

        What is being pondered is broken off. Whether all threads have ended after `wait` seconds
        (one that computes sees that it is over when it next asks for something), and no file is
        left open that was taken away: see `lost`.
        """
        until = time.monotonic() + wait
        lines = [self._soon, self._later, *self._beside]
        for line in lines:
            line.close(0)
        while (alive := any(line.is_alive for line in lines)) and time.monotonic() < until:
            for second in list(self._lent):
                with suppress(Exception):  # it may be closed by now
                    second.interrupt()  # again and again: between two queries it goes unheard
            time.sleep(LOOK_S / 2)
        with suppress(Busy):
            self._line.put(self._let_go)
        self._line.close()
        return not alive and not self.lost

    @property
    def lost(self) -> bool:
        """Whether the file was taken away or replaced while it was open.

        Nothing more is written then. It is not even closed: DuckDB would remove the journal that
        lies beside the file by now, which is another one's. Nor does it open another one of that
        name in one process, so there is nothing more to answer.
        """
        return bool(self._lost)

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

    # --- reading and storing ----------------------------------------------------------------

    def _answer(self, key: Hashable, work: Work[T]) -> Answer[T]:
        """In a reader's thread: from memory, or by a second connection."""
        until = time.monotonic() + HOLD_S
        while self._line.put(self._is_kept_for_others).result() and time.monotonic() < until:
            time.sleep(LOOK_S / 4)
        found = self._line.put(lambda: self._remembered(key) or self._lend()).result()
        if isinstance(found, Answer):
            return cast("Answer[T]", found)
        generation = self._generation

        def of_one_moment(connection: duckdb.DuckDBPyConnection) -> T:
            with transaction(connection):
                return work(connection)

        value = self._use(found, of_one_moment)
        self._line.put(lambda: self._keep(key, generation, value))
        return Answer(value)

    def _use(self, second: duckdb.DuckDBPyConnection, work: Work[T]) -> T:
        """In another thread: what `work` gives; the second connection goes back."""
        try:
            return work(second)
        finally:
            second.close()
            self._line.put(lambda: self._return(second))

    def _lend(self) -> duckdb.DuckDBPyConnection:
        made = beside(self._open())
        self._lent.append(made)
        return made

    def _return(self, second: duckdb.DuckDBPyConnection) -> None:
        self._lent.remove(second)
        self._used = time.monotonic()

    def _rest(self) -> float | None:
        """Seconds until it is to be seen whether to let go; None where that cannot be."""
        if self._connection is None or self._lent:
            return None
        return min(LOOK_S, max(0.0, self._used + self._quiet - time.monotonic()))

    def _is_wanted(self) -> bool:
        self._wanted = self._wanted or self._others.wait()
        return self._wanted

    def _is_kept_for_others(self) -> bool:
        """Whether somebody waits for what was lent to come back: then no more is lent."""
        return self._connection is not None and bool(self._lent) and self._is_wanted()

    def _idle(self) -> None:
        if self._is_wanted() or time.monotonic() >= self._used + self._quiet:
            self._let_go()

    def _remembered(self, key: Hashable) -> Answer[Any] | None:
        """The answer that was given before, where it still holds or no other can be had."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        if self._is_fresh(kept[0]):
            return Answer(kept[1], self._held())
        try:
            self._open()
        except ReadOnly as error:
            return Answer(kept[1], str(error))
        return Answer(kept[1]) if kept[0] == self._generation else None

    def _keep(self, key: Hashable, generation: int, value: object) -> None:
        self._kept[key] = (generation, value)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _is_fresh(self, generation: int) -> bool:
        """Whether an answer of that generation would be the same now."""
        if generation != self._generation:
            return False
        if self._connection is not None:
            return self._found() == self._file
        return self._left == self._seen()

    def _held(self) -> str | None:
        """Who holds the workspace for long, in words; without opening it."""
        if self._connection is not None:
            return None
        holder = holder_that_takes_long(self.home)
        return None if holder is None else self._in_words(holder)

    def _in_words(self, holder: int | None) -> str:
        return (
            f"{sentence(holder)} ({shown(os.fsencode(self.home))}); "
            "nothing can be decided until it is done."
        )

    def _decide(self, work: Work[T]) -> T:
        before = self._file
        connection = self._open()
        try:
            if before not in (None, self._file):
                raise Replaced(
                    "The workspace was replaced by another one meanwhile; this was not stored.",
                    hint="Load the page again: it shows the new one then.",
                )
            return work(connection)
        except WorkspaceDamaged:
            self._let_go()  # DuckDB refuses everything on such a connection from now on
            raise
        finally:
            self._forget()

    def _forget(self) -> None:
        """What was answered may be so no more; it is kept for when nothing better can be had."""
        self._generation += 1

    def _open(self) -> duckdb.DuckDBPyConnection:
        """The connection. Raises ReadOnly where the workspace stays in use."""
        self._used = time.monotonic()
        if self._connection is not None and self._found() != self._file:
            self._lose(self._connection)
        if self._file is not None and self._found() is None:
            raise Replaced(
                f"The workspace in {shown(os.fsencode(self.home))} was taken away.",
                hint="Was it moved or deleted, or its disk unplugged? Put it back, end the page "
                "with Ctrl-C in its terminal, and start it again.",
            )
        if self._lost:
            raise Replaced(
                "The workspace was replaced by another one while this page had it open.",
                hint="End the page with Ctrl-C in its terminal, and start it again.",
            )
        if self._connection is not None and (self._lent or not self._is_wanted()):
            return self._connection
        self._let_go()
        self._others.let_in(WAY_S)
        try:
            self._connection = open_in_turn(
                self.home, patience=AGAIN_S if self._waited_in_vain else self._patience
            )
        except WorkspaceInUse as error:
            self._waited_in_vain = True
            raise ReadOnly(
                self._in_words(error.pid), hint="The page goes on by itself when that has finished."
            ) from None
        self._waited_in_vain = False
        self._file = self._found()
        self._others = Others(self.home)
        self._used = time.monotonic()
        if self._left != self._seen():
            self._forget()
        return self._connection

    def _let_go(self) -> None:
        if self._connection is None:
            return
        if self._found() != self._file:
            self._lose(self._connection)
            return
        connection, self._connection, self._wanted = self._connection, None, False
        connection.close()
        self._left = self._seen()  # closing writes what is in the journal into the file

    def _lose(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._lost.append(connection)  # lest it be closed as nobody has it
        self._connection = None
        self._kept.clear()

    def _found(self) -> File:
        """The file that is there now."""
        try:
            state = (self.home / DATABASE).stat()
        except OSError:
            return None
        return state.st_dev, state.st_ino

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
