"""Every way of asking, in a row.

Each dot is one embedder, one choice of photos and one method; the marks below it say which. They
stand in order of the answer, with their 95% ranges. The ring is the one that was fixed before
looking. A hollow dot did not pass its checks.
"""

# A specification curve: Simonsohn, Simmons and Nelson 2020, Nature Human Behaviour 4, 1208.

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from .. import frames
from ..datasets import holding
from ..model import ReportData

UPPER = 190
"""Height in px of the answers; the marks stand below."""

ROW = 15
GROUP = 9
"""Heights in px of a row of marks, and of the space between two groups of rows."""

GROUPS = ("embedder", "view", "method")
VIEWS = {"parents": "the two", "everyone": "everyone", "same age": "the same age"}
"""What a view is called beside its marks."""

TICKS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0)
COLUMNS = (
    "place", "embedder", "seen", "method", "asked", "says", "leader", "leans", "photo_days",
    "check", "y", "y_low", "y_high", "passes", "chosen",
)  # fmt: skip


def readable(name: str) -> str:
    """A method's registry name as words."""
    return name.replace("_", " ")


def ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` without what has no answer, from the most like the second to the most like the
    first; `place` counts from 0."""
    known = frame[frame["lead"].notna()]
    kept = known.sort_values("lead", kind="stable", ignore_index=True)
    return kept.assign(place=np.arange(len(kept)))


def reach(frame: pd.DataFrame) -> float:
    """How far from zero the answers' axis goes, the same both ways."""
    values = frame[["lead", "low", "high"]].to_numpy(dtype=float)
    return float(np.nanmax(np.abs(values), initial=0.1)) * 1.2


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    """`ordered` with heights in px from above, and in words what each answer says."""
    drawn = ordered(frame)
    most = reach(drawn)

    def height(values: pd.Series) -> pd.Series:
        return UPPER / 2 * (1 - values.astype(float) / most)

    passed = [None if pd.isna(value) else bool(value) for value in drawn["passed"]]
    return drawn.assign(
        asked=[readable(name) for name in drawn["method"]],
        seen=[VIEWS.get(view, view) for view in drawn["view"]],
        leans=[name if name else "neither" for name in drawn["leader"]],
        y=height(drawn["lead"]),
        y_low=height(drawn["low"]),
        y_high=height(drawn["high"]),
        passes=[value is not False for value in passed],
        check=["not made" if v is None else "passed" if v else "failed" for v in passed],
        chosen=[bool(value) for value in drawn["primary"]],
        says=[
            f"{lead:+.2f}" if np.isnan(low) else f"{lead:+.2f} ({low:+.2f} to {high:+.2f})"
            for lead, low, high in drawn[["lead", "low", "high"]].itertuples(index=False)
        ],
    )


def marks(
    drawn: pd.DataFrame, methods: Sequence[str]
) -> tuple[list[frames.Row], list[frames.Row], int]:
    """The marks (place, y), the rows' names (says, y), and the height of all in px.

    A group in which there is nothing to choose from has no rows.
    """
    spots: list[frames.Row] = []
    names: list[frames.Row] = []
    y = UPPER + GROUP
    for group in GROUPS:
        present = list(dict.fromkeys(drawn[group]))
        if group == "method":
            order = {name: i for i, name in enumerate(("score", *methods))}
            present.sort(key=lambda name: order.get(name, len(order)))
        elif group == "view":
            present.sort(key=lambda name: list(VIEWS).index(name) if name in VIEWS else len(VIEWS))
        if len(present) < 2:
            continue
        for number, value in enumerate(present):
            label = VIEWS.get(value, value) if group == "view" else value
            label = readable(label) if group == "method" else label
            top = y + ROW * number
            names.append(
                {"says": frames.clean_text(str(label)), "y": top + ROW / 2, "top": top + 1,
                 "end": top + ROW - 1}
            )  # fmt: skip
            spots += [
                {"place": int(place), "top": top + 2.5, "end": top + ROW - 2.5, "chosen": chosen}
                for place, chosen in drawn.loc[drawn[group] == value, ["place", "chosen"]]
                .itertuples(index=False)
            ]  # fmt: skip
        y += ROW * len(present) + GROUP
    return spots, names, y


def ticks(most: float) -> list[frames.Row]:
    """Three to seven lines across the answers, zero among them: `at`, `y`, `says`."""
    step = next((t for t in TICKS if most / t < 3.5), most / 3)
    numbers = np.arange(-np.floor(most / step), np.floor(most / step) + 1) * step
    return [
        {"y": UPPER / 2 * (1 - float(n) / most), "says": f"{n:+.1f}" if n else "0", "zero": not n}
        for n in numbers
    ]


def build(
    frame: pd.DataFrame,
    methods: Sequence[str],
    relatives: Sequence[str],
    sides: tuple[str, str],
) -> alt.LayerChart:
    """Draw `frame` (as in `ReportData.specifications`)."""
    drawn = prepare(frame)
    spots, names, whole = marks(drawn, methods)
    count = len(drawn)
    half = 0.5 + 0.01 * count
    x = alt.X(
        "place:Q",
        axis=None,
        scale=alt.Scale(domain=[-half, count - 1 + half], nice=False, zero=False),
    )
    colour = alt.Color("leader:N", scale=alt.Scale(domain=list(relatives)), legend=None)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=None, axis=None)

    datasets: dict[str, list[frames.Row]] = {}

    def put(rows: list[frames.Row], name: str) -> alt.Chart:
        datasets[name] = rows
        return alt.Chart(alt.NamedData(name))

    lines = put(ticks(reach(drawn)), "ticks")
    base = put(frames.rows(drawn, COLUMNS), "specifications")
    rows, dots = put(names, "rows"), put(spots, "marks")
    size = float(np.clip(2600 / max(count, 1), 16, 60))
    thick = float(np.clip(130 / max(count, 1), 1.1, 2.4))
    tip = [
        alt.Tooltip("asked:N", title="method"),
        alt.Tooltip("embedder:N", title="embedder"),
        alt.Tooltip("seen:N", title="photos"),
        alt.Tooltip("leans:N", title="leans to"),
        alt.Tooltip("says:N", title="lead"),
        alt.Tooltip("check:N", title="checks"),
        alt.Tooltip("photo_days:Q", title="photo-days"),
    ]
    sided, unsided = "datum.leader != ''", "datum.leader == ''"
    layers = [
        rows.mark_rect(style="gap").encode(
            x=alt.value(0), x2=alt.value("width"), y=y("top"), y2=alt.Y2("end:Q")
        ),
        base.mark_rule(style="path", opacity=0.35, strokeWidth=1)
        .encode(x=x, y=y("y"), y2=alt.value(whole - GROUP))
        .transform_filter("datum.chosen"),
        lines.mark_rule(style="cage").encode(y=y("y")).transform_filter("!datum.zero"),
        lines.mark_rule(style="zero", strokeWidth=1.4)
        .encode(y=y("y"))
        .transform_filter("datum.zero"),
        lines.mark_text(style="tick", align="right", dx=-8).encode(
            x=alt.value(0), y=y("y"), text=alt.Text("says:N")
        ),
        base.mark_rule(opacity=0.45, strokeWidth=thick)
        .encode(x=x, y=y("y_low"), y2=alt.Y2("y_high:Q"), color=colour)
        .transform_filter(sided),
        base.mark_rule(style="rule", opacity=0.6, strokeWidth=thick)
        .encode(x=x, y=y("y_low"), y2=alt.Y2("y_high:Q"))
        .transform_filter(unsided),
        base.mark_point(filled=True, opacity=1, size=size)
        .encode(x=x, y=y("y"), color=colour)
        .transform_filter(f"{sided} && datum.passes"),
        base.mark_point(style="neither", filled=True, opacity=1, size=size, strokeWidth=0)
        .encode(x=x, y=y("y"))
        .transform_filter(f"{unsided} && datum.passes"),
        base.mark_point(style="hollow", opacity=1, size=size, strokeWidth=1.4)
        .encode(x=x, y=y("y"), stroke=colour)
        .transform_filter(f"{sided} && !datum.passes"),
        base.mark_point(style=["neitherline", "hollow"], opacity=1, size=size, strokeWidth=1.4)
        .encode(x=x, y=y("y"))
        .transform_filter(f"{unsided} && !datum.passes"),
        base.mark_point(style="pathline", filled=False, opacity=1, size=190, strokeWidth=1.8)
        .encode(x=x, y=y("y"))
        .transform_filter("datum.chosen"),
        dots.mark_rule(style="child", strokeWidth=max(thick, 1.4))
        .encode(x=x, y=y("top"), y2=alt.Y2("end:Q"))
        .transform_filter("!datum.chosen"),
        dots.mark_rule(style="path", strokeWidth=max(thick, 1.4) + 1.2)
        .encode(x=x, y=y("top"), y2=alt.Y2("end:Q"))
        .transform_filter("datum.chosen"),
        rows.mark_text(style="tick", align="right", dx=-8, limit=104).encode(
            x=alt.value(0), y=y("y"), text=alt.Text("says:N")
        ),
        *(
            put(row, f"end{place}")
            .mark_text(style="name", align="left", baseline="bottom" if place else "top", limit=240)
            .encode(
                x=alt.value(4), y=alt.value(UPPER - 4 if place else 4), text=alt.Text("says:N"),
                color=alt.Color("name:N", scale=alt.Scale(domain=list(relatives)), legend=None),
            )
            for place, row in enumerate(end_rows(sides))
        ),
        base.mark_point(filled=True, opacity=0, size=260).encode(x=x, y=y("y"), tooltip=tip),
    ]  # fmt: skip
    chart = alt.LayerChart(layer=layers).properties(
        width=604,
        height=whole,
        padding={"left": 116, "right": 12, "top": 8, "bottom": 4},
    )
    return holding(chart, datasets)


def end_rows(sides: tuple[str, str]) -> list[list[frames.Row]]:
    """The name at the upper end of the answers' axis, and the one at the lower, a row each."""
    return [[{"name": name, "says": f"more like {name}"}] for name in map(frames.clean_text, sides)]


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing, when there are at least two ways of asking that gave an answer."""
    if data.parents is None or data.specifications.empty:
        return {}
    if len(ordered(data.specifications)) < 2:
        return {}
    methods = [method.name for method in data.methods]
    names = [relative.name for relative in data.relatives]
    return {"specification": build(data.specifications, methods, names, data.parents)}
