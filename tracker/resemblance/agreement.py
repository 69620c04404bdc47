"""How often any two methods lean to the same side."""

from __future__ import annotations

import numpy as np
import pandas as pd

AGREEMENT = ("method_a", "method_b", "agree", "months")


def agreement(leads: pd.DataFrame) -> pd.DataFrame:
    """Share of months in which two methods' differences have the same sign: `AGREEMENT`.

    `leads` as from `Evaluation.leads`. One row per ordered pair of methods, each with itself
    included; `months` counts those in which both have a difference other than zero, and `agree`
    is NaN where there is none. It compares signs only: two methods may agree by chance in half
    of the months, and methods that see the same embeddings do so more often.
    """
    wide = leads.pivot(index="age_months", columns="method", values="difference")
    signs = np.sign(wide.to_numpy(dtype=np.float64, na_value=0.0))
    rows = []
    for a, first in enumerate(wide.columns):
        for b, second in enumerate(wide.columns):
            both = (signs[:, a] != 0) & (signs[:, b] != 0)
            months = int(both.sum())
            same = float((signs[both, a] == signs[both, b]).mean()) if months else float("nan")
            rows.append((first, second, same, months))
    return pd.DataFrame(rows, columns=list(AGREEMENT))
