"""How near strangers are: the means and spreads that a likeness is standardised by.

Two nulls, after the symmetric score normalisation of speaker recognition (S-norm: Kenny 2010;
matched to sex and age here): strangers in the place of the relative, and strangers in the place
of the child.

A stranger's template of k photos varies by B + W / k, B what differs between people and W between
photos of one person. With B and W told apart, strangers of whom there are few photos can stand
for a relative of whom there are many.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tracker.resemblance.cells import SHRINK, Cells, in_cell, unit
from tracker.resemblance.cohort import AGE_BANDS, UNKNOWN_BAND, Cohort
from tracker.resemblance.evidence import Codes
from tracker.resemblance.intervals import Array

ENOUGH = 200
"""Strangers that a likeness is read against, from the method's definition. A smaller cell takes
in the bands next to it, and at last the other sex."""

FEWEST = 30
"""Strangers below which their spread says little; then people of any age are taken in."""

SCHOOL = 3
"""The first age band that is no small child's, from 6 years on."""

SAME_PERSON = 0.5
"""Mean cosine of two photos of one person, assumed where the cohort has one photo of each. Below
the .60 that is published for ArcFace models of grown-ups, since these span years."""


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """The strangers of a sex and age band, m people with f faces.

    `key` is what was asked for, `rows` int `(f,)` their faces in the cohort. `people` int `(m,)`,
    `templates` float64 `(m, d)` mean faces not brought to unit length, `photos` int `(m,)` faces
    in each; `faces` float64 `(f, d)`, `owner` int `(f,)` index into `people`. `in_cell` people
    are of the very cell; `bands` are those taken in, and `any_sex` says whether the other sex
    was.
    """

    key: tuple[str, int]
    rows: Codes
    people: Codes
    templates: Array
    photos: Codes
    faces: Array
    owner: Codes
    in_cell: int
    bands: tuple[int, ...]
    any_sex: bool

    @property
    def weights(self) -> Array:
        """One weight per face `(f,)` that sums to 1, every stranger weighing the same."""
        return np.asarray(1 / self.photos[self.owner] / max(len(self.people), 1))


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What strangers' templates do to some faces x, arrays `(n,)`: x'm, x'Bx and x'Wx.

    `same_person` is the mean cosine of two photos of one stranger.
    """

    mean: Array
    between: Array
    within: Array
    same_person: float

    def of(self, photos: float) -> tuple[Array, Array]:
        """Mean and standard deviation `(n,)` of the cosine to a stranger's template of `photos`."""
        length = self.same_person + (1 - self.same_person) / photos
        variance = (self.between + self.within / photos) / length
        return self.mean / np.sqrt(length), np.sqrt(np.maximum(variance, 1e-12))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """m strangers as relatives: `templates` float64 `(m, d)` at unit length, and their `mean` and
    `spread` `(m,)` against stranger children, themselves left out."""

    templates: Array
    mean: Array
    spread: Array


