"""What takes long to work out and hardly moves with one answer: candidates, and groups of unknowns.

Both are kept while answers come in. Candidates are worked out anew after REFRESH of them, and when
people come or go. Many faces are grouped in a process beside the page (`look_for_groups`), which
goes on with the groups it has until then; whoever got a name meanwhile is left out when they are
used.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from db import faces, namings, reviewing, scenes
from db.decisions import standing
from tracker.identity import unknown
from tracker.identity.acquaintance import acquaintance
from tracker.identity.album import Album, workspace_of
from tracker.identity.candidates import Candidate, candidates

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    import duckdb

_START = multiprocessing.get_context("spawn")

REFRESH = 30
"""Things the user said, after which all is worked out anew."""

AT_ONCE = 60
"""Nameless faces up to which groups are found while the page waits."""

NICENESS = 15
"""Of the process that looks for groups: what somebody answers meanwhile goes first."""


@dataclass(slots=True)
class _Kept:
    """Of a workspace and an embedder: candidates by face, and groups, with what was known then."""

    told: int = -1
    people: tuple[int, ...] = ()
    candidates: dict[int, tuple[Candidate, ...]] = field(default_factory=dict)
    groups: tuple[unknown.Group, ...] = ()
    grouped_at: tuple[int, str] | None = None
    coming: bool = False
    thread: threading.Thread | None = None


_kept: dict[tuple[str, str], _Kept] = {}
_times_found = 0


def look_up(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    embedder_id: str,
    album: Album,
    rows: Sequence[int],
    *,
    ahead: Sequence[int] = (),
) -> dict[int, tuple[Candidate, ...]]:
    """The candidates of the faces at these positions of the album, by face; living people only.

    Nobody is among them of whom the face is said not to be, however long ago they were worked out.
    Where any have to be worked out, those of `ahead` are as well: many take as long as one.
    """
    if not len(rows):
        return {}
    kept = _of(connection, embedder_id)
    ids = album.everyone.face_ids[list(rows)].tolist()
    if any(face not in kept.candidates for face in ids):
        wanted = [*ids, *album.everyone.face_ids[list(ahead)].tolist()]
        missing = [face for face in dict.fromkeys(wanted) if face not in kept.candidates]
        kept.candidates.update(candidates(connection, home, embedder_id, missing))
    names = {p.person_id: p.name for p in album.people}
    said = standing(connection, ids)
    denied = {(d.face_id, d.person_id) for d in said if d.state == "rejected"}
    return {
        face: tuple(
            replace(c, name=names[c.person_id])
            for c in kept.candidates.get(face, ())
            if c.person_id in names and (face, c.person_id) not in denied
        )
        for face in ids
    }


def groups(
    connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str
) -> tuple[unknown.Group, ...]:
    """The groups of unknown faces as far as they are known now; see `look_for_groups`."""
    kept = _of(connection, embedder_id)
    if _are_of_now(connection, embedder_id, kept):
        return kept.groups
    now = _now(connection, embedder_id)
    if len(scenes.open_faces(connection, embedder_id)) <= AT_ONCE:
        kept.groups, kept.grouped_at = unknown.groups(connection, home, embedder_id), now
    else:
        kept.coming = True
    return kept.groups


def are_coming(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> bool:
    """Whether `groups` will give others soon: they are looked for, or about to be."""
    return _of(connection, embedder_id).coming


def times_found() -> int:
    """A number that grows when groups were found by a process: `groups` gives others then."""
    return _times_found


def look_for_groups(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> None:
    """Where there are many faces whose groups are not known, let a process look for them.

    It takes seconds, and is not begun before there is something to look at meanwhile.
    """
    kept = _of(connection, embedder_id)
    if _are_of_now(connection, embedder_id, kept):
        return
    now = _now(connection, embedder_id)
    ids = scenes.open_faces(connection, embedder_id)
    if len(ids) <= AT_ONCE:
        return
    around = scenes.photos_of(connection, ids)
    vectors = faces.vectors_of(connection, embedder_id, ids)
    least = unknown.least_cosine(acquaintance(connection, embedder_id).judge)

    def find() -> None:
        global _times_found  # noqa: PLW0603  one page asks of one workspace
        found = _in_process(ids, vectors, around, least)
        kept.groups, kept.grouped_at = kept.groups if found is None else found, now
        kept.coming = False
        _times_found += 1

    kept.thread = threading.Thread(target=find, name="groups", daemon=True)
    kept.thread.start()


def _now(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> tuple[int, str]:
    mark = namings.told(connection, embedder_id).but_guesses
    return reviewing.said_so_far(connection), mark


def _are_of_now(connection: duckdb.DuckDBPyConnection, embedder_id: str, kept: _Kept) -> bool:
    """Whether the groups that are kept still serve, or others are on their way."""
    if kept.thread is not None and kept.thread.is_alive():
        return True
    if kept.grouped_at is None:
        return False
    told, of = kept.grouped_at
    said, mark = _now(connection, embedder_id)
    return of == mark or (bool(kept.groups) and 0 <= said - told < REFRESH)


def _in_process(
    ids: unknown.Ints, vectors: unknown.Vectors, photos: unknown.Ints, least: float
) -> tuple[unknown.Group, ...] | None:
    """The groups, found by a process of its own; None where it came to harm.

    In this one it would hold up every answer that is stored meanwhile.
    """
    here, there = _START.Pipe()
    process = _START.Process(target=_group, args=(there,), name="groups", daemon=True)
    process.start()
    there.close()
    try:
        here.send((ids, vectors, photos, least))
        found: tuple[unknown.Group, ...] = here.recv()
    except (EOFError, OSError):
        return None
    finally:
        here.close()
        process.join()
    return found


def _group(asked: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the page, and that ends this
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    ids, vectors, photos, least = asked.recv()
    asked.send(unknown.grouped(ids, vectors, photos, least=least))


def _of(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> _Kept:
    """What is kept; the candidates only while little was said since."""
    kept = _kept.setdefault((workspace_of(connection), embedder_id), _Kept())
    told = reviewing.said_so_far(connection)
    living = tuple(p.person_id for p in reviewing.living(connection))
    if kept.people != living or not 0 <= told - kept.told < REFRESH:
        kept.told, kept.people, kept.candidates = told, living, {}
    return kept
