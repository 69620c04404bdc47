"""The axis of age that every month-by-month chart shares."""

from __future__ import annotations

import altair as alt
import pandas as pd

TICKS = (1, 2, 3, 6, 12, 24, 60, 120)
AGE_LABEL = (
    "datum.value == 0 ? 'birth'"
    " : datum.value % 12 == 0 ? format(datum.value / 12, 'd') + ' y'"
    " : format(datum.value, 'd') + ' m'"
)
"""A Vega expression: birth, 3 m, 6 m, 9 m, 1 y."""


def short_age(months: int) -> str:
    """An age as the axis writes it: `birth`, `3 m`, `2 y`."""
    if months == 0:
        return "birth"
    return f"{months} m" if months % 12 else f"{months // 12} y"


def tick_step(months: int, at_most: int = 9) -> int:
    """Months between two labels so that there are no more than `at_most` of them."""
    return next((step for step in TICKS if months / step <= at_most), TICKS[-1])


METHOD_LABEL = "join(split(datum.label, '_'), ' ')"
"""A Vega expression: a method's registry name as words."""


LEAD_LABEL = "datum.value ? format(datum.value, '+.1f') : '0'"
"""A Vega expression: +0.5, 0, -0.5."""


def dot_size(months: int, largest: float = 44.0) -> float:
    """Area in px² of a month's dot, so that neighbours stay apart on a phone."""
    return max(10.0, min(largest, largest * 26 / max(months, 1)))


def age(
    coverage: pd.DataFrame,
    field: str = "age_months",
    *,
    labels: bool = True,
    by_day: bool = False,
) -> alt.X:
    """`field` on the axis of age in complete months, with room for every month of `coverage`.

    A month is drawn at its number, or, where days are (`by_day`), from its number to the next.
    """
    first, last = int(coverage["age_months"].min()), int(coverage["age_months"].max())
    step = tick_step(last - first)
    ticks = list(range(-(-first // step) * step, last + 1, step)) or [first]
    return alt.X(
        f"{field}:Q",
        title=None,
        scale=alt.Scale(
            domain=[first - 0.1, last + 1.1] if by_day else [first - 0.6, last + 0.6],
            nice=False,
            zero=False,
        ),
        axis=alt.Axis(
            values=ticks,
            labelExpr=AGE_LABEL,
            labels=labels,
            labelOverlap="greedy",
            labelSeparation=6,
        ),
    )
