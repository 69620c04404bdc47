"""The family on a map.

Every face is a dot; faces that the embedder finds alike lie near each other. The dark line is
the child's own way, month by month. PCA's directions are worked out from the relatives alone;
t-SNE only keeps neighbours together, so the distances between its clouds mean little.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from .. import axes, frames
from ..datasets import holding
from ..model import ReportData

HEIGHT = 420
MOST_POINTS = 800
POINT = ("x", "y", "z", "who", "is_child", "age_label")
STEP = ("x", "y", "z", "age_months", "age_label", "label")


def fewer(points: pd.DataFrame, at_most: int = MOST_POINTS) -> pd.DataFrame:
    """At most `at_most` points, the same every time, each person thinned in proportion."""
    if len(points) <= at_most:
        return points
    by_person = points.sort_values(["is_child", "who", "face_id"], kind="stable")
    taken = np.linspace(0, len(points) - 1, at_most).round().astype(int)
    return by_person.iloc[taken].reset_index(drop=True)


def scaled(points: pd.DataFrame, path: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both moved and shrunk together so that all points lie within -1..1, shape kept."""
    used = [axis for axis in ("x", "y", "z") if points[axis].notna().any()]
    middle = (points[used].max() + points[used].min()) / 2
    reach = float((points[used] - middle).abs().max().max()) or 1.0
    return (
        points.assign(**{axis: (points[axis] - middle[axis]) / reach for axis in used}),
        path.assign(**{axis: (path[axis] - middle[axis]) / reach for axis in used}),
    )


def labelled(path: pd.DataFrame) -> pd.DataFrame:
    """`path` in order of age with `label`: the first, the last and every half-year's age."""
    ordered = path.sort_values("age_months").reset_index(drop=True)
    months = ordered["age_months"].to_numpy(dtype=int)
    shown = (months % 6 == 0) if len(months) <= 30 else (months % 12 == 0)
    if len(months):
        shown[[0, -1]] = True
    return ordered.assign(
        label=[
            axes.short_age(month) if keep else "" for month, keep in zip(months, shown, strict=True)
        ]
    )


def prepare(
    points: pd.DataFrame, path: pd.DataFrame, at_most: int = MOST_POINTS
) -> tuple[list[frames.Row], list[frames.Row]]:
    """One projection's points and path as rows in a common scale."""
    near, way = scaled(fewer(points, at_most), labelled(path))
    return frames.rows(near, POINT, digits=3), frames.rows(way, STEP, digits=3)


def build(points: pd.DataFrame, path: pd.DataFrame, relatives: Sequence[str]) -> alt.LayerChart:
    """Draw one 2-d projection; frames as in `ReportData`, one projection each."""
    dots, steps = prepare(points, path)
    roomy = alt.Scale(zero=False, nice=False, padding=24)
    x, y = alt.X("x:Q", axis=None, scale=roomy), alt.Y("y:Q", axis=None, scale=roomy)
    colour = alt.Color("who:N", scale=alt.Scale(domain=list(relatives)), legend=None)
    shape = alt.Shape("who:N", scale=alt.Scale(domain=list(relatives)), legend=None)
    faces = alt.Chart(alt.NamedData("points"))
    way = alt.Chart(alt.NamedData("path"))
    who = [alt.Tooltip("who:N", title="face of"), alt.Tooltip("age_label:N", title="age")]
    layers = [
        faces.mark_circle(style="child", size=26, opacity=0.38)
        .encode(x=x, y=y, tooltip=who)
        .transform_filter("datum.is_child"),
        faces.mark_point(filled=True, size=46, opacity=0.72)
        .encode(x=x, y=y, color=colour, shape=shape, tooltip=who[:1])
        .transform_filter("!datum.is_child"),
        way.mark_line(style="path", strokeWidth=1.6, strokeJoin="round", opacity=0.85).encode(
            x=x, y=y, order=alt.Order("age_months:Q")
        ),
        way.mark_circle(style="pathpoint", size=42, opacity=1, strokeWidth=1).encode(
            x=x, y=y, tooltip=[alt.Tooltip("age_label:N", title="age")]
        ),
        *names_of(faces, x, y, colour),
        way.mark_text(style=["note", "halo"], dy=-11).encode(x=x, y=y, text=alt.Text("label:N")),
        way.mark_text(style="note", dy=-11).encode(x=x, y=y, text=alt.Text("label:N")),
    ]
    chart = alt.LayerChart(layer=layers).properties(width=720, height=HEIGHT, padding=6)
    return holding(chart, {"points": dots, "path": steps})


def names_of(faces: alt.Chart, x: alt.X, y: alt.Y, colour: alt.Color) -> list[alt.Chart]:
    """Each relative's name in the middle of their dots, on a halo that keeps it readable."""
    middle = faces.transform_filter("!datum.is_child").transform_aggregate(
        x="mean(x)", y="mean(y)", groupby=["who"]
    )
    return [
        middle.mark_text(style=["name", "halo"], limit=140).encode(
            x=x, y=y, text=alt.Text("who:N")
        ),
        middle.mark_text(style="name", limit=140).encode(
            x=x, y=y, text=alt.Text("who:N"), color=colour
        ),
    ]


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing per projection in two dimensions."""
    names = [relative.name for relative in data.relatives]
    made: dict[str, alt.LayerChart] = {}
    for projection in ("pca", "tsne"):
        points = frames.first_of(data.projection, projection=projection, dimensions=2)
        path = frames.first_of(data.child_path, projection=projection, dimensions=2)
        if not points.empty:
            made[f"projection_2d_{projection}"] = build(points, path, names)
    return made
