"""Whom this workspace knows: the confirmed faces of its people, and a judge fitted on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from db import cohort, faces, namings, reviewing, scenes
from db.faces import FaceTable
from db.records import Person
from tracker import ages
from tracker.identity.judge import Faces, Judge, Known, fit, no_faces, thinned, together
from tracker.vision.detector import DETECTOR_ID

if TYPE_CHECKING:
    import duckdb

MOST_FACES = 800
"""Confirmed faces of a person that others are compared with, spread evenly over their days."""

STRANGERS = 1000
"""Faces of unrelated people that chances are measured against."""

SAMPLED = 300
"""Photos with faces that nobody named: who is to be expected, and what is not somebody."""

EPOCH = np.datetime64(0, "D")


@dataclass(frozen=True, slots=True, eq=False)
class Acquaintance:
    """The people with confirmed faces, in the order they were added, and the judge of them."""

    people: tuple[Person, ...]
    judge: Judge

    def place(self, person_id: int) -> int | None:
        """Where the person stands in `people`, None for somebody without a confirmed face."""
        for place, person in enumerate(self.people):
            if person.person_id == person_id:
                return place
        return None


_kept: dict[tuple[str, str, str], Acquaintance] = {}


def acquaintance(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> Acquaintance:
    """Whom the workspace knows by that embedder. Kept in memory while nothing new is told."""
    told = namings.told(connection, embedder_id).but_guesses
    key = (_workspace(connection), embedder_id, told)
    if key not in _kept:
        found = _load(connection, embedder_id)
        _kept.clear()
        _kept[key] = found
    return _kept[key]


def _workspace(connection: duckdb.DuckDBPyConnection) -> str:
    rows = connection.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchall()
    return repr(sorted(map(str, rows)))


def _load(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> Acquaintance:
    enrolled = faces.enrolled(connection, embedder_id, with_vectors=False, once=False)
    everybody = reviewing.living(connection)
    named = [p for p in everybody if (enrolled.person_ids == p.person_id).any()]
    known = []
    for person in named:
        rows = np.flatnonzero(enrolled.person_ids == person.person_id)  # by day
        own = enrolled.take(rows[thinned(len(rows), MOST_FACES)])
        known.append(
            Known(
                as_faces(own, faces.vectors_of(connection, embedder_id, own.face_ids)), born(person)
            )
        )
    if not known:
        return Acquaintance((), fit([]))
    dim = known[0].faces.vectors.shape[1]
    strangers = _strangers(connection, embedder_id, dim)
    ids = scenes.sample(connection, embedder_id, DETECTOR_ID, SAMPLED)
    table = faces.by_ids(connection, embedder_id, ids.tolist())
    nameless = (table.states == "") | (table.states == "proposed")
    nameless &= ~np.isin(table.face_ids, strangers_named(connection))
    sample = as_faces(table, table.vectors)
    return Acquaintance(tuple(named), fit(known, strangers, sample, nameless))


def strangers_named(connection: duckdb.DuckDBPyConnection) -> npt.NDArray[np.int64]:
    """Faces of which the user said that they are nobody they know, or added as a stranger's."""
    return np.union1d(scenes.strangers(connection), cohort.face_ids(connection))


def _strangers(connection: duckdb.DuckDBPyConnection, embedder_id: str, dim: int) -> Faces:
    """Faces of people who are none of those known: added as unrelated, or said to be nobody.

    Those of the family's photos who have a name are people here.
    """
    told = scenes.strangers(connection)
    table = faces.by_ids(connection, embedder_id, told[thinned(len(told), STRANGERS)].tolist())
    parts = [as_faces(table, table.vectors)] if len(table) else []
    added = cohort.table(connection, embedder_id)
    added = added.take(np.flatnonzero((added.members > 0) & (added.claimed == "")))
    added = added.take(thinned(len(added), STRANGERS))
    if len(added):
        photos = photo_codes(added.photos)
        unknown = np.full(len(added), np.nan)
        vectors = added.vectors.astype(np.float32, copy=False)
        parts.append(Faces(vectors, unknown, photos, photos))
    return together(parts) if parts else no_faces(dim)


def as_faces(table: FaceTable, vectors: npt.NDArray[np.float32]) -> Faces:
    """Faces of the database as the judge takes them."""
    first = (table.day_earliest - EPOCH).astype(np.float64)
    last = (table.day_latest - EPOCH).astype(np.float64)
    first[np.isnat(table.day_earliest)] = np.nan
    last[np.isnat(table.day_latest)] = np.nan
    photos = photo_codes(table.photos)
    # A date that spans days is one photo-day; photos of unknown day stand alone.
    span = np.nan_to_num(first) * 100_000 + np.nan_to_num(last - first)
    keys = np.where(np.isnan(first + last), photos, span.astype(np.int64))
    return Faces(vectors, (first + last) / 2, keys, photos)


def photo_codes(sha256s: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """A number per photo, made of its content: below -2**59, where no day is."""
    return np.array([-(1 << 59) - int(name[:14], 16) for name in sha256s.tolist()], np.int64)


def born(person: Person) -> float:
    """The birth in days since 1970, NaN where unknown."""
    if person.born_earliest is None or person.born_latest is None:
        return float("nan")
    day = ages.reference_birth(person.born_earliest, person.born_latest)
    return float((np.datetime64(day, "D") - EPOCH).astype(np.int64))
