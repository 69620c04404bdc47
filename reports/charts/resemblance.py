"""Each relative against strangers, month by month.

A dot at 80 means: more alike than 80 of 100 comparable strangers would be. At 50, the dashed
line, a stranger does as well. The band is the range that the days allow (95%); a hollow dot has
too few days for one. Where there are no photos there is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from .. import axes, frames, theme
from ..datasets import holding
from ..model import ReportData

VIEWS = ("parents", "everyone", "same age")
STRIP = 100
"""Height in px of one relative's strip, and of the percentiles in it."""

APART = 28
"""Between two strips: room for the next one's name."""

COLUMNS = (
    "age_months", "age_label", "relative", "says", "z", "faces", "photo_days",
    "at", "from", "to", "run", "band", "alone",
)  # fmt: skip


def spoken(value: float, low: float, high: float) -> str:
    """A percentile with its range as a reader says it: `82 (70 to 91)`."""
    if not np.isfinite(value):
        return "–"
    if not (np.isfinite(low) and np.isfinite(high)):
        return f"{value:.0f}"
    return f"{value:.0f} ({low:.0f} to {high:.0f})"


def foot(place: int, strips: int) -> int:
    """Where the percentile 0 of the strip at `place` from above lies on the common axis."""
    return (strips - 1 - place) * (STRIP + APART)


def prepare(frame: pd.DataFrame, relatives: Sequence[str]) -> pd.DataFrame:
    """`frame` (one view) with what drawing needs, one strip per relative, in their order.

    Adds `at`, `from`, `to` (heights on the common axis), `run` and `band` (change at a gap),
    `alone` (a range without neighbours) and `says` (in words).
    """
    parts = []
    for place, name in enumerate(relatives):
        part = frames.first_of(frame, relative=name).sort_values("age_months", ignore_index=True)
        months = part["age_months"].to_numpy(dtype=np.int64)
        ranged = (part["low"].notna() & part["high"].notna()).to_numpy()
        band = np.full(len(part), -1, dtype=np.int64)
        band[ranged] = frames.runs(months[ranged])
        sizes = np.bincount(band[ranged]) if ranged.any() else np.zeros(1, dtype=np.int64)
        bottom = foot(place, len(relatives))
        parts.append(
            part.assign(
                run=frames.runs(months),
                band=band,
                alone=ranged & (sizes[np.maximum(band, 0)] == 1),
                at=part["percentile"] + bottom,
                to=part["high"] + bottom,
                says=[
                    spoken(*row)
                    for row in part[["percentile", "low", "high"]].itertuples(index=False)
                ],
                **{"from": part["low"] + bottom},
            )
        )
    return pd.concat(parts, ignore_index=True)


def build(
    frame: pd.DataFrame, coverage: pd.DataFrame, relatives: Sequence[str], everyone: Sequence[str]
) -> alt.LayerChart:
    """Draw `frame` (as in `ReportData.resemblance`, one view), a strip for each of `relatives`.

    `everyone` are all the report's relatives: their order gives the colours.
    """
    strips = len(relatives)
    whole = strips * (STRIP + APART)
    x, dot = axes.age(coverage), axes.dot_size(len(coverage))
    colour = alt.Color("relative:N", scale=alt.Scale(domain=list(everyone)), legend=None)
    shape = alt.Shape("relative:N", scale=alt.Scale(domain=list(everyone)), legend=None)
    ticks = sorted(foot(place, strips) + p for place in range(strips) for p in (0, 50, 100))
    scale = alt.Scale(domain=[-4, whole], nice=False, zero=False)
    axis = alt.Axis(
        values=ticks,
        labelExpr=f"format(datum.value % {STRIP + APART}, 'd')",
        minExtent=theme.LEFT,
        maxExtent=theme.LEFT,
        labelOverlap=False,
    )
    y = alt.Y("at:Q", title=None, scale=scale, axis=axis)
    low = alt.Y("from:Q", title=None, scale=scale, axis=axis)
    ranged = "isValid(datum.from) && isValid(datum.to)"
    tip = [
        alt.Tooltip("age_label:N", title="age"),
        alt.Tooltip("relative:N", title="relative"),
        alt.Tooltip("says:N", title="of 100 strangers"),
        alt.Tooltip("photo_days:Q", title="photo-days"),
        alt.Tooltip("faces:Q", title="faces"),
    ]
    datasets = {
        "resemblance": frames.rows(prepare(frame, relatives), COLUMNS),
        "gaps": frames.rows(frames.gaps(coverage)),
        "names": [
            {
                "relative": frames.clean_text(name),
                "at": foot(place, strips) + STRIP,
                "even": foot(place, strips) + 50,
            }
            for place, name in enumerate(relatives)
        ],
    }
    base, names = (alt.Chart(alt.NamedData(name)) for name in ("resemblance", "names"))
    empty = alt.Chart(alt.NamedData("gaps")).transform_calculate(
        left="datum.age_months - 0.51", right="datum.age_months + 0.51"
    )
    layers = [
        empty.mark_rect(style="gap").encode(x=axes.age(coverage, "left"), x2=alt.X2("right:Q")),
        names.mark_rule(style="rule", strokeDash=[3, 4]).encode(y=alt.Y("even:Q", title=None)),
        base.mark_area(opacity=0.18)
        .encode(x=x, y=low, y2=alt.Y2("to:Q"), color=colour, detail=alt.Detail("band:N"))
        .transform_filter(ranged),
        base.mark_rule(opacity=0.35, strokeWidth=5, strokeCap="round")
        .encode(x=x, y=low, y2=alt.Y2("to:Q"), color=colour)
        .transform_filter(f"{ranged} && datum.alone"),
        base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, detail=alt.Detail("run:N")),
        base.mark_point(filled=True, opacity=1, size=dot)
        .encode(x=x, y=y, color=colour, shape=shape)
        .transform_filter(ranged),
        base.mark_point(style="hollow", opacity=1, size=0.9 * dot, strokeWidth=1.6)
        .encode(x=x, y=y, stroke=colour, shape=shape)
        .transform_filter(f"!({ranged})"),
        names.mark_text(style="name", align="left", dy=-13, limit=240).encode(
            x=alt.value(0), y=alt.Y("at:Q", title=None), text=alt.Text("relative:N"), color=colour
        ),
        base.mark_point(filled=True, opacity=0, size=500).encode(x=x, y=y, tooltip=tip),
    ]
    chart = alt.LayerChart(layer=layers).properties(
        width=720,
        height=whole,
        padding={"left": 4, "right": 12, "top": 8, "bottom": 4},
    )
    return holding(chart, datasets)


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing per view in which anybody was read against strangers."""
    everyone = [relative.name for relative in data.relatives]
    made: dict[str, alt.LayerChart] = {}
    if data.resemblance.empty or data.coverage.empty:
        return made
    for view in VIEWS:
        part = frames.first_of(data.resemblance, view=view)
        part = part[part["percentile"].notna()]
        present = set(part["relative"])
        who = [name for name in everyone if name in present]
        if who:
            made[f"resemblance_{view.replace(' ', '_')}"] = build(
                part, data.coverage, who, everyone
            )
    return made
