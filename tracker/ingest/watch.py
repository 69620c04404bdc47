"""Which files of a followed folder are due: those that have been quiet for a while.

A photo that is being copied appears long before it is whole. So nothing is read because of an
event; an event only says where to look, and a file is due when neither its size nor its time of
modification has changed for QUIET_S. All that are being written together become one batch.

Pure: times and marks come from the caller.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field

from tracker.ingest.passed_over import ORIGINALS, is_package, passed_over
from tracker.ingest.scan import PHOTO_SUFFIXES, WORKSPACE
from tracker.metadata.sidecars.match import kind_of

QUIET_S = 2.0
"""Slow disks and networks write in bursts, and these are seldom further apart."""

EMPTY_QUIET_S = 30.0
"""A browser reserves a photo's name with an empty file while it loads the photo beside it."""

LONGEST_WAIT_S = 60.0
"""A card of thousands of photos takes an hour to copy: what is whole by now is taken in."""

Mark = tuple[int, int, int]
"""Size in bytes, time of modification in ns, inode: equal as long as a file is the same."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that is not taken in yet. `since`: seconds, when it changed last."""

    mark: Mark | None
    since: float


@dataclass(slots=True)
class Settling:
    """The files that may be changing still. `now` is in seconds of any clock that only advances."""

    quiet_s: float = QUIET_S
    _pending: dict[bytes, Pending] = field(default_factory=dict)
    _taken: dict[bytes, Mark] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many files are waited for."""
        return len(self._pending)

    def touch(self, path: bytes, now: float) -> None:
        """Something happened to this file."""
        before = self._pending.get(path)
        self._pending[path] = Pending(before.mark if before is not None else None, now)

    def forget(self, folder: bytes) -> None:
        """What was taken of this folder may have been taken in vain: it may come again."""
        start = os.path.join(folder, b"")  # noqa: PTH118  (pathlib cannot hold bytes)
        self._taken = {path: m for path, m in self._taken.items() if not path.startswith(start)}

    def waits_for(self, path: bytes) -> bool:
        """Whether this file may be changing still."""
        return path in self._pending

    def look(self, mark_of: Callable[[bytes], Mark | None], now: float) -> None:
        """Look at every file again; `mark_of` gives None for one that is gone."""
        for path, before in list(self._pending.items()):
            mark = mark_of(path)
            if mark is None:
                del self._pending[path]
                self._taken.pop(path, None)
            elif mark != before.mark:
                self._pending[path] = Pending(mark, now)

    def due(self, now: float) -> list[bytes]:
        """The files to take in now, in the order of their names; they are forgotten here.

        All that wait, once all are quiet; those that are quiet, once one has waited
        LONGEST_WAIT_S for the others.
        """
        quiet = {p: f for p, f in self._pending.items() if f.mark and self._is_quiet(f, now)}
        waited_for = [p for p, f in self._pending.items() if p not in quiet and not _empty(f)]
        longest = max((now - file.since for file in quiet.values()), default=0.0)
        if not quiet or (waited_for and longest < self.quiet_s + LONGEST_WAIT_S):
            return []
        batch = []
        for path, file in sorted(quiet.items()):
            del self._pending[path]
            if file.mark is not None and self._taken.get(path) != file.mark:
                self._taken[path] = file.mark
                batch.append(path)
        return batch

    def _is_quiet(self, file: Pending, now: float) -> bool:
        needed = max(EMPTY_QUIET_S, self.quiet_s) if _empty(file) else self.quiet_s
        return now - file.since >= needed


def mark_of(path: bytes) -> Mark | None:
    """The mark of a regular file; None for anything else, and for what is not there."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def is_followed(path: bytes, root: bytes, *, folder: bool = False) -> bool:
    """Whether a walk of `root` would come upon this file, or with `folder` upon this folder.

    The rules are those of `scan`: nothing hidden, no links, no other program's thumbnails, no
    trash, nothing of a workspace, and names such as photos have, and the files beside them.
    """
    start = os.path.join(root, b"")  # noqa: PTH118  (pathlib cannot hold bytes)
    if not path.startswith(start):
        return False
    *folders, name = path[len(start) :].split(os.fsencode(os.sep))
    speaks = not folder and bool(kind_of(name))  # the only hidden files that are read
    if not (folder or speaks or _is_photos(name)):
        return False
    if any(passed_over(part) for part in (folders if speaks else (*folders, name))):
        return False
    above = root
    for part in (*folders, name) if folder else folders:
        if _holds_workspace(above) or (is_package(above) and part.lower() not in ORIGINALS):
            return False
        above = os.path.join(above, part)  # noqa: PTH118
        if os.path.islink(above):  # noqa: PTH114
            return False
    return not _holds_workspace(above)


def _is_photos(name: bytes) -> bool:
    return os.path.splitext(name.lower())[1] in PHOTO_SUFFIXES  # noqa: PTH122


def _empty(file: Pending) -> bool:
    return file.mark is not None and file.mark[0] == 0


def _holds_workspace(folder: bytes) -> bool:
    return os.path.lexists(os.path.join(folder, WORKSPACE))  # noqa: PTH118
