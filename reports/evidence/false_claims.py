"""How often something is claimed where there is nothing.

Each dot is one kind of claim in one made-up world without a winner and without a change. They
have to lie left of the line at 5%, or beyond it by no more than their error.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from .rows import dots, of_kind

LIMITS = (0.0, 0.05)


def drawing(gates: pd.DataFrame) -> alt.LayerChart | None:
    """Draw the false claims of the gate table; None without any."""
    return dots(of_kind(gates, "false"), limits=LIMITS, title="share of false claims")
