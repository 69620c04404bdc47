"""How well a report follows a truth that is known, as it is for a drawn family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

LEAST_MONTHS = 6
"""Months below which a rank correlation says nothing."""


def follow(report: Mapping[str, Any], truth: Sequence[float]) -> dict[str, float]:
    """Spearman's rank correlation of each method's monthly difference with the true blend.

    `report` is what `tracker report --json` prints; `truth[m]` is the share of the first parent
    in month m, in [0, 1]. Methods with fewer than LEAST_MONTHS usable months are left out; a
    truth that never changes has no ranks, so its correlations are left out too.
    """
    series: dict[str, list[tuple[float, float]]] = {}
    for month in report["months"]:
        age = month["age_months"]
        for name, value in month["difference"]["methods"].items():
            if value is not None and value["value"] is not None and 0 <= age < len(truth):
                series.setdefault(name, []).append((truth[age], value["value"]))
    found = {}
    for name, pairs in series.items():
        blend, difference = np.array(pairs).T
        if len(pairs) >= LEAST_MONTHS and np.ptp(blend) > 0 and np.ptp(difference) > 0:
            found[name] = float(stats.spearmanr(blend, difference).statistic)
    return found
