"""The same map with a third direction.

Turn it with a finger, the mouse or the sliders. Nearer faces are larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TypeVar

import altair as alt
import pandas as pd

from .. import frames
from ..datasets import holding
from ..model import ReportData
from .projection_2d import prepare

HEIGHT = 420
MOST_POINTS = 500
TURN, TILT = 35, 20
"""Degrees about the upright axis, and of the view from above, to begin with."""

Drawn = TypeVar("Drawn", bound=alt.Chart)


def cage() -> list[frames.Row]:
    """The twelve edges of the cube -1..1 as pairs of ends, in `edge`."""
    edges = []
    for axis, (p, q) in product(range(3), product((-1, 1), repeat=2)):
        for end in (-1, 1):
            corner = [p, q]
            corner.insert(axis, end)
            x, y, z = corner
            edges.append({"edge": f"{axis}{p}{q}", "end": end, "x": x, "y": y, "z": z})
    return edges


def turned(chart: Drawn) -> Drawn:
    """`chart` with `across`, `up` and `near`: its x, y, z seen under the angles turn and tilt.

    A rotation about the upright axis, then about the horizontal one, and no perspective:
    parallel lines stay parallel, so distances across the picture stay comparable.
    """
    turn, tilt = "(turn * PI / 180)", "(tilt * PI / 180)"
    return (
        chart.transform_calculate(
            across=f"datum.x * cos({turn}) + datum.z * sin({turn})",
            away=f"datum.z * cos({turn}) - datum.x * sin({turn})",
        )
        .transform_calculate(
            up=f"datum.y * cos({tilt}) + datum.away * sin({tilt})",
            near=f"datum.away * cos({tilt}) - datum.y * sin({tilt})",
        )
        .transform_calculate(
            dot="34 - 15 * datum.near",
        )
    )


def build(points: pd.DataFrame, path: pd.DataFrame, relatives: Sequence[str]) -> alt.LayerChart:
    """Draw one 3-d projection under the parameters `turn` and `tilt` (degrees)."""
    dots, steps = prepare(points, path, MOST_POINTS)
    reach = alt.Scale(domain=[-1.75, 1.75])
    x = alt.X("across:Q", axis=None, scale=reach)
    y = alt.Y("up:Q", axis=None, scale=alt.Scale(domain=[-1.5, 1.5]))
    size = alt.Size("dot:Q", scale=None)
    colour = alt.Color("who:N", scale=alt.Scale(domain=list(relatives)), legend=None)
    shape = alt.Shape("who:N", scale=alt.Scale(domain=list(relatives)), legend=None)
    faces = turned(alt.Chart(alt.NamedData("points")))
    way = turned(alt.Chart(alt.NamedData("path")))
    frame = turned(alt.Chart(alt.NamedData("cage")))
    who = [alt.Tooltip("who:N", title="face of"), alt.Tooltip("age_label:N", title="age")]
    middle = faces.transform_filter("!datum.is_child").transform_aggregate(
        across="mean(across)", up="mean(up)", groupby=["who"]
    )
    layers = [
        frame.mark_line(style="cage", strokeWidth=1).encode(
            x=x, y=y, detail=alt.Detail("edge:N"), order=alt.Order("end:Q")
        ),
        faces.mark_circle(style="child", opacity=0.36)
        .encode(x=x, y=y, size=size, tooltip=who)
        .transform_filter("datum.is_child"),
        faces.mark_point(filled=True, opacity=0.72)
        .encode(x=x, y=y, size=size, color=colour, shape=shape, tooltip=who[:1])
        .transform_filter("!datum.is_child"),
        way.mark_line(style="path", strokeWidth=1.6, opacity=0.85).encode(
            x=x, y=y, order=alt.Order("age_months:Q")
        ),
        way.mark_circle(style="pathpoint", size=36, opacity=1, strokeWidth=1).encode(
            x=x, y=y, tooltip=[alt.Tooltip("age_label:N", title="age")]
        ),
        middle.mark_text(style=["name", "halo"], limit=140).encode(
            x=x, y=y, text=alt.Text("who:N")
        ),
        middle.mark_text(style="name", limit=140).encode(
            x=x, y=y, text=alt.Text("who:N"), color=colour
        ),
        way.mark_text(style=["note", "halo"], dy=-11).encode(x=x, y=y, text=alt.Text("label:N")),
        way.mark_text(style="note", dy=-11).encode(x=x, y=y, text=alt.Text("label:N")),
    ]
    angles = (alt.param("turn", value=TURN), alt.param("tilt", value=TILT))
    chart = alt.LayerChart(layer=layers).add_params(*angles)
    chart = chart.properties(width=720, height=HEIGHT, padding=6)
    return holding(chart, {"points": dots, "path": steps, "cage": cage()})


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing per projection in three dimensions."""
    names = [relative.name for relative in data.relatives]
    made: dict[str, alt.LayerChart] = {}
    for projection in ("pca", "tsne"):
        points = frames.first_of(data.projection, projection=projection, dimensions=3)
        path = frames.first_of(data.child_path, projection=projection, dimensions=3)
        if not points.empty:
            made[f"projection_3d_{projection}"] = build(points, path, names)
    return made
