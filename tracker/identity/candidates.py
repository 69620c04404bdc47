"""Who a face may be: the best candidates among known people, and how likely each is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tracker.ages import age_label
from tracker.identity.acquaintance import EPOCH
from tracker.identity.odds import CLIP
from tracker.identity.seeing import Glance, glances

if TYPE_CHECKING:
    import duckdb

MOST = 5
"""Candidates of a face."""

LEAST_CHANCE = 0.005
"""Below this somebody is no candidate."""

TWINS = 0.3
"""Somebody too alike to be told apart is mentioned from this share of the other's chance on."""

MONTH = 365.2425 / 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a face may be. `chance` is in [0, 1]; `why` says in a few words what it rests on."""

    person_id: int
    name: str
    chance: float
    why: str


def candidates(
    connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str, face_ids: Sequence[int]
) -> dict[int, tuple[Candidate, ...]]:
    """The best candidates of each face, best first, at most MOST; () where it is nobody known.

    What is missing from a face's chances to 1 is the chance that it is nobody known here. A face
    with a name has that one candidate. One that the user said is nobody has none, and so has one
    without a vector of the embedder.
    """
    found: dict[int, tuple[Candidate, ...]] = {int(face): () for face in face_ids}
    for glance in glances(connection, embedder_id, list(found)):
        for row, face in enumerate(glance.table.face_ids.tolist()):
            if face in found:
                found[face] = _of_face(glance, row)
    return found


def _of_face(glance: Glance, row: int) -> tuple[Candidate, ...]:
    chances = glance.seen.chances[row]
    best = np.argsort(-chances, kind="stable")[:MOST]
    return tuple(
        Candidate(
            glance.known.people[place].person_id,
            glance.known.people[place].name,
            float(min(chances[place], 1.0)),
            _why(glance, row, int(place)),
        )
        for place in best
        if chances[place] >= LEAST_CHANCE
    )


def _why(glance: Glance, row: int, place: int) -> str:
    seen, known = glance.seen, glance.known
    person = known.people[place]
    if glance.table.states[row] == "confirmed":
        return "named" if glance.table.sources[row] != "user" else "you said so"
    if seen.told[row] == place:
        return f"{person.name} in another photo of the same moment"
    parts = [_likeness(glance, row, place)]
    alike = [
        other.name
        for there, other in enumerate(known.people)
        if there != place
        and known.judge.too_alike(place, there)
        and seen.chances[row, there] >= TWINS * seen.chances[row, place]
    ]
    if alike:
        parts.append(f"but {' and '.join(alike)} cannot be told from {person.name} by the face")
    if seen.near.far[row, place]:
        parts.append("but there are no photos of about that age to compare with")
    if seen.alone[row, place] - seen.chances[row, place] > 0.2:
        parts.append("but another face of this photo is more likely")
    elif seen.chances[row, place] - seen.alone[row, place] > 0.2:
        parts.append("and the others in the photo are somebody else")
    return ", ".join(parts)


def _likeness(glance: Glance, row: int, place: int) -> str:
    """How near it is, beside how near the person's own photos of other days are to each other."""
    person, judge = glance.known.people[place], glance.known.judge
    value = float(glance.seen.near.values[row, place])
    level, spread = judge.own_level
    born, day = judge.known[place].born, glance.table.day_earliest[row]
    age = ""
    if not np.isnan(born) and not np.isnat(day):
        months = int(((day - EPOCH).astype(np.int64) - born) / MONTH)
        age = f" at about {age_label(months)}" if months > 0 else " as a newborn"
    odds = judge.odds[place]
    if odds is not None and float(odds(np.array([value]))[0]) <= -CLIP / 4:
        return f"not much like {person.name}{age}"
    if value >= level - spread:
        return f"as like {person.name}{age} as {person.name}'s own photos of other days"
    return f"somewhat like {person.name}{age}"
