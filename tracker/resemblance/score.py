"""The resemblance score: how near a child's face is to a relative, against comparable strangers.

Per face and relative: the cosine of the centred face to a template of the relative; standardised
half against strangers in the relative's place, half against stranger children in the child's
place (z); and its place among strangers standardised alike (percentile). The difference of two
relatives' z, less what stranger children give, says which is nearer.

No constant here is fitted to families: all come from the method's definition or from the cohort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tracker.resemblance.bias import DEGREE, LEAST_STRANGERS, Bias, Children, Lean
from tracker.resemblance.cells import SHORTEST, SHRINK
from tracker.resemblance.cohort import BAND_NAMES, UNKNOWN_BAND, Cohort, band_of
from tracker.resemblance.evidence import Codes, Evidence, Mask
from tracker.resemblance.intervals import Array, Days, over_days
from tracker.resemblance.plan import NO_DAY, NO_VECTOR, SAME_DAY, usable
from tracker.resemblance.strangers import ENOUGH, Matched, Places, Spread, Strangers
from tracker.resemblance.templates import Templates, draw_templates, kept_apart

KIN_GAP = 1.2
"""By how many standard deviations kin are nearer than strangers: the middle of the 1.0-1.4 that
are published for face networks. Only the kin log-odds depend on it."""

SHARED = 2 + DEGREE
"""Kinds of errors that all days share: see `Scores.face_errors`."""

DAYS_OF_COHORT = 3.0
"""Days for which the cohort's spread within people stands beside the relatives' own days: as few as
give an interval by themselves."""

AT_ONCE = 2048
"""Faces put to all strangers at a time, to bound the memory."""

MONTH = 365.2425 / 12

TREND = (
    "age_months",
    "relative",
    "percentile",
    "low",
    "high",
    "z",
    "faces",
    "photo_days",
)
DIFFERENCE = ("age_months", "difference", "low", "high", "faces", "photo_days")
DAY_DIFFERENCES = ("day", "age_months", "difference", "faces")
DAY_SCORES = ("day", "age_months", "z", "percentile", "faces")
COHORT_USED = ("who", "sex", "band", "in_cell", "strangers", "bands", "any_sex", "trust")


def kin_log_odds(z: float) -> float:
    """Log of the odds kin : stranger at a mean z, of two normals `KIN_GAP` apart, even before."""
    return KIN_GAP * z - KIN_GAP**2 / 2


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What the child's n faces score with R relatives.

    `z` float64 `(n, R)`, about standard normal for strangers; `percentile` `(n, R)` in (0, 100],
    uniform for strangers, NaN where withheld; `face_ids` `(n,)`, `days` their photo-days, `day`
    int64 `(n,)` days since 1970-01-01. `lean` holds what stranger children get. `left_out` has
    columns face_id, reason; `cohort_used` columns `COHORT_USED`: for each relative, and for the
    child by age band, how many strangers are of the very cell, how many were taken in of which
    bands, and how far they are trusted (n / (n + 50); the rest is shrunk away).
    `photos_each` photos, of `days_each` days, of each relative in each of the `draws`.
    `few_photos` float64 `(R,)`: the standard error that a relative's few photos leave in the mean
    of all z.
    """

    relatives: tuple[str, ...]
    z: Array
    percentile: Array
    days: Days
    day: Codes
    face_ids: Codes
    lean: Lean
    left_out: pd.DataFrame
    cohort_used: pd.DataFrame
    warnings: tuple[str, ...]
    photos_each: int
    days_each: float
    draws: int
    few_photos: Array

    @property
    def trend(self) -> pd.DataFrame:
        """One row per month and relative: columns `TREND`, means of day means.

        `low` and `high` are the 95 % t interval of the percentile over days, cut at 0 and 100;
        NaN below three days.
        """
        percentile, z = self.days.means(self.percentile.T), self.days.means(self.z.T)
        rows = []
        for age, in_month, faces in self._months():
            found = over_days(percentile[:, in_month])
            low, high = np.clip(found.low, 0, 100), np.clip(found.high, 0, 100)
            mean_z = z[:, in_month].mean(axis=1)
            for r, relative in enumerate(self.relatives):
                rows.append((
                    age, relative, found.mean[r], low[r], high[r], mean_z[r],
                    int(faces.sum()), int(in_month.sum()),
                ))  # fmt: skip
        return pd.DataFrame(rows, columns=list(TREND))

    def bias(self, first: str, second: str) -> Bias:
        """How the embedder leans between two relatives, and what chance does; see `Bias`."""
        return self.lean.of(self.relatives.index(first), self.relatives.index(second))

    def face_differences(self, first: str, second: str) -> Array:
        """z of `first` less z of `second` less the bias at that age, `(n,)`."""
        a, b = self.relatives.index(first), self.relatives.index(second)
        return np.asarray(self.z[:, a] - self.z[:, b] - self.lean.by_face(a, b))

    def difference(self, first: str, second: str) -> pd.DataFrame:
        """One row per month: columns `DIFFERENCE`, mean of day means with its t interval."""
        by_day = self.days.means(self.face_differences(first, second))
        rows = []
        for age, in_month, faces in self._months():
            found = over_days(by_day[in_month])
            counts = (int(faces.sum()), int(in_month.sum()))
            rows.append((age, float(found.mean), float(found.low), float(found.high), *counts))
        return pd.DataFrame(rows, columns=list(DIFFERENCE))

    def day_differences(self, first: str, second: str) -> pd.DataFrame:
        """One row per photo-day in order of age: columns `DAY_DIFFERENCES`.

        `age_months` is a fraction: the complete months of all days tell the day of birth to
        within a few days.
        """
        frame = self._by_day()
        frame["difference"] = self.days.means(self.face_differences(first, second))
        return frame[list(DAY_DIFFERENCES)]

    def face_errors(self, first: str, second: str) -> Array:
        """What all of `face_differences` may have wrong in common: `(n, SHARED)`, independent
        errors of one standard deviation: of the relatives' few photos, and of the bias."""
        a, b = self.relatives.index(first), self.relatives.index(second)
        few = np.hypot(self.few_photos[a], self.few_photos[b])
        return np.asarray(np.c_[np.full(len(self.z), few), self.lean.errors(a, b)])

    def shared_errors(self, first: str, second: str) -> Array:
        """`face_errors` of the rows of `day_differences`, `(days, SHARED)`.

        More days of the child do not average it out; `fit_trend` and `fit_slope` take it.
        """
        return np.asarray(self.days.means(self.face_errors(first, second).T).T)

    def day_scores(self, relative: str) -> pd.DataFrame:
        """One row per photo-day in order of age: columns `DAY_SCORES`, means over its faces."""
        r = self.relatives.index(relative)
        frame = self._by_day()
        frame["z"] = self.days.means(self.z[:, r])
        frame["percentile"] = self.days.means(self.percentile[:, r])
        return frame[list(DAY_SCORES)]

    def chance(self, relative: str) -> float:
        """Standard deviation of one stranger child's z, mean over its faces; NaN if unknown."""
        return self.lean.spread(self.relatives.index(relative))

    def _by_day(self) -> pd.DataFrame:
        day = np.zeros(len(self.days.ages), dtype=np.int64)
        day[self.days.day_of] = self.day
        return pd.DataFrame(
            {
                "day": day,
                "age_months": exact_ages(day, self.days.ages),
                "faces": np.bincount(self.days.day_of, minlength=len(day)),
            }
        )

    def _months(self) -> list[tuple[int, Mask, Mask]]:
        return [
            (int(age), self.days.ages == age, self.days.ages[self.days.day_of] == age)
            for age in np.unique(self.days.ages)
        ]


