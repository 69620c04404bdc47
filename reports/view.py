"""From the report's frames to what the page's template and script need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from . import frames, safe, theme, voices
from .catalogue import Drawing
from .charts import trend
from .model import MethodInfo, Relative, ReportData

MOST_EXEMPLARS = 24
MOST_LISTED = 150
"""Rows of one reason that the page lists; the rest is in the data folder."""


@dataclass(frozen=True, slots=True)
class ExemplarView:
    """A pair of faces as the page shows it; an address is None where a picture is missing."""

    age: str
    child: str | None
    relative: str
    place: int
    other: str | None
    similarity: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One reason, how often, and the first of the cases: (path, date, who)."""

    reason: str
    what: str
    count: int
    cases: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Lean:
    """One row of the table of methods: how it held up, and whom it leans to over all months.

    `stands` where the lean is more than chance gives so many methods, `voting` where no check
    failed, `cheered` None where the page takes no side.
    """

    name: str
    line: str
    accuracy: float | None
    brier: float | None
    stranger_share: float | None
    check: str
    leader: str
    lead: float | None
    p_value: float | None
    place: int | None
    stands: bool
    voting: bool
    cheered: bool | None


def places(data: ReportData) -> dict[str, int]:
    """Each relative's place, which is also their colour."""
    return {relative.name: i for i, relative in enumerate(data.relatives)}


def palettes(data: ReportData) -> dict[str, theme.Palette]:
    """The light and the dark palette for this report's relatives and parents."""
    place = places(data)
    sides = (0, 1)
    if data.parents is not None:
        sides = (place.get(data.parents[0], 0), place.get(data.parents[1], 1))
    count = len(data.relatives)
    return {
        "light": theme.dressed(theme.LIGHT, count, sides),
        "dark": theme.dressed(theme.DARK, count, sides),
    }


def comparisons(data: ReportData) -> list[str]:
    """The comparisons there are numbers for, the narrow one first."""
    present = set(data.trend["comparison"])
    return [name for name in trend.COMPARISONS if name in present]


def columnar(rows: list[frames.Row]) -> dict[str, list[Any]]:
    """Rows of the same keys as one list per key: a third of the size on the page."""
    if not rows:
        return {}
    return {key: [row[key] for row in rows] for key in rows[0]}


def trend_rows(data: ReportData) -> dict[str, dict[str, dict[str, list[Any]]]]:
    """The drawn rows of every comparison and method, column by column."""
    unit = {method.name: method.unit for method in data.methods}
    made: dict[str, dict[str, dict[str, list[Any]]]] = {}
    for comparison in comparisons(data):
        made[comparison] = {}
        part = frames.first_of(data.trend, comparison=comparison)
        for method, one in part.groupby("method", sort=False):
            prepared = trend.prepare(one, unit.get(str(method), "share"))
            rows = frames.rows(prepared, trend.COLUMNS, digits=3)
            made[comparison][str(method)] = columnar(rows)
    return made


def leaders(data: ReportData, *, standing: bool = True) -> dict[str, dict[str, str]]:
    """Who leads, by method and month of age: where that stands, or (not `standing`) does not."""
    made: dict[str, dict[str, str]] = {}
    if data.leads.empty:
        return made
    heard = voices.heard(data.leads, data)
    for row in frames.rows(heard, ("method", "age_months", "leader", "stands")):
        if row["leader"] and row["stands"] is standing:
            made.setdefault(row["method"], {})[str(row["age_months"])] = row["leader"]
    return made


def for_script(data: ReportData, drawings: Mapping[str, Drawing]) -> dict[str, Any]:
    """What the page's script draws from; plain JSON values throughout."""
    dressed = palettes(data)["light"]
    return {
        "config": theme.config(theme.by_variable(dressed)),
        "specs": {name: drawing.spec for name, drawing in drawings.items()},
        "trend": trend_rows(data),
        "units": {method.name: method.unit for method in data.methods},
        "lines": {method.name: method.line for method in data.methods},
        "relatives": [frames.clean_text(relative.name) for relative in data.relatives],
        "coverage": frames.rows(data.coverage),
        "leaders": leaders(data),
        "leanings": leaders(data, standing=False),
    }


