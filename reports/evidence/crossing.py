"""How far off a crossing is, in months.

Half of the made-up children have a crossing nearer to the truth than the dot. It has to lie left
of one and a half months.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from .rows import dots, of_kind

LIMITS = (0.0, 1.5)


def drawing(gates: pd.DataFrame) -> alt.LayerChart | None:
    """Draw the median error of crossings in the gate table; None without any."""
    return dots(of_kind(gates, "months off"), limits=LIMITS, title="months off, median")
