"""Running the methods over a family's evidence, and never twice over the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import tracker.methods
import tracker.resemblance
from db import runs
from tracker.methods.contract import Neighbours
from tracker.resemblance.evaluate import LEADS, OVERALL, TREND, evaluate
from tracker.resemblance.evidence import Evidence

if TYPE_CHECKING:
    import duckdb

DRAWS = 25
SEED = 0


@dataclass(frozen=True, slots=True)
class MethodOutcome:
    """How a method fared: `unit` of its numbers, accuracy on the relatives' own unseen days."""

    name: str
    unit: str
    held_out_accuracy: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """What the methods said about one set of relatives.

    `trend`, `leads`, `overall`: columns as in `tracker.resemblance.evaluate`. `failed`: method
    to reason. `left_out`: face id to reason. `photos_each`: photos of each relative in a draw.
    `computed` is False when the results were kept from before.
    """

    trend: pd.DataFrame
    leads: pd.DataFrame
    overall: pd.DataFrame
    methods: tuple[MethodOutcome, ...]
    failed: dict[str, str]
    left_out: dict[int, str]
    photos_each: int
    draws: int
    warnings: tuple[str, ...] = field(default=())
    computed: bool = True


def results_for(
    connection: duckdb.DuckDBPyConnection,
    child: Evidence,
    relatives: Evidence,
    *,
    child_id: int,
    embedder_id: str,
    pair: tuple[str, str],
    neighbours: Neighbours,
    methods: Sequence[str],
    draws: int = DRAWS,
    seed: int = SEED,
    on_method: Callable[[str], None] | None = None,
) -> Results:
    """The results for exactly this evidence: kept ones if there are, else computed and kept."""
    settings = {"draws": draws, "seed": seed, "methods": list(methods), "pair": list(pair)}
    key = fingerprint(child, relatives, embedder_id, settings)
    kept = runs.load(connection, key)
    if kept is not None:
        return unpack(kept)
    found = evaluate(
        relatives,
        child,
        methods=methods,
        draws=draws,
        seed=seed,
        neighbours=neighbours,
        on_method=on_method,
    )
    results = Results(
        trend=found.trend,
        leads=found.leads(*pair),
        overall=found.overall(*pair),
        methods=tuple(MethodOutcome(m.name, m.unit, m.held_out_accuracy) for m in found.methods),
        failed=dict(found.failed),
        left_out={
            int(face): str(reason)
            for face, reason in zip(
                found.left_out["face_id"], found.left_out["reason"], strict=True
            )
        },
        photos_each=found.photos_each,
        draws=found.draws,
        warnings=found.warnings,
    )
    runs.store(
        connection,
        fingerprint=key,
        child_id=child_id,
        embedder_id=embedder_id,
        settings=settings,
        results=pack(results),
    )
    return results


def fingerprint(
    child: Evidence, relatives: Evidence, embedder_id: str, settings: dict[str, object]
) -> str:
    """A hash of everything that decides the results. Vectors are named by face and embedder."""
    digest = hashlib.sha256()
    digest.update(json.dumps([code_version(), embedder_id, settings]).encode())
    for evidence in (child, relatives):
        digest.update(json.dumps(evidence.names).encode())
        for array in (
            evidence.face_ids,
            evidence.people,
            evidence.days,
            evidence.photos,
            evidence.ages,
        ):
            digest.update(np.ascontiguousarray(array, dtype="<i8").tobytes())
            digest.update(b"|")
    return digest.hexdigest()


@cache
def code_version() -> str:
    """A hash of the methods' and the evaluation's source: changed code never serves old results."""
    digest = hashlib.sha256()
    for package in (tracker.methods, tracker.resemblance):
        for file in sorted(Path(package.__path__[0]).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def pack(results: Results) -> pd.DataFrame:
    """All results as one long frame, as `db.runs` keeps it."""
    methods = pd.DataFrame(
        [(m.name, m.unit, m.held_out_accuracy) for m in results.methods],
        columns=["method", "note", "value"],
    )
    failed = pd.DataFrame(list(results.failed.items()), columns=["method", "note"])
    left_out = pd.DataFrame(
        {"note": [f"{face} {reason}" for face, reason in results.left_out.items()]}
    )
    size = pd.DataFrame({"value": [float(results.photos_each)], "draws": [results.draws]})
    warnings = pd.DataFrame({"note": list(results.warnings)})
    parts = {
        "trend": results.trend,
        "leads": results.leads,
        "overall": results.overall,
        "method": methods,
        "failed": failed,
        "left_out": left_out,
        "size": size,
        "warning": warnings,
    }
    named = [part.assign(frame=name) for name, part in parts.items() if len(part)]
    return pd.concat(named, ignore_index=True)


def unpack(kept: pd.DataFrame) -> Results:
    """The results that `pack` made the frame of."""

    def part(name: str, columns: Sequence[str]) -> pd.DataFrame:
        rows = kept[kept["frame"] == name].reindex(columns=list(columns))
        counts = {
            c: "int64" for c in ("age_months", "faces", "photo_days", "draws") if c in columns
        }
        return rows.reset_index(drop=True).astype(counts)

    methods = part("method", ("method", "note", "value"))
    failed = part("failed", ("method", "note"))
    size = part("size", ("value", "draws"))
    left_out = [str(note).split(" ", 1) for note in part("left_out", ("note",))["note"]]
    return Results(
        trend=part("trend", TREND),
        leads=part("leads", LEADS),
        overall=part("overall", OVERALL),
        methods=tuple(
            MethodOutcome(str(name), str(unit), None if pd.isna(value) else float(value))
            for name, unit, value in methods.itertuples(index=False)
        ),
        failed={str(name): str(note) for name, note in failed.itertuples(index=False)},
        left_out={int(face): reason for face, reason in left_out},
        photos_each=int(size["value"].iloc[0]),
        draws=int(size["draws"].iloc[0]),
        warnings=tuple(part("warning", ("note",))["note"]),
        computed=False,
    )
