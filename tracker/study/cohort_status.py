"""What the cohort is good for: whom it can stand beside, and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from db import cohort as stored
from db import faces as stored_faces
from db import people
from db.text import shown
from tracker.relations import CHILD, UNRELATED
from tracker.resemblance.bias import LEAST_STRANGERS
from tracker.resemblance.cohort import (
    AGE_BANDS,
    BAND_NAMES,
    SEXES,
    UNKNOWN_BAND,
    Cohort,
    band_of,
)
from tracker.resemblance.strangers import ENOUGH, Strangers
from tracker.study.cohort import ADD, workspace_cohort
from tracker.study.cohort_sorting import Family
from tracker.study.evidence import choose_embedder_id

if TYPE_CHECKING:
    import duckdb

    from db.records import Person
    from tracker.resemblance.evidence import Evidence

GROWN_UP = BAND_NAMES.index("20 to 40")
TEENS = BAND_NAMES.index("13 to 20")
TODDLERS = BAND_NAMES.index("6 months to 2 years")

WORDS = {
    "babies": {"f": "baby girls", "m": "baby boys", "": "babies"},
    "children": {"f": "girls", "m": "boys", "": "children"},
    "teens": {"f": "girls", "m": "boys", "": "teenagers"},
    "grown up": {"f": "women", "m": "men", "": "people"},
    "people": {"f": "girls and women", "m": "boys and men", "": "people"},
}


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people and faces of a sex and age band there are; `band` None where unknown."""

    sex: str
    band: str | None
    people: int
    faces: int


@dataclass(frozen=True, slots=True)
class Need:
    """Strangers that somebody of the family is held against.

    `people` of `wanted` are of the very sex and age band. Where they are too few, `stands_in`
    says who else is taken, `strangers` how many that makes.
    """

    name: str
    relation: str
    sex: str
    band: str | None
    people: int
    wanted: int
    strangers: int
    stands_in: str

    @property
    def is_enough(self) -> bool:
        """Whether nobody else must stand in."""
        return self.people >= self.wanted

    def in_words(self) -> str:
        """ "enough", "32 of 200 women 20 to 40" or "no baby girls under 6 months"."""
        whom = group_in_words(self.sex, self.band)
        if self.is_enough:
            return "enough"
        return f"no {whom}" if not self.people else f"{self.people} of {self.wanted} {whom}"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where people came from; `path` is "" for those of the family's own photos."""

    path: str
    people: int
    faces: int


@dataclass(frozen=True, slots=True)
class CohortStatus:
    """The cohort under one embedder (None: nothing was embedded yet), and what it is good for."""

    embedder_id: str | None
    people: int
    faces: int
    cells: tuple[Cell, ...]
    needs: tuple[Need, ...]
    sources: tuple[SourceLine, ...]
    embedders: tuple[tuple[str, int], ...]
    warnings: tuple[str, ...]
    marked: tuple[Person, ...] = ()
    """Those of the family's own photos, among the others."""

    @property
    def has_percentiles(self) -> bool:
        """Whether there are enough people for a percentile."""
        return self.people >= LEAST_STRANGERS

    @property
    def advice(self) -> list[str]:
        """What would make more of the people who are there."""
        ageless = [person.name for person in self.marked if person.born_earliest is None]
        sexless = [person.name for person in self.marked if not person.sex]
        without_age = sum(cell.people for cell in self.cells if cell.band is None) - len(ageless)
        without_sex = sum(cell.people for cell in self.cells if not cell.sex) - len(sexless)
        told = []
        if without_age > 0:
            told.append(
                f"Age not known: {without_age:,}. Add the same path again with --age YEARS or "
                "--born DATE."
            )
        if without_sex > 0:
            told.append(
                f"Sex not known: {without_sex:,}. Add it again with --sex f or m, or use folders "
                "f and m."
            )
        for names, what, option in ((ageless, "Age", "--born DATE"), (sexless, "Sex", "--sex f|m")):
            if names:
                some = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
                told.append(
                    f"{what} not known of {some}, marked in your own photos: tracker person set "
                    f"NAME {option}"
                )
        return told

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "embedder": self.embedder_id,
            "people": self.people,
            "faces": self.faces,
            "percentiles": self.has_percentiles,
            "least_people": LEAST_STRANGERS,
            "enough": ENOUGH,
            "cells": [
                {"sex": c.sex or None, "band": c.band, "people": c.people, "faces": c.faces}
                for c in self.cells
            ],
            "needs": [
                {
                    "name": n.name,
                    "relation": n.relation,
                    "sex": n.sex or None,
                    "band": n.band,
                    "people": n.people,
                    "wanted": n.wanted,
                    "enough": n.is_enough,
                    "says": n.in_words(),
                    "strangers": n.strangers,
                    "stands_in": n.stands_in or None,
                }
                for n in self.needs
            ],
            "sources": [
                {"path": s.path or None, "people": s.people, "faces": s.faces} for s in self.sources
            ],
            "embedders": [{"embedder": name, "faces": faces} for name, faces in self.embedders],
            "warnings": list(self.warnings),
        }


