"""What `tracker report --json` prints: the same numbers as the page, for programs."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from reports.model import ReportData

WITHHELD = (
    "trend, verdict and the resemblance percentiles are null: they need a cohort of strangers "
    "and are not computed by this version"
)


def report_as_dict(data: ReportData, everyone: pd.DataFrame, *, computed: bool) -> dict[str, Any]:
    """The report as plain values; what cannot be computed is None, and a warning says so."""
    first, second = data.parents or ("", "")
    parents = data.trend[data.trend["comparison"] == "parents"]
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
                "resemblance": {
                    r.name: {"percentile": None, "low": None, "high": None} for r in data.relatives
                },
                "difference": difference_of(data.leads, int(row["age_months"]), first, second),
            }
            for row in data.coverage.to_dict("records")
        ],
        "overall": {
            row["method"]: {
                **interval(row["difference"], row["low"], row["high"]),
                "leader": row["leader"] or None,
            }
            for row in data.overall.to_dict("records")
        },
        "left_out": len(data.left_out),
        "settings": dict(data.settings),
        "computed": computed,
        "trend": None,
        "verdict": None,
        "warnings": [*data.warnings, WITHHELD],
    }


def values_of(trend: pd.DataFrame, age: int) -> dict[str, dict[str, dict[str, float | None]]]:
    """Method -> relative -> value with its interval, in one month; empty for a gap."""
    found: dict[str, dict[str, dict[str, float | None]]] = {}
    for row in trend[trend["age_months"] == age].to_dict("records"):
        found.setdefault(row["method"], {})[row["relative"]] = interval(
            row["value"], row["low"], row["high"]
        )
    return found


def difference_of(leads: pd.DataFrame, age: int, first: str, second: str) -> dict[str, Any]:
    """First minus second by each method in one month; the bias-corrected one is not computed."""
    here = leads[leads["age_months"] == age]
    return {
        "first": first,
        "second": second,
        **interval(None, None, None),
        "methods": {
            row["method"]: {
                **interval(row["difference"], row["low"], row["high"]),
                "lead": number(row["lead"]),
                "leader": row["leader"] or None,
            }
            for row in here.to_dict("records")
        },
    }


def interval(value: float | None, low: float | None, high: float | None) -> dict[str, float | None]:
    """A value and its bounds."""
    return {"value": number(value), "low": number(low), "high": number(high)}


def number(value: float | None) -> float | None:
    """A float that JSON can hold: None for what is missing or not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
