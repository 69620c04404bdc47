"""Every method, every month.

The colour says whom the child is nearer to and how clearly, in the day-to-day spread of that
method's own answers. A dot marks a month in which the answer stands, all methods and months that
were looked at allowed for; the others are pale. Look for stretches, not for dots.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from .. import axes, frames, theme, voices
from ..datasets import holding
from ..model import ReportData

EDGES = (-1.0, -0.5, -0.2, 0.2, 0.5, 1.0)
"""Class limits of the lead, in standard deviations of a method's day means."""

MOST_MONTHS = 240


def by_year(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with one row per method and year of age, for children who are long grown up.

    The lead of a year is the mean of its months, weighted by photo-days; a year's cell carries
    no dot, because the months' ranges do not add up to one.
    """
    years = frame.assign(
        age_months=frame["age_months"] // 12 * 12 + 6,
        weighted=frame["lead"] * frame["photo_days"],
    )
    summed = years.groupby(["method", "row", "age_months"], as_index=False, sort=False)[
        ["weighted", "faces", "photo_days"]
    ].sum()
    summed["lead"] = summed["weighted"] / summed["photo_days"].replace(0, np.nan)
    summed["age_label"] = [f"{months // 12} years" for months in summed["age_months"]]
    return summed.assign(stands=False, voice=voices.FULL).drop(columns="weighted")


def build(
    frame: pd.DataFrame, coverage: pd.DataFrame, rows: Sequence[str], sides: tuple[str, str]
) -> alt.LayerChart:
    """Draw the leads; `frame` as from `voices.heard(leads)`, its `row`s in the order of `rows`."""
    yearly = frame["age_months"].nunique() > MOST_MONTHS
    half = 5.7 if yearly else 0.47
    shown = by_year(frame) if yearly else frame
    shown = shown.assign(
        nearer=[
            "too close to call" if abs(lead) < EDGES[3] else sides[0] if lead > 0 else sides[1]
            for lead in shown["lead"].fillna(0.0)
        ],
    )
    x = axes.age(coverage)
    y = alt.Y(
        "row:N",
        title=None,
        sort=list(rows),
        scale=alt.Scale(paddingInner=0.08),
        axis=alt.Axis(
            labelExpr=axes.METHOD_LABEL, labelLimit=120, minExtent=104, maxExtent=104, grid=False
        ),
    )
    base = alt.Chart().transform_calculate(
        left=f"datum.age_months - {half}", right=f"datum.age_months + {half}"
    )
    cells = base.mark_rect(cornerRadius=1.5).encode(
        x=axes.age(coverage, "left"),
        x2=alt.X2("right:Q"),
        y=y,
        opacity=voices.opacity(),
        color=alt.Color(
            "lead:Q",
            legend=None,
            scale=alt.Scale(type="threshold", domain=list(EDGES), range="diverging"),
        ),
        tooltip=[
            alt.Tooltip("method:N", title="method"),
            alt.Tooltip("age_label:N", title="age"),
            alt.Tooltip("nearer:N", title="nearer to"),
            alt.Tooltip("lead:Q", title="lead", format="+.2f"),
            alt.Tooltip("stands:N", title="stands"),
            alt.Tooltip("photo_days:Q", title="photo-days"),
        ],
    )
    dots = (
        base.mark_point(style="sure", filled=True, size=20, opacity=1, strokeWidth=1)
        .encode(x=x, y=y)
        .transform_filter("datum.stands")
    )
    columns = (
        "method", "row", "age_months", "age_label", "lead", "nearer", "stands", "voice",
        "photo_days",
    )  # fmt: skip
    values = frames.rows(shown, columns, digits=3)
    chart = alt.LayerChart(layer=[cells, dots], data=alt.NamedData("leads")).properties(
        width=720,
        height=theme.ROW * shown["method"].nunique(),
        padding={"left": 4, "right": 12, "top": 4, "bottom": 4},
    )
    return holding(chart, {"leads": values})


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing, when there are two people to choose between."""
    if data.parents is None or data.leads.empty or data.coverage.empty:
        return {}
    rows = list(voices.names(data).values())
    leads = voices.heard(data.leads, data)
    return {"lead_heatmap": build(leads, data.coverage, rows, data.parents)}
