"""What a report is made of: plain values and frames, no database and no methods.

Frames have the columns named in their comments, one row per combination that exists; a month
without photos has a row in `coverage` with zeros and no row in `trend`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pandas as pd


@dataclass(frozen=True, slots=True)
class Relative:
    """Someone the child is compared with. Order in `ReportData.relatives` gives the colour."""

    name: str
    relation: str
    photos: int
    photo_days: int


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """One method: its registry name, one line on what it does, and how it held up.

    `unit` is "share" (0..1, sums to 1 over relatives) or "similarity". `held_out_accuracy` is
    the balanced accuracy on the two parents' own photos of days it did not see; None if unknown.
    """

    name: str
    line: str
    unit: str
    held_out_accuracy: float | None


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A child's face and the relative's face it is nearest to. Pictures are JPEG bytes."""

    age_months: int
    child_picture: bytes
    relative: str
    relative_picture: bytes
    similarity: float


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything the page and the exported files show."""

    child: str
    born: date
    born_note: str  # "" or "known to the month only: ages are within 15 days"
    sex: str | None
    embedder_id: str
    embedder_note: str  # licence, unpublished weights, fallback: what a reader must know
    generated_on: date
    headline: str  # one short sentence
    summary: tuple[str, ...]  # two or three plain sentences under it
    relatives: tuple[Relative, ...]
    parents: tuple[str, str] | None  # the two names of the narrow comparison
    methods: tuple[MethodInfo, ...]
    primary_method: str  # fixed before looking at results; drawn first

    coverage: pd.DataFrame
    # age_months, age_label, faces, photo_days : every month from the first to the last
    trend: pd.DataFrame
    # comparison ("parents" | "everyone"), method, age_months, age_label, relative,
    # value, low, high (NaN below 3 days), faces, photo_days, draws
    leads: pd.DataFrame
    # method, age_months, age_label, first, second, difference, low, high, lead, leader,
    # faces, photo_days : first minus second of `parents`; `lead` is the difference over the
    # standard deviation of that method's day means, so methods may stand side by side; leader
    # is a name, or "" where the interval holds zero or there is none
    overall: pd.DataFrame
    # method, first, second, difference, low, high, lead, leader, faces, photo_days : all months
    agreement: pd.DataFrame
    # method_a, method_b, agree (share of months with the same sign of lead), months
    projection: pd.DataFrame
    # projection ("pca" | "tsne"), dimensions (2 | 3), x, y, z (NaN in 2-d), who, is_child,
    # age_months (NaN for relatives), age_label, face_id
    child_path: pd.DataFrame
    # projection, dimensions, age_months, age_label, x, y, z : month means, in order of age
    exemplars: tuple[Exemplar, ...]
    left_out: pd.DataFrame
    # what ("photo" | "face"), path, date, who, reason
    warnings: tuple[str, ...] = field(default=())
    settings: tuple[tuple[str, str], ...] = field(default=())
    # name, value: what was fixed before looking
