"""What `tracker report --json` prints: the same numbers as the page, for programs."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from reports.model import Judgement, ReportData

PARENTS = "parents"


def report_as_dict(data: ReportData, *, computed: tuple[int, ...]) -> dict[str, Any]:
    """The report as plain values; what cannot be computed is None, and a warning says so."""
    first, second = data.parents or ("", "")
    parents = data.trend[data.trend["comparison"] == PARENTS]
    wide = data.trend[data.trend["comparison"] == "everyone"]
    everyone = wide if len(wide) else parents
    return {
        "child": data.child,
        "born": data.born.isoformat(),
        "embedder": data.embedder_id,
        "embedder_note": data.embedder_note,
        "headline": data.headline,
        "summary": list(data.summary),
        "relatives": [
            {
                "name": r.name,
                "relation": r.relation,
                "photos": r.photos,
                "photo_days": r.photo_days,
            }
            for r in data.relatives
        ],
        "parents": [first, second],
        "primary_method": data.primary_method,
        "methods": [
            {
                "name": m.name,
                "line": m.line,
                "unit": m.unit,
                "held_out_accuracy": number(m.held_out_accuracy),
                "brier": number(m.brier),
                "stranger_share": number(m.stranger_share),
                "passed": m.passed,
                "why": m.why,
            }
            for m in data.methods
        ],
        "months": [
            {
                "age_months": int(row["age_months"]),
                "age": row["age_label"],
                "faces": int(row["faces"]),
                "photo_days": int(row["photo_days"]),
                "methods": values_of(everyone, int(row["age_months"])),
                "parents": values_of(parents, int(row["age_months"])),
                "resemblance": resemblance_of(data, int(row["age_months"])),
                "difference": difference_of(data, int(row["age_months"]), first, second),
            }
            for row in data.coverage.to_dict("records")
        ],
        "overall": {
            row["method"]: {
                **interval(row["difference"], row["low"], row["high"]),
                "leader": row["leader"] or None,
                "p_value": number(row.get("p_value")),
                "stands": bool(row.get("stands", False)),
            }
            for row in data.overall.to_dict("records")
        },
        "left_out": len(data.left_out),
        "settings": dict(data.settings),
        "computed": bool(computed),
        "months_computed": list(computed),
        "resemblance": overall_resemblance(data.judgement),
        "difference": overall_difference(data.judgement),
        "trend": trend_of(data),
        "verdict": verdict_of(data.judgement),
        "specifications": [
            {name: plain(value) for name, value in row.items()}
            for row in data.specifications.to_dict("records")
        ],
        "leaks": [asdict(leak) for leak in data.leaks],
        "side": None if data.side is None else asdict(data.side),
        "warnings": [*data.warnings, *withheld(data)],
    }


def withheld(data: ReportData) -> list[str]:
    """Why what is null could not be computed, as far as no other warning says it."""
    said = []
    if data.judgement is not None:
        said += [f"No verdict: {why}" for why in data.judgement.stopped]
    if data.drift is not None and data.drift.withheld:
        said.append(f"No trend: {data.drift.withheld}.")
    return said


def verdict_of(judged: Judgement | None) -> dict[str, Any] | None:
    """The verdict; None where nothing may be said."""
    if judged is None or not judged.answer:
        return None
    return {
        "answer": judged.answer,
        "winner": judged.winner or None,
        "text": judged.text,
        "sentence": judged.sentence,
        "photo_days": judged.photo_days,
        "p_value": number(judged.p_value),
        "resemblance": overall_resemblance(judged),
        "difference": overall_difference(judged),
    }


def overall_resemblance(judged: Judgement | None) -> dict[str, dict[str, float | None]]:
    """The percentiles of the pair over all days."""
    if judged is None:
        return {}
    return {
        name: {
            "percentile": number(found.value),
            "low": number(found.low),
            "high": number(found.high),
        }
        for name, found in zip((judged.first, judged.second), judged.percentiles, strict=True)
    }


def overall_difference(judged: Judgement | None) -> dict[str, Any] | None:
    """First minus second over all days, and the lean that was taken off."""
    if judged is None:
        return None
    found = judged.difference
    return {
        "first": judged.first,
        "second": judged.second,
        **interval(found.value, found.low, found.high),
        "lean": number(judged.lean),
        "lean_error": number(judged.lean_error),
    }


def trend_of(data: ReportData) -> dict[str, Any] | None:
    """How the difference moves with age; None where that is withheld."""
    moving = data.drift
    if moving is None or moving.withheld:
        return None
    curve = data.curve[data.curve["view"] == PARENTS]
    return {
        "first": data.parents[0] if data.parents else None,
        "second": data.parents[1] if data.parents else None,
        "slope": interval(moving.slope.value, moving.slope.low, moving.slope.high),
        "p_value": number(moving.p_value),
        "sentence": moving.sentence,
        "photo_days": moving.days,
        "crossover": {
            "month": number(moving.crossing),
            "low": number(moving.crossing_low),
            "high": number(moving.crossing_high),
            "p_none": number(moving.p_none),
            "certain": moving.certain,
            "toward": None
            if moving.rising is None or data.parents is None
            else data.parents[0 if moving.rising else 1],
        },
        "curve": [
            {
                "age_months": number(row["age_months"]),
                **interval(row["value"], row["low"], row["high"]),
            }
            for row in curve.to_dict("records")
        ],
    }


def resemblance_of(data: ReportData, age: int) -> dict[str, dict[str, float | None]]:
    """Relative -> percentile against comparable strangers in one month, None where withheld.

    Those of the pair are of the comparison of the two, the others' of that of everyone.
    """
    found: dict[str, dict[str, float | None]] = {
        r.name: {"percentile": None, "low": None, "high": None} for r in data.relatives
    }
    frame = data.resemblance
    rows = frame[frame["age_months"] == age].to_dict("records") if len(frame) else []
    for view in ("everyone", PARENTS):
        for row in rows:
            if row["view"] == view:
                found[row["relative"]] = {
                    "percentile": number(row["percentile"]),
                    "low": number(row["low"]),
                    "high": number(row["high"]),
                }
    return found


def values_of(trend: pd.DataFrame, age: int) -> dict[str, dict[str, dict[str, float | None]]]:
    """Method -> relative -> value with its interval, in one month; empty for a gap."""
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for row in trend[trend["age_months"] == age].to_dict("records"):
        found.setdefault(row["method"], {})[row["relative"]] = interval(
            row["value"], row["low"], row["high"]
        )
    return found


def difference_of(data: ReportData, age: int, first: str, second: str) -> dict[str, Any]:
    """First minus second in one month: by the score, its lean taken off, and by each method."""
    frame, leads = data.difference, data.leads
    by_score = interval(None, None, None)
    if len(frame):
        rows = frame[(frame["age_months"] == age) & (frame["view"] == PARENTS)]
        for row in rows.to_dict("records"):
            by_score = interval(row["difference"], row["low"], row["high"])
    return {
        "first": first,
        "second": second,
        **by_score,
        "methods": {
            row["method"]: {
                **interval(row["difference"], row["low"], row["high"]),
                "lead": number(row["lead"]),
                "leader": row["leader"] or None,
                "p_value": number(row.get("p_value")),
                "stands": bool(row.get("stands", False)),
            }
            for row in leads[leads["age_months"] == age].to_dict("records")
        },
    }


def interval(value: float | None, low: float | None, high: float | None) -> dict[str, float | None]:
    """A value and its bounds."""
    return {"value": number(value), "low": number(low), "high": number(high)}


def plain(value: object) -> object:
    """A cell as JSON can hold it."""
    if isinstance(value, float):
        return number(value)
    return value.item() if isinstance(value, np.generic) else value


def number(value: float | None) -> float | None:
    """A float that JSON can hold: None for what is missing or not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
