"""The resemblance score on the page: what may be said, the numbers behind it, and the votes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from . import frames, voices, words
from .model import Drift, Finding, Judgement, Range, ReportData


def may_be_said(data: ReportData) -> bool:
    """Whether nothing was found that stops every claim."""
    judged = data.judgement
    return not stopping(data) and (judged is None or not judged.stopped)


def stopping(data: ReportData) -> list[Finding]:
    """The leaks that stop every claim."""
    return [leak for leak in data.leaks if leak.stops]


def summary(data: ReportData) -> list[str]:
    """The report's summary without the sentences that the page says in their own places."""
    said = {part.sentence for part in (data.judgement, data.drift) if part is not None}
    return [text for text in data.summary if text not in said]


def reasons(data: ReportData) -> list[str]:
    """Why the verdict is withheld, as far as the leaks at the top of the page do not say it."""
    told = {leak.sentence for leak in stopping(data)}
    judged = data.judgement
    return [] if judged is None else [why for why in judged.stopped if why not in told]


def warnings(data: ReportData) -> list[str]:
    """The report's warnings, and the leaks that stop nothing, each once."""
    told = [*data.warnings]
    for leak in data.leaks:
        said = " ".join(map(words.sentence, (leak.sentence, leak.hint))).strip()
        if not leak.stops and said not in told and leak.sentence not in told:
            told.append(said)
    return told


def has_strangers(data: ReportData) -> bool:
    """Whether anybody could be measured against strangers."""
    if not data.resemblance.empty and data.resemblance["percentile"].notna().any():
        return True
    judged = data.judgement
    return judged is not None and any(math.isfinite(p.value) for p in judged.percentiles)


def facts(data: ReportData) -> list[tuple[str, str]]:
    """The numbers behind the verdict and the trend: (what, how much)."""
    made: list[tuple[str, str]] = []
    if data.judgement is not None:
        made += _of_judgement(data.judgement)
    if data.drift is not None:
        made += _of_drift(data.drift)
    return made


def _of_judgement(judged: Judgement) -> list[tuple[str, str]]:
    made = [("the answer", judged.text or "withheld")]
    for name, found in zip((judged.first, judged.second), judged.percentiles, strict=True):
        said = words.ranged(found, words.percentile)
        known = math.isfinite(found.value)
        made.append(
            (
                f"{name}, against strangers",
                f"nearer than {said} of 100 comparable strangers; chance is 50"
                if known
                else "withheld: there are not enough comparable strangers",
            )
        )
    made.append(
        (
            f"{judged.first} less {judged.second}",
            f"{words.ranged(judged.difference, words.signed)} standard deviations between strangers"
            if math.isfinite(judged.difference.value)
            else "not known",
        )
    )
    made.append(("how often chance does as much", f"p {_equals(judged.p_value)}"))
    made.append(("the embedder's own leaning", _lean(judged)))
    made.append(("photo-days", f"{judged.photo_days:,}"))
    return made


def _lean(judged: Judgement) -> str:
    if not math.isfinite(judged.lean):
        return "could not be measured without strangers, and is still in the numbers"
    toward = judged.first if judged.lean > 0 else judged.second
    error = (
        f", give or take {judged.lean_error:.2f} (standard error)"
        if math.isfinite(judged.lean_error)
        else ""
    )
    return f"{abs(judged.lean):.2f} toward {toward}, taken off{error}"


def _of_drift(drift: Drift) -> list[tuple[str, str]]:
    if drift.withheld:
        return [("trend with age", f"withheld: {drift.withheld}")]
    slope = words.ranged(drift.slope, lambda value: words.signed(value, 3))
    made = [("change per month of age", f"{slope}, p {_equals(drift.p_value)}")]
    if drift.certain and drift.crossing is not None:
        made.append(("changes sides at", crossing(drift)))
    if math.isfinite(drift.p_none):
        made.append(("chance that it never does", words.percent(drift.p_none)))
    made.append(("trend read from", f"{drift.days:,} photo-days in {drift.months:,} months"))
    return made


def crossing(drift: Drift) -> str:
    """The month of the crossing with its interval: `10.8 months (9.5 to 12.6)`."""
    if drift.crossing is None:
        return ""
    return f"{drift.crossing:.1f} months ({bounds(drift)})"


def bounds(drift: Drift) -> str:
    """The interval of the crossing in months, which may be open: `9.5 to 12.6`."""
    low, high = drift.crossing_low, drift.crossing_high
    if low is not None and high is not None:
        return f"{low:.1f} to {high:.1f}"
    if high is not None:
        return f"{high:.1f} or any time before"
    if low is not None:
        return f"{low:.1f} or any time after"
    return "with no bounds"


