"""What was answered teaches who the others are: names are proposed anew beside the answers, and
when the page is first shown, for what was told elsewhere since."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from db.connection import transaction
from tracker.errors import TrackerError
from tracker.identity.family import take_back_impossible
from tracker.identity.proposing import propose_if_told
from tracker.identity.reviewing import child_of
from tracker.review.desk import Desk
from tracker.study.evidence import choose_embedder_id

if TYPE_CHECKING:
    import duckdb

EVERY = 10
"""Answers. Fewer teach little, and to propose names takes a second or two for 20,000 faces."""


PAUSE_S, LONGEST_S = 1.0, 20.0
"""It begins when nobody answered for so long, or after so long at the most: it takes the processor
for itself, and answers given meanwhile would be stored in three times the time."""


class Learning:
    """Proposes names anew after every so many answers, at most once at a time."""

    def __init__(self, desk: Desk, *, every: int = EVERY, pause: float = PAUSE_S) -> None:
        """Learns nothing yet."""
        self._desk = desk
        self._every = every
        self._pause = pause
        self._last = 0.0
        self._heard = 0
        self._begun = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """The page is shown; call it from an event loop, as often as you like."""
        if not self._begun:
            self._begun = True
            self._last = time.monotonic()
            self._start()

    def heard(self) -> None:
        """Something was answered, or taken back."""
        self._heard += 1
        self._last = time.monotonic()
        if self._heard >= self._every and (self._task is None or self._task.done()):
            self._start()

    def _start(self) -> None:
        self._heard = 0
        self._task = asyncio.create_task(self._learn())
        self._task.add_done_callback(_note)

    async def finished(self) -> None:
        """Until what was begun is done."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _learn(self) -> None:
        latest = time.monotonic() + LONGEST_S
        while (now := time.monotonic()) < min(self._last + self._pause, latest):
            await asyncio.sleep(min(self._last + self._pause, latest) - now)
        self._heard = 0
        try:
            await self._desk.lend(_propose)
            await self._desk.decided(take_back_impossible)  # what was answered meanwhile
        except TrackerError:
            self._heard = self._every  # another process came first: after the next answer


def _note(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()  # at the page's end it is broken off: that is no error


def _propose(connection: duckdb.DuckDBPyConnection) -> None:
    """In one transaction: what is answered meanwhile outranks what comes of it."""
    with transaction(connection):
        child = child_of(connection)
        embedder = choose_embedder_id(connection, None, child.person_id if child else None)
        if embedder is not None:
            propose_if_told(connection, embedder)