def score(
    relatives: Evidence,
    child: Evidence,
    cohort: Cohort | Strangers,
    *,
    sexes: tuple[str, ...],
    years: tuple[float, ...],
    child_sex: str,
    draws: int = 25,
    seed: int = 0,
    shared_days: Codes | None = None,
) -> Scores:
    """Score the child's faces against each relative.

    `shared_days` are the days that the child has photos of; those of `child` unless given, for
    where only some of the child's faces are asked about.

    `sexes` ("f", "m", "") and `years` (typical age in their photos, NaN unknown) are per
    relative, in the order of `relatives.names`. A cohort that is used more than once is made
    ready once, by `Strangers.of`. Nothing is raised for too little evidence: what cannot be
    said is NaN or missing, and named in `warnings` and `left_out`. ValueError where `sexes` or
    `years` do not fit the relatives.
    """
    if not len(sexes) == len(years) == len(relatives.names):
        raise ValueError(f"{len(relatives.names)} relatives, {len(sexes)} sexes, {len(years)} ages")
    strangers = cohort if isinstance(cohort, Strangers) else Strangers.of(cohort)
    good = usable(relatives)
    warnings = _about_cohort(strangers)
    if not good.all():
        warnings.append(f"{int((~good).sum())} photos of relatives have no usable embedding")
    relatives = relatives.only(good)
    bands = band_of(np.array(years, dtype=np.float64))
    centred = strangers.cells.centre(
        relatives.vectors, np.array(sexes, dtype="<U1")[relatives.people], bands[relatives.people]
    )
    seen = child.days >= 0
    if shared_days is None:
        shared_days = child.days[seen]
    templates = draw_templates(relatives, centred, shared_days=shared_days, draws=draws, seed=seed)
    apart = kept_apart(templates, relatives, child)
    fine = usable(child)
    rows: Codes = np.flatnonzero(apart.any(axis=0) & fine)
    warnings += _about_relatives(relatives, templates)
    matched = [strangers.matched(s, int(b)) for s, b in zip(sexes, bands, strict=True)]
    desk = _Desk(strangers, templates, matched, child_sex, _day_means(relatives, centred))
    probes = child.only(rows)
    z, percentile, lean, few_photos = desk.score(probes, apart[:, rows])
    out = np.setdiff1d(np.arange(len(child)), rows)
    reason = np.where(~fine[out], NO_VECTOR, np.where(seen[out], SAME_DAY, NO_DAY))
    used = desk.used(relatives.names, sexes, bands, np.unique(lean.bands))
    return Scores(
        relatives=relatives.names,
        z=z,
        percentile=percentile,
        days=Days.of(probes.days, probes.ages),
        day=probes.days,
        face_ids=probes.face_ids,
        lean=lean,
        left_out=pd.DataFrame({"face_id": child.face_ids[out], "reason": reason}),
        cohort_used=used,
        warnings=(*warnings, *about_cells(used)),
        photos_each=templates.drawn.photos_each,
        days_each=float(templates.days_each.min(initial=np.inf)) if len(sexes) else 0.0,
        draws=len(templates.drawn.chosen),
        few_photos=few_photos,
    )


