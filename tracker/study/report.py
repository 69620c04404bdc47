"""From a workspace to everything a report shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from db import embedders, faces, overview
from db.gallery import Gallery
from db.records import Person
from reports.model import MethodInfo, Relative, ReportData
from tracker import ages
from tracker.errors import NotEnoughEvidence
from tracker.methods.registry import describe
from tracker.resemblance.agreement import agreement
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.projection import project
from tracker.study import words
from tracker.study.evidence import (
    Family,
    Gathered,
    choose_child,
    choose_embedder_id,
    gather,
    gather_family,
)
from tracker.study.exemplars import nearest_exemplars
from tracker.study.notes import born_note, embedder_note, warnings_of
from tracker.study.own_faces import Sifted, without_relatives_own
from tracker.study.run import SEED, Results, results_for

if TYPE_CHECKING:
    import duckdb

PRIMARY_METHOD = "centroid"
"""Fixed before any result was looked at: cosine to the mean face of each relative, the plainest
method that does not lean to whoever has more photos."""

OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A report's content, and how to print it as JSON."""

    data: ReportData
    everyone: pd.DataFrame  # trend over all relatives; over the two where there are only two
    computed: bool

    def as_dict(self) -> dict[str, Any]:
        """What `tracker report --json` prints."""
        from tracker.study.as_json import report_as_dict

        return report_as_dict(self.data, self.everyone, computed=self.computed)


def make_report(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    *,
    child_name: str | None,
    embedder: str | None,
    on_step: OnStep,
    today: date | None = None,
) -> Made:
    """Gather, run, assemble. Raises NotEnoughEvidence when there is nothing to compare."""
    child = choose_child(connection, child_name)
    embedder_id = choose_embedder_id(connection, embedder, child.person_id)
    if embedder_id is None:
        raise NotEnoughEvidence(
            "No photos have been read yet.", hint=f"tracker ingest FOLDER --as {child.name}"
        )
    family = gather_family(connection, child, embedder_id)
    gathered = gather(connection, family, embedder_id)
    if not len(gathered.child):
        raise NotEnoughEvidence(
            f"No face of {child.name} has a date that gives an age.",
            hint=f"tracker ingest FOLDER --as {child.name}; "
            "`tracker status --rejected` says what is undated.",
        )
    sifted = without_relatives_own(gathered.child, gathered.relatives)
    if not len(sifted.child):
        whose = ", ".join(sorted(set(sifted.own.values())))
        raise NotEnoughEvidence(
            f"No face of {child.name} is left to compare: {whose}.",
            hint=f"tracker ingest FOLDER --as {child.name}, with photos of {child.name} alone",
        )
    gallery = Gallery.open(connection, home, embedder_id)
    names = [name for name, _ in describe()]
    comparisons = 1 if len(family.relatives) == 2 else 2
    steps = 0

    def stepped(_method: str) -> None:
        nonlocal steps
        on_step(steps, comparisons * len(names))
        steps += 1

    def run(people: Sequence[Person]) -> Results:
        chosen = evidence_of(gathered.relatives, [p.name for p in people])
        return results_for(
            connection,
            sifted.child,
            chosen,
            child_id=child.person_id,
            embedder_id=embedder_id,
            pair=(family.parents[0].name, family.parents[1].name),
            neighbours=gallery,
            methods=names,
            on_method=stepped,
        )

    narrow = run(family.parents)
    wide = run(family.relatives) if comparisons > 1 else narrow
    compared = Compared(family, embedder_id, gathered, sifted, narrow, wide)
    data = assemble(connection, home, compared, gallery, today=today or date.today())
    return Made(data=data, everyone=wide.trend, computed=narrow.computed or wide.computed)


