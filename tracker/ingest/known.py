"""What the workspace already knows, and so what is left to do for each file.

Size, modification time and inode are a shortcut that saves opening a file; the content's
sha256 is the identity. Nothing here opens a photo or imports torch: a second ingest of
thousands of known photos costs a walk and one query.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from db import photos
from db.records import Rejection
from tracker.ingest.scan import Entry, Found, Skipped

if TYPE_CHECKING:
    import duckdb

LASTING = frozenset({"empty", "truncated", "damaged", "not-a-photo", "too-large"})
"""Rejections that hold for as long as the file stays the same: it is not opened again. The
others (no rights, too slow, a crash) may be gone the next time, so they are tried again."""

_INODES = (1 << 64) - 1  # the database keeps the low 64 bits


@dataclass(frozen=True, slots=True)
class Memory:
    """The workspace as it was before this ingest, for one detector and one embedder.

    `searched`: photos whose faces are known. `embedded`: those whose every face has a vector.
    `by_size`: of the latter, the hashes by size in bytes.
    """

    paths: dict[bytes, tuple[int, int, int, str]]
    rejections: dict[bytes, tuple[int, int, int, str, str]]
    contents: frozenset[str]
    searched: frozenset[str]
    embedded: frozenset[str]
    by_size: dict[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read. `known`: the hashes of finished photos that have its size in bytes."""

    found: Found
    known: frozenset[str]


@dataclass(slots=True)
class Plan:
    """Every entry of the walk, by what it needs.

    `unchanged`: files whose content is known and finished, with its sha256. `rejected`:
    refused now as before, without a look. `failed`: what the walk itself could not read.
    """

    to_read: list[Task] = field(default_factory=list)
    unchanged: list[tuple[Found, str]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    failed: list[Rejection] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The photos there are, good or bad."""
        return len(self.to_read) + len(self.unchanged) + len(self.rejected) + len(self.failed)


def recall(con: duckdb.DuckDBPyConnection, detector: str, embedder_id: str) -> Memory:
    """Ask the workspace once for everything that the walk will be compared with."""
    paths = photos.known_paths(con)
    searched = frozenset(photos.searched(con, detector))
    embedded = frozenset(photos.embedded(con, detector, embedder_id))
    by_size: dict[int, set[str]] = defaultdict(set)
    for byte_size, _, _, sha256 in paths.values():
        if sha256 in embedded:
            by_size[byte_size].add(sha256)
    return Memory(
        paths=paths,
        rejections=photos.known_rejections(con),
        contents=searched | {sha256 for *_, sha256 in paths.values()},
        searched=searched,
        embedded=embedded,
        by_size={size: frozenset(hashes) for size, hashes in by_size.items()},
    )


def plan(entries: Iterable[Entry], memory: Memory) -> Plan:
    """Sort what the walk found; the order of the walk is kept within each kind."""
    done = Plan()
    for entry in entries:
        if isinstance(entry, Skipped):
            done.skipped.append(entry)
        elif isinstance(entry, Rejection):
            done.failed.append(entry)
        elif (sha256 := _unchanged(entry, memory)) in memory.embedded:
            done.unchanged.append((entry, str(sha256)))
        elif (rejection := _still_rejected(entry, memory)) is not None:
            done.rejected.append(rejection)
        else:
            known = memory.by_size.get(entry.byte_size, frozenset())
            done.to_read.append(Task(entry, known))
    return done


def _unchanged(found: Found, memory: Memory) -> str | None:
    """The content's hash if the file is the one that was read before."""
    stored = memory.paths.get(found.path)
    return stored[3] if stored is not None and stored[:3] == _identity(found) else None


def _still_rejected(found: Found, memory: Memory) -> Rejection | None:
    stored = memory.rejections.get(found.path)
    if stored is None or stored[:3] != _identity(found) or stored[3] not in LASTING:
        return None
    *identity, code, reason = stored
    return Rejection(found.path, code, reason, *identity)


def _identity(found: Found) -> tuple[int, int, int]:
    return found.byte_size, found.mtime_ns, found.inode & _INODES
