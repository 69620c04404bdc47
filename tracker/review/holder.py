"""Which other process holds a workspace, and what it is doing, as far as can be told."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

from db.text import shown

DOING = {
    "ingest": "is taking photos in",
    "cohort": "is reading the comparison group",
    "report": "is making a report",
    "review": "has a page like this one open",
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


def in_words(pid: int | None, home: Path) -> str:
    """A sentence that says who holds the workspace."""
    if pid is None:
        return "Another process is using this workspace; nothing can be decided until it is done."
    doing = DOING.get(command_of(pid), "is using this workspace")
    return (
        f"Process {pid} {doing} ({shown(os.fsencode(home))}); "
        "nothing can be decided until it is done."
    )


def takes_long(pid: int | None) -> bool:
    """Whether a process holds the workspace for longer than anybody wants to wait."""
    return pid is not None and command_of(pid) in TAKE_LONG


def command_of(pid: int) -> str:
    """The tracker's command that a process runs, as "ingest", or "" where it cannot be told."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return next((word for word in map(os.fsdecode, words) if word in DOING), "")
