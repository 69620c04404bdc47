"""Taking turns: one process at a time has a workspace, and another one that wants it says so.

Whoever waits makes the file `tracker.wanted` a byte longer with every attempt, and removes it when
it got in. Whoever keeps a workspace open without working in it (the review page) looks at that file
and lets go when it has changed. Only the change counts, so a file that a process left behind when
it was killed keeps nobody out, and nothing depends on a clock or on locks of the file system.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from . import DATABASE
from .connection import open_workspace
from .errors import WorkspaceInUse
from .holder import has_the_page, holder_of, takes_long

if TYPE_CHECKING:
    import duckdb

WANTED = "tracker.wanted"

PATIENCE_S = 5.0
"""How long somebody in front of a terminal waits for a process that is done in a moment, or that
lets go when it is asked to. For one that takes minutes nobody waits: see `db.holder`."""

PAGE_S = 12.0
"""The same for the review page, which may have to finish what it is working out."""

ATTEMPT_S = 0.05
"""Between two attempts."""

GIVEN_UP_S = 0.5
"""Who has not asked again for so long waits no more, or was killed."""

Stamp = tuple[int, int] | None


def open_in_turn(
    home: Path,
    *,
    create: bool = False,
    patience: float | None = None,
    on_wait: Callable[[int | None], None] = lambda pid: None,
) -> duckdb.DuckDBPyConnection:
    """As `open_workspace`, waiting up to `patience` seconds for a process that holds it; None:
    as long as somebody in front of a terminal does.

    `on_wait` is called with that process, if it can be told, each time that it still does. Raises
    WorkspaceInUse at once where the process is one that takes long.
    """
    begun = time.monotonic()
    wanted = Path(home) / WANTED
    asked = False
    try:
        while True:
            try:
                return open_workspace(home, create=create)
            except WorkspaceInUse as error:
                usual = PAGE_S if has_the_page(error.pid) else PATIENCE_S
                enough = usual if patience is None else patience
                if time.monotonic() - begun >= enough or takes_long(error.pid):
                    raise
                on_wait(error.pid)
            asked = True
            _ask(wanted)
            time.sleep(ATTEMPT_S)
    finally:
        if asked:
            _remove(wanted)


class Others:
    """Those who wait for a workspace, seen from the process that has it."""

    def __init__(self, home: Path) -> None:
        """Nobody waits who has not asked since."""
        self._wanted = Path(home) / WANTED
        self._seen = self._stamp()

    def wait(self) -> bool:
        """Whether somebody has asked since this was last said."""
        now = self._stamp()
        before, self._seen = self._seen, now
        return now is not None and now != before

    def let_in(self, patience: float) -> None:
        """Wait until nobody asks any more: somebody got in, or gave up. At most `patience` seconds.

        What somebody left who was killed is removed.
        """
        self._seen = self._stamp()
        until = time.monotonic() + patience
        asked = time.monotonic()
        while self._seen is not None and time.monotonic() < until:
            time.sleep(ATTEMPT_S / 2)
            if self.wait():
                asked = time.monotonic()
            elif time.monotonic() - asked > GIVEN_UP_S:
                _remove(self._wanted)
                self._seen = None

    def _stamp(self) -> Stamp:
        try:
            state = self._wanted.stat()
        except OSError:
            return None
        return state.st_size, state.st_mtime_ns


def holder_that_takes_long(home: Path) -> int | None:
    """The process that holds a workspace for minutes, if one does; found without opening it.

    Only for a workspace that this process has not open: see `holder_of`.
    """
    pid = holder_of(Path(home) / DATABASE)
    return pid if takes_long(pid) else None


def _ask(wanted: Path) -> None:
    with suppress(OSError):  # where it cannot be said, the workspace is free some time all the same
        descriptor = os.open(wanted, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, b".")
        finally:
            os.close(descriptor)


def _remove(wanted: Path) -> None:
    with suppress(OSError):
        wanted.unlink()
