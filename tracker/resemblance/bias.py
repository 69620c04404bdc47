"""Does the embedder lean? The same comparison, made with stranger children.

A network may put any girl nearer to any woman than to any man (60-64 % of the time for VGG-Face,
50 % for MobileFaceNet), and any baby nearer to the parent with the rounder face. The latter fades
as children grow, and would pass for a child that comes to take after the other parent. So
children of the cohort, about as old, are put to the very templates that the child is put to, and
how they differ between two relatives *at the child's age* is taken off the child's difference.

The lean is a parabola over the logarithm of age, fitted to the stranger children. It is known no
better than they are many: what may be wrong with it (`errors_at_age`) is wrong on all of the
child's days alike, so the test of a trend and the place of a crossing have to be told, by
`fit_trend(shared=...)`. Believing only so much of the fit as is more than chance (a share of
1 - 1 / F, James and Stein 1961) was tried: it leaves up to one standard error of a true lean
standing, always to the same side, and round babies then make a trend twice as often as they may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tracker.resemblance.evidence import Codes, Mask
from tracker.resemblance.intervals import Array

LEAST_STRANGERS = 30
"""Stranger children below which a bias is not told from chance, and nothing is taken off."""

NEWBORN = 0.5
"""Years added to an age before its logarithm is taken: about the nine months before birth, so
that a newborn has an age and the first months do not outweigh the years."""

DEGREE = 2
"""Of the polynomial in the logarithm of age: a slope and a bend."""


class Bias(NamedTuple):
    """How much nearer stranger children are to the first relative than to the second, in z.

    `error` is the standard error of `value`, `spread` the standard deviation of one stranger
    child's difference (mean over that child's faces). NaN where there are too few strangers;
    `value` is 0 then.
    """

    value: float
    error: float
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Children:
    """Stranger children about as old as the child: `z` float64 `(f, R)` of f faces, `years`
    `(f,)` NaN where unknown, `owner` int `(f,)` which of the m strangers it is, `of_its_sex` bool
    `(f,)` whether that is of the child's sex. The others only tell how the lean bends with age."""

    z: Array
    years: Array
    owner: Codes
    of_its_sex: Mask

    @property
    def people(self) -> int:
        """How many strangers these are."""
        return len(np.unique(self.owner))

    def by_person(self, values: Array) -> Array:
        """Mean over each stranger's faces, of the child's sex where these are enough."""
        own = self.of_its_sex
        if len(np.unique(self.owner[own])) < LEAST_STRANGERS:
            own = np.ones(len(own), dtype=bool)
        _, of = np.unique(self.owner[own], return_inverse=True)
        return np.asarray(np.bincount(of, values[own]) / np.bincount(of))


@dataclass(frozen=True, slots=True, eq=False)
class Lean:
    """What stranger children get, for the child's faces of several age bands.

    `of_band` maps a band to the children that stand for it; `bands` int and `years` float
    `(faces,)` are the child's.
    """

    of_band: dict[int, Children]
    bands: Codes
    years: Array

    def of(self, first: int, second: int) -> Bias:
        """The bias over the child's faces; errors of bands are not independent, so averaged."""
        if len(self.bands) == 0:
            return Bias(0.0, np.nan, np.nan)
        found, counts = np.unique(self.bands, return_counts=True)
        parts = []
        for band in found.tolist():
            children = self.of_band[band]
            own = children.by_person(children.z[:, first] - children.z[:, second])
            spread = float(own.std(ddof=1)) if len(own) >= LEAST_STRANGERS else np.nan
            parts.append((spread / np.sqrt(max(len(own), 1)), spread))
        error, spread = np.average(np.array(parts), axis=0, weights=counts)
        value = float(self.by_face(first, second).mean())
        return Bias(value, float(error), float(spread))

    def spread(self, relative: int) -> float:
        """Standard deviation over stranger children of their z with one relative."""
        bands, counts = np.unique(self.bands, return_counts=True)
        children = [self.of_band[int(band)] for band in bands]
        if not children or min(some.people for some in children) < LEAST_STRANGERS:
            return float("nan")
        own = [some.by_person(some.z[:, relative]) for some in children]
        return float(np.average([values.std(ddof=1) for values in own], weights=counts))

    def by_face(self, first: int, second: int) -> Array:
        """The bias at each face's age, `(faces,)`."""
        found = np.zeros(len(self.bands))
        for band, children in self.of_band.items():
            mine = self.bands == band
            difference = children.z[:, first] - children.z[:, second]
            found[mine] = at_age(difference, children, self.years[mine])
        return found

    def errors(self, first: int, second: int) -> Array:
        """What may be wrong with `by_face`: `(faces, 1 + DEGREE)`, see `errors_at_age`."""
        found = np.zeros((len(self.bands), 1 + DEGREE))
        for band, children in self.of_band.items():
            mine = self.bands == band
            difference = children.z[:, first] - children.z[:, second]
            found[mine] = errors_at_age(difference, children, self.years[mine])
        return found


