"""The child's report, made when somebody looks at it, while decisions go on being stored."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db import people
from db.connection import transaction
from tracker.review.desk import Desk
from tracker.study.written_report import Written, written_report

if TYPE_CHECKING:
    import duckdb

    from tracker.study.report import OnStep

PATIENCE_S = 1.5
"""A report that is there already, and one of a small family, is shown without a word in between."""

FRESH_S = 10.0
"""A report that nobody came back for is made anew: that is a moment where nothing has changed."""

HEAD = 8192
OWN_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
STRICTEST = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


@dataclass(frozen=True, slots=True)
class Making:
    """A report that is not finished: so many of so many steps, 0 of 0 before the first."""

    done: int
    total: int


class Reporting:
    """At most one report is being made."""

    def __init__(self, home: Path, desk: Desk) -> None:
        """Makes nothing yet."""
        self._home = home
        self._desk = desk
        self._task: asyncio.Task[Written] | None = None
        self._step = (0, 0)
        self._finished = 0.0

    async def page(self) -> str | Making:
        """The report's one page, or how far it is. Raises what making it raises."""
        task = self._task
        if task is None or (task.done() and time.monotonic() - self._finished > FRESH_S):
            self._step = (0, 0)
            task = self._task = asyncio.create_task(self._desk.lend(self._make))
            task.add_done_callback(self._note)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
        if not done:
            return Making(*self._step)
        self._task = None
        return (task.result().folder / "index.html").read_text("utf-8")

    def _note(self, task: asyncio.Task[Written]) -> None:
        self._finished = time.monotonic()
        if not task.cancelled():
            task.exception()  # whoever asks next is told; if nobody does, that is no error

    def _make(self, connection: duckdb.DuckDBPyConnection) -> Written:
        """In one transaction, so that all of it is of one moment, whatever is decided meanwhile."""
        with transaction(connection):
            child = people.primary_child(connection)
            return written_report(
                connection,
                self._home,
                child=None if child is None else child.name,
                progress=self._progress,
            )

    @contextmanager
    def _progress(self) -> Iterator[OnStep]:
        def advance(done: int, total: int) -> None:
            self._step = (done, total)

        yield advance


def policy_of(page: str) -> str:
    """The content policy that a report asks for itself, for its header, and a sandbox around it.

    In the sandbox the report's script runs as nobody: it can ask this server for nothing.
    """
    found = OWN_POLICY.search(page[:HEAD])
    own = html.unescape(found.group(1)) if found else STRICTEST
    return f"{own}; frame-ancestors 'none'; sandbox allow-scripts allow-popups"
