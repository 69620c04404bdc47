"""More like whom, as the months go by.

Up is more like one, down more like the other, the line in the middle is neither. Small dots are
photo-days; the curve is smoothed through them, and the band is where it may well lie (95%). With
too few days for a curve, larger dots are months.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from .. import answer, axes, frames, theme
from ..datasets import holding
from ..model import Drift, ReportData

HEIGHT = 270
VIEWS = ("parents", "same age")
MOST_DAYS = 1200
MOST_STEPS = 241

DAY = ("age_months", "difference", "faces")
STEP = ("age_months", "value", "low", "high")
MONTH = ("age_months", "age_label", "difference", "low", "high", "faces", "photo_days")

ENDS: tuple[tuple[Literal["top", "bottom"], int], ...] = (("top", 1), ("bottom", -1))
"""Where a name stands, and the sign of the difference there."""


def thinned(frame: pd.DataFrame, at_most: int) -> pd.DataFrame:
    """At most `at_most` rows in order of age, evenly taken, both ends kept."""
    ordered = frame.sort_values("age_months", kind="stable", ignore_index=True)
    if len(ordered) <= at_most:
        return ordered
    taken = np.linspace(0, len(ordered) - 1, at_most).round().astype(int)
    return ordered.iloc[taken].reset_index(drop=True)


def reach(days: pd.DataFrame, curve: pd.DataFrame, months: pd.DataFrame) -> float:
    """How far from zero the axis goes, the same both ways, with room for the names."""
    seen = [days["difference"], *(frame[c] for frame in (curve, months) for c in ("low", "high"))]
    values = pd.concat([*seen, curve["value"], months["difference"]]).abs().dropna()
    return float(values.max() if len(values) else 1.0) * 1.32 or 1.0


def crossing_of(drift: Drift | None, first: float, last: float) -> list[frames.Row]:
    """The crossing as one row, cut to the ages `first` to `last`; none unless it is certain."""
    if drift is None or not drift.certain or drift.crossing is None:
        return []
    low = first if drift.crossing_low is None else max(drift.crossing_low, first)
    high = last if drift.crossing_high is None else min(drift.crossing_high, last)
    return [
        {
            "at": drift.crossing,
            "from": low,
            "to": high,
            "says": months_in_words(drift),
            "short": axes.short_age(round(drift.crossing)),
        }
    ]


def rises(curve: pd.DataFrame, drift: Drift | None) -> bool:
    """Whether the curve goes up where it crosses."""
    if drift is None or drift.crossing is None or curve.empty:
        return False
    ages, values = (curve[name].to_numpy(dtype=float) for name in ("age_months", "value"))
    before, after = np.interp([drift.crossing - 0.5, drift.crossing + 0.5], ages, values)
    return bool(after > before)


def months_in_words(drift: Drift) -> str:
    """The crossing and its interval: `changes sides at 11 months (9 to 13)`."""
    if drift.crossing is None:
        return ""
    low, high = drift.crossing_low, drift.crossing_high
    between = (
        "some time in these months"
        if low is None and high is None
        else f"by {high:.0f}"
        if low is None
        else f"{low:.0f} or later"
        if high is None
        else f"{low:.0f} to {high:.0f}"
    )
    return f"{drift.crossing:.0f} months ({between})"


def build(
    days: pd.DataFrame,
    curve: pd.DataFrame,
    months: pd.DataFrame,
    *,
    coverage: pd.DataFrame,
    relatives: Sequence[str],
    sides: tuple[str, str],
    drift: Drift | None = None,
) -> alt.LayerChart:
    """Draw one view; `days`, `curve` and `months` as `ReportData`'s days, curve and difference.

    Without a curve the months' means stand in for it. `drift` is given where its crossing is of
    this view.
    """
    days, curve = thinned(days, MOST_DAYS), thinned(curve, MOST_STEPS)
    months = months if curve.empty else months.iloc[:0]
    most = reach(days, curve, months)
    x = axes.age(coverage, by_day=True)
    scale = alt.Scale(domain=[-most, most], nice=False)
    axis = alt.Axis(
        tickCount=5, labelExpr=axes.LEAD_LABEL, minExtent=theme.LEFT, maxExtent=theme.LEFT
    )
    colour = alt.Color("name:N", scale=alt.Scale(domain=list(relatives)), legend=None)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", title=None, scale=scale, axis=axis)

    datasets: dict[str, list[frames.Row]] = {}

    def put(rows: list[frames.Row], name: str) -> alt.Chart:
        datasets[name] = rows
        return alt.Chart(alt.NamedData(name))

    first, last = float(coverage["age_months"].min()), float(coverage["age_months"].max())
    turn = put(crossing_of(drift, first, last + 1), "crossing")
    empty = put(frames.rows(frames.gaps(coverage)), "gaps").transform_calculate(
        left="datum.age_months - 0.01", right="datum.age_months + 1.01"
    )
    by_day = put(frames.rows(days, DAY, digits=3), "days")
    smooth = put(frames.rows(curve, STEP, digits=3), "curve")
    means = put(frames.rows(months, MONTH, digits=3), "months").transform_calculate(
        middle="datum.age_months + 0.5"
    )
    mid = axes.age(coverage, "middle", by_day=True)
    names = [
        put(
            [{"name": frames.clean_text(name), "says": f"more like {frames.clean_text(name)}"}], end
        )
        for end, name in zip(("up", "down"), sides, strict=True)
    ]
    ranged = "isValid(datum.low) && isValid(datum.high)"
    layers = [
        empty.mark_rect(style="gap").encode(
            x=axes.age(coverage, "left", by_day=True), x2=alt.X2("right:Q")
        ),
        by_day.mark_circle(style="day", size=16, opacity=0.5).encode(
            x=x,
            y=y("difference"),
            tooltip=[
                alt.Tooltip("age_months:Q", title="age in months", format=".1f"),
                alt.Tooltip("difference:Q", title="that day", format="+.2f"),
                alt.Tooltip("faces:Q", title="faces"),
            ],
        ),
        put([{"at": 0}], "zero").mark_rule(style="zero", strokeWidth=1.4).encode(y=y("at")),
        smooth.mark_area(style="band", opacity=0.2).encode(x=x, y=y("low"), y2=alt.Y2("high:Q")),
        smooth.mark_line(style="path", strokeWidth=2.6, strokeCap="round").encode(
            x=x, y=y("value")
        ),
        means.mark_rule(style="path", opacity=0.5, strokeWidth=2)
        .encode(x=mid, y=y("low"), y2=alt.Y2("high:Q"))
        .transform_filter(ranged),
        means.mark_point(style="path", filled=True, opacity=1, size=46)
        .encode(x=mid, y=y("difference"))
        .transform_filter(ranged),
        means.mark_point(style=["pathline", "hollow"], opacity=1, size=40, strokeWidth=1.6)
        .encode(x=mid, y=y("difference"))
        .transform_filter(f"!({ranged})"),
        turn.mark_rule(style="path", strokeWidth=8, opacity=0.5).encode(
            x=alt.X("from:Q", title=None), x2=alt.X2("to:Q"), y=alt.datum(0, scale=scale)
        ),
        turn.mark_point(style="pathpoint", shape="diamond", filled=True, opacity=1, size=130,
                        strokeWidth=1.5)
        .encode(
            x=alt.X("at:Q", title=None),
            y=alt.datum(0, scale=scale),
            tooltip=[alt.Tooltip("says:N", title="changes sides at")],
        ),
    ]  # fmt: skip
    # Beside the curve: above it where it falls, below it where it rises.
    aside = 17 if rises(curve, drift) else -15
    layers += [
        turn.mark_text(style=style, dy=aside, dx=4, align="left").encode(
            x=alt.X("at:Q", title=None), y=alt.datum(0, scale=scale), text=alt.Text("short:N")
        )
        for style in (["turning", "halo"], "turning")
    ]
    for style in (["name", "halo"], ["name"]):
        for end_name, (end, sign) in zip(names, ENDS, strict=True):
            mark = end_name.mark_text(
                style=style, align="left", baseline=end, dx=6, dy=7 * sign, limit=260
            )
            at = {"x": alt.value(0), "y": alt.value(0 if sign > 0 else "height")}
            tint = {} if "halo" in style else {"color": colour}
            layers.append(mark.encode(text=alt.Text("says:N"), **at, **tint))
    chart = alt.LayerChart(layer=layers).properties(
        width=720,
        height=HEIGHT,
        padding={"left": 4, "right": 12, "top": 8, "bottom": 4},
    )
    return holding(chart, datasets)


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing per view, when there are two people and days to compare them on."""
    made: dict[str, alt.LayerChart] = {}
    if data.parents is None or data.coverage.empty:
        return made
    names = [relative.name for relative in data.relatives]
    for view in VIEWS:
        days, curve, months = (
            frames.first_of(frame, view=view)
            if len(frame.columns)
            else pd.DataFrame(columns=list(columns))
            for frame, columns in (
                (data.days, DAY), (data.curve, STEP), (data.difference, MONTH)
            )
        )  # fmt: skip
        if days["difference"].notna().any() or months["difference"].notna().any():
            drift = data.drift if view == "parents" and answer.may_be_said(data) else None
            made[f"difference_{view.replace(' ', '_')}"] = build(
                days,
                curve,
                months,
                coverage=data.coverage,
                relatives=names,
                sides=data.parents,
                drift=drift,
            )
    return made
