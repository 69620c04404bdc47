"""What a report says, in words. Pure: frames in, sentences out.

The verdict speaks first. Where there is none yet, what the methods said is counted, and how much
they had to go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.text import many
from reports.model import Drift, Judgement
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


def headline(
    child: str,
    count: Tally,
    leads: pd.DataFrame,
    *,
    judgement: Judgement | None = None,
    drift: Drift | None = None,
    leaking: bool = False,
) -> str:
    """One short sentence for the top of the page. `leaking` where leaks stop every claim."""
    if leaking:
        return f"Something is mixed up in these photos, so nothing is said of {child} yet"
    if judgement is not None and judgement.answer:
        return _verdict(child, judgement, drift)
    if count.total == 0:
        return f"Not enough dated photos of {child} to say anything yet"
    change = moved(leads, count)
    if change is not None:
        return (
            f"Most methods say {child} looked more like {change.before} at first, "
            f"and more like {change.after} lately"
        )
    return _votes(count)


def _votes(count: Tally) -> str:
    if count.to_first >= MOST * count.total:
        return f"So far most methods lean to {count.first}"
    if count.to_second >= MOST * count.total:
        return f"So far most methods lean to {count.second}"
    if count.to_first + count.to_second == 0:
        return f"{count.first} or {count.second}? Too close to call"
    return f"{count.first} or {count.second}? The methods do not agree"


def _verdict(child: str, judgement: Judgement, drift: Drift | None) -> str:
    first, second = judgement.first, judgement.second
    if judgement.answer == "not enough days":
        return f"Not enough days of photos to say whom {child} looks like"
    if drift is not None and drift.certain:
        before, after = (second, first) if drift.rising else (first, second)
        return f"{child} looked more like {before} at first, and more like {after} lately"
    if judgement.answer == "looks more like":
        return f"{child} looks more like {judgement.winner}"
    if judgement.answer == "looks like neither":
        return f"{child} looks like {child}: no more like {first} or {second} than chance gives"
    return f"{first} or {second}? Too close to call"


def summary(
    child: str,
    count: Tally,
    leads: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    judgement: Judgement | None = None,
    drift: Drift | None = None,
) -> tuple[str, ...]:
    """A few plain sentences under the headline."""
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
        f"Over all months together, of {many(count.total, 'method')}, {leaning(count.to_first)} "
        f"to {count.first}, {count.to_second} to {count.second} and {count.undecided} cannot "
        f"tell, on {many(days, 'photo-day')} {span}."
    ]
    change = moved(leads, count)
    if change is not None:
        sentences.append(
            f"{change.turned} of {many(change.methods, 'method')} lean to {change.before} in the "
            f"earliest third of the months and to {change.after} in the latest."
        )
    spoken = judgement is not None and judgement.answer
    if judgement is not None and judgement.sentence:
        sentences.insert(0, judgement.sentence)
    if drift is not None and drift.sentence and spoken:
        sentences.insert(0 if drift.certain else 1, drift.sentence)
    missing = len(coverage) - len(seen)
    if missing:
        sentences.append(
            f"{many(missing, 'month has no photos and stays', 'months have no photos and stay')} "
            "empty."
        )
    sentences.append(
        "All methods look at the same photos through the same embedder, so their agreement is "
        "not proof."
    )
    return tuple(sentences)


def leaning(count: int) -> str:
    """How many lean, with the verb that agrees."""
    return many(count, "leans", "lean")


def moved(leads: pd.DataFrame, count: Tally) -> Change | None:
    """How the leaning changed between the first and the last third of the months.

    None unless most methods turned the same way, each with a month on either side in which it
    clearly leans there.
    """
    early, late = thirds(leads)
    both = sorted(set(early) & set(late))
    if len(both) < LEAST:
        return None
    signs = np.array([(early[m], late[m]) for m in both])
    for before, after, one, other in (
        (1, -1, count.first, count.second),
        (-1, 1, count.second, count.first),
    ):
        turned = int(((signs[:, 0] == before) & (signs[:, 1] == after)).sum())
        if turned >= MOST * len(both):
            return Change(one, other, turned, len(both))
    return None


def thirds(leads: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """To whom each method leans in the first and in the last third of the months: 1 or -1 for the
    first or second of the two, 0 unless the mean lead and a clear month agree."""
    judged = leads.dropna(subset=["lead"]) if len(leads) else leads
    months: Sequence[int] = sorted(judged["age_months"].unique()) if len(judged) else []
    if len(months) < LEAST:
        return {}, {}
    size = max(1, len(months) // 3)
    parts = (
        judged[judged["age_months"].isin(months[:size])],
        judged[judged["age_months"].isin(months[-size:])],
    )
    early, late = ({str(m): _leaning(rows) for m, rows in p.groupby("method")} for p in parts)
    return early, late


def _leaning(rows: pd.DataFrame) -> int:
    sign = int(np.sign(rows["lead"].mean()))
    toward = rows["first"].iloc[0] if sign > 0 else rows["second"].iloc[0]
    return sign if (rows["leader"] == toward).any() else 0
