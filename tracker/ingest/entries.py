"""What can become of an entry of a folder, and why one could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from db.records import Rejection
from tracker.metadata.sidecars.records import Sidecar


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. `path` is absolute; the next three tell whether it changed.

    `sidecars`: the files beside it that speak of it.
    """

    path: bytes
    byte_size: int
    mtime_ns: int
    inode: int
    sidecars: tuple[Sidecar, ...] = ()


FILTERED = "filtered"
"""The kind of a photo that was not asked for."""

WORKSPACE_KIND = "workspace"
"""The kind of a folder of this program's own."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that is not taken for a photo. `kind` says what it is, as far as one can tell:
    its suffix, "hidden", "link", "workspace", "video" ... `why`: in a sentence, what people should
    know of this one; mostly there is nothing to say.
    """

    path: bytes
    kind: str
    why: str = ""


Entry = Found | Skipped | Rejection


def unreadable(path: bytes, error: OSError, *, what: str = "file") -> Rejection:
    """What the operating system would not let us read, in words."""
    code, reason = why_unreadable(error, what)
    return Rejection(path, code, reason, 0, 0, 0)


def why_unreadable(error: OSError, what: str = "file") -> tuple[str, str]:
    """A code and a sentence for an error of open, stat, read or scandir."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "vanished", f"The {what} disappeared while it was being read."
    if isinstance(error, PermissionError):
        return "no-rights", f"There is no right to read this {what}."
    return "unreadable", f"The {what} cannot be read: {error.strerror or error}."
