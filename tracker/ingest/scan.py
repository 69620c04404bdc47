"""Which files are there to read.

A walk that follows no links, in an order that depends on names alone. Three things can become
of an entry: it is **found** (by its suffix it could be a photo, or it was named explicitly), it
is **skipped** (hidden, a link, a video, a sidecar, a workspace: nobody calls that a photo; or it
was not asked for), or it is **rejected** (it should have been readable and is not). Every entry is
exactly one of them. What is in a folder that is skipped has no entry of its own.
"""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from db import DATABASE
from db.records import Rejection
from db.text import shown
from tracker.errors import UsageError
from tracker.ingest.entries import (
    FILTERED,
    WORKSPACE_KIND,
    Entry,
    Found,
    Skipped,
    unreadable,
    why_unreadable,
)
from tracker.ingest.filters import EVERYTHING, Filters, folded, titles_of
from tracker.ingest.formats import PHOTO_SUFFIXES
from tracker.ingest.neighbours import Neighbours, listed, may_speak
from tracker.ingest.passed_over import ORIGINALS, PACKAGE, is_package, passed_over
from tracker.metadata.sidecars.records import KnownSidecars, news

WORKSPACE = os.fsencode(DATABASE)

_OWN_FOLDERS = frozenset((b"thumbnails", b"gallery", b"reports"))
"""Of a workspace: faces cut out of photos, and pictures made of them."""

Known = tuple[int, int, int, str]
"""A file as it was when read: size in bytes, mtime in ns, inode (its low 64 bits), sha256."""

INODES = (1 << 64) - 1
"""The bits of an inode that are kept."""

_USUAL_SUFFIXES = (b".jpg", b".JPG", b".heic", b".HEIC", b".jpeg", b".JPEG", b".png", b".PNG")
"""The likeliest first: they are compared one by one, for every photo. Others take a longer way."""

_NAME = attrgetter("name")

_NONE_KNOWN: KnownSidecars = {}

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

Wanted = Callable[[bytes], bool]
"""Whether the file of this name in a folder is asked for."""


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
    """A walk that begins anew each time it is iterated. `filters`: what of it is asked for."""

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
        they cost little more than asking the file system for their size and time. A photo is as
        it was only if the files that speak of it are as `known_sidecars` has them.
        """
        met: set[bytes] = set()
        tour = _Tour(self.filters, known, same, known_sidecars)
        named = frozenset(self.starts)
        for start in dict.fromkeys(self.starts):
            for entry in tour.through(start):
                if entry.path in named:  # else it is met once, as its folder is
                    if isinstance(entry, Skipped) and entry.path != start:
                        continue  # it has its turn, whatever it is called
                    if entry.path in met or entry.path in same:
                        continue
                    met.add(entry.path)
                yield entry


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder to look into. `below`: its names below the start, folded; empty without filters.

    `in_album`: whether it, or a folder above it, is one of the albums that were asked for.
    """

    path: bytes
    status: os.stat_result
    below: tuple[str, ...] = ()
    in_album: bool = True


