"""Putting one embedder's faces of a family to every method and to the score, in every view."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db.gallery import Gallery
from tracker.errors import NotEnoughEvidence
from tracker.resemblance.bias import LEAST_STRANGERS
from tracker.resemblance.cohort import band_of
from tracker.resemblance.day_means import DayMeans
from tracker.resemblance.evaluate import Unrelated
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.looks import ages_by_looks
from tracker.resemblance.strangers import Strangers
from tracker.study.cohort import GatheredCohort, workspace_cohort
from tracker.study.comparison import EVERYONE, PARENTS, Comparison, comparisons
from tracker.study.evidence import Family, Gathered, gather
from tracker.study.own_faces import Sifted, without_relatives_own
from tracker.study.said import Said, methods_said
from tracker.study.scored import Scored, scored_by

if TYPE_CHECKING:
    import duckdb

DRAWS = 25
SEED = 0

MOST_UNRELATED = 1000
"""Faces of other people's children that the methods are asked about; more change little."""

OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was said in one comparison."""

    compared: Comparison
    said: Said
    scored: Scored


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """All that one embedder's faces say of a child. `parts` are the comparisons that were made,
    the pair first."""

    embedder_id: str
    gathered: Gathered
    sifted: Sifted
    cohort: GatheredCohort
    gallery: Gallery
    parts: tuple[Answer, ...]

    @property
    def pair(self) -> Answer:
        """The comparison of the pair."""
        return self.parts[0]

    @property
    def everyone(self) -> Answer:
        """The comparison of all relatives; that of the pair where there are no others."""
        return next((p for p in self.parts if p.compared.view == EVERYONE), self.pair)

    @property
    def views(self) -> tuple[str, ...]:
        """The views there are, in order."""
        return tuple(dict.fromkeys(part.compared.view for part in self.parts))

    def said(self, view: str) -> DayMeans:
        """What the methods said in a view; of several age bands, those that worked in all."""
        parts = [p.said.days for p in self.parts if p.compared.view == view]
        common = set.intersection(*(set(days.methods) for days in parts))
        names = [name for name in parts[0].methods if name in common]
        return DayMeans.join([days.of(names) for days in parts])

    def scored(self, view: str) -> Scored:
        """The scores in a view."""
        parts = [p.scored for p in self.parts if p.compared.view == view]
        return Scored(
            DayMeans.join([part.days for part in parts]),
            parts[0].used,
            parts[0].warnings,
            tuple(age for part in parts for age in part.computed),
        )

    @property
    def computed(self) -> tuple[int, ...]:
        """Months of age of which anything had to be computed now."""
        ages = {age for p in self.parts for age in (*p.said.computed, *p.scored.computed)}
        return tuple(sorted(ages))


def ask_embedder(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    family: Family,
    embedder_id: str,
    *,
    methods: Sequence[str],
    draws: int = DRAWS,
    seed: int = SEED,
    on_step: OnStep,
) -> Answers:
    """Compare in every view, from before where that holds. NotEnoughEvidence where no face of
    the child is left."""
    child = family.child
    gathered = gather(connection, family, embedder_id)
    if not len(gathered.child):
        raise NotEnoughEvidence(
            f"No face of {child.name} has a date that gives an age.",
            hint=f"tracker ingest FOLDER --as {child.name}; `tracker status --rejected` says what "
            f"is undated or before the birth. A wrong birth: tracker person set {child.name} "
            "--born DATE",
        )
    sifted = without_relatives_own(gathered.child, gathered.relatives)
    if not len(sifted.child):
        whose = ", ".join(sorted(set(sifted.own.values())))
        raise NotEnoughEvidence(
            f"No face of {child.name} is left to compare: {whose}.",
            hint=f"tracker ingest FOLDER --as {child.name}, with photos of {child.name} alone",
        )
    cohort = workspace_cohort(
        connection, embedder_id, known=gathered.relatives, child=gathered.child
    )
    cohort = with_ages(cohort, gathered.relatives, sifted.child)
    strangers = Strangers.of(cohort.cohort)
    gallery = Gallery.open(connection, home, embedder_id)
    pair = (family.parents[0].name, family.parents[1].name)
    made = comparisons(gathered.relatives, sifted.child, family.relatives, pair)
    others = other_children(strangers, sifted.child, child.sex or "")
    parts = []
    for number, compared in enumerate(made):
        said = methods_said(
            connection,
            compared,
            child_id=child.person_id,
            embedder_id=embedder_id,
            methods=methods,
            neighbours=gallery,
            unrelated=others,
            unrelated_mark=cohort.fingerprint,
            draws=draws,
            seed=seed,
            checked=compared.view == PARENTS,
            on_step=_part_of(on_step, number, len(made)),
        )
        scored = scored_by(
            connection,
            compared,
            strangers,
            child_id=child.person_id,
            child_sex=child.sex or "",
            embedder_id=embedder_id,
            cohort_mark=cohort.fingerprint,
            draws=draws,
            seed=seed,
        )
        parts.append(Answer(compared, said, scored))
    return Answers(embedder_id, gathered, sifted, cohort, gallery, tuple(parts))


def with_ages(cohort: GatheredCohort, relatives: Evidence, child: Evidence) -> GatheredCohort:
    """The cohort with ages by looks where they are not known and looks tell them."""
    aged, small, grown = ages_by_looks(cohort.cohort, relatives, child)
    if not small:
        return cohort
    warning = (
        f"Nobody gave the ages of {small + grown} unrelated people. By their looks {small} are "
        f"small children and {grown} grown-ups, and they are compared as such. Say it for sure: "
        "tracker cohort add FOLDER --born DATE, or --age YEARS"
    )
    mark = hashlib.sha256(cohort.fingerprint.encode() + aged.ages.tobytes()).hexdigest()
    return GatheredCohort(aged, (*cohort.warnings, warning), mark)


def other_children(strangers: Strangers, child: Evidence, sex: str) -> Unrelated | None:
    """Children of the cohort about as old as the child mostly is; None where there are too few
    to tell anything from chance."""
    if strangers.size < LEAST_STRANGERS:
        return None
    band = int(band_of(np.array([np.median(child.ages) / 12]))[0])
    _, rows = strangers.about(sex, band)
    if len(rows) > MOST_UNRELATED:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_UNRELATED).astype(np.int64)]
    owner: Codes = strangers.cohort.people[rows]
    return Unrelated(strangers.cohort.vectors[rows], owner)


def _part_of(on_step: OnStep, number: int, parts: int) -> OnStep:
    """Steps of one part as thousandths of the whole."""

    def told(done: int, total: int) -> None:
        on_step(int(1000 * (number + done / max(total, 1)) / parts), 1000)

    return told