def at_age(values: Array, children: Children, years: Array) -> Array:
    """What stranger children get at each age of `years` `(n,)`; their mean where NaN.

    Every stranger weighs the same. Zeros where there are fewer than `LEAST_STRANGERS`.
    """
    return _fitted(values, children, years)[0]


def errors_at_age(values: Array, children: Children, years: Array) -> Array:
    """What may be wrong with `at_age`: `(n, 1 + DEGREE)`, independent errors of one standard
    deviation: of the height, and of the slope and bend.

    Zeros where there are fewer than `LEAST_STRANGERS`, of whom nothing is known.
    """
    return _fitted(values, children, years)[1]


def _fitted(values: Array, children: Children, years: Array) -> tuple[Array, Array]:
    """`at_age` and `errors_at_age`."""
    people = children.people
    errors = np.zeros((len(years), 1 + DEGREE))
    if people < LEAST_STRANGERS:
        return np.zeros(len(years)), errors
    weights = 1 / np.bincount(children.owner)[children.owner]
    own = children.of_its_sex
    if len(np.unique(children.owner[own])) < LEAST_STRANGERS:
        own = np.ones(len(own), dtype=bool)
    level = np.full(len(years), np.average(values[own], weights=weights[own]))
    errors[:, 0] = children.by_person(values).std(ddof=1) / np.sqrt(
        len(np.unique(children.owner[own]))
    )
    known, asked = ~np.isnan(children.years), ~np.isnan(years)
    if not (own & known).any() or len(np.unique(children.years[known])) <= DEGREE:
        return level, errors
    age = np.log2(np.where(known, children.years, 0.0) + NEWBORN)
    middle = np.average(age[known], weights=weights[known])
    reach = max(
        float(np.sqrt(np.average((age[known] - middle) ** 2, weights=weights[known]))), 1e-9
    )
    terms, off = _powers((age - middle) / reach), values.astype(np.float64)
    start, centre = 0.0, np.zeros(DEGREE)
    for group in (own & known, ~own & known):  # either sex about its own mean
        if group.any():
            about = np.average(terms[group], axis=0, weights=weights[group])
            mean = float(np.average(off[group], weights=weights[group]))
            if group[own].any():
                start, centre = mean, about
            terms[group] -= about
            off[group] -= mean
    share = np.where(known, weights, 0.0)
    root = np.sqrt(share / share.sum())
    fitted, *_ = np.linalg.lstsq(terms * root[:, None], off * root, rcond=None)
    missed = (off - terms @ fitted) * root
    # No further than strangers' ages reach: a parabola means nothing beyond.
    wanted = np.clip(np.log2(years[asked] + NEWBORN), age[known].min(), age[known].max())
    off_centre = _powers((wanted - middle) / reach) - centre
    level[asked] = start + off_centre @ fitted
    spread = (terms * root[:, None]).T @ (terms * root[:, None])
    one = float(missed @ missed) / max(people - DEGREE - 1, 1)
    errors[asked, 1:] = off_centre @ _square_root(one * np.linalg.pinv(spread))
    return level, errors


def _square_root(covariance: Array) -> Array:
    """S with S S' the covariance, of which the signs do not jump from one fit to the next."""
    least = 1e-9 * float(np.trace(covariance)) + 1e-15
    return np.asarray(np.linalg.cholesky(covariance + least * np.eye(len(covariance))))


def _powers(x: Array) -> Array:
    return np.stack([x**power for power in range(1, DEGREE + 1)], axis=1)
