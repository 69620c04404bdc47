"""How often the ranges hold the truth.

Each dot is one kind of range in one made-up world; the line through it is its error from the
number of replicates. They have to lie in the band, or beyond it by no more than their error.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from .rows import dots, of_kind

LIMITS = (0.93, 0.97)


def drawing(gates: pd.DataFrame) -> alt.LayerChart | None:
    """Draw the coverage rows of the gate table; None without any."""
    return dots(of_kind(gates, "coverage"), limits=LIMITS, title="share that holds the truth")
