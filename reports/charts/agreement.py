"""Do the methods agree with each other?

The share of months in which two methods point to the same person. Two coins agree in half of
them.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from .. import axes, frames, theme
from ..model import ReportData

EDGES = (0.5, 0.6, 0.7, 0.8, 0.9)


def prepare(frame: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """Each pair once (`frame` may hold both orders, and each method with itself)."""
    place = {name: i for i, name in enumerate(methods)}
    known = frame[frame["method_a"].isin(place) & frame["method_b"].isin(place)]
    a, b = known["method_a"].map(place), known["method_b"].map(place)
    turned = known.assign(
        method_a=[methods[int(max(p, q))] for p, q in zip(a, b, strict=True)],
        method_b=[methods[int(min(p, q))] for p, q in zip(a, b, strict=True)],
    )
    apart = turned[turned["method_a"] != turned["method_b"]]
    return apart.drop_duplicates(["method_a", "method_b"]).reset_index(drop=True)


def build(frame: pd.DataFrame, methods: Sequence[str]) -> alt.LayerChart:
    """Draw one triangle of the matrix; `frame` as in `ReportData.agreement`."""
    pairs = prepare(frame, methods)
    downward, across = list(methods)[1:], list(methods)[:-1]
    y = alt.Y(
        "method_a:N",
        title=None,
        sort=downward,
        scale=alt.Scale(domain=downward, paddingInner=0.06),
        axis=alt.Axis(
            labelExpr=axes.METHOD_LABEL, labelLimit=120, minExtent=104, maxExtent=104, grid=False
        ),
    )
    x = alt.X(
        "method_b:N",
        title=None,
        sort=across,
        scale=alt.Scale(domain=across, paddingInner=0.06),
        axis=alt.Axis(
            labelExpr=axes.METHOD_LABEL, labelAngle=-45, labelLimit=110, labelAlign="right"
        ),
    )
    base = alt.Chart().encode(x=x, y=y)
    cells = base.mark_rect(cornerRadius=1.5).encode(
        color=alt.Color(
            "agree:Q",
            legend=None,
            scale=alt.Scale(type="threshold", domain=list(EDGES), range="ramp"),
        ),
        tooltip=[
            alt.Tooltip("method_a:N", title="method"),
            alt.Tooltip("method_b:N", title="and"),
            alt.Tooltip("agree:Q", title="agree in", format=".0%"),
            alt.Tooltip("months:Q", title="of months"),
        ],
    )
    figures = [
        base.mark_text(fontSize=11, style=style)
        .encode(text=alt.Text("percent:N"))
        .transform_filter(f"datum.agree {comparison} {EDGES[3]}")
        for style, comparison in (("onlight", "<"), ("ondark", ">="))
    ]
    values = frames.rows(
        pairs.assign(
            percent=["" if pd.isna(share) else f"{100 * share:.0f}" for share in pairs["agree"]]
        )
    )
    return alt.LayerChart(
        layer=[cells, *figures], data=alt.InlineData(values=values, name="pairs")
    ).properties(
        width=720,
        height=theme.ROW * len(downward),
        padding={"left": 4, "right": 12, "top": 4, "bottom": 4},
    )


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing, when there are at least two methods to compare."""
    methods = [method.name for method in data.methods]
    if data.agreement.empty or prepare(data.agreement, methods).empty:
        return {}
    return {"agreement": build(data.agreement, methods)}
