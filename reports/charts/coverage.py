"""Photo-days behind each month.

A photo-day is a day with at least one photo of the child. Photos of one day share their light
and mood, so days are what counts.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from .. import axes, frames, theme
from ..model import ReportData


def build(coverage: pd.DataFrame) -> alt.LayerChart:
    """Draw the photo-days of each month; `coverage` as in `ReportData.coverage`."""
    x = axes.age(coverage, labels=False)
    most = max(1, int(coverage["photo_days"].max()))
    base = alt.Chart().transform_calculate(
        left="datum.age_months - 0.38", right="datum.age_months + 0.38"
    )
    y = alt.Y(
        "photo_days:Q",
        title=None,
        scale=alt.Scale(domain=[0, most], nice=False),
        axis=alt.Axis(
            values=[0, most], minExtent=theme.LEFT, maxExtent=theme.LEFT, grid=False, format="d"
        ),
    )
    bars = base.mark_rect(style="quiet", cornerRadiusTopLeft=2, cornerRadiusTopRight=2).encode(
        x=axes.age(coverage, "left", labels=False),
        x2=alt.X2("right:Q"),
        y=y,
        y2=alt.datum(0),
        tooltip=[
            alt.Tooltip("age_label:N", title="age"),
            alt.Tooltip("photo_days:Q", title="photo-days"),
            alt.Tooltip("faces:Q", title="faces"),
        ],
    )
    none = (
        base.mark_text(style="note", text="·", baseline="bottom")
        .encode(x=x, y=alt.datum(0))
        .transform_filter("datum.photo_days == 0")
    )
    data = alt.InlineData(values=frames.rows(coverage), name="coverage")
    return alt.LayerChart(layer=[bars, none], data=data).properties(
        width=720, height=44, padding={"left": 4, "right": 84, "top": 4, "bottom": 2}
    )


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """Every month from the first to the last, those without photos too."""
    return {} if data.coverage.empty else {"coverage": build(data.coverage)}
