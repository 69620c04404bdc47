"""Every way of asking, side by side: each embedder, view and method gives one number.

After Simonsohn, Simmons and Nelson (2020): whoever shows one specification has chosen it; all of
them together show how much hangs on the choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tracker.resemblance.day_means import DayMeans
from tracker.resemblance.evidence import Codes
from tracker.resemblance.gate import Check
from tracker.resemblance.intervals import Array, over_days, spread_within
from tracker.study.scored import Scored

SCORE = "score"
COLUMNS = (
    "embedder",
    "view",
    "method",
    "first",
    "second",
    "lead",
    "low",
    "high",
    "leader",
    "faces",
    "photo_days",
    "passed",
    "primary",
)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One embedder's answers in one view; `primary` where the score in it is the main result."""

    embedder_id: str
    view: str
    said: DayMeans
    scored: Scored
    primary: bool


def specifications(
    asked: Iterable[Asked],
    pair: tuple[str, str],
    checks: Mapping[str, Mapping[str, Check]],
    *,
    silent: bool,
) -> pd.DataFrame:
    """One row per specification, columns `COLUMNS`, in order of lead.

    `checks` are the methods' by embedder. Where nothing may be claimed (`silent`) there is
    neither range nor leader.
    """
    rows = []
    for one in asked:
        days, known = one.said, checks.get(one.embedder_id, {})
        for method, row in zip(days.methods, days.differences(*pair), strict=True):
            check = known.get(method)
            passed = check.passed if check is not None else None
            counts = (int(days.faces.sum()), len(days.days))
            lead = in_spreads(row, days.ages, pair, silent or bool(check and check.leak))
            rows.append((one.embedder_id, one.view, method, *pair, *lead, *counts, passed, False))
        days = one.scored.days
        if len(days.days):
            lead = in_spreads(one.scored.differences, days.ages, pair, silent)
            counts = (int(days.faces.sum()), len(days.days))
            rows.append(
                (one.embedder_id, one.view, SCORE, *pair, *lead, *counts, None, one.primary)
            )
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.sort_values("lead", kind="stable", ignore_index=True, na_position="first")


def in_spreads(
    differences: Array, ages: Codes, pair: tuple[str, str], silent: bool
) -> tuple[float, float, float, str]:
    """Mean and 95 % interval of day differences over the days' spread, and who leads, or ""."""
    if not len(differences):
        return np.nan, np.nan, np.nan, ""
    found, spread = over_days(differences), float(spread_within(differences, ages))
    mean, low, high = (float(x) / spread for x in (found.mean, found.low, found.high))
    if silent:
        return mean, np.nan, np.nan, ""
    return mean, low, high, pair[0] if low > 0 else pair[1] if high < 0 else ""
