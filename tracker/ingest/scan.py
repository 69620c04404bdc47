"""Which files are there to read.

A walk that follows no links, in an order that depends on names alone. Three things can become
of an entry: it is **found** (by its suffix it could be a photo, or it was named explicitly), it
is **skipped** (hidden, a link, a video, a text file, a workspace: nobody calls that a photo), or
it is **rejected** (it should have been readable and is not). Every entry is exactly one of them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from db import DATABASE
from db.records import Rejection
from db.text import shown
from tracker.errors import UsageError

PHOTO_SUFFIXES = frozenset(
    b".jpg .jpeg .jpe .jfif .png .webp .tif .tiff .heic .heif .hif .avif".split()
)
"""Lower-case. Content decides what a file is; the suffix only whether it is worth opening."""

THUMBNAIL_FOLDERS = frozenset({b"@eadir", b"__macosx"})
"""Other programs' caches: small copies of the photos beside them, not further photos."""

WORKSPACE = os.fsencode(DATABASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. `path` is absolute; the other three tell whether it changed."""

    path: bytes
    byte_size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that is not a photo. `kind`: its suffix, "hidden", "link" or "workspace"."""

    path: bytes
    kind: str


__all__ = [
    "PHOTO_SUFFIXES",
    "Entry",
    "Found",
    "Skipped",
    "absolute",
    "scan",
    "shown",
    "why_unreadable",
]

Entry = Found | Skipped | Rejection


def absolute(path: str | bytes | os.PathLike[str]) -> bytes:
    """The absolute path's bytes, links unresolved.

    Raises UsageError for a path that no file system can hold.
    """
    raw = os.fsencode(path)
    if not raw or b"\0" in raw:
        raise UsageError(f"{shown(raw)!r} is not a path.", hint="Name a photo or a folder.")
    return os.path.abspath(raw)  # noqa: PTH100  (pathlib cannot hold bytes)


def scan(paths: Iterable[str | bytes | os.PathLike[str]]) -> Iterator[Entry]:
    """Walk `paths`, files and folders, each file once however often it is reached.

    Raises UsageError before anything is read when one of `paths` does not exist.
    """
    starts = [absolute(path) for path in paths]
    for start in starts:
        if not os.path.lexists(start):
            raise UsageError(
                f"{shown(start)} does not exist.",
                hint="Check the spelling, and that the disk or card it is on is connected.",
            )
    return _once(starts)


def _once(starts: Sequence[bytes]) -> Iterator[Entry]:
    seen: set[bytes] = set()
    folders: set[tuple[int, int]] = set()
    named = frozenset(starts)
    for start in starts:
        for entry in _start(start, folders):
            if isinstance(entry, Skipped) and entry.path in named:
                continue  # it has its turn, whatever it is called
            if entry.path not in seen:
                seen.add(entry.path)
                yield entry


def _start(start: bytes, folders: set[tuple[int, int]]) -> Iterator[Entry]:
    """What the user named is taken at their word: any suffix, hidden, or behind a link."""
    try:
        status = os.stat(start)  # noqa: PTH116
    except OSError as error:
        yield _unreadable(start, error)
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _walk(start, status, folders)
    else:
        yield _file(start, status)


def _walk(top: bytes, status: os.stat_result, folders: set[tuple[int, int]]) -> Iterator[Entry]:
    waiting = [(top, status)]
    while waiting:
        folder, status = waiting.pop()
        identity = (status.st_dev, status.st_ino)
        if status.st_ino and identity in folders:  # named twice, or a mount inside itself
            continue
        folders.add(identity)
        below: list[tuple[bytes, os.stat_result]] = []
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield _unreadable(folder, error, what="folder")
            continue
        if any(entry.name == WORKSPACE for entry in entries):  # its thumbnails are no photos
            yield Skipped(folder, "workspace")
            continue
        for entry in entries:
            yield from _entry(entry, below)
        waiting += reversed(below)


def _entry(entry: os.DirEntry[bytes], below: list[tuple[bytes, os.stat_result]]) -> Iterator[Entry]:
    name = entry.name.lower()
    try:
        if entry.is_symlink():
            yield Skipped(entry.path, "link")
        elif name.startswith(b".") or name in THUMBNAIL_FOLDERS:
            yield Skipped(entry.path, "hidden")
        elif entry.is_dir(follow_symlinks=False):
            below.append((entry.path, entry.stat(follow_symlinks=False)))
        elif (suffix := os.path.splitext(name)[1]) in PHOTO_SUFFIXES:  # noqa: PTH122
            yield _file(entry.path, entry.stat(follow_symlinks=False))
        else:
            yield Skipped(entry.path, shown(suffix) or "no suffix")
    except OSError as error:
        yield _unreadable(entry.path, error)


def _file(path: bytes, status: os.stat_result) -> Found | Rejection:
    if not stat.S_ISREG(status.st_mode):
        return Rejection(path, "not-a-file", "It is a device or a pipe, not a file.", 0, 0, 0)
    return Found(path, status.st_size, status.st_mtime_ns, status.st_ino)


def _unreadable(path: bytes, error: OSError, *, what: str = "file") -> Rejection:
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
