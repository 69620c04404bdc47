"""From a workspace to everything a report shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from db import embedders, faces, overview
from db.records import Person
from reports.model import Finding, MethodInfo, Relative, ReportData
from tracker import ages
from tracker.errors import NotEnoughEvidence
from tracker.methods.registry import describe
from tracker.resemblance.agreement import agreement
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.gate import Check
from tracker.resemblance.intervals import LEAST_DAYS
from tracker.resemblance.leaks import Leak, find_face_leaks
from tracker.study import words
from tracker.study.asking import DRAWS, SEED, Answers, ask_embedder
from tracker.study.comparison import PARENTS, SAME_AGE
from tracker.study.evidence import Family, choose_child, choose_embedder_id, gather_family
from tracker.study.exemplars import nearest_exemplars
from tracker.study.judged import ages_at, drift, judge, tested
from tracker.study.notes import born_note, embedder_note, sentence, warnings_of
from tracker.study.pictures import pictures_of
from tracker.study.scored import difference_of, trend_of
from tracker.study.side import check_side, take_side
from tracker.study.specifications import Asked, specifications

if TYPE_CHECKING:
    import duckdb

PRIMARY_METHOD = "centroid"
"""Fixed before any result was looked at: cosine to the mean face of each relative, the plainest
method that does not lean to whoever has more photos. The verdict is the resemblance score's."""

CANCELS = (
    "Over all {days} days of photos together the time before and the time after cancel out, and "
    "neither {first} nor {second} is ahead."
)

OnStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A report's content, and how to print it as JSON. `computed` are the months of age of which
    anything had to be computed; all others were kept from before."""

    data: ReportData
    computed: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        """What `tracker report --json` prints."""
        from tracker.study.as_json import report_as_dict

        return report_as_dict(self.data, computed=self.computed)


def make_report(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    *,
    child_name: str | None,
    embedder: str | None,
    on_step: OnStep,
    side: str | None = None,
    draws: int = DRAWS,
    today: date | None = None,
) -> Made:
    """Gather, run, assemble. Raises NotEnoughEvidence when there is nothing to compare, and
    UsageError for a `side` that cannot be taken."""
    child = choose_child(connection, child_name)
    embedder_id = choose_embedder_id(connection, embedder, child.person_id)
    if embedder_id is None:
        raise NotEnoughEvidence(
            "No photos have been read yet.", hint=f"tracker ingest FOLDER --as {child.name}"
        )
    family = gather_family(connection, child, embedder_id)
    name = named_side(connection, side, family)
    main, *others = answers_of(connection, home, family, embedder_id, draws=draws, on_step=on_step)
    data = assemble(connection, home, family, main, others, today=today or date.today(), side=name)
    computed = sorted({age for found in (main, *others) for age in found.computed})
    return Made(data=data, computed=tuple(computed))


def named_side(
    connection: duckdb.DuckDBPyConnection, side: str | None, family: Family
) -> str | None:
    """The name of the person whose side is taken, however it was typed."""
    from tracker.identity.family import find

    if side is None:
        return None
    name = find(connection, side).name
    check_side(name, family.child.name, tuple(p.name for p in family.relatives))
    return name


def answers_of(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    family: Family,
    embedder_id: str,
    *,
    draws: int,
    on_step: OnStep,
) -> list[Answers]:
    """The answers of the embedder asked for, then those of the others that know the pair."""
    methods = [name for name, _ in describe()]
    known = [row.embedder_id for row in embedders.all_embedders(connection)]
    pair = {p.person_id for p in family.parents}
    found = []
    for number, one in enumerate([embedder_id, *(e for e in known if e != embedder_id)]):
        try:
            theirs = gather_family(connection, family.child, one) if number else family
            if {p.person_id for p in theirs.parents} != pair:
                continue
            found.append(
                ask_embedder(
                    connection, home, theirs, one, methods=methods, draws=draws, on_step=on_step
                )
            )
        except NotEnoughEvidence:
            if not number:
                raise
    return found


def assemble(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    family: Family,
    main: Answers,
    others: list[Answers],
    *,
    today: date,
    side: str | None = None,
) -> ReportData:
    """Put everything into the shape that the page shows."""
    child, probes, relatives = family.child, main.sifted.child, main.gathered.relatives
    pair = (family.parents[0].name, family.parents[1].name)
    first, second = pair
    born = born_of(child)
    coverage = covered(probes)
    narrow, wide = main.pair, main.everyone
    leaks = find_face_leaks(relatives, probes)
    leaking = tuple(leak for leak in leaks if stops(leak, pair))
    days_each = {person.name: 0 for person in family.relatives} | wide.compared.photo_days
    few = [name for name in pair if days_each[name] < LEAST_DAYS]
    silent = bool(leaking or few)
    strangers = main.cohort.cohort.size

    scored = narrow.scored
    at = ages_at(scored.days.days, scored.days.ages, born)
    judgement = judge(
        scored,
        at,
        child=child.name,
        photo_days=days_each,
        strangers=strangers,
        stopped=[sentence(leak.sentence) for leak in leaking],
    )
    moving, curve = drift(
        scored, at, judgement, child=child.name, strangers=strangers, silent=silent, seed=SEED
    )
    if moving.certain and judgement.answer in {"too close to call", "looks like neither"}:
        told = CANCELS.format(days=judgement.photo_days, first=first, second=second)
        judgement = replace(judgement, sentence=told)
    checks = narrow.said.checks
    said = narrow.said.days
    leads, overall = tested(
        said, ages_at(said.days, said.ages, born), pair, checks, seed=SEED, silent=silent
    )
    mute = {name for name, days in days_each.items() if days < LEAST_DAYS}
    mute |= set(pair) if leaking else set()
    trend = pd.concat(
        [main.said(view).trend.assign(comparison=view) for view in main.views],
        ignore_index=True,
    )
    trend = without_ranges(trend, mute)
    resemblance = pd.concat(
        [trend_of(main.scored(view)).assign(view=view) for view in main.views], ignore_index=True
    )
    narrow_views = [view for view in main.views if view in (PARENTS, SAME_AGE)]
    difference = pd.concat(
        [difference_of(main.scored(view)).assign(view=view) for view in narrow_views],
        ignore_index=True,
    )
    if silent:
        difference = difference.assign(low=np.nan, high=np.nan)
    curves, days = [curve.assign(view=PARENTS)], [day_rows(main, PARENTS, born)]
    if SAME_AGE in main.views:
        young = main.scored(SAME_AGE)
        young_at = ages_at(young.days.days, young.days.ages, born)
        _, young_curve = drift(
            young, young_at, judgement, child=child.name, strangers=strangers, silent=silent,
            seed=SEED,
        )  # fmt: skip
        curves.append(young_curve.assign(view=SAME_AGE))
        days.append(day_rows(main, SAME_AGE, born))
    count = words.tally(overall, first, second)
    side_taken = (
        take_side(
            side,
            child.name,
            judgement=judgement,
            trend=trend,
            leads=leads,
            overall=overall,
            silent=silent,
        )
        if side is not None
        else None
    )
    pictures = pictures_of(
        connection, relatives, probes, child_id=child.person_id, embedder_id=main.embedder_id
    )
    row = next(r for r in embedders.all_embedders(connection) if r.embedder_id == main.embedder_id)
    left_out = {**main.sifted.own, **narrow.said.left_out}
    return ReportData(
        child=child.name,
        born=born,
        born_note=born_note(child),
        sex=child.sex,
        embedder_id=main.embedder_id,
        embedder_note=embedder_note(row.embedder_id, row.licence, row.source),
        generated_on=today,
        headline=words.headline(
            child.name, count, leads, judgement=judgement, drift=moving, leaking=bool(leaking)
        ),
        summary=words.summary(
            child.name, count, leads, coverage, judgement=judgement, drift=moving
        ),
        relatives=tuple(relative_of(person, relatives) for person in family.relatives),
        parents=pair,
        methods=tuple(method_info(checks[name], pair) for name in said.methods if name in checks),
        primary_method=PRIMARY_METHOD,
        coverage=coverage,
        trend=labelled(trend),
        leads=labelled(leads),
        overall=overall,
        agreement=agreement(leads),
        projection=labelled(pictures.points),
        child_path=labelled(pictures.path),
        exemplars=nearest_exemplars(home / "thumbnails", probes, relatives, main.gallery),
        left_out=left_out_of(connection, child, main.embedder_id, left_out),
        warnings=tuple(warnings_of(family, main, few=few, leaking=bool(leaking))),
        settings=(
            ("Main result", "the resemblance score, of all methods the only one with a null"),
            ("First method", PRIMARY_METHOD),
            ("Draws of equal numbers of photos", str(narrow.said.draws)),
            (f"Photos of each of {first} and {second} in a draw", str(narrow.said.photos_each)),
            ("Photos of each relative in a draw, all relatives", str(wide.said.photos_each)),
            ("Unrelated people compared with", str(strangers)),
            ("Seed", str(SEED)),
            ("Interval", "95 % t interval over photo-days; none below three days"),
        ),
        judgement=judgement,
        drift=moving,
        resemblance=labelled(without_ranges(resemblance, mute)),
        difference=labelled(difference),
        days=pd.concat(days, ignore_index=True),
        curve=pd.concat(curves, ignore_index=True),
        specifications=specifications(
            [
                Asked(
                    found.embedder_id,
                    view,
                    found.said(view),
                    found.scored(view),
                    found is main and view == PARENTS,
                )
                for found in (main, *others)
                for view in found.views
            ],
            pair,
            {found.embedder_id: found.pair.said.checks for found in (main, *others)},
            silent=silent,
        ),
        strangers=scored.used,
        leaks=tuple(
            Finding(leak.kind, stops(leak, pair), sentence(leak.sentence), leak.hint)
            for leak in leaks
        ),
        side=side_taken,
    )


def stops(leak: Leak, pair: tuple[str, str]) -> bool:
    """Whether a leak makes what is said of the pair worthless."""
    return leak.stops and set(leak.who) <= {*pair, "the child"}


def method_info(check: Check, pair: tuple[str, str]) -> MethodInfo:
    """A method as the page shows it, with what failed."""
    why = "; ".join(check.problems).replace("children to the first", f"children to {pair[0]}")
    return MethodInfo(
        name=check.name,
        line=dict(describe())[check.name],
        unit=check.unit,
        held_out_accuracy=check.accuracy,
        brier=check.brier,
        stranger_share=check.stranger_share,
        passed=check.passed,
        why=why,
    )


def day_rows(answers: Answers, view: str, born: date) -> pd.DataFrame:
    """The photo-days of a view: view, age_months, difference, faces."""
    scored = answers.scored(view)
    days = scored.days
    return pd.DataFrame(
        {
            "view": view,
            "age_months": ages_at(days.days, days.ages, born),
            "difference": scored.differences,
            "faces": days.faces,
        }
    )


def without_ranges(frame: pd.DataFrame, names: set[str]) -> pd.DataFrame:
    """The frame without the intervals of those of whom nothing may be claimed."""
    mine = frame["relative"].isin(names)
    return frame.assign(low=frame["low"].mask(mine), high=frame["high"].mask(mine))


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
    excluded = excluded[excluded["code"] != "undated"]  # listed with the photos
    aside = excluded["code"] == "same moment"  # one reason, whichever photo counts
    excluded = excluded.assign(reason=excluded["reason"].mask(aside, faces.SAME_MOMENT))[columns]
    told = (
        overview.described(connection, list(more))
        if more
        else pd.DataFrame(columns=[*columns, "face_id"])
    )
    told = told.assign(reason=[more[int(i)] for i in told["face_id"]])[columns]
    return pd.concat([photos, excluded, told], ignore_index=True)
