"""Dots with their errors, one row each, beside the limits they have to keep."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from .. import frames

WIDTH = 420
ROW = 17
TWO_ERRORS = 2.0
COLUMNS = ("label", "value", "low", "high", "says", "met")


def of_kind(gates: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The rows of the gate table of one kind: group, measure, value, low, high, met.

    `low` and `high` are two Monte Carlo errors to either side.
    """
    mine = gates[gates["measure"].str.startswith(f"{kind}:")]
    error = TWO_ERRORS * mine["error"].fillna(0.0).astype(float)
    value = mine["value"].astype(float)
    found = pd.DataFrame(
        {
            "group": mine["scenario"],
            "measure": mine["measure"].str.removeprefix(f"{kind}: "),
            "value": value,
            "low": (value - error).clip(lower=0.0),
            "high": value + error if kind == "months off" else (value + error).clip(upper=1.0),
            "met": [flag is not False for flag in mine["passed"]],
        }
    )
    known: pd.DataFrame = found.loc[np.isfinite(found["value"].to_numpy())]
    return known.reset_index(drop=True)


def dots(
    rows: pd.DataFrame, *, limits: tuple[float, float] | None, title: str
) -> alt.LayerChart | None:
    """Draw rows `group`, `measure`, `value`, `low`, `high` and perhaps `met`; None without any."""
    if rows.empty:
        return None
    several = rows["group"].nunique() > 1
    labels = [
        f"{group}, {measure}" if several else measure
        for group, measure in zip(rows["group"], rows["measure"], strict=True)
    ]
    drawn = rows.assign(
        label=labels,
        met=rows.get("met", True),
        says=[
            f"{v:.3f}" if np.isnan(low) else f"{v:.3f} ({low:.3f} to {high:.3f})"
            for v, low, high in zip(rows["value"], rows["low"], rows["high"], strict=True)
        ],
    )
    y = alt.Y(
        "label:N",
        title=None,
        sort=[frames.clean_text(label) for label in labels],
        axis=alt.Axis(labelLimit=330, grid=False),
    )
    edges = [*drawn["value"], *drawn["low"].dropna(), *drawn["high"].dropna(), *(limits or ())]
    space = max((max(edges) - min(edges)) * 0.05, 0.005)
    domain = [max(min(edges) - space, 0.0), max(edges) + space]
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    x = alt.X("value:Q", title=title, scale=scale, axis=alt.Axis(grid=True, tickCount=6))
    base = alt.Chart(alt.InlineData(values=frames.rows(drawn, COLUMNS)))
    layers: list[alt.Chart] = []
    if limits is not None:
        band = alt.Chart(alt.InlineData(values=[{"from": limits[0], "to": limits[1]}]))
        layers.append(
            band.mark_rect(style="gap").encode(x=alt.X("from:Q", scale=scale), x2=alt.X2("to:Q"))
        )
    tip = [
        alt.Tooltip("label:N", title="measure"),
        alt.Tooltip("says:N", title="value"),
    ]
    layers += [
        base.mark_rule(style="rule", strokeWidth=1.6).encode(
            x=alt.X("low:Q", scale=scale, title=title), x2=alt.X2("high:Q"), y=y
        ),
        base.mark_point(style="path", filled=True, opacity=1, size=46)
        .encode(x=x, y=y, tooltip=tip)
        .transform_filter("datum.met"),
        base.mark_point(style=["pathline", "hollow"], opacity=1, size=60, strokeWidth=2)
        .encode(x=x, y=y, tooltip=tip)
        .transform_filter("!datum.met"),
    ]
    return alt.LayerChart(layer=layers).properties(
        width=WIDTH,
        height=ROW * len(drawn),
        padding={"left": 8, "right": 16, "top": 8, "bottom": 8},
    )
