"""DuckDB's and the operating system's errors, turned into the workspace's own."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from .errors import (
    DiskFull,
    StoreError,
    WorkspaceDamaged,
    WorkspaceInUse,
    WorkspaceNewer,
    WorkspaceReadOnly,
)
from .holder import has_the_page, named

KEEP_THE_FILE = (
    "keep a copy of the folder as it is, then run: tracker doctor. If nothing helps, a backup of "
    "tracker.duckdb, or a new workspace and `tracker ingest` again; your photos are untouched."
)

_FULL = re.compile(
    r"no space left|disk quota exceeded|file too large|not enough space|disk full|"
    r"failed to offload",
    re.IGNORECASE,
)
_NO_RIGHT = re.compile(
    r"permission denied|read-only file system|operation not permitted|read-only mode",
    re.IGNORECASE,
)
_IN_USE = re.compile(r"conflicting lock|could not set lock|being used by another", re.IGNORECASE)
_NEWER = re.compile(
    r"version number \d+, but we can only read|newer version of duckdb|"
    r"storage version greater than|storage version of an existing database cannot be lowered|"
    r"failed to read wal of version",
    re.IGNORECASE,
)
_DAMAGED = re.compile(
    r"corrupt|checksum|not a valid duckdb|could not read enough bytes|failure while replaying wal|"
    r"database has been invalidated|failed to load metadata|serialization error|"
    r"failed to deserialize",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"loading external extensions is disabled", re.IGNORECASE)
"""What DuckDB says of an SQLite file: it would load an extension to open it."""

_PID = re.compile(r"\(PID (\d+)")

_FULL_CODES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_RIGHT_CODES = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextmanager
def translated(what: str = "the workspace") -> Iterator[None]:
    """Turn what DuckDB or the file system raises inside into one of `db.errors`.

    `what` names the thing in the sentence. Errors that are the workspace's own pass unchanged.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except RuntimeError as error:
        # Ctrl-C in the middle of a query: DuckDB's binding says so in a plain RuntimeError.
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise from_duckdb(error, what) from error
    except OSError as error:
        raise from_os(error, what) from error


def from_duckdb(  # noqa: PLR0911  one line for each kind
    error: duckdb.Error, what: str = "the workspace"
) -> StoreError:
    """The workspace's error for one of DuckDB's, read from its message."""
    text = str(error)
    if _IN_USE.search(text):
        found = _PID.search(text)
        return in_use(int(found.group(1)) if found else None, what)
    if _FULL.search(text):
        return disk_full(what)
    if _NO_RIGHT.search(text):
        return read_only(what)
    if _NEWER.search(text):
        return newer(what)
    if _FOREIGN.search(text):
        return damaged(what, "tracker.duckdb is a database of another program.")
    if _DAMAGED.search(text) or isinstance(error, duckdb.FatalException):
        return damaged(what, _first_line(text))
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(
            f"There was not enough memory for {what}.",
            hint="close other programs and try again; nothing is lost.",
        )
    return StoreError(
        f"The database could not do what was asked of {what}: {_first_line(text)}",
        hint="run: tracker doctor",
    )


def from_os(error: OSError, what: str = "the workspace") -> StoreError:
    """The workspace's error for one of the operating system's, by its number."""
    if error.errno in _FULL_CODES:
        return disk_full(what)
    if error.errno in _NO_RIGHT_CODES:
        return read_only(what)
    said = error.strerror or type(error).__name__
    return StoreError(
        f"{_sentence(what)} cannot be used: {said}.", hint="check the path given to --home."
    )


def in_use(pid: int | None, what: str) -> WorkspaceInUse:
    """Another process holds the database."""
    return WorkspaceInUse(
        f"{_sentence(what)} is in use by {named(pid)}.",
        pid=pid,
        hint="the page is working something out: run the same command again in a moment."
        if has_the_page(pid)
        else "wait until that tracker has finished, or give another folder with --home.",
    )


def damaged(what: str, detail: str, *, hint: str = KEEP_THE_FILE) -> WorkspaceDamaged:
    """The database cannot be read; `detail` says how that showed."""
    return WorkspaceDamaged(f"{_sentence(what)} is damaged: {detail}", hint=hint)


def newer(what: str) -> WorkspaceNewer:
    """The database was written by a later version."""
    return WorkspaceNewer(
        f"{_sentence(what)} was written by a later version of the tracker.",
        hint="update the tracker, or give another folder with --home.",
    )


def disk_full(what: str) -> DiskFull:
    """There is no room left."""
    return DiskFull(
        f"There is no room left on the disk for {what}; what was stored before is kept.",
        hint="make room and run the same command again: it goes on where it was.",
    )


def read_only(what: str) -> WorkspaceReadOnly:
    """There is no right to write."""
    return WorkspaceReadOnly(
        f"{_sentence(what)} cannot be written: no right to write there.",
        hint="give yourself the right to write in that folder, or another folder with --home.",
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300] if text.strip() else "no reason given"