def exemplars(data: ReportData) -> list[ExemplarView]:
    """At most `MOST_EXEMPLARS` pairs, evenly through the ages, in order of age."""
    place = places(data)
    by_age = sorted(data.exemplars, key=lambda pair: (pair.age_months, -pair.similarity))
    if len(by_age) > MOST_EXEMPLARS:
        step = (len(by_age) - 1) / (MOST_EXEMPLARS - 1)
        by_age = [by_age[round(i * step)] for i in range(MOST_EXEMPLARS)]
    labels = dict(zip(data.coverage["age_months"], data.coverage["age_label"], strict=True))
    return [
        ExemplarView(
            age=str(labels.get(pair.age_months, f"{pair.age_months} months")),
            child=safe.picture_address(pair.child_picture),
            relative=pair.relative,
            place=place.get(pair.relative, 0),
            other=safe.picture_address(pair.relative_picture),
            similarity=pair.similarity,
        )
        for pair in by_age
    ]


def left_out(data: ReportData) -> list[LeftOut]:
    """What was left out, one entry per reason, the most frequent first."""
    made = []
    for (what, reason), part in data.left_out.groupby(["what", "reason"], sort=False):
        cases = tuple(
            (
                frames.clean_text(str(row["path"])),
                "" if frames.plain(row["date"]) is None else str(row["date"])[:10],
                "" if frames.plain(row["who"]) is None else frames.clean_text(str(row["who"])),
            )
            for row in part.head(MOST_LISTED).to_dict("records")
        )
        made.append(LeftOut(frames.clean_text(str(reason)), str(what), len(part), cases))
    return sorted(made, key=lambda entry: -entry.count)


def leans(data: ReportData) -> list[Lean]:
    """Each method, those with a vote first."""
    place = places(data)
    heard = data.overall if data.overall.empty else voices.heard(data.overall, data)
    over_all = {row["method"]: row for row in frames.rows(heard)}
    made = []
    for method in voices.ranked(data.methods):
        row = over_all.get(method.name, {})
        leader = row.get("leader") or ""
        made.append(
            Lean(
                name=method.name,
                line=method.line,
                accuracy=method.held_out_accuracy,
                brier=method.brier,
                stranger_share=method.stranger_share,
                check=checked(method),
                leader=leader,
                lead=row.get("lead"),
                p_value=row.get("p_value"),
                place=place.get(leader),
                stands=bool(row.get("stands")),
                voting=not voices.has_no_vote(method),
                cheered=None if data.side is None else method.name in data.side.methods,
            )
        )
    return made


def checked(method: MethodInfo) -> str:
    """What the checks made of a method: passed, failed and why, or that none could be made."""
    if method.passed is None:
        return method.why or "not checked"
    if method.passed:
        return "passed"
    return f"failed: {method.why}" if method.why else "failed"


def table(data: ReportData) -> tuple[list[Relative], list[dict[str, Any]]]:
    """The primary method's numbers: the relatives compared, and one row per month."""
    shown = comparisons(data)
    if not shown:
        return [], []
    part = frames.first_of(data.trend, comparison=shown[0], method=data.primary_method)
    present = set(part["relative"])
    who = [relative for relative in data.relatives if relative.name in present]
    unit = next((m.unit for m in data.methods if m.name == data.primary_method), "share")
    said = {
        (row["age_months"], row["relative"]): row
        for row in frames.rows(trend.prepare(part, unit), trend.COLUMNS)
    }
    sure, unsure = (
        leaders(data, standing=standing).get(data.primary_method, {}) for standing in (True, False)
    )
    rows = []
    for month in frames.rows(data.coverage):
        cells = [said.get((month["age_months"], relative.name)) for relative in who]
        age = str(month["age_months"])
        rows.append(
            month | {"cells": cells, "leader": sure.get(age, ""), "leaning": unsure.get(age, "")}
        )
    return who, rows


def photographed(coverage: pd.DataFrame) -> tuple[int, int, int]:
    """Months with photos, photo-days and faces of the child."""
    return (
        int((coverage["photo_days"] > 0).sum()),
        int(coverage["photo_days"].sum()),
        int(coverage["faces"].sum()),
    )
