"""What can go wrong with a workspace's files.

StoreError                   exit 1
├── WorkspaceMissing         exit 2   there is no workspace there yet
├── WorkspaceInUse           exit 4   another process holds it; names its PID
├── WorkspaceDamaged         exit 5   the database cannot be read
├── WorkspaceNewer           exit 5   written by a later version of the program
├── WorkspaceReadOnly        exit 1   no right to write there
├── DiskFull                 exit 1   no room; what was committed before is kept
└── Conflict                 exit 2   a name taken, a person that is not there
"""

from __future__ import annotations


class StoreError(Exception):
    """A sentence that names the thing; `hint` says what to do about it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class WorkspaceMissing(StoreError):
    """There is no workspace in that folder."""

    exit_code = 2


class WorkspaceInUse(StoreError):
    """Another process holds the database. `pid` is None when it cannot be told."""

    exit_code = 4

    def __init__(self, message: str, *, pid: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.pid = pid


class WorkspaceDamaged(StoreError):
    """The database file cannot be read as one."""

    exit_code = 5


class WorkspaceNewer(StoreError):
    """The database was written by a later version of the program."""

    exit_code = 5


class WorkspaceReadOnly(StoreError):
    """The folder or the database cannot be written."""


class DiskFull(StoreError):
    """There is no room left; what was committed before is kept."""


class Conflict(StoreError):
    """What is asked for contradicts what is stored."""

    exit_code = 2
