"""How loudly a method's answer is drawn, and under what name.

A method that failed its checks has no vote. An answer that does not stand, once all methods and
months that were looked at are allowed for, is pale. Where the page takes a side, the others'
answers step back. Nothing of this changes a number.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from .model import MethodInfo, ReportData

FULL, PALE, DIM = "full", "pale", "dim"
FAILED, CHEERED = "× ", "★ "
"""What stands before a method's name."""


def stands(frame: pd.DataFrame) -> pd.Series:
    """Whether each row of `leads` or `overall` is called.

    Reports from before chance was allowed for have no column `stands`: there it is the leader.
    """
    if "stands" in frame:
        return frame["stands"].fillna(False).astype(bool)
    return (frame["leader"] != "").astype(bool)


def has_no_vote(method: MethodInfo) -> bool:
    """Whether `method` was checked and failed."""
    return method.passed is False


def ranked(methods: Sequence[MethodInfo]) -> list[MethodInfo]:
    """Those with a vote in their own order, then those without."""
    return sorted(methods, key=has_no_vote)


def names(data: ReportData) -> dict[str, str]:
    """What each method is called in a chart, by its registry name, in the order drawn."""
    cheered = () if data.side is None else data.side.methods
    return {
        method.name: (FAILED if has_no_vote(method) else CHEERED if method.name in cheered else "")
        + method.name
        for method in ranked(data.methods)
    }


def heard(frame: pd.DataFrame, data: ReportData) -> pd.DataFrame:
    """`frame` with `row` (the method's name in a chart), `stands`, `votes` and `voice`."""
    called = names(data)
    silent = {method.name for method in data.methods if has_no_vote(method)}
    cheered = None if data.side is None else set(data.side.methods)
    standing = stands(frame)

    def voice(method: str, clear: bool) -> str:
        if method in silent or (cheered is not None and method not in cheered):
            return DIM
        return FULL if clear else PALE

    return frame.assign(
        row=[called.get(name, name) for name in frame["method"]],
        stands=standing & ~frame["method"].isin(silent),
        votes=~frame["method"].isin(silent),
        voice=[voice(*pair) for pair in zip(frame["method"], standing, strict=True)],
    )


def opacity(loud: tuple[float, float, float] = (1.0, 0.46, 0.24)) -> alt.Opacity:
    """A mark's opacity by the field `voice`: full, pale, dim."""
    return alt.Opacity("voice:O", sort=None, legend=None, scale=_scale(loud))


def stroke_opacity(loud: tuple[float, float, float]) -> alt.StrokeOpacity:
    """The same for a line: a scale of its own, since layers share theirs by channel."""
    return alt.StrokeOpacity("voice:O", sort=None, legend=None, scale=_scale(loud))


def _scale(loud: tuple[float, float, float]) -> alt.Scale:
    # A point scale, which is what Vega-Lite would choose, spreads over the first two values.
    return alt.Scale(type="ordinal", domain=[FULL, PALE, DIM], range=list(loud))