@dataclass(slots=True)
class _Tour:
    filters: Filters
    known: Mapping[bytes, Known]
    same: dict[bytes, Known]
    known_sidecars: KnownSidecars
    folders: set[tuple[int, int]] = field(default_factory=set)
    of_files: dict[bytes, Neighbours] = field(default_factory=dict)

    def through(self, start: bytes) -> Iterator[Entry]:
        """What the user named is taken at their word: any suffix, hidden, or behind a link."""
        try:
            status = os.stat(start)  # noqa: PTH116
        except OSError as error:
            yield unreadable(start, error)
            return
        if _is_ours(start):
            yield Skipped(start, WORKSPACE_KIND)
            return
        if stat.S_ISDIR(status.st_mode):
            yield from self._walk(_Place(start, status, (), self._is_album(start)))
            return
        folder, name = os.path.split(start)
        if self.filters and not (self._is_album(folder) and self.filters.wants((folded(name),))):
            yield Skipped(start, FILTERED)
            return
        if folder not in self.of_files:
            self.of_files[folder] = listed(folder)
        yield _file(start, status, name, self.of_files[folder])

    def _walk(self, top: _Place) -> Iterator[Entry]:
        waiting = [top]
        while waiting:
            place = waiting.pop()
            identity = (place.status.st_dev, place.status.st_ino or hash(place.path))
            if identity in self.folders:  # named twice, or a mount inside itself
                continue
            self.folders.add(identity)
            try:
                with os.scandir(place.path) as listing:
                    entries = sorted(listing, key=_NAME)
            except OSError as error:
                yield unreadable(place.path, error, what="folder")
                continue
            if _holds(entries, WORKSPACE):  # its thumbnails are no photos
                yield Skipped(place.path, WORKSPACE_KIND)
                continue
            if is_package(place.path):
                entries, others = _originals(entries)
                yield from (Skipped(entry.path, PACKAGE) for entry in others)
            below: list[_Place] = []
            yield from self._look(place, entries, below)
            waiting += reversed(below)

    def _look(
        self, place: _Place, entries: list[os.DirEntry[bytes]], below: list[_Place]
    ) -> Iterator[Entry]:
        """Every entry of a folder but the photos that are the same; what is `below` it."""
        wanted = self._wanted(place)
        rest = self._changed(entries, wanted) if self.known else entries
        here = Neighbours(place.path, entries, may_speak(rest))
        if here.speak and self.known:
            rest = self._with_news(rest, here)
        for entry in rest:
            try:
                looked_at = _looked_at(entry, here, wanted)
                if looked_at is None:
                    below.append(self._below(place, entry))
                else:
                    yield looked_at
            except OSError as error:
                yield unreadable(entry.path, error)

    def _changed(
        self, entries: Iterable[os.DirEntry[bytes]], wanted: Wanted | None
    ) -> list[os.DirEntry[bytes]]:
        """The entries that need a look; the others go to `same`.

        It is run through once for every photo of a library, hence the plain comparisons.
        """
        recall, same = self.known.get, self.same
        rest = []
        for entry in entries:
            name = entry.name
            if (
                name.endswith(_USUAL_SUFFIXES)
                and (before := recall(entry.path)) is not None
                and not name.startswith(b".")
            ):
                try:
                    if not entry.is_file(follow_symlinks=False):
                        rest.append(entry)
                        continue
                    status = entry.stat(follow_symlinks=False)
                except OSError:  # it is told where the entry is looked at
                    rest.append(entry)
                    continue
                if (
                    before[1] == status.st_mtime_ns
                    and before[0] == status.st_size
                    and before[2] == status.st_ino & INODES
                    and (wanted is None or wanted(name))
                ):
                    same[entry.path] = before
                    continue
            rest.append(entry)
        return rest

    def _with_news(
        self, rest: list[os.DirEntry[bytes]], here: Neighbours
    ) -> list[os.DirEntry[bytes]]:
        """`rest`, and those of `same` of which a file beside them says something new."""
        here.compare(self.known_sidecars)
        if here.all_known:
            return rest
        looked_at = {entry.name for entry in rest}
        told_anew = set()
        for entry in here.entries:
            if (
                entry.path in self.same
                and entry.name not in looked_at
                and news(here.sidecars_of(entry.name), self.known_sidecars)
            ):
                del self.same[entry.path]
                told_anew.add(entry.name)
        if not told_anew:
            return rest
        return [entry for entry in here.entries if entry.name in looked_at | told_anew]

    def _wanted(self, place: _Place) -> Wanted | None:
        """What is asked for of a folder's files; None for all of them."""
        if not self.filters:
            return None
        if not place.in_album:
            return lambda name: False
        return lambda name: self.filters.wants((*place.below, folded(name)))

    def _below(self, place: _Place, entry: os.DirEntry[bytes]) -> _Place:
        status = entry.stat(follow_symlinks=False)
        if not self.filters:
            return _Place(entry.path, status)
        in_album = bool(self.filters.albums) and (place.in_album or self._is_album(entry.path))
        return _Place(
            entry.path,
            status,
            (*place.below, folded(entry.name)),
            in_album or not self.filters.albums,
        )

    def _is_album(self, folder: bytes) -> bool:
        return not self.filters.albums or self.filters.is_album(titles_of(folder))


def _is_ours(path: bytes) -> bool:
    """Whether it is, or lies in, one of the folders that a workspace keeps for itself."""
    while (folder := os.path.dirname(path)) != path:  # noqa: PTH120
        own = os.path.basename(path) in _OWN_FOLDERS  # noqa: PTH119
        if own and os.path.lexists(os.path.join(folder, WORKSPACE)):  # noqa: PTH118
            return True
        path = folder
    return False


def _holds(entries: list[os.DirEntry[bytes]], name: bytes) -> bool:
    place = bisect_left(entries, name, key=_NAME)
    return place < len(entries) and entries[place].name == name


def _originals(
    entries: list[os.DirEntry[bytes]],
) -> tuple[list[os.DirEntry[bytes]], list[os.DirEntry[bytes]]]:
    """Of a photo library's folder what holds the photos, and what does not."""
    taken = [entry for entry in entries if entry.name.lower() in ORIGINALS]
    return taken, [entry for entry in entries if entry not in taken]


def _looked_at(entry: os.DirEntry[bytes], here: Neighbours, wanted: Wanted | None) -> Entry | None:
    """What becomes of an entry; None for a folder to look into."""
    name, path = entry.name, entry.path
    if entry.is_symlink():
        return Skipped(path, "link")
    if (kind := passed_over(name)) and not here.read(name):
        return Skipped(path, kind)
    if entry.is_dir(follow_symlinks=False):
        return None
    if os.path.splitext(name.lower())[1] not in PHOTO_SUFFIXES:  # noqa: PTH122
        return here.skipped(name, path)
    if wanted is not None and not wanted(name):
        return Skipped(path, FILTERED)
    return _file(path, entry.stat(follow_symlinks=False), name, here)


def _file(path: bytes, status: os.stat_result, name: bytes, here: Neighbours) -> Found | Rejection:
    if not stat.S_ISREG(status.st_mode):
        return Rejection(path, "not-a-file", "It is a device or a pipe, not a file.", 0, 0, 0)
    sidecars = here.sidecars_of(name)
    return Found(path, status.st_size, status.st_mtime_ns, status.st_ino, sidecars)