def evidence_of(relatives: Evidence, names: Sequence[str]) -> Evidence:
    """The evidence of some of the relatives, numbered in the order of `names`."""
    place = {relatives.names.index(name): number for number, name in enumerate(names)}
    part = relatives.only(np.isin(relatives.people, list(place)))
    return Evidence(
        vectors=part.vectors,
        face_ids=part.face_ids,
        people=np.array([place[p] for p in part.people.tolist()], dtype=np.int64),
        days=part.days,
        photos=part.photos,
        ages=part.ages,
        names=tuple(names),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Who was compared, on what evidence, and what came of it.

    `narrow` are the results for the two parents, `wide` those for all relatives (the same object
    where there are only two).
    """

    family: Family
    embedder_id: str
    gathered: Gathered
    sifted: Sifted
    narrow: Results
    wide: Results


def assemble(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    compared: Compared,
    gallery: Gallery,
    *,
    today: date,
) -> ReportData:
    """Put everything into the shape that the page shows."""
    family, sifted, embedder_id = compared.family, compared.sifted, compared.embedder_id
    narrow, wide, relatives = compared.narrow, compared.wide, compared.gathered.relatives
    child, probes = family.child, sifted.child
    first, second = (p.name for p in family.parents)
    coverage = covered(probes)
    count = words.tally(narrow.overall, first, second)
    trend = pd.concat(
        [narrow.trend.assign(comparison="parents")]
        + ([wide.trend.assign(comparison="everyone")] if wide is not narrow else []),
        ignore_index=True,
    )
    pictures = project(relatives, probes, seed=SEED)
    lines = dict(describe())
    row = next(r for r in embedders.all_embedders(connection) if r.embedder_id == embedder_id)
    left_out = left_out_of(connection, child, embedder_id, {**sifted.own, **narrow.left_out})
    return ReportData(
        child=child.name,
        born=born_of(child),
        born_note=born_note(child),
        sex=child.sex,
        embedder_id=embedder_id,
        embedder_note=embedder_note(row.embedder_id, row.licence, row.source),
        generated_on=today,
        headline=words.headline(child.name, count, narrow.leads),
        summary=words.summary(child.name, count, narrow.leads, coverage),
        relatives=tuple(relative_of(person, relatives) for person in family.relatives),
        parents=(first, second),
        methods=tuple(
            MethodInfo(m.name, lines[m.name], m.unit, m.held_out_accuracy) for m in narrow.methods
        ),
        primary_method=PRIMARY_METHOD,
        coverage=coverage,
        trend=labelled(trend),
        leads=labelled(narrow.leads),
        overall=narrow.overall,
        agreement=agreement(narrow.leads),
        projection=labelled(pictures.points),
        child_path=labelled(pictures.path),
        exemplars=nearest_exemplars(home / "thumbnails", probes, relatives, gallery),
        left_out=left_out,
        warnings=tuple(warnings_of(family, narrow, wide, sifted, compared.gathered.proposed)),
        settings=(
            ("First method", PRIMARY_METHOD),
            ("Draws of equal numbers of photos", str(narrow.draws)),
            (f"Photos of each of {first} and {second} in a draw", str(narrow.photos_each)),
            ("Photos of each relative in a draw, all relatives", str(wide.photos_each)),
            ("Seed", str(SEED)),
            ("Interval", "95 % t interval over photo-days; none below three days"),
        ),
    )


def covered(probes: Evidence) -> pd.DataFrame:
    """Faces and photo-days of every month from the first to the last, gaps with zeros."""
    if not len(probes):
        return pd.DataFrame(columns=["age_months", "age_label", "faces", "photo_days"])
    rows = []
    for age in range(int(probes.ages.min()), int(probes.ages.max()) + 1):
        here = probes.ages == age
        rows.append((age, ages.age_label(age), int(here.sum()), len(np.unique(probes.days[here]))))
    return pd.DataFrame(rows, columns=["age_months", "age_label", "faces", "photo_days"])


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the age in words beside the age in months, none where there is none."""
    words_of = [("" if pd.isna(age) else ages.age_label(int(age))) for age in frame["age_months"]]
    return frame.assign(age_label=words_of)


def relative_of(person: Person, relatives: Evidence) -> Relative:
    """A relative as the page shows them."""
    mine = relatives.people == relatives.names.index(person.name)
    return Relative(
        person.name,
        person.relation,
        photos=len(np.unique(relatives.photos[mine])),
        photo_days=len(np.unique(relatives.days[mine])),
    )


def born_of(child: Person) -> date:
    """The day from which age is counted."""
    if child.born_earliest is None or child.born_latest is None:
        raise NotEnoughEvidence(
            f"{child.name}'s birth date is not known.",
            hint=f"tracker person add {child.name} --relation child --born DATE",
        )
    return ages.reference_birth(child.born_earliest, child.born_latest)


def left_out_of(
    connection: duckdb.DuckDBPyConnection, child: Person, embedder_id: str, more: dict[int, str]
) -> pd.DataFrame:
    """Everything that is in no comparison, with the reason: what, path, date, who, reason."""
    columns = ["what", "path", "date", "who", "reason"]
    photos = overview.left_out(connection, child.person_id)[columns]
    excluded = faces.excluded(connection, child.person_id, embedder_id)
    excluded = excluded[excluded["code"] != "undated"][columns]  # listed with the photos
    told = (
        overview.described(connection, list(more))
        if more
        else pd.DataFrame(columns=[*columns, "face_id"])
    )
    told = told.assign(reason=[more[int(i)] for i in told["face_id"]])[columns]
    return pd.concat([photos, excluded, told], ignore_index=True)
