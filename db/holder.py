"""Which other process holds a workspace, and what it is doing, as far as can be told."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

DOING = {
    "ingest": "is taking photos in",
    "cohort": "is reading the comparison group",
    "report": "is making a report",
    "review": "has the review page open",
    "demo": "is making the demonstration",
}

TAKE_LONG = frozenset({"ingest", "cohort", "report", "demo"})

_FLOCK = "@hhqqi"
"""C's struct flock on Linux with 64 bits: type, whence, start, length, and the holder."""


def holder_of(file: Path) -> int | None:
    """The process that holds a lock on a database; None where there is none, or none can be told.

    Only for a file that this process does not hold itself: closing any handle of a file drops
    every lock that the process has on it.
    """
    if sys.platform != "linux" or sys.maxsize < 2**32:
        return None
    import fcntl

    try:
        with file.open("rb") as opened:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(opened, fcntl.F_GETLK, asked))
    except OSError:
        return None
    return None if kind == fcntl.F_UNLCK else int(pid)


def named(pid: int | None) -> str:
    """The process that holds a workspace, and what it is doing: "process 12, which is taking photos
    in"."""
    if pid is None:
        return "another process"
    doing = DOING.get(_command_of(pid))
    return f"process {pid}, which {doing}" if doing else f"process {pid}"


def sentence(pid: int | None) -> str:
    """The same as a sentence: "Process 12 is taking photos in"."""
    if pid is None:
        return "Another process is using this workspace"
    return f"Process {pid} {DOING.get(_command_of(pid), 'is using this workspace')}"


def has_the_page(pid: int | None) -> bool:
    """Whether a process is `tracker review`, which lets go when it is asked to."""
    return pid is not None and _command_of(pid) == "review"


def takes_long(pid: int | None) -> bool:
    """Whether a process holds the workspace for longer than anybody wants to wait.

    An ingest that watches folders opens it for what has just come only.
    """
    if pid is None:
        return False
    return _command_of(pid) in TAKE_LONG and "--watch" not in _words_of(pid)


def _command_of(pid: int) -> str:
    """The tracker's command that a process runs, as "ingest", or "" where it cannot be told."""
    return next((word for word in _words_of(pid) if word in DOING), "")


def _words_of(pid: int) -> list[str]:
    try:
        return [*map(os.fsdecode, Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"))]
    except OSError:
        return []
