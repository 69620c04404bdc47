"""What the workspace already knows, and so what is left to do for each file.

Size, modification time and inode are a shortcut that saves opening a file; the content's
sha256 is the identity. Nothing here opens a photo or imports torch: a second ingest of
thousands of known photos costs a walk and one query.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from db import photos, sidecars
from db.records import Rejection
from tracker.ingest.scan import INODES, Found, Known, Skipped, Walk
from tracker.metadata.sidecars.records import KnownSidecars, news

if TYPE_CHECKING:
    import duckdb

TOO_SLOW, TOO_SLOW_TWICE = "too-slow", "too-slow-twice"

LASTING = frozenset(
    {
        "empty",
        "truncated",
        "damaged",
        "not-a-photo",
        "too-large",
        "no-preview",
        "unsupported",
        TOO_SLOW_TWICE,
    }
)
"""Rejections that hold for as long as the file stays the same: it is not opened again. The
others (no rights, too slow once, a crash) may be gone the next time, so they are tried again."""


@dataclass(frozen=True)
class Memory:
    """The workspace as it was before this ingest, for one detector and one embedder.

    `paths`: every stored path. `sidecars`: the files beside photos as they were read. `unread`: the
    photos that lack a search or a vector. The other sets serve new photos only, and are asked for
    when `plan` meets one: all but a second ingest of the same folders, which has no time for them.
    """

    con: duckdb.DuckDBPyConnection = field(repr=False)
    detector: str
    embedder_id: str
    paths: dict[bytes, Known]
    rejections: dict[bytes, tuple[int, int, int, str, str]]
    sidecars: KnownSidecars
    unread: frozenset[str]

    def remembered(self, rejection: Rejection) -> Rejection:
        """As it is to be kept. A machine may be busy once; who is too slow a second time is."""
        stored = self.rejections.get(rejection.path)
        before = (rejection.byte_size, rejection.mtime_ns, rejection.inode & INODES, TOO_SLOW)
        if rejection.code != TOO_SLOW or stored is None or stored[:4] != before:
            return rejection
        reason = f"{rejection.reason[:-1]}, twice: it is not tried again until the file changes."
        return replace(rejection, code=TOO_SLOW_TWICE, reason=reason)

    @cached_property
    def searched(self) -> frozenset[str]:
        """Photos whose faces are known."""
        return frozenset(photos.searched(self.con, self.detector))

    @cached_property
    def embedded(self) -> frozenset[str]:
        """Photos whose every face has a vector."""
        return frozenset(photos.embedded(self.con, self.detector, self.embedder_id))

    @cached_property
    def contents(self) -> frozenset[str]:
        """Photos that are known."""
        return self.searched.union(sha256 for *_, sha256 in self.paths.values())

    @cached_property
    def by_size(self) -> dict[int, frozenset[str]]:
        """The hashes of finished photos by their size in bytes."""
        found: dict[int, set[str]] = defaultdict(set)
        for byte_size, _, _, sha256 in self.paths.values():
            if sha256 in self.embedded:
                found[byte_size].add(sha256)
        return {size: frozenset(hashes) for size, hashes in found.items()}


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read. `known`: the hashes of finished photos that have its size in bytes."""

    found: Found
    known: frozenset[str]


@dataclass(slots=True)
class Plan:
    """Every entry of the walk, by what it needs.

    `same`: files whose content is known and finished, by path, as they are stored. `rejected`:
    refused now as before, without a look. `failed`: what the walk itself could not read.
    """

    to_read: list[Task] = field(default_factory=list)
    same: dict[bytes, Known] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    failed: list[Rejection] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def unchanged(self) -> Iterator[tuple[Found, str]]:
        """The files of `same`, with their contents' sha256."""
        for path, (byte_size, mtime_ns, inode, sha256) in self.same.items():
            yield Found(path, byte_size, mtime_ns, inode), sha256

    @property
    def met(self) -> Set[bytes]:
        """Every path of a file that could be a photo: no copy where all are known, as mostly."""
        others = {task.found.path for task in self.to_read}
        others.update(rejection.path for rejection in (*self.rejected, *self.failed))
        return self.same.keys() | others if others else self.same.keys()

    @property
    def total(self) -> int:
        """The photos there are, good or bad."""
        return len(self.to_read) + len(self.same) + len(self.rejected) + len(self.failed)


def recall(con: duckdb.DuckDBPyConnection, detector: str, embedder_id: str) -> Memory:
    """Ask the workspace once for everything that the walk will be compared with."""
    with without_collecting():
        return Memory(
            con,
            detector,
            embedder_id,
            paths=photos.known_paths(con),
            rejections=photos.known_rejections(con),
            sidecars=sidecars.known(con),
            unread=frozenset(photos.unread(con, detector, embedder_id)),
        )


def plan(entries: Walk, memory: Memory) -> Plan:
    """Walk, and sort what is found; the order of the walk is kept within each kind."""
    done = Plan()
    finished = memory.paths
    if memory.unread:
        finished = {path: k for path, k in finished.items() if k[3] not in memory.unread}
    with without_collecting():
        for entry in entries.beside(finished, done.same, memory.sidecars):
            if isinstance(entry, Skipped):
                done.skipped.append(entry)
            elif isinstance(entry, Rejection):
                done.failed.append(entry)
            elif (before := finished.get(entry.path)) and _as_before(entry, before, memory):
                done.same[entry.path] = before
            elif (rejection := _still_rejected(entry, memory)) is not None:
                done.rejected.append(rejection)
            else:
                known = memory.by_size.get(entry.byte_size, frozenset())
                done.to_read.append(Task(entry, known))
    if done.to_read:
        _ = memory.contents  # as they are before anything is stored
    return done


def _as_before(found: Found, before: Known, memory: Memory) -> bool:
    return before[:3] == _identity(found) and not news(found.sidecars, memory.sidecars)


def _still_rejected(found: Found, memory: Memory) -> Rejection | None:
    stored = memory.rejections.get(found.path)
    if stored is None or stored[:3] != _identity(found) or stored[3] not in LASTING:
        return None
    *identity, code, reason = stored
    return Rejection(found.path, code, reason, *identity)


def _identity(found: Found) -> tuple[int, int, int]:
    return found.byte_size, found.mtime_ns, found.inode & INODES


@contextmanager
def without_collecting() -> Iterator[None]:
    """Python looks through all there is for cycles whenever much is made; here there are none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