@dataclass(frozen=True, slots=True, eq=False)
class Strangers:
    """A cohort made ready: centred, and its spread between and within people known.

    `centred` float64 `(n, d)`; `between` and `within` float64 `(d, d)` are shrunk toward those of
    a cohort without structure (equal in all directions) by n / (n + 50); `dropped` faces had no
    usable vector. Ask `matched` for those of a sex and age band.
    """

    cohort: Cohort
    cells: Cells
    centred: Array
    between: Array
    within: Array
    same_person: float
    dropped: int
    _known: dict[tuple[str, int], Matched] = field(default_factory=dict)
    _placed: dict[tuple[tuple[str, int], tuple[str, int]], Places] = field(default_factory=dict)

    @classmethod
    def of(cls, cohort: Cohort) -> Strangers:
        """Centre a cohort and measure it. Faces that are not finite or have no length go."""
        vectors = np.asarray(cohort.vectors, dtype=np.float64)
        length = np.linalg.norm(vectors, axis=1)
        usable = np.asarray(np.isfinite(length) & (length > 0.5))
        kept = cohort.only(usable)
        cells = Cells.of(kept)
        centred = cells.centre(kept.vectors, kept.face_sexes, kept.bands)
        between, within, same = _components(centred, kept.people)
        return cls(kept, cells, centred, between, within, same, int((~usable).sum()))

    @property
    def size(self) -> int:
        """The number of people."""
        return self.cohort.size

    def matched(self, sex: str, band: int) -> Matched:
        """At least `ENOUGH` strangers of that sex and band, or of bands near it, or all."""
        key = (sex, band)
        if key not in self._known:
            self._known[key] = self._match(sex, band)
        return self._known[key]

    def quadratic(self, faces: Array) -> tuple[Array, Array]:
        """x'Bx and x'Wx `(n,)` of faces `(n, d)`, over the whole cohort."""
        return _quadratic(faces, self.between), _quadratic(faces, self.within)

    def as_relatives(
        self, near: np.ndarray, matched: Matched, quadratic: tuple[Array, Array]
    ) -> Spread:
        """How near faces x are to templates of `matched` strangers.

        `near` float `(n, m)`: x't for each of `matched.templates`, NaN where it does not count;
        `quadratic` of the same faces.
        """
        wide, within = quadratic
        people = len(matched.people)
        if people < 2:
            return Spread(np.zeros(len(near)), wide, within, self.same_person)
        average, variance = np.nanmean, np.nanvar
        if not np.isnan(near).any():  # ten times as fast
            average, variance = np.mean, np.var
        spread = np.asarray(variance(near, axis=1, ddof=1), dtype=np.float64)
        narrow = np.maximum(spread - within * (1 / matched.photos).mean(), 0.0)
        trust = people / (people + SHRINK)
        mean = trust * np.asarray(average(near, axis=1), dtype=np.float64)
        return Spread(mean, trust * narrow + (1 - trust) * wide, within, self.same_person)

    def as_children(
        self, templates: Array, matched: Matched, who: Codes | None = None
    ) -> tuple[Array, Array]:
        """Mean and standard deviation `(q,)` of the cosine of `templates` `(q, d)` to faces.

        `who` int `(q,)`: the stranger whose template it is, left out of the comparison.
        """
        wide = _quadratic(templates, self.between + self.within)
        people = len(matched.people)
        if people < 2:
            return np.zeros(len(templates)), np.sqrt(np.maximum(wide, 1e-12))
        near = templates @ matched.faces.T
        weights = np.broadcast_to(matched.weights, near.shape)
        if who is not None:
            own = who[:, None] == matched.people[matched.owner][None, :]
            weights = np.where(own, 0.0, weights)
            weights = weights / weights.sum(axis=1, keepdims=True)
        mean = (weights * near).sum(axis=1)
        variance = (weights * (near - mean[:, None]) ** 2).sum(axis=1) * people / (people - 1)
        trust = people / (people + SHRINK)
        variance = trust * variance + (1 - trust) * wide
        return trust * mean, np.sqrt(np.maximum(variance, 1e-12))

    def about(self, sex: str, band: int) -> tuple[Array, Codes]:
        """Children about as old: faces `(f, d)` less the mean of this very cell, and their rows
        `(f,)` in the cohort.

        Of the band and those next to it; of both sexes where one has fewer than `ENOUGH`; of
        whatever `matched` finds where there are fewer than that of both.
        """
        near = np.zeros(len(self.cohort), dtype=bool)
        for wanted in (sex, ""):
            for other in (band - 1, band, band + 1) if band != UNKNOWN_BAND else ():
                if 0 <= other < len(AGE_BANDS):
                    near |= in_cell(self.cohort, wanted, other)
            if len(np.unique(self.cohort.people[near])) >= ENOUGH:
                break
        else:
            near |= np.isin(np.arange(len(self.cohort)), self.matched(sex, band).rows)
        faces = unit(self.cohort.vectors[near] - self.cells.mean(sex, band))
        return faces, np.flatnonzero(near)

    def places(self, relatives: Matched, children: Matched) -> Places:
        """The matched strangers in the relative's place, standardised against `children`."""
        key = (relatives.key, children.key)
        if key not in self._placed:
            templates = unit(relatives.templates)
            moments = self.as_children(templates, children, who=relatives.people)
            self._placed[key] = Places(templates, *moments)
        return self._placed[key]

    def _match(self, sex: str, band: int) -> Matched:
        inside = in_cell(self.cohort, sex, band)
        exact = len(np.unique(self.cohort.people[inside]))
        any_sex = not sex
        if band != UNKNOWN_BAND:
            # Small children and grown-ups do not stand in for each other while there are enough
            # of their own kind to tell anything: a baby is nearer to any baby than to its kin.
            alike = [b for b in range(len(AGE_BANDS)) if (b < SCHOOL) == (band < SCHOOL)]
            for sexes, others, wanted in (
                (sex, alike, ENOUGH),
                ("", alike, ENOUGH),
                (sex, range(len(AGE_BANDS)), FEWEST),
                ("", range(len(AGE_BANDS)), FEWEST),
            ):
                for other in sorted(others, key=lambda b: abs(b - band)):
                    if len(np.unique(self.cohort.people[inside])) >= wanted:
                        break
                    inside = inside | in_cell(self.cohort, sexes, other)
                    any_sex = any_sex or not sexes
        if len(np.unique(self.cohort.people[inside])) < (
            ENOUGH if band == UNKNOWN_BAND else FEWEST
        ):
            inside, any_sex = np.ones(len(self.cohort), dtype=bool), True
        bands = self.cohort.bands
        rows = np.flatnonzero(inside)
        people, owner, photos = np.unique(
            self.cohort.people[rows], return_inverse=True, return_counts=True
        )
        faces = self.centred[rows]
        templates = np.zeros((len(people), faces.shape[1]))
        np.add.at(templates, owner, faces / photos[owner][:, None])
        used = tuple(b for b in np.unique(bands[rows]).tolist() if b != UNKNOWN_BAND)
        return Matched(
            (sex, band), rows, people, templates, photos, faces, owner, exact, used, any_sex
        )