def _equals(value: float) -> str:
    said = words.p_value(value)
    return said if said.startswith("below") else f"= {said}" if said != "–" else "not known"


@dataclass(frozen=True, slots=True)
class Votes:
    """How many methods lean where over all months, how many of them for good, and who may not.

    `standing` counts leanings that chance does not explain, None where nothing could be tested;
    `failed` are the methods without a vote.
    """

    first: int
    second: int
    undecided: int
    standing: int | None
    failed: int

    @property
    def voting(self) -> int:
        """Methods that passed, or of which nothing could be checked."""
        return self.first + self.second + self.undecided


def votes(data: ReportData) -> Votes | None:
    """Count the methods' answers over all months; None where there are not two to choose from."""
    if data.parents is None or data.overall.empty:
        return None
    heard = voices.heard(data.overall, data)
    voting = heard[heard["votes"]]
    first, second = (int((voting["leader"] == name).sum()) for name in data.parents)
    tested = "p_value" in voting and bool(voting["p_value"].notna().any())
    return Votes(
        first=first,
        second=second,
        undecided=len(voting) - first - second,
        standing=int((voting["stands"] & (voting["leader"] != "")).sum()) if tested else None,
        failed=len(heard) - len(voting),
    )


@dataclass(frozen=True, slots=True)
class Shares:
    """Of `ways` of asking, how many lean to each of the two, and how many of them clearly."""

    ways: int
    first: int
    second: int
    first_clear: int
    second_clear: int

    @property
    def parts(self) -> list[tuple[int, bool, int]]:
        """The four parts of a bar: (0 for the first or 1, clearly, ways)."""
        return [
            (0, True, self.first_clear),
            (0, False, self.first - self.first_clear),
            (1, False, self.second - self.second_clear),
            (1, True, self.second_clear),
        ]


def shares(data: ReportData) -> Shares | None:
    """Count every way of asking; None where there were none."""
    frame = data.specifications
    if data.parents is None or frame.empty:
        return None
    known = frame[frame["lead"].notna()]
    if known.empty:
        return None
    first, second = data.parents
    return Shares(
        ways=len(known),
        first=int((known["lead"] > 0).sum()),
        second=int((known["lead"] < 0).sum()),
        first_clear=int((known["leader"] == first).sum()),
        second_clear=int((known["leader"] == second).sum()),
    )


def lead_of_score(data: ReportData) -> float | None:
    """The score's own lead in the unit of the methods' leads, None where it is not known."""
    frame = data.specifications
    if frame.empty:
        return None
    asked = frame[(frame["method"] == "score") & frame["primary"].astype(bool)]
    known = asked["lead"].dropna()
    return float(known.iloc[0]) if len(known) else None


def strangers(data: ReportData) -> list[frames.Row]:
    """Against how many of whom each was read."""
    return [] if data.strangers.empty else frames.rows(data.strangers)


def by_month(data: ReportData) -> tuple[list[str], list[dict[str, Any]]]:
    """The score's numbers: who was read, and for every month their percentiles in words.

    Taken from the widest view there is. Each row has `age_label`, `cells`, `difference`,
    `photo_days`.
    """
    frame = data.resemblance
    read = frame[frame["percentile"].notna()] if not frame.empty else frame
    view = "parents" if read.empty or "everyone" not in set(read["view"]) else "everyone"
    read = read if read.empty else frames.first_of(read, view=view)
    present = set() if read.empty else set(read["relative"])
    who = [relative.name for relative in data.relatives if relative.name in present]
    said = {
        (row["age_months"], row["relative"]): words.ranged(
            _range(row, "percentile"), words.percentile
        )
        for row in ([] if read.empty else frames.rows(read))
    }
    gaps = (
        {}
        if data.difference.empty
        else {
            row["age_months"]: (
                row["difference"],
                words.ranged(_range(row, "difference"), words.signed),
            )
            for row in frames.rows(frames.first_of(data.difference, view="parents"))
        }
    )
    rows = [
        month
        | {
            "cells": [said.get((month["age_months"], name), "") for name in who],
            "difference": gaps.get(month["age_months"], ("", ""))[1],
            "difference_value": gaps.get(month["age_months"], ("", ""))[0],
        }
        for month in frames.rows(data.coverage)
    ]
    return who, rows if who or gaps else []


def _range(row: frames.Row, value: str) -> Range:
    return Range(
        *(math.nan if row[key] is None else float(row[key]) for key in (value, "low", "high"))
    )
