"""Which files are there to read.

A walk that follows no links, in an order that depends on names alone. Three things can become
of an entry: it is **found** (by its suffix it could be a photo, or it was named explicitly), it
is **skipped** (hidden, a link, a video, a text file, a workspace: nobody calls that a photo), or
it is **rejected** (it should have been readable and is not). Every entry is exactly one of them.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter

from db import DATABASE
from db.records import Rejection
from db.text import shown
from tracker.errors import UsageError
from tracker.ingest.filters import EVERYTHING, Filters
from tracker.metadata.sidecars.records import KnownSidecars, Sidecar

PHOTO_SUFFIXES = frozenset(
    b".jpg .jpeg .jpe .jfif .png .webp .tif .tiff .heic .heif .hif .avif".split()
)
"""Lower-case. Content decides what a file is; the suffix only whether it is worth opening."""

THUMBNAIL_FOLDERS = frozenset({b"@eadir", b"__macosx"})
"""Other programs' caches: small copies of the photos beside them, not further photos."""

WORKSPACE = os.fsencode(DATABASE)

Known = tuple[int, int, int, str]
"""A file as it was when read: size in bytes, mtime in ns, inode (its low 64 bits), sha256."""

INODES = (1 << 64) - 1
"""The bits of an inode that are kept."""

_USUAL_SUFFIXES = (b".jpg", b".JPG", b".heic", b".HEIC", b".jpeg", b".JPEG", b".png", b".PNG")
"""The likeliest first: they are compared one by one, for every photo. Others take a longer way."""

_NAME = attrgetter("name")

_NONE_KNOWN: KnownSidecars = {}


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


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that is not taken for a photo. `kind` says what it is, as far as one can tell:
    its suffix, "hidden", "link", "workspace", "video" ... `why`: in a sentence, what people should
    know of this one; mostly there is nothing to say.
    """

    path: bytes
    kind: str
    why: str = ""


__all__ = [
    "PHOTO_SUFFIXES",
    "Entry",
    "Found",
    "Skipped",
    "Walk",
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


def scan(paths: Iterable[str | bytes | os.PathLike[str]], filters: Filters = EVERYTHING) -> Walk:
    """Walk `paths`, files and folders, each file once however often it is reached.

    Raises UsageError before anything is read when one of `paths` does not exist.
    """
    starts = tuple(absolute(path) for path in paths)
    for start in starts:
        if not os.path.lexists(start):
            raise UsageError(
                f"{shown(start)} does not exist.",
                hint="Check the spelling, and that the disk or card it is on is connected.",
            )
    return Walk(starts, filters)


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk that begins anew each time it is iterated."""

    starts: tuple[bytes, ...]
    filters: Filters = EVERYTHING

    def __iter__(self) -> Iterator[Entry]:
        """Every entry."""
        return self.beside({}, {})

    def beside(
        self,
        known: Mapping[bytes, Known],
        same: dict[bytes, Known],
        known_sidecars: KnownSidecars = _NONE_KNOWN,
    ) -> Iterator[Entry]:
        """Every entry but the photos in folders that are as they are `known`: these go to `same`.

        Of a library of a hundred thousand photos that is nearly all, so nothing is made of them:
        they cost little more than asking the file system for their size and time.
        """
        met: set[bytes] = set()
        folders: set[tuple[int, int]] = set()
        named = frozenset(self.starts)
        for start in self.starts:
            for entry in _start(start, folders, known, same):
                if entry.path in named:  # else it is met once, as its folder is
                    if isinstance(entry, Skipped):
                        continue  # it has its turn, whatever it is called
                    if entry.path in met or entry.path in same:
                        continue
                    met.add(entry.path)
                yield entry


def _start(
    start: bytes,
    folders: set[tuple[int, int]],
    known: Mapping[bytes, Known],
    same: dict[bytes, Known],
) -> Iterator[Entry]:
    """What the user named is taken at their word: any suffix, hidden, or behind a link."""
    try:
        status = os.stat(start)  # noqa: PTH116
    except OSError as error:
        yield _unreadable(start, error)
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _walk(start, status, folders, known, same)
    else:
        yield _file(start, status)


def _walk(
    top: bytes,
    status: os.stat_result,
    folders: set[tuple[int, int]],
    known: Mapping[bytes, Known],
    same: dict[bytes, Known],
) -> Iterator[Entry]:
    waiting = [(top, status)]
    while waiting:
        folder, status = waiting.pop()
        identity = (status.st_dev, status.st_ino or hash(folder))
        if identity in folders:  # named twice, or a mount inside itself
            continue
        folders.add(identity)
        below: list[tuple[bytes, os.stat_result]] = []
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=_NAME)
        except OSError as error:
            yield _unreadable(folder, error, what="folder")
            continue
        place = bisect_left(entries, WORKSPACE, key=_NAME)
        if (
            place < len(entries) and entries[place].name == WORKSPACE
        ):  # its thumbnails are no photos
            yield Skipped(folder, "workspace")
            continue
        for entry in _changed(entries, known, same) if known else entries:
            yield from _entry(entry, below)
        waiting += reversed(below)


def _changed(
    entries: Iterable[os.DirEntry[bytes]],
    known: Mapping[bytes, Known],
    same: dict[bytes, Known],
) -> Iterator[os.DirEntry[bytes]]:
    """The entries that need a look; the others go to `same`.

    It is run through once for every photo of a library, hence the plain comparisons.
    """
    recall = known.get
    for entry in entries:
        name = entry.name
        if (
            name.endswith(_USUAL_SUFFIXES)
            and (before := recall(entry.path)) is not None
            and not name.startswith(b".")
        ):
            try:
                if not entry.is_file(follow_symlinks=False):
                    yield entry
                    continue
                status = entry.stat(follow_symlinks=False)
            except OSError:  # it is told where the entry is looked at
                yield entry
                continue
            if (
                before[1] == status.st_mtime_ns
                and before[0] == status.st_size
                and before[2] == status.st_ino & INODES
            ):
                same[entry.path] = before
                continue
        yield entry


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
