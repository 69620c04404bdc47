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
    the balanced accuracy on the two parents' own photos of days it did not see, `brier` the mean
    squared error of its shares there (0 is perfect, .25 a coin; None for similarities).
    `stranger_share` is the share of unrelated children that lean to the first parent, one half
    where the method is fair; None without a cohort. `passed` sums the checks up, blind to what
    they let through; None where none could be made. `why` says what failed, or "".
    """

    name: str
    line: str
    unit: str
    held_out_accuracy: float | None
    brier: float | None = None
    stranger_share: float | None = None
    passed: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """A number and its 95 % interval, NaN where not known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What may be said about the two, from the resemblance score alone.

    `answer` is "looks more like", "too close to call", "looks like neither" or "not enough days",
    and "" where `stopped` gives the reasons why nothing may be said. `winner` is a name, or "".
    `percentiles` (0..100; 50 is chance) are those of `first` and `second`, NaN without a cohort;
    `difference` is first minus second in standard deviations between strangers, the embedder's
    own `lean` taken off (`lean_error` is its standard error, NaN where it could not be measured).
    """

    first: str
    second: str
    answer: str
    winner: str
    text: str  # "looks more like Anna"
    sentence: str  # the same for a grandmother
    percentiles: tuple[Range, Range]
    difference: Range
    p_value: float
    lean: float
    lean_error: float
    photo_days: int
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drift:
    """How the difference between the two moves with age.

    `slope` is per month, `p_value` that of no trend. `crossing` is the month of age at which it
    changes sides, None unless `certain`; the bounds are None where unbounded, and `p_none` is
    the probability that it never does. `withheld` is the reason why all this is missing, or "".
    """

    slope: Range
    p_value: float
    crossing: float | None
    crossing_low: float | None
    crossing_high: float | None
    p_none: float
    certain: bool
    sentence: str
    days: int
    months: int
    withheld: str = ""
    rising: bool | None = None  # at the crossing: toward the first of the two


@dataclass(frozen=True, slots=True)
class Finding:
    """A leak: a way in which the comparison works for a reason that is not likeness.

    `stops`: no claim may be made before it is dealt with. `hint` says how.
    """

    kind: str
    stops: bool
    sentence: str
    hint: str


@dataclass(frozen=True, slots=True)
class Side:
    """Taking someone's side, loudly. It alters no number.

    `cheer` is the headline, `lines` what backs it, `methods` those to highlight (all that agree,
    and no other). `honest` is the count that stands right below; `agreeing` of `total` methods
    and `months_agreeing` of `months_total` months of all methods agree. `wins`: whether anything
    does.
    """

    name: str
    cheer: str
    lines: tuple[str, ...]
    methods: tuple[str, ...]
    honest: str
    agreeing: int
    total: int
    months_agreeing: int
    months_total: int
    wins: bool


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
    # comparison ("parents" | "everyone" | "same age": the two by photos of theirs at the child's
    # own age), method, age_months, age_label, relative, value, low, high (NaN below 3 days),
    # faces, photo_days, draws
    leads: pd.DataFrame
    # method, age_months, age_label, first, second, difference, low, high, lead, leader,
    # faces, photo_days, p_value, stands : first minus second of `parents`; `lead` is the
    # difference over the standard deviation of that method's day means, so methods may stand
    # side by side; leader is a name, or "" where the interval holds zero or there is none.
    # `p_value` allows for all methods and months that were looked at and for what chance gives
    # unrelated children (NaN: not tested); `stands` is whether it is below .05
    overall: pd.DataFrame
    # method, first, second, difference, low, high, lead, leader, faces, photo_days, p_value,
    # stands : all months; `p_value` allows for all methods
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

    judgement: Judgement | None = None
    drift: Drift | None = None
    resemblance: pd.DataFrame = field(default_factory=pd.DataFrame)
    # view ("parents" | "everyone" | "same age"), age_months, age_label, relative, percentile,
    # low, high, z, kin_log_odds, faces, photo_days : percentile 0..100 against comparable
    # strangers, 50 is chance, NaN without a cohort; z in standard deviations between strangers,
    # kin_log_odds what it says for kin against stranger before anything else is known
    difference: pd.DataFrame = field(default_factory=pd.DataFrame)
    # view ("parents" | "same age"), age_months, age_label, first, second, difference, low, high,
    # faces, photo_days : of the resemblance score, the embedder's lean taken off
    days: pd.DataFrame = field(default_factory=pd.DataFrame)
    # view, age_months (with fraction), difference, faces : the photo-days behind `curve`
    curve: pd.DataFrame = field(default_factory=pd.DataFrame)
    # view, age_months, value, low, high : smooth of `days` with its band; none where withheld
    specifications: pd.DataFrame = field(default_factory=pd.DataFrame)
    # embedder, view, method, first, second, lead, low, high, leader, faces, photo_days, passed
    # (bool or None), primary (bool) : every way of asking, in order of lead; lead, low and high
    # in units of that method's spread over days; method "score" is the resemblance score
    strangers: pd.DataFrame = field(default_factory=pd.DataFrame)
    # who, sex, band, in_cell, strangers, trust : against how many of whom each was read
    leaks: tuple[Finding, ...] = field(default=())
    side: Side | None = None
