"""A thread that does one thing after another."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from tracker.errors import TrackerError

T = TypeVar("T")

MOST_WAITING = 1000
"""Jobs. Beyond it something is wrong with whoever asks."""


class Busy(TrackerError):
    """More is asked for than can be answered."""


@dataclass(slots=True)
class _Job:
    run: Callable[[], Any]
    future: Future[Any]


class Line:
    """Jobs are done in the order in which they came. The thread does not keep a program alive."""

    def __init__(
        self,
        name: str,
        *,
        rest: Callable[[], float | None] = lambda: None,
        idle: Callable[[], None] = lambda: None,
    ) -> None:
        """`idle` is run in the thread where no job came for `rest()` seconds (None: never)."""
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MOST_WAITING)
        self._rest = rest
        self._idle = idle
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, run: Callable[[], T]) -> Future[T]:
        """What `run` will give or raise. Raises Busy where too many wait already."""
        future: Future[T] = Future()
        try:
            self._jobs.put_nowait(_Job(run, future))
        except queue.Full:
            raise Busy("Too much is asked for at once.", hint="Wait a moment.") from None
        return future

    @property
    def is_alive(self) -> bool:
        """Whether there is still something that it does or may do."""
        return self._thread.is_alive()

    def close(self, wait: float | None = None) -> bool:
        """Do what was asked for, and no more; wait for that so many seconds (None: as long as it
        takes). Whether it is done."""
        self._jobs.put(None)
        self._thread.join(wait)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._rest())
            except queue.Empty:
                self._idle()
                continue
            if job is None:
                return
            if job.future.set_running_or_notify_cancel():
                try:
                    job.future.set_result(job.run())
                except BaseException as error:  # the thread goes on, whatever one job met
                    job.future.set_exception(error)
            del job  # else it is held, with all that it found, until the next one comes
