"""A made-up resemblance score for a made-up family, and what can go wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from reports.model import Drift, Finding, Judgement, Range, ReportData, Side

UNKNOWN = Range(np.nan, np.nan, np.nan)


def truth_of(months: np.ndarray, whole: int) -> np.ndarray:
    """The share of the first relative at an age: from most to little, half at 45 % of the way."""
    return 1 / (1 + np.exp((months - whole * 0.45) / (whole / 8)))


def scored(data: ReportData, *, seed: int = 11, same_age: bool = True) -> ReportData:
    """`data` with a clear verdict, a trend that crosses, and every method checked."""
    rng = np.random.default_rng(seed)
    names = [relative.name for relative in data.relatives]
    first, second = names[0], names[1]
    whole = len(data.coverage)
    seen = data.coverage[data.coverage["photo_days"] > 0]
    views = ("parents", *(("everyone",) if len(names) > 2 else ()), *(("same age",) * same_age))
    resemblance, difference = [], []
    for view, month in product(views, seen.to_dict("records")):
        if view == "same age" and month["age_months"] > whole // 2:
            continue
        days = month["photo_days"]
        half = np.nan if days < 3 else 26 / np.sqrt(days)
        share = truth_of(np.array(float(month["age_months"])), whole)
        counted = {key: month[key] for key in ("age_months", "age_label", "faces", "photo_days")}
        for place, name in enumerate(names if view == "everyone" else names[:2]):
            mean = (50 + 44 * share, 94 - 44 * share, 62, 44, 55, 38)[place] + rng.normal(0, 4)
            mean = float(np.clip(mean, 1, 99))
            resemblance.append(
                counted
                | {"view": view, "relative": name, "percentile": mean, "z": (mean - 50) / 30,
                   "kin_log_odds": 1.2 * (mean - 50) / 30 - 0.72,
                   "low": max(mean - half, 0.0), "high": min(mean + half, 100.0)}
            )  # fmt: skip
        if view == "everyone":
            continue
        gap = 2.4 * (share - 0.5) + rng.normal(0, 0.2)
        wide = half / 18
        difference.append(
            counted
            | {"view": view, "first": first, "second": second, "difference": gap,
               "low": gap - wide, "high": gap + wide}
        )  # fmt: skip
    day_rows = []
    for view in ("parents", *(("same age",) * same_age)):
        for month in seen.to_dict("records"):
            if view == "same age" and month["age_months"] > whole // 2:
                continue
            ages = month["age_months"] + np.sort(rng.uniform(0, 1, month["photo_days"]))
            for age in ages:
                value = 2.4 * (truth_of(np.array(age), whole) - 0.5) + rng.normal(0, 0.7)
                day_rows.append((view, float(age), float(value), int(rng.integers(1, 7))))
    curve_rows = []
    for view in ("parents", *(("same age",) * same_age)):
        end = whole - 1 if view == "parents" else whole // 2
        for age in np.arange(float(seen["age_months"].min()), end + 0.01, 0.25):
            value = 2.4 * float(truth_of(np.array(age), whole) - 0.5)
            band = 0.35 + 0.25 * abs(age - end / 2) / max(end / 2, 1)
            curve_rows.append((view, age, value, value - band, value + band))
    crossing = whole * 0.45
    checked = tuple(
        replace(
            method,
            brier=None if method.unit == "similarity" else round(float(rng.uniform(0.03, 0.2)), 3),
            stranger_share=0.71 if place == 9 else round(float(rng.uniform(0.46, 0.54)), 3),
            passed=place != 9,
            why="" if place != 9 else "leans to the first parent for 71% of unrelated children",
        )
        for place, method in enumerate(data.methods)
    )
    leads = tested(data.leads, rng)
    overall = tested(data.overall, rng)
    days_in_all = int(seen["photo_days"].sum())
    return replace(
        data,
        methods=checked,
        leads=leads,
        overall=overall,
        judgement=Judgement(
            first=first,
            second=second,
            answer="looks more like",
            winner=first,
            text=f"looks more like {first}",
            sentence=(
                f"Over {days_in_all} days of photos, {data.child} looks more like {first} than "
                f"like {second}, and by more than chance gives."
            ),
            percentiles=(Range(86.2, 71.4, 95.0), Range(61.5, 40.3, 79.9)),
            difference=Range(0.61, 0.18, 1.04),
            p_value=0.0061,
            lean=0.12,
            lean_error=0.05,
            photo_days=days_in_all,
        ),
        drift=Drift(
            slope=Range(-0.09, -0.13, -0.05),
            p_value=0.0004,
            crossing=crossing,
            crossing_low=crossing - 1.3,
            crossing_high=crossing + 1.8,
            p_none=0.01,
            certain=True,
            sentence=(
                f"With age {data.child} has moved from {first} toward {second}; the change came "
                f"at about {crossing:.0f} months."
            ),
            days=days_in_all,
            months=len(seen),
        ),
        resemblance=pd.DataFrame(resemblance),
        difference=pd.DataFrame(difference),
        days=pd.DataFrame(day_rows, columns=["view", "age_months", "difference", "faces"]),
        curve=pd.DataFrame(curve_rows, columns=["view", "age_months", "value", "low", "high"]),
        specifications=specifications(data),
        strangers=pd.DataFrame(
            [
                (data.child, "f", "0-2 years", 34, 180, 0.78),
                (first, "f", "20-40 years", 212, 212, 0.81),
                (second, "m", "20-40 years", 32, 201, 0.8),
            ],
            columns=["who", "sex", "band", "in_cell", "strangers", "trust"],
        ),
        leaks=(
            Finding(
                "together",
                False,
                "14 of the child's faces share a day or photo with a relative; they are compared "
                "with photos of other days only",
                "nothing need be done",
            ),
        ),
    )


def tested(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """`frame` of leads with a p value each; about half of what leads also stands."""
    clear = frame["leader"] != ""
    p_value = np.where(clear, rng.uniform(0, 0.1, len(frame)), rng.uniform(0.1, 1, len(frame)))
    return frame.assign(p_value=p_value, stands=p_value < 0.05)


def specifications(
    data: ReportData,
    *,
    embedders: Sequence[str] = ("facenet-vggface2",),
    views: Sequence[str] = ("parents", "everyone"),
    seed: int = 5,
) -> pd.DataFrame:
    """Every embedder, view and method of `data`, the score beside the methods, in order of lead."""
    rng = np.random.default_rng(seed)
    first, second = (data.relatives[0].name, data.relatives[1].name)
    asked = [*(method.name for method in data.methods), "score"]
    rows = []
    for place, (embedder, view, method) in enumerate(product(embedders, views, asked)):
        lead = float(rng.normal(0.25, 0.4))
        half = float(rng.uniform(0.2, 0.45))
        rows.append(
            {
                "embedder": embedder, "view": view, "method": method,
                "first": first, "second": second,
                "lead": lead, "low": lead - half, "high": lead + half,
                "leader": first if lead > half else second if lead < -half else "",
                "faces": 400, "photo_days": 96,
                "passed": None if place % 13 == 4 else method != "kmeans",
                "primary": (embedder, view, method) == (embedders[0], views[0], "score"),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame.sort_values("lead", ascending=False, ignore_index=True)


def stopped(data: ReportData) -> ReportData:
    """A family of which nothing may be said: a relative's face is among the child's."""
    first = data.relatives[0].name
    sentence = f"9 of the child's faces look like {first}'s own"
    assert data.judgement is not None
    return replace(
        data,
        headline=f"Nothing can be said about {data.child} yet",
        judgement=replace(
            data.judgement, answer="", winner="", text="", sentence="", stopped=(sentence,)
        ),
        leaks=(
            Finding("own face", True, sentence, "say whose they are: `tracker review`"),
            *data.leaks,
        ),
    )


def without_cohort(data: ReportData) -> ReportData:
    """No strangers: no percentiles, nothing tested, the lean unknown."""
    assert data.judgement is not None
    unread = {
        "percentile": np.nan,
        "low": np.nan,
        "high": np.nan,
        "z": np.nan,
        "kin_log_odds": np.nan,
    }
    untested = {"p_value": np.nan, "stands": False}
    return replace(
        data,
        judgement=replace(
            data.judgement, percentiles=(UNKNOWN, UNKNOWN), lean=np.nan, lean_error=np.nan
        ),
        methods=tuple(replace(method, stranger_share=None) for method in data.methods),
        resemblance=data.resemblance.assign(**unread),
        leads=data.leads.assign(**untested),
        overall=data.overall.assign(**untested),
        strangers=data.strangers.iloc[:0],
    )


def withheld(data: ReportData) -> ReportData:
    """Too few days for a trend."""
    return replace(
        data,
        drift=Drift(
            slope=UNKNOWN,
            p_value=np.nan,
            crossing=None,
            crossing_low=None,
            crossing_high=None,
            p_none=np.nan,
            certain=False,
            sentence="",
            days=9,
            months=2,
            withheld="a trend needs 12 photo-days in 3 months, and there are 9 in 2",
        ),
        curve=data.curve.iloc[:0],
    )


def neither(data: ReportData) -> ReportData:
    """Chance explains both, and the curve never crosses for good."""
    assert data.judgement is not None
    assert data.drift is not None
    first, second = data.relatives[0].name, data.relatives[1].name
    return replace(
        data,
        headline=f"{data.child} looks like neither, or like herself",
        judgement=replace(
            data.judgement,
            answer="looks like neither",
            winner="",
            text="looks like neither",
            sentence=(
                f"Over 96 days of photos, {data.child} looks no more like {first} or {second} "
                "than somebody else's child might."
            ),
            percentiles=(Range(55.0, 38.0, 71.0), Range(47.0, 30.0, 66.0)),
            difference=Range(0.1, -0.4, 0.6),
            p_value=0.69,
        ),
        drift=replace(
            data.drift, certain=False, crossing=None, crossing_low=None, crossing_high=None,
            p_none=0.6, p_value=0.4, sentence="No change with age can be told from chance.",
        ),
    )  # fmt: skip


def unbounded(data: ReportData) -> ReportData:
    """A crossing for certain, but nobody can say how early it was."""
    assert data.drift is not None
    return replace(data, drift=replace(data.drift, crossing_low=None))


def taking_side(data: ReportData, place: int = 1) -> ReportData:
    """The report on the side of the relative at `place`, who wins with some methods."""
    name = data.relatives[place].name
    agreeing = tuple(data.overall.loc[data.overall["leader"] == name, "method"])
    agreeing = agreeing or tuple(data.overall["method"].iloc[:3])
    total = len(data.overall)
    return replace(
        data,
        side=Side(
            name=name,
            cheer=f"It is {name}! Of course it is {name}!",
            lines=(
                f"{len(agreeing)} methods, none of them paid, see {name} in {data.child}.",
                "The ears alone would settle it, if anybody measured ears.",
            ),
            methods=agreeing,
            honest=f"{len(agreeing)} of {total} methods agree with {name}, {total - len(agreeing)} "
            "do not.",
            agreeing=len(agreeing),
            total=total,
            months_agreeing=71,
            months_total=252,
            wins=True,
        ),
    )


def losing_side(data: ReportData, place: int = 1) -> ReportData:
    """The report on the side of somebody whom no method backs."""
    name = data.relatives[place].name
    return replace(
        data,
        side=Side(
            name=name,
            cheer=f"{data.child} has {name}'s sense of humour. Probably.",
            lines=("No method agrees so far. They never heard her laugh.",),
            methods=(),
            honest=f"0 of {len(data.overall)} methods agree with {name}.",
            agreeing=0,
            total=len(data.overall),
            months_agreeing=12,
            months_total=252,
            wins=False,
        ),
    )
