"""All months together, method by method.

How far each method leans, over all photo-days, in the day-to-day spread of its own answers. The
line is its 95% range; pale is what does not stand once all methods are allowed for. A method
marked × failed its checks and has no vote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import numpy as np
import pandas as pd

from .. import axes, frames, theme, voices
from ..model import ReportData

SIDES: tuple[tuple[Literal["left", "right"], str], ...] = (("left", "<"), ("right", ">"))
"""How a name is set, and on which side of the middle."""


def prepare(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` (as `ReportData.overall`) with `from` and `to`: the range in the unit of `lead`."""
    difference = frame["difference"].to_numpy(dtype=float)
    lead = frame["lead"].to_numpy(dtype=float)
    scale = np.divide(lead, difference, out=np.full(len(frame), np.nan), where=difference != 0)
    lows = frame["low"].to_numpy(dtype=float) * scale
    return frame.assign(
        **{"from": lows, "to": frame["high"].to_numpy(dtype=float) * scale},
        leans=[name if name else "neither" for name in frame["leader"]],
    )


def undecided(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` (as from `voices.heard`) where to be undecided is an answer too, and not pale."""
    pale = (frame["voice"] == voices.PALE) & (frame["leader"] == "")
    return frame.assign(voice=frame["voice"].mask(pale, voices.FULL))


def build(
    frame: pd.DataFrame, rows: Sequence[str], relatives: Sequence[str], sides: tuple[str, str]
) -> alt.LayerChart:
    """Draw one row per method; `frame` as from `voices.heard(overall)`, in the order of `rows`."""
    first, second = sides
    y = alt.Y(
        "row:N",
        title=None,
        sort=list(rows),
        axis=alt.Axis(
            labelExpr=axes.METHOD_LABEL, labelLimit=120, minExtent=104, maxExtent=104, grid=False
        ),
    )
    drawn = prepare(frame)
    reach = float(
        np.nanmax(np.abs(drawn[["from", "to", "lead"]].to_numpy(dtype=float)), initial=0.1)
    )
    scale = alt.Scale(domain=[-reach * 1.05, reach * 1.05], nice=False)
    axis = alt.Axis(tickCount=5, grid=True, labelExpr=axes.LEAD_LABEL)
    x = alt.X("lead:Q", title=None, scale=scale, axis=axis)
    colour = alt.Color("leader:N", scale=alt.Scale(domain=list(relatives)), legend=None)
    tip = [
        alt.Tooltip("method:N", title="method"),
        alt.Tooltip("leans:N", title="leans to"),
        alt.Tooltip("lead:Q", title="lead", format="+.2f"),
        alt.Tooltip("stands:N", title="stands"),
        alt.Tooltip("photo_days:Q", title="photo-days"),
    ]
    # Names are data even here: Vega-Lite would put an axis title into an expression.
    ends = alt.Chart(
        alt.InlineData(
            values=[
                {"at": -reach, "name": frames.clean_text(second), "says": f"← {second}"},
                {"at": reach, "name": frames.clean_text(first), "says": f"{first} →"},
            ],
            name="ends",
        )
    )
    low = alt.X("from:Q", scale=scale, title=None)
    dot, line = voices.opacity((1.0, 0.5, 0.4)), voices.stroke_opacity((0.55, 0.28, 0.2))
    base = alt.Chart()
    sided = "datum.votes && datum.leader != ''"
    unsided, silent = "datum.votes && datum.leader == ''", "!datum.votes"
    layers = [
        base.mark_rule(style="rule").encode(x=alt.datum(0, scale=scale)),
        base.mark_rule(strokeWidth=3, strokeCap="round")
        .encode(x=low, x2=alt.X2("to:Q"), y=y, color=colour, strokeOpacity=line)
        .transform_filter(sided),
        base.mark_rule(style="rule", strokeWidth=3, strokeCap="round")
        .encode(x=low, x2=alt.X2("to:Q"), y=y, strokeOpacity=line)
        .transform_filter(f"!({sided})"),
        base.mark_point(filled=True, size=80)
        .encode(x=x, y=y, color=colour, opacity=dot, tooltip=tip)
        .transform_filter(sided),
        base.mark_point(style="neither", filled=True, size=80)
        .encode(x=x, y=y, opacity=dot, tooltip=tip)
        .transform_filter(unsided),
        base.mark_point(style=["neitherline", "hollow"], size=60, strokeWidth=1.5, opacity=1)
        .encode(x=x, y=y, tooltip=tip)
        .transform_filter(silent),
    ]
    layers += [
        ends.mark_text(style="name", align=side, limit=110)
        .encode(
            x=alt.X("at:Q", scale=scale),
            y=alt.value(-10),
            text=alt.Text("says:N"),
            color=alt.Color("name:N", scale=alt.Scale(domain=list(relatives)), legend=None),
        )
        .transform_filter(f"datum.at {sign} 0")
        for side, sign in SIDES
    ]
    values = frames.rows(drawn)
    return alt.LayerChart(
        layer=layers, data=alt.InlineData(values=values, name="overall")
    ).properties(
        width=720,
        height=theme.ROW * len(values),
        padding={"left": 4, "right": 12, "top": 8, "bottom": 4},
    )


def drawings(data: ReportData) -> dict[str, alt.LayerChart]:
    """One drawing, when there are two people to choose between."""
    if data.parents is None or data.overall.empty:
        return {}
    rows = list(voices.names(data).values())
    names = [relative.name for relative in data.relatives]
    return {
        "overall": build(undecided(voices.heard(data.overall, data)), rows, names, data.parents)
    }
