"""Faces of the workspace, judged among the others of their photos and moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import faces, scenes
from db.faces import FaceTable
from db.records import Person
from tracker.identity.acquaintance import Acquaintance, acquaintance, as_faces
from tracker.identity.rules import CLOSED, OPEN, Seen, Setting, see
from tracker.identity.tag_rules import TAG
from tracker.vision.detector import DETECTOR_ID

if TYPE_CHECKING:
    import duckdb

AT_ONCE = 8192
"""Faces whose vectors are in memory together: 16 MB of 512 numbers each."""


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """Some faces, whole moments of them, and what came of them."""

    table: FaceTable
    seen: Seen
    known: Acquaintance


def glances(
    connection: duckdb.DuckDBPyConnection,
    embedder_id: str,
    face_ids: Sequence[int],
    *,
    named: Person | None = None,
) -> Iterator[Glance]:
    """Judge these faces with all others of their photos and moments, some thousands at a time.

    Nobody is in a photo taken before their birth, but whom the user `named`: then it is the
    photo's date that is wrong.
    """
    known = acquaintance(connection, embedder_id)
    if not known.people or not len(face_ids):
        return
    around = scenes.around(connection, embedder_id, face_ids, DETECTOR_ID)
    cuts = np.flatnonzero(np.diff(around.moments)) + 1
    start = 0
    for end in [*cuts.tolist(), len(around)]:
        if end - start >= AT_ONCE or end == len(around):
            part = around.take(slice(start, end))
            ids = part.face_ids
            table = faces.by_ids(connection, embedder_id, ids.tolist())
            order = np.argsort(table.face_ids)
            table = table.take(order[np.searchsorted(table.face_ids, ids, sorter=order)])
            ruled_out = before_birth(known.people, table, named)
            for face, person in scenes.ruled_out(connection, ids.tolist()):
                place = known.place(person)
                if place is not None:
                    ruled_out[ids == face, place] = True
            names = _names(table, part.closed, known)
            setting = Setting(part.photos, part.moments, names, ruled_out)
            yield Glance(table, see(known.judge, as_faces(table, table.vectors), setting), known)
            start = end


def _names(
    table: FaceTable, closed: npt.NDArray[np.bool_], known: Acquaintance
) -> npt.NDArray[np.int64]:
    """Who the faces are known to be: confirmed, or proposed by a tag, which outranks looks."""
    settled = (table.states == "confirmed") | (
        (table.states == "proposed") & (table.sources == TAG)
    )
    names = np.full(len(table), OPEN, np.int64)
    for row in np.flatnonzero(settled).tolist():
        place = known.place(int(table.person_ids[row]))
        names[row] = CLOSED if place is None else place
    names[(closed & ~settled) | (table.states == "ignored")] = CLOSED
    return names


def before_birth(
    known: Sequence[Person], table: FaceTable, named: Person | None = None
) -> npt.NDArray[np.bool_]:
    """Who `(faces, people)` was certainly not born when the photo was taken."""
    early = np.zeros((len(table), len(known)), dtype=bool)
    for place, person in enumerate(known):
        if person.born_earliest is not None and person != named:
            early[:, place] = table.day_latest < np.datetime64(person.born_earliest)  # NaT is not
    return early
