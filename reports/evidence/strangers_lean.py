"""Real families: do strangers' children lean to the mother?

Each dot is the share of stranger children who are nearer to a mother than to the father beside
her, with its 95% range over families. The dot has to lie in the band about one half.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from .rows import dots

LIMITS = (0.47, 0.53)


def drawing(leans: pd.DataFrame) -> alt.LayerChart | None:
    """Draw `FamilyResults.leans`; None without any."""
    known = leans[leans["to_mother"].notna()]
    rows = known.assign(group="", value=known["to_mother"])
    return dots(
        rows[["group", "measure", "value", "low", "high"]],
        limits=LIMITS,
        title="share nearer to the mother",
    )