def exact_ages(day: Codes, ages: Codes) -> Array:
    """Ages in months with their fraction, from days and complete months: float64 `(n,)`.

    Each day puts the birth into an interval of a month; the middle of what all allow is taken.
    Calendar months differ by three days in length, so where they contradict each other the
    middle is still within two days, and no age leaves its complete month.
    """
    if len(day) == 0:
        return np.empty(0)
    earliest, latest = (day - (ages + 1) * MONTH).max(), (day - ages * MONTH).min()
    months = (day - (earliest + latest) / 2) / MONTH
    return np.asarray(np.clip(months, ages, ages + 0.999))


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """Where faces are put to templates: `matched` strangers per relative.

    `relative_days`: for each relative the means of their days' centred faces, `(days, d)`.
    """

    strangers: Strangers
    templates: Templates
    matched: list[Matched]
    child_sex: str
    relative_days: list[Array]

    def score(self, child: Evidence, apart: Mask) -> tuple[Array, Array, Lean, Array]:
        """z and percentile `(n, R)` of the faces, what stranger children get, `few_photos`."""
        years = np.where(child.ages >= 0, child.ages / 12, np.nan)
        bands = band_of(years)
        sexes = np.full(len(child), self.child_sex, dtype="<U1")
        faces = self.strangers.cells.centre(child.vectors, sexes, bands)
        z = np.full((len(child), len(self.matched)), np.nan)
        percentile = np.full_like(z, np.nan)
        spread = np.zeros(len(self.matched))
        of_band = {}
        for band in np.unique(bands):
            children = self.strangers.matched(self.child_sex, int(band))
            row = _Row.of(self, children)
            others, of = self.strangers.about(self.child_sex, int(band))
            cohort = self.strangers.cohort
            who = cohort.people[of]
            everywhere = np.ones((len(self.templates.vectors), len(others)), dtype=bool)
            theirs, _ = row.score(others, everywhere, who=who)
            of_band[int(band)] = Children(theirs, cohort.ages[of], who, self._of_its_sex(of))
            mine = np.flatnonzero(bands == band)
            spread += len(mine) / len(bands) * row.once
            for start in range(0, len(mine), AT_ONCE):
                part = mine[start : start + AT_ONCE]
                z[part], percentile[part] = row.score(faces[part], apart[:, part])
        if not len(child) or not len(self.templates.vectors):
            return z, percentile, Lean(of_band, bands, years), np.full(len(spread), np.nan)
        few = self.few_photos(faces.mean(axis=0), spread)
        return z, percentile, Lean(of_band, bands, years), few

    def few_photos(self, mean_face: Array, spread: Array) -> Array:
        """Standard error of the mean z, `(R,)`, from photos that a relative has too few of.

        How near the relatives' days are to the child's `mean_face` x `(d,)` varies from day to
        day; what a mean over their days leaves of it is wrong on all days of the child. What one
        photo of the child has by itself is not in x. Too few days of relatives tell that spread
        badly: the cohort's (x'Wx) counts as `DAYS_OF_COHORT` more. `spread` `(R,)` is that of
        strangers' cosines.
        """
        templates = self.templates
        squares = DAYS_OF_COHORT * float(mean_face @ self.strangers.within @ mean_face)
        freedom = DAYS_OF_COHORT
        length = np.ones(len(spread))
        for r, days in enumerate(self.relative_days):
            near = days @ mean_face
            squares += float(((near - near.mean()) ** 2).sum())
            freedom += len(days) - 1
            length[r] = max(float(np.linalg.norm(days.mean(axis=0))), SHORTEST)
        error = squares / freedom / np.maximum(templates.days_in_all, 1.0)
        return np.asarray(np.sqrt(error) / length / spread)

    def _of_its_sex(self, rows: Codes) -> Mask:
        """Which strangers' faces are of the child's sex; all where that is unknown."""
        if not self.child_sex:
            return np.ones(len(rows), dtype=bool)
        return np.asarray(self.strangers.cohort.face_sexes[rows] == self.child_sex)

    def used(
        self, names: tuple[str, ...], sexes: tuple[str, ...], bands: Codes, child_bands: Codes
    ) -> pd.DataFrame:
        """Who was read against whom: `COHORT_USED`."""
        wanted = list(zip(names, sexes, bands.tolist(), self.matched, strict=True))
        for band in child_bands.tolist():
            wanted.append(
                ("the child", self.child_sex, band, self.strangers.matched(self.child_sex, band))
            )
        rows = []
        for who, sex, band, matched in wanted:
            people = len(matched.people)
            taken = ", ".join(BAND_NAMES[b] for b in matched.bands)
            trust = people / (people + SHRINK)
            counts = (matched.in_cell, people)
            rows.append((who, sex, band_name(band), *counts, taken, matched.any_sex, trust))
        return pd.DataFrame(rows, columns=list(COHORT_USED))


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """A desk for children of one age band: the moments that do not depend on the face.

    `mean`, `spread` `(draws, R)`: each template against stranger children. `steadier` `(R,)`: how
    much less the mean of all draws varies over stranger children than one draw does.
    `theirs`: each relative's strangers, to whom the same was done.
    """

    desk: _Desk
    mean: Array
    spread: Array
    steadier: Array
    theirs: list[Places]

    @property
    def once(self) -> Array:
        """The spread of stranger children about one draw's template, `(R,)`; NaN without any."""
        if not len(self.spread):
            return np.full(len(self.theirs), np.nan)
        return np.asarray(self.spread.mean(axis=0))

    @classmethod
    def of(cls, desk: _Desk, children: Matched) -> _Row:
        strangers = desk.strangers
        vectors = desk.templates.vectors
        number, people, dim = vectors.shape
        mean, spread = strangers.as_children(vectors.reshape(-1, dim), children)
        mean, spread = mean.reshape(number, people), spread.reshape(number, people)
        if number:
            _, steadier = strangers.as_children(
                (vectors / spread[:, :, None]).mean(axis=0), children
            )
        else:
            steadier = np.ones(people)
        theirs = [strangers.places(matched, children) for matched in desk.matched]
        return cls(desk, mean, spread, steadier, theirs)

    def score(self, faces: Array, apart: Mask, who: Codes | None = None) -> tuple[Array, Array]:
        """z and percentile `(n, R)` of centred faces `(n, d)`, over the draws `apart`."""
        strangers, templates = self.desk.strangers, self.desk.templates
        enough = strangers.size >= LEAST_STRANGERS and who is None
        z = np.full((len(faces), len(self.theirs)), np.nan)
        percentile = np.full_like(z, np.nan)
        counted = apart.T / np.maximum(apart.sum(axis=0), 1)[:, None]
        quadratic = strangers.quadratic(faces)
        # Cosines of unit vectors: single precision is exact to 1e-7, and half the memory.
        single = faces.astype(np.float32)
        for r, matched in enumerate(self.desk.matched):
            if len(templates.vectors) == 0:
                break
            to_strangers = single @ matched.templates.astype(np.float32).T
            if who is not None:
                to_strangers[who[:, None] == matched.people[None, :]] = np.nan
            null = strangers.as_relatives(to_strangers, matched, quadratic)
            near = faces @ templates.vectors[:, r].T
            mean, spread = null.of(templates.days_each[r])
            once = (near - mean[:, None]) / spread[:, None]
            once += (near - self.mean[None, :, r]) / self.spread[None, :, r]
            z[:, r] = (counted * once).sum(axis=1) / 2
            if not enough:
                continue
            # All draws together vary less over strangers than a single draw, which the strangers
            # are: brought to one scale, so that a stranger's place among them is uniform.
            days, in_all = templates.days_each[r], templates.days_in_all[r]
            narrower = null.between + null.within / in_all
            narrower = np.sqrt(narrower / (null.between + null.within / days))
            mine = z[:, r] / ((narrower + self.steadier[r]) / 2)
            others = self._place(to_strangers, matched, self.theirs[r], null)
            nearer = (others <= mine[:, None]).sum(axis=1)
            percentile[:, r] = 100 * (1 + nearer) / (others.shape[1] + 1)
        return z, percentile

    @staticmethod
    def _place(near: np.ndarray, matched: Matched, theirs: Places, null: Spread) -> np.ndarray:
        """z of strangers in the relative's place, float32 `(n, m)`, by photos in their template."""
        z = np.empty_like(near)
        length = np.maximum(np.linalg.norm(matched.templates, axis=1), SHORTEST)
        for photos in np.unique(matched.photos):
            of = np.flatnonzero(matched.photos == photos)
            cosine = near[:, of] / length[of].astype(np.float32)
            mean, spread = null.of(float(photos))
            z[:, of] = (cosine - mean.astype(np.float32)[:, None]) / (
                2 * spread.astype(np.float32)[:, None]
            )
            half = (2 * theirs.spread[of]).astype(np.float32)
            z[:, of] += (cosine - theirs.mean[of].astype(np.float32)) / half
        return z


