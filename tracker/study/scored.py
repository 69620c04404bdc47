"""The resemblance score of a child's photo-days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from db.months import View
from tracker.resemblance.cohort import band_of
from tracker.resemblance.day_means import DayMeans
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.intervals import Array, over_days
from tracker.resemblance.score import SHARED, Scores, about_cells, kin_log_odds, score
from tracker.resemblance.strangers import Strangers
from tracker.study.comparison import Comparison
from tracker.study.kept import days_of, fingerprint, marks_of

if TYPE_CHECKING:
    import duckdb

COMMON = tuple(f"shared_{number}" for number in range(SHARED))
ROWS = ("z", "percentile", "chance", "bias", "bias_error", "bias_spread", *COMMON)
"""What is kept of each day. The first three are per relative; the others are of the first
relative less the second, and stand at the first. `COMMON` is what all days may have wrong in
common, see `Scores.face_errors`."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """`days` hold `ROWS`. `used` tells against whom each was read (`COHORT_USED`), `warnings` what
    else was missing. `computed` are the months of age that had to be computed now."""

    days: DayMeans
    used: pd.DataFrame
    warnings: tuple[str, ...]
    computed: tuple[int, ...]

    def row(self, name: str, relative: int = 0) -> Array:
        """One of `ROWS` for each day, `(days,)`."""
        if name not in self.days.methods:
            return np.full(len(self.days.days), np.nan)
        return np.asarray(self.days.values[self.days.methods.index(name), relative])

    @property
    def differences(self) -> Array:
        """First less second, the embedder's lean taken off, `(days,)`."""
        return np.asarray(self.row("z", 0) - self.row("z", 1) - self.row("bias"))

    @property
    def shared(self) -> Array:
        """What all `differences` may have wrong in common, `(days, SHARED)`."""
        return np.stack([self.row(name) for name in COMMON], axis=1)

    def over_faces(self, name: str, relative: int = 0) -> float:
        """The mean of a row over all faces; NaN without any."""
        values = self.row(name, relative)
        if not len(values) or not np.isfinite(values).any():
            return float("nan")
        return float(np.average(values, weights=self.days.faces))


def scored_by(
    connection: duckdb.DuckDBPyConnection,
    compared: Comparison,
    strangers: Strangers,
    *,
    child_id: int,
    child_sex: str,
    embedder_id: str,
    cohort_mark: str,
    draws: int,
    seed: int,
) -> Scored:
    """Score the months that are not kept."""
    shared, child = compared.shared_days, compared.child

    def asked_about(faces: Evidence) -> Scores:
        return score(
            compared.relatives,
            faces,
            strangers,
            sexes=compared.sexes,
            years=compared.years,
            child_sex=child_sex,
            draws=draws,
            seed=seed,
            shared_days=shared,
        )

    years = [None if np.isnan(y) else round(y, 6) for y in compared.years]
    settings = [embedder_id, cohort_mark, draws, seed, shared.tolist()]
    base = fingerprint([*settings, compared.sexes, years, child_sex], [compared.relatives])
    view = View(child_id, embedder_id, f"score: {compared.name}")

    def asked(ages: Codes) -> DayMeans:
        return as_days(asked_about(child.only(np.isin(child.ages, ages))))

    kept = days_of(
        connection,
        view,
        marks_of(base, child),
        methods=ROWS,
        relatives=compared.relatives.names,
        compute=asked,
    )
    # Against whom they were read depends on ages and sexes alone: one face of each band tells.
    bands = band_of(np.where(child.ages >= 0, child.ages / 12, np.nan))
    _, one_each = np.unique(bands, return_index=True)
    told = asked_about(child.only(one_each))
    cells = about_cells(told.cohort_used)
    warnings = tuple(text for text in told.warnings if text not in cells)
    return Scored(kept.days, told.cohort_used, warnings, kept.computed)


def as_days(found: Scores) -> DayMeans:
    """Scores by photo-day; a relative without a template leaves no days."""
    faces, people = found.z.shape
    values = np.zeros((len(ROWS), people, faces))
    values[0], values[1] = found.z.T, found.percentile.T
    lean = found.lean
    for band in np.unique(lean.bands).tolist():
        mine = lean.bands == band
        of_band = type(lean)(lean.of_band, lean.bands[mine], lean.years[mine])
        for r in range(people):
            values[2, r, mine] = of_band.spread(r)
        if people > 1:
            bias = of_band.of(0, 1)
            values[3, 0, mine] = of_band.by_face(0, 1)
            values[4, 0, mine], values[5, 0, mine] = bias.error, bias.spread
    if people > 1:
        values[-SHARED:, 0] = found.face_errors(*found.relatives[:2]).T
    days = found.days
    code = np.zeros(len(days.ages), dtype=np.int64)
    code[days.day_of] = found.day
    return DayMeans(
        methods=ROWS,
        relatives=found.relatives,
        values=days.means(values),
        days=code,
        ages=days.ages,
        faces=np.bincount(days.day_of, minlength=len(code)),
        draws=np.full(len(code), found.draws, dtype=np.int64),
    )


def trend_of(scored: Scored) -> pd.DataFrame:
    """Month by month and relative: age_months, relative, percentile, low, high, z, kin_log_odds,
    faces, photo_days. The interval is the 95 % t interval of the percentile over days, cut at 0 and
    100; NaN below three days."""
    days = scored.days
    rows = []
    for age in np.unique(days.ages).tolist():
        here = days.ages == age
        counts = (int(days.faces[here].sum()), int(here.sum()))
        for r, relative in enumerate(days.relatives):
            found = over_days(scored.row("percentile", r)[here])
            low, high = np.clip([float(found.low), float(found.high)], 0, 100)
            z = float(scored.row("z", r)[here].mean())
            odds = kin_log_odds(z)
            rows.append((age, relative, float(found.mean), low, high, z, odds, *counts))
    columns = [
        "age_months", "relative", "percentile", "low", "high", "z", "kin_log_odds", "faces",
        "photo_days",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def difference_of(scored: Scored) -> pd.DataFrame:
    """Month by month: age_months, first, second, difference, low, high, faces, photo_days."""
    days = scored.days
    first, second = days.relatives[:2]
    rows = []
    for age in np.unique(days.ages).tolist():
        here = days.ages == age
        found = over_days(scored.differences[here])
        counts = (int(days.faces[here].sum()), int(here.sum()))
        mean, low, high = float(found.mean), float(found.low), float(found.high)
        rows.append((age, first, second, mean, low, high, *counts))
    columns = ["age_months", "first", "second", "difference", "low", "high", "faces", "photo_days"]
    return pd.DataFrame(rows, columns=columns)