def _quadratic(rows: Array, matrix: Array) -> Array:
    return np.asarray(((rows @ matrix) * rows).sum(axis=1))


def _components(centred: Array, people: Codes) -> tuple[Array, Array, float]:
    """Covariance between and within people `(d, d)`, and the mean cosine within people.

    By the analysis of variance for groups of unequal size, every person weighing the same
    between, every degree of freedom within.
    """
    dim = centred.shape[1]
    level = np.eye(dim) / dim
    found, owner, photos = np.unique(people, return_inverse=True, return_counts=True)
    several = photos > 1
    pairs = int(several.sum())
    means = np.zeros((len(found), dim))
    np.add.at(means, owner, centred / photos[owner][:, None])
    same = SAME_PERSON
    if pairs:
        squared = (means[several] ** 2).sum(axis=1)
        k = photos[several]
        cosine = float(((k * squared - 1) / (k - 1)).mean())
        same = (pairs * max(cosine, 0.0) + SHRINK * SAME_PERSON) / (pairs + SHRINK)
    within = (1 - same) * level
    if pairs:
        mine = several[owner]
        off = centred[mine] - means[owner[mine]]
        measured = off.T @ off / (int(photos[several].sum()) - pairs)
        within = (pairs * measured + SHRINK * within) / (pairs + SHRINK)
    between = same * level
    if len(found) > 1:
        measured = np.cov(means.T).reshape(dim, dim) - within * (1 / photos).mean()
        between = (len(found) * measured + SHRINK * between) / (len(found) + SHRINK)
    return between, within, float(same)