def band_name(band: int) -> str:
    """An age band in words."""
    return "age unknown" if band == UNKNOWN_BAND else BAND_NAMES[band]


def _day_means(relatives: Evidence, centred: Array) -> list[Array]:
    """The mean of each day's faces, for each relative `(days, d)`."""
    found = []
    for person in range(len(relatives.names)):
        rows = np.flatnonzero(relatives.people == person)
        days, of = np.unique(relatives.days[rows], return_inverse=True)
        sums = np.zeros((len(days), centred.shape[1]))
        np.add.at(sums, of, centred[rows])
        found.append(sums / np.bincount(of, minlength=len(days))[:, None])
    return found


def _about_cohort(strangers: Strangers) -> list[str]:
    warnings = []
    if strangers.dropped:
        warnings.append(f"{strangers.dropped} faces of the cohort have no usable embedding")
    if strangers.size < LEAST_STRANGERS:
        warnings.append(
            f"the cohort has {strangers.size} people and a percentile needs {LEAST_STRANGERS}: "
            "it is withheld, and the embedder's lean is not taken off; add unrelated people"
        )
    return warnings


def _about_relatives(relatives: Evidence, templates: Templates) -> list[str]:
    failed = templates.drawn.failed
    warnings = []
    for number, name in enumerate(relatives.names):
        days = len(np.unique(relatives.days[relatives.people == number]))
        if name in failed:
            warnings.append(
                f"no photo of {name} can be compared with the child's: none is of another day"
                if days
                else f"there are no photos of {name} to compare with"
            )
        elif days == 1:
            warnings.append(
                f"all photos of {name} are of one day, and everybody is compared by one day's "
                f"photos; add photos of {name} of other days"
            )
    return warnings


def about_cells(used: pd.DataFrame) -> tuple[str, ...]:
    """A sentence for each who is read against fewer strangers alike than `ENOUGH`."""
    warnings = []
    for row in used[used["in_cell"] < ENOUGH].to_dict("records"):
        both = " and both sexes" if row["any_sex"] and row["sex"] else ""
        warnings.append(
            f"{row['in_cell']} of {ENOUGH} strangers are like {row['who']} "
            f"({row['sex'] or 'any sex'}, {row['band']}): {row['strangers']} of other ages{both} "
            f"stand in, trusted by {row['trust']:.0%}"
        )
    return tuple(warnings)