def take_stock(connection: duckdb.DuckDBPyConnection, spec: str | None = None) -> CohortStatus:
    """Count the cohort and hold it against the family. `spec` is what `--embedder` took."""
    child = people.primary_child(connection)
    embedder_id = choose_embedder_id(connection, spec, child.person_id if child else None)
    read = tuple(stored.read_with(connection).items())
    if embedder_id is None:
        return CohortStatus(None, 0, 0, (), (), _sources(connection, None), read, (NOTHING_READ,))
    family = Family.of(connection, embedder_id)
    gathered = workspace_cohort(connection, embedder_id, known=family.known, child=family.child)
    cohort = gathered.cohort
    strangers = Strangers.of(cohort)
    listed = [c.person for c in people.all_people(connection)]
    needs = [
        need
        for evidence in (family.child, family.known)
        for number, name in enumerate(evidence.names)
        for need in _needs(
            next(p for p in listed if p.name == name),
            evidence.only(evidence.people == number),
            strangers,
        )
    ]
    return CohortStatus(
        embedder_id,
        cohort.size,
        len(cohort),
        tuple(_cells(cohort)),
        tuple(needs),
        _sources(connection, embedder_id),
        read,
        gathered.warnings,
        marked=_marked(connection, embedder_id),
    )


SHOWN = 5
"""Names in a line of advice."""

NOTHING_READ = f"No face has been read here yet. Add unrelated people with: {ADD}"


def group_in_words(sex: str, band: str | None) -> str:
    """ "women 20 to 40", "baby girls under 6 months", "people of any age"."""
    if band is None:
        return f"{WORDS['people'][sex]} of any age"
    number = BAND_NAMES.index(band)
    kinds = ((GROWN_UP, "grown up"), (TEENS, "teens"), (TODDLERS + 1, "children"), (0, "babies"))
    kind = next(kind for first, kind in kinds if number >= first)
    return f"{WORDS[kind][sex]} {band}"


def _needs(person: Person, look: Evidence, strangers: Strangers) -> list[Need]:
    """What a report asks of the cohort for somebody: by age band for the child, else once."""
    if not len(look):
        return []
    years = np.where(look.ages >= 0, look.ages / 12.0, np.nan)
    if person.relation == CHILD:
        bands = [int(band) for band in np.unique(band_of(years)) if band != UNKNOWN_BAND]
    else:
        known = years[~np.isnan(years)]
        typical = float(np.median(known)) if len(known) else float("nan")
        bands = [int(band_of(np.array([typical]))[0])]
    return [_need(person, band, strangers) for band in bands]


def _need(person: Person, band: int, strangers: Strangers) -> Need:
    sex = person.sex or ""
    found = strangers.matched(sex, band)
    name = None if band == UNKNOWN_BAND else BAND_NAMES[band]
    total = len(found.people)
    stands_in = ""
    if found.in_cell < ENOUGH and total > found.in_cell:
        of = "" if found.any_sex else sex
        stands_in = _span(of, found.bands)
    return Need(person.name, person.relation, sex, name, found.in_cell, ENOUGH, total, stands_in)


def _span(sex: str, bands: tuple[int, ...]) -> str:
    """Who stands in: "women 13 to 60", "people of any age"."""
    if not bands or len(bands) == len(AGE_BANDS):
        return group_in_words(sex, None)
    kind = "people"
    if bands[0] >= GROWN_UP:
        kind = "grown up"
    elif bands[-1] < TEENS:
        kind = "children"
    ends = AGE_BANDS[bands[-1] + 1] if bands[-1] + 1 < len(AGE_BANDS) else None
    starts = "6 months" if bands[0] == 1 else f"{AGE_BANDS[bands[0]]:g}"
    if ends is None:
        return f"{WORDS[kind][sex]} over {starts}"
    if bands[0] == 0:
        return f"{WORDS[kind][sex]} under {'6 months' if ends < 1 else f'{ends:g}'}"
    return f"{WORDS[kind][sex]} {starts} to {ends:g}"


def _cells(cohort: Cohort) -> list[Cell]:
    """The cells that have somebody, by band and sex."""
    found = []
    for band in (*range(len(BAND_NAMES)), UNKNOWN_BAND):
        for sex in SEXES:
            mine = (cohort.bands == band) & (cohort.face_sexes == sex)
            if mine.any():
                name = None if band == UNKNOWN_BAND else BAND_NAMES[band]
                number = len(np.unique(cohort.people[mine]))
                found.append(Cell(sex, name, number, int(mine.sum())))
    return found


def _sources(
    connection: duckdb.DuckDBPyConnection, embedder_id: str | None
) -> tuple[SourceLine, ...]:
    """The paths that were added, and last the family's own photos."""
    lines = [SourceLine(shown(s.path), s.people, s.faces) for s in stored.sources(connection)]
    if embedder_id is not None:
        own = [person.person_id for person in _marked(connection, embedder_id)]
        if own:
            faces = stored_faces.enrolled(connection, embedder_id, person_ids=own)
            lines.append(SourceLine("", len(own), len(faces)))
    return tuple(lines)


def _marked(connection: duckdb.DuckDBPyConnection, embedder_id: str) -> tuple[Person, ...]:
    """The unrelated people of the family's own photos who have a face."""
    everybody = [c.person for c in people.all_people(connection) if c.person.relation == UNRELATED]
    faces = stored_faces.enrolled(
        connection,
        embedder_id,
        person_ids=[person.person_id for person in everybody],
        with_vectors=False,
    )
    seen = set(faces.person_ids.tolist())
    return tuple(person for person in everybody if person.person_id in seen)
