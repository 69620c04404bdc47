"""Real families: how often a true parent is nearer than a stranger.

Each dot is one step of the way from plain photos to the score, with its 95% range over families.
One half is chance.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from .rows import dots


def drawing(aucs: pd.DataFrame) -> alt.LayerChart | None:
    """Draw `FamilyResults.aucs`; None without any."""
    known = aucs[aucs["auc"].notna()]
    rows = known.assign(group="", value=known["auc"])[["group", "measure", "value", "low", "high"]]
    return dots(rows, limits=None, title="share of comparisons won by the parent")
