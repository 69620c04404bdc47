"""What a report says, in words. Pure: frames in, sentences out.

Nothing here is a verdict: it counts what the methods said and says how much they had to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tracker.ages import age_label

MOST = 2 / 3
"""The share of methods from which one speaks of most of them."""

LEAST = 3
"""Methods, and months, below which nothing is said of a change."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many methods lean to each of two relatives over all months, and how many cannot tell."""

    first: str
    second: str
    to_first: int
    to_second: int
    undecided: int

    @property
    def total(self) -> int:
        """All methods that gave an answer or said that they cannot tell."""
        return self.to_first + self.to_second + self.undecided


def tally(overall: pd.DataFrame, first: str, second: str) -> Tally:
    """Count the leaders over all months (columns as in `reports.model.ReportData.overall`)."""
    leaders = overall["leader"].tolist() if len(overall) else []
    to_first, to_second = leaders.count(first), leaders.count(second)
    return Tally(first, second, to_first, to_second, len(leaders) - to_first - to_second)


@dataclass(frozen=True, slots=True)
class Change:
    """`turned` of `methods` methods leaned to `before` in the earliest third of the months and to
    `after` in the latest. It describes the photos; it is no test."""

    before: str
    after: str
    turned: int
    methods: int


def headline(child: str, count: Tally, leads: pd.DataFrame) -> str:
    """One short sentence for the top of the page."""
    if count.total == 0:
        return f"Not enough dated photos of {child} to say anything yet"
    change = moved(leads, count)
    if change is not None:
        return (
            f"Most methods say {child} looked more like {change.before} at first, "
            f"and more like {change.after} lately"
        )
    if count.to_first >= MOST * count.total:
        return f"So far most methods say {child} looks more like {count.first}"
    if count.to_second >= MOST * count.total:
        return f"So far most methods say {child} looks more like {count.second}"
    if count.to_first + count.to_second == 0:
        return f"{count.first} or {count.second}? Too close to call"
    return f"{count.first} or {count.second}? The methods do not agree"


def summary(
    child: str, count: Tally, leads: pd.DataFrame, coverage: pd.DataFrame
) -> tuple[str, ...]:
    """Two to four plain sentences under the headline."""
    seen = coverage[coverage["faces"] > 0] if len(coverage) else coverage
    if not len(seen) or count.total == 0:
        return (f"There are no usable dated photos of {child} beside those of two relatives.",)
    youngest, oldest = int(seen["age_months"].min()), int(seen["age_months"].max())
    span = (
        f"at {age_label(youngest)}"
        if youngest == oldest
        else f"from {age_label(youngest)} to {age_label(oldest)}"
    )
    days = int(seen["photo_days"].sum())
    sentences = [
        f"Of {count.total} methods, {count.to_first} lean to {count.first}, {count.to_second} "
        f"to {count.second} and {count.undecided} cannot tell, on {days} photo-days {span}."
    ]
    change = moved(leads, count)
    if change is not None:
        sentences.append(
            f"{change.turned} of {change.methods} methods lean to {change.before} in the "
            f"earliest third of the months and to {change.after} in the latest."
        )
    missing = len(coverage) - len(seen)
    if missing:
        sentences.append(
            f"{missing} {'month has' if missing == 1 else 'months have'} no photos and stay empty."
        )
    sentences.append(
        "All methods look at the same photos through the same embedder, so their agreement is "
        "not proof."
    )
    return tuple(sentences)


def moved(leads: pd.DataFrame, count: Tally) -> Change | None:
    """How the leaning changed between the first and the last third of the months.

    None unless most methods turned the same way.
    """
    early, late = thirds(leads)
    both = sorted(set(early) & set(late))
    if len(both) < LEAST:
        return None
    signs = np.array([(np.sign(early[m]), np.sign(late[m])) for m in both])
    for before, after, one, other in (
        (1, -1, count.first, count.second),
        (-1, 1, count.second, count.first),
    ):
        turned = int(((signs[:, 0] == before) & (signs[:, 1] == after)).sum())
        if turned >= MOST * len(both):
            return Change(one, other, turned, len(both))
    return None


def thirds(leads: pd.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
    """Mean lead of each method over the first and over the last third of the months with one."""
    judged = leads.dropna(subset=["lead"]) if len(leads) else leads
    if not len(judged):
        return {}, {}
    months: Sequence[int] = sorted(judged["age_months"].unique())
    if len(months) < LEAST:
        return {}, {}
    size = max(1, len(months) // 3)
    first, last = (
        judged["age_months"].isin(months[:size]),
        judged["age_months"].isin(months[-size:]),
    )
    return (
        {str(k): float(v) for k, v in judged[first].groupby("method")["lead"].mean().items()},
        {str(k): float(v) for k, v in judged[last].groupby("method")["lead"].mean().items()},
    )
