"""Days that were computed before, month by month of age, and computing those that were not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import tracker.methods
import tracker.resemblance
import tracker.study
from db import months
from db.months import View
from tracker.resemblance.day_means import DayMeans
from tracker.resemblance.evidence import Codes, Evidence

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Days of all months; `computed` are the months of age that had to be computed now."""

    days: DayMeans
    computed: tuple[int, ...]


def days_of(
    connection: duckdb.DuckDBPyConnection,
    view: View,
    marks: Mapping[int, str],
    *,
    methods: Sequence[str],
    relatives: Sequence[str],
    compute: Callable[[Codes], DayMeans],
) -> Kept:
    """The days of the months in `marks` (age to fingerprint), from before where they hold.

    `compute` is asked for the days of the other months, which are then kept; what is kept of
    months that are no longer there goes. Methods that `compute` has no days of are missing.
    """
    known = months.fingerprints(connection, view)
    stale = sorted(age for age, mark in marks.items() if known.get(age) != mark)
    gone = tuple(age for age in known if age not in marks)
    if stale or gone:
        fresh = as_frame(compute(np.array(stale, dtype=np.int64))) if stale else no_days()
        found = set(fresh["age_months"])
        stored = {age: marks[age] for age in stale if age in found}
        empty = tuple(age for age in stale if age not in found)
        months.store(connection, view, stored, fresh, gone=(*gone, *empty))
    kept = months.load(connection, view)
    return Kept(from_frame(kept, methods, relatives), tuple(stale))


def as_frame(days: DayMeans) -> pd.DataFrame:
    """One row per day, method and relative: columns `db.months.COLUMNS`."""
    shape = (len(days.methods), len(days.relatives), len(days.days))
    m, r, d = (index.reshape(-1) for index in np.indices(shape))
    return pd.DataFrame(
        {
            "age_months": days.ages[d],
            "day": days.days[d],
            "faces": days.faces[d],
            "draws": days.draws[d],
            "method": np.array(days.methods, dtype=object)[m],
            "relative": np.array(days.relatives, dtype=object)[r],
            "value": days.values.reshape(-1),
        }
    )


def no_days() -> pd.DataFrame:
    """A frame of no rows, with the columns of `as_frame`."""
    return pd.DataFrame({name: [] for name in months.COLUMNS})


def from_frame(kept: pd.DataFrame, methods: Sequence[str], relatives: Sequence[str]) -> DayMeans:
    """The days that `as_frame` made rows of, for the methods and relatives named (in this order);
    methods without a row are left out."""
    there = set(kept["method"].unique())
    named = tuple(name for name in methods if name in there)
    rows = kept[kept["method"].isin(named)]
    pairs = rows[["age_months", "day"]].to_numpy(dtype=np.int64).reshape(-1, 2)
    days, first, of = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    values = np.full((len(named), len(relatives), len(days)), np.nan)
    m = pd.Index(named).get_indexer(pd.Index(rows["method"]))
    r = pd.Index(list(relatives)).get_indexer(pd.Index(rows["relative"]))
    values[m, r, of.reshape(-1)] = rows["value"].to_numpy(dtype=np.float64)
    return DayMeans(
        methods=named,
        relatives=tuple(relatives),
        values=values,
        days=days[:, 1],
        ages=days[:, 0],
        faces=rows["faces"].to_numpy(dtype=np.int64)[first],
        draws=rows["draws"].to_numpy(dtype=np.int64)[first],
    )


def marks_of(base: str, probes: Evidence) -> dict[int, str]:
    """A fingerprint for each month of age that has faces: of `base` and of the month's faces."""
    found = {}
    for age in np.unique(probes.ages).tolist():
        mine = probes.only(np.asarray(probes.ages == age))
        found[int(age)] = fingerprint([base], [mine])
    return found


def fingerprint(words: Iterable[object], evidence: Iterable[Evidence] = ()) -> str:
    """A hash of what can be written as JSON, and of faces: who, which, which day and photo.

    Vectors are named by face and embedder, so the words must name the embedder.
    """
    digest = hashlib.sha256(json.dumps([code_version(), *words]).encode())
    for faces in evidence:
        digest.update(json.dumps(faces.names).encode())
        for array in (faces.face_ids, faces.people, faces.days, faces.photos, faces.ages):
            digest.update(np.ascontiguousarray(array, dtype="<i8").tobytes())
            digest.update(b"|")
    return digest.hexdigest()


LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "faiss-cpu")


@cache
def code_version() -> str:
    """A hash of all that computes: the methods', the evaluation's and the study's source and the
    libraries' versions. What has changed never serves old results."""
    digest = hashlib.sha256()
    for package in (tracker.methods, tracker.resemblance, tracker.study):
        for file in sorted(Path(package.__path__[0]).glob("*.py")):
            digest.update(file.read_bytes())
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()
