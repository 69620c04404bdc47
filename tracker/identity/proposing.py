"""Proposing names: where the chance reaches the person's threshold, and taking back where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from db import namings, people, scenes, settings
from db.decisions import labels
from db.records import Decision
from tracker.identity.acquaintance import acquaintance
from tracker.identity.program import fingerprint
from tracker.identity.seeing import Glance, glances
from tracker.identity.strictness import strictness
from tracker.identity.tag_rules import TAG
from tracker.identity.thresholds import levels
from tracker.relations import UNRELATED

if TYPE_CHECKING:
    import duckdb

MADE = "names proposed"
"""The setting that says which embedder proposed the last names, there being one set of them, and,
where it proposed them all, what they rest on."""

NO_LONGER = "no longer sure enough"
"""The reason why a proposal is taken back."""


def propose(
    connection: duckdb.DuckDBPyConnection, face_ids: Sequence[int], embedder_id: str
) -> dict[int, str]:
    """Propose names for these faces, and for those that share a moment with them: face -> name.

    A face that waits for one question is not used to answer another. What was proposed before and
    is not sure enough now is taken back, and everything where nobody is known any more. The user's
    and the tags' words are left alone.
    """
    if not (settings.get(connection, MADE) or "").startswith(f"{embedder_id} "):
        settings.set_(connection, MADE, f"{embedder_id} ")
    if not acquaintance(connection, embedder_id).people:
        people.decide(connection, _all_back(connection, face_ids))
        return {}
    target = strictness(connection)
    named: dict[int, str] = {}
    decisions: list[Decision] = []
    for glance in glances(connection, embedder_id, face_ids):
        level = np.asarray(levels(glance.known.judge, target))
        for row, place in _asked(glance, level):
            face = int(glance.table.face_ids[row])
            if place is not None:
                person, chance = glance.known.people[place], glance.seen.chances[row, place]
                named[face] = person.name
                words = ("proposed", "match", f"chance {chance:.3f}")
                decisions.append(Decision(face, person.person_id, *words, embedder_id=embedder_id))
            elif glance.table.states[row] == "proposed":
                before = int(glance.table.person_ids[row])
                decisions.append(Decision(face, before, "rejected", "match", NO_LONGER))
    people.decide(connection, decisions)
    return named


def _all_back(connection: duckdb.DuckDBPyConnection, face_ids: Sequence[int]) -> list[Decision]:
    return [
        Decision(face, stands.person_id, "rejected", "match", NO_LONGER)
        for face, stands in labels(connection, face_ids).items()
        if stands.state == "proposed" and stands.source == "match"
    ]


def propose_again(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> dict[int, str]:
    """Propose names for all faces of which nobody said anything yet, and take back what no longer
    holds: after answers, and after the strictness was changed. Gives face -> name."""
    named = propose(connection, scenes.unsettled(connection, embedder_id).tolist(), embedder_id)
    settings.set_(connection, MADE, _rests_on(connection, embedder_id))
    return named


def propose_if_told(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> bool:
    """Propose names anew where those there are rest on something else than what is known now: on
    fewer answers, on other dates or faces, on another embedder, on another strictness or another
    version of the program.

    Gives whether it was done; where nothing changed it costs three queries.
    """
    if settings.get(connection, MADE) == _rests_on(connection, embedder_id):
        return False
    propose_again(connection, embedder_id)
    return True


def _rests_on(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> str:
    told = namings.told(connection, embedder_id).but_guesses
    return f"{embedder_id} {told} {fingerprint()[:16]} {strictness(connection)}"


def _asked(glance: Glance, level: np.ndarray) -> list[tuple[int, int | None]]:
    """(row, place of the person to propose or None) of the faces that may be given a name."""
    states, sources = glance.table.states, glance.table.sources
    asked = (states == "") | ((states == "proposed") & (sources != TAG))
    # Unrelated people compete for a face, and are named by the user alone.
    able = np.array([person.relation != UNRELATED for person in glance.known.people])
    sure = (glance.seen.chances >= level[None, :]) & able[None, :]
    best = np.where(sure, glance.seen.chances, -1.0).argmax(axis=1)
    return [
        (row, int(best[row]) if sure[row, best[row]] else None)
        for row in np.flatnonzero(asked).tolist()
    ]
