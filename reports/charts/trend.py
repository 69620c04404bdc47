"""How near to each relative, month by month.

Each dot is one month of age: the mean of its photo-days. The band is the range that the true
mean of such days is likely to lie in (95%). A hollow dot has too few days for a range. Where
there are no photos the line stops.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from .. import axes, frames, theme
from ..datasets import holding
from ..model import ReportData

HEIGHT = 270
COMPARISONS = ("parents", "everyone", "same age")
VALUE_LABEL = "unit == 'share' ? format(datum.value, '.0%') : format(datum.value, '.2f')"


def spoken(value: float | None, low: float | None, high: float | None, unit: str) -> str:
    """A number with its range as a reader says it: `62% (55 to 69)`."""
    if value is None or not np.isfinite(value):
        return "–"
    share = unit == "share"
    text = f"{100 * value:.0f}%" if share else f"{value:.2f}"
    if low is None or high is None or not (np.isfinite(low) and np.isfinite(high)):
        return text
    if share:
        return f"{text} ({100 * low:.0f} to {100 * high:.0f})"
    return f"{text} ({low:.2f} to {high:.2f})"


def prepare(frame: pd.DataFrame, unit: str) -> pd.DataFrame:
    """`frame` (one method, one comparison) with what drawing needs.

    Adds `run` (changes at a gap), `alone` (a month whose neighbours have no range), `even` (the
    share that says nothing), `says` (in words) and `label_at` (height of the name at its end).
    """
    if frame.empty:
        return frame.assign(run=[], alone=[], even=[], says=[], label_at=[])
    parts = []
    for _, part in frame.groupby("relative", sort=False):
        ordered = part.sort_values("age_months").reset_index(drop=True)
        months = ordered["age_months"].to_numpy(dtype=np.int64)
        ranged = ordered["low"].notna() & ordered["high"].notna()
        run = frames.runs(months)
        band = np.zeros(len(ordered), dtype=np.int64)
        band[ranged.to_numpy()] = frames.runs(months[ranged.to_numpy()])
        size = pd.Series(band).where(ranged).map(pd.Series(band)[ranged.to_numpy()].value_counts())
        parts.append(
            ordered.assign(run=run, band=band, alone=(size == 1).to_numpy(), label_at=np.nan)
        )
    drawn = pd.concat(parts, ignore_index=True)
    drawn["even"] = 1 / frame["relative"].nunique() if unit == "share" else np.nan
    drawn["says"] = [
        spoken(value, low, high, unit)
        for value, low, high in zip(drawn["value"], drawn["low"], drawn["high"], strict=True)
    ]
    lasts = drawn.groupby("relative", sort=False)["age_months"].idxmax().to_list()
    seen = pd.concat([drawn["value"], drawn["low"], drawn["high"], drawn["even"]]).dropna()
    room = float(seen.max() - seen.min()) or 1.0
    drawn.loc[lasts, "label_at"] = frames.dodge(drawn.loc[lasts, "value"].to_list(), 0.075 * room)
    return drawn


COLUMNS = (
    "age_months", "age_label", "relative", "value", "low", "high", "faces", "photo_days",
    "run", "band", "alone", "even", "says", "label_at",
)  # fmt: skip


def build(
    frame: pd.DataFrame, coverage: pd.DataFrame, relatives: Sequence[str], unit: str
) -> alt.LayerChart:
    """Draw one method's trend; `frame` as in `ReportData.trend`, one method and comparison.

    The rows are the named dataset `trend` and `unit` is a parameter, so that a page may show
    another method by putting other rows in their place.
    """
    x, dot = axes.age(coverage), axes.dot_size(len(coverage))
    colour = alt.Color("relative:N", scale=alt.Scale(domain=list(relatives)), legend=None)
    shape = alt.Shape("relative:N", scale=alt.Scale(domain=list(relatives)), legend=None)
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(zero=False, nice=True, padding=6),
        axis=alt.Axis(
            tickCount=5, labelExpr=VALUE_LABEL, minExtent=theme.LEFT, maxExtent=theme.LEFT
        ),
    )
    ranged = "isValid(datum.low) && isValid(datum.high)"
    tip = [
        alt.Tooltip("age_label:N", title="age"),
        alt.Tooltip("relative:N", title="relative"),
        alt.Tooltip("says:N", title="reads"),
        alt.Tooltip("photo_days:Q", title="photo-days"),
        alt.Tooltip("faces:Q", title="faces"),
    ]
    empty = alt.Chart(alt.NamedData("gaps")).transform_calculate(
        left="datum.age_months - 0.51", right="datum.age_months + 0.51"
    )
    base = alt.Chart()
    rows = {
        "trend": frames.rows(prepare(frame, unit), COLUMNS),
        "gaps": frames.rows(frames.gaps(coverage)),
    }
    layers = [
        empty.mark_rect(style="gap").encode(x=axes.age(coverage, "left"), x2=alt.X2("right:Q")),
        base.mark_rule(style="rule", strokeDash=[3, 4]).encode(y=alt.Y("mean(even):Q", title=None)),
        base.mark_area(opacity=0.14)
        .encode(
            x=x,
            y=alt.Y("low:Q", title=None),
            y2=alt.Y2("high:Q"),
            color=colour,
            detail=alt.Detail("band:N"),
        )
        .transform_filter(ranged),
        base.mark_rule(opacity=0.3, strokeWidth=5, strokeCap="round")
        .encode(x=x, y=alt.Y("low:Q", title=None), y2=alt.Y2("high:Q"), color=colour)
        .transform_filter(f"{ranged} && datum.alone"),
        base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, detail=alt.Detail("run:N")),
        base.mark_point(filled=True, opacity=1, size=dot)
        .encode(x=x, y=y, color=colour, shape=shape)
        .transform_filter(ranged),
        base.mark_point(style="hollow", opacity=1, size=0.9 * dot, strokeWidth=1.6)
        .encode(x=x, y=y, stroke=colour, shape=shape)
        .transform_filter(f"!({ranged})"),
        base.mark_text(style="name", align="left", dx=10, limit=92)
        .encode(x=x, y=alt.Y("label_at:Q", title=None), text=alt.Text("relative:N"), color=colour)
        .transform_filter("isValid(datum.label_at)"),
        base.mark_point(filled=True, opacity=0, size=500).encode(x=x, y=y, tooltip=tip),
    ]
    chart = alt.LayerChart(layer=layers, data=alt.NamedData("trend"))
    chart = chart.add_params(alt.param("unit", value=unit)).properties(
        width=720, height=HEIGHT, padding={"left": 4, "right": 84, "top": 8, "bottom": 4}
    )
    return holding(chart, rows)


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """The primary method's trend in every comparison that there are numbers for."""
    units = {method.name: method.unit for method in data.methods}
    names = [relative.name for relative in data.relatives]
    made: dict[str, alt.LayerChart] = {}
    for comparison in COMPARISONS:
        part = frames.first_of(data.trend, comparison=comparison, method=data.primary_method)
        if not part.empty:
            unit = units.get(data.primary_method, "share")
            made[f"trend_{comparison.replace(' ', '_')}"] = build(part, data.coverage, names, unit)
    return made
