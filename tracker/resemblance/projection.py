"""Pictures of the faces in two and three dimensions, with the child's path through the months.

A picture is for looking at: distances in it are not the similarities that the methods use.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tracker.resemblance.draws import draw, spread
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.intervals import Array, Days

POINTS = ("projection", "dimensions", "x", "y", "z", "who", "is_child", "age_months", "face_id")
PATH = ("projection", "dimensions", "age_months", "x", "y", "z")

MOST_POINTS = 600
"""Faces in a picture: more are a blot, and the time of t-SNE grows faster than their number."""

LEAST_POINTS = 8
TSNE_INPUTS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """`points`: one row per face and picture, columns `POINTS`; `path`: the child's month means,
    in order of age, columns `PATH`. `z` is NaN in two dimensions, `age_months` for relatives."""

    points: pd.DataFrame
    path: pd.DataFrame


def project(
    relatives: Evidence, child: Evidence, *, seed: int = 0, most: int = MOST_POINTS
) -> Projection:
    """PCA and t-SNE of all faces, in two and in three dimensions.

    PCA and its scaling are fitted on the relatives alone, on equally many photos of each, and
    then applied to everybody: the child does not choose the axes. t-SNE (van der Maaten and
    Hinton 2008) cannot place a new face, so it is fitted on the faces that are shown: at most
    `most`, spread over people and days, the same in all pictures. The child's path is the mean
    of all of its faces by PCA, and of those in the picture by t-SNE. A picture for which there
    are too few faces is left out.
    """
    drawn = draw(relatives, shared_days=child.days[:0], draws=1, seed=seed, most=most)
    if len(child) == 0 or drawn.chosen.size == 0:
        return Projection(pd.DataFrame(columns=list(POINTS)), pd.DataFrame(columns=list(PATH)))
    view = _Axes.of(relatives.vectors[drawn.chosen.reshape(-1)])
    rows = _thinned(relatives, child, most, np.random.default_rng(seed))
    points, paths = [], []
    for dimensions in (2, 3):
        some = (relatives.only(rows[0]), child.only(rows[1]))
        whole = view.apply(child.vectors, dimensions)
        flat = (view.apply(some[0].vectors, dimensions), whole[rows[1]])
        pictures = {"pca": (*some, flat)}
        if len(some[0]) + len(some[1]) >= LEAST_POINTS:
            pictures["tsne"] = (*some, _tsne(view, *some, dimensions=dimensions, seed=seed))
        for name, (theirs, its, places) in pictures.items():
            points.append(_points(name, dimensions, theirs, its, places))
            seen = (child, whole) if name == "pca" else (its, places[1])
            paths.append(_path(name, dimensions, *seen))
    return Projection(pd.concat(points, ignore_index=True), pd.concat(paths, ignore_index=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Axes:
    """A scaling and principal axes: `mean`, `scale` `(d,)`, `axes` `(d, q)`."""

    mean: Array
    scale: Array
    axes: Array

    @classmethod
    def of(cls, faces: np.ndarray) -> _Axes:
        """Learn from `(n, d)`. A number that hardly varies is not blown up to match the rest."""
        mean, scale = faces.mean(axis=0, dtype=np.float64), faces.std(axis=0, dtype=np.float64)
        scale = np.maximum(scale, max(float(np.median(scale)) / 10, 1e-9))
        # The axes of few numbers per face, from what they have to do with each other: a
        # decomposition of all faces would take many times as long.
        about = (faces - mean) / scale
        strength, axes = np.linalg.eigh(about.T @ about)
        kept = strength > 1e-9 * max(float(strength[-1]), 1e-300)
        axes = axes[:, kept][:, ::-1].T
        # An axis has no direction of its own; this makes the picture the same on any machine.
        largest = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
        return cls(mean, scale, (axes * np.where(largest < 0, -1.0, 1.0)[:, None]).T)

    def apply(self, faces: np.ndarray, dimensions: int) -> Array:
        """The first coordinates, `(m, dimensions)`; zeros where there are fewer axes."""
        places = ((faces - self.mean) / self.scale) @ self.axes[:, :dimensions]
        return np.pad(places, ((0, 0), (0, dimensions - places.shape[1])))


def _tsne(
    view: _Axes, relatives: Evidence, child: Evidence, *, dimensions: int, seed: int
) -> tuple[Array, Array]:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    scaled = (np.concatenate([relatives.vectors, child.vectors]) - view.mean) / view.scale
    if min(scaled.shape) > TSNE_INPUTS:
        scaled = PCA(TSNE_INPUTS, random_state=seed).fit_transform(scaled)
    varied = bool(np.ptp(scaled, axis=0).max() > 0)
    model = TSNE(
        dimensions,
        perplexity=min(30.0, (len(scaled) - 1) / 3),
        init="pca" if varied and min(scaled.shape) >= dimensions else "random",
        max_iter=500,
        random_state=seed,
    )
    places = np.asarray(model.fit_transform(scaled), dtype=np.float64)
    return places[: len(relatives)], places[len(relatives) :]


def _thinned(
    relatives: Evidence, child: Evidence, most: int, rng: np.random.Generator
) -> tuple[Codes, Codes]:
    """Rows for t-SNE: half of the places for the child, the rest shared evenly by relatives."""
    people = [np.flatnonzero(relatives.people == p) for p in range(len(relatives.names))]
    if len(relatives) + len(child) <= most:
        return np.arange(len(relatives)), np.arange(len(child))
    for_relatives = max(most // 2, most - len(child))
    each = for_relatives // max(len(people), 1)
    chosen = [spread(relatives.days, rows, each, rng) for rows in people if len(rows)]
    kept = np.concatenate(chosen)
    its = spread(child.days, np.arange(len(child)), most - len(kept), rng)
    return np.sort(kept), np.sort(its)


def _points(
    name: str, dimensions: int, relatives: Evidence, child: Evidence, places: tuple[Array, Array]
) -> pd.DataFrame:
    both = np.concatenate(places)
    is_child = np.r_[np.zeros(len(relatives), dtype=bool), np.ones(len(child), dtype=bool)]
    who = [relatives.names[p] for p in relatives.people] + [child.names[p] for p in child.people]
    ages = np.r_[np.full(len(relatives), np.nan), child.ages.astype(np.float64)]
    return pd.DataFrame(
        {
            "projection": name,
            "dimensions": dimensions,
            "x": both[:, 0],
            "y": both[:, 1],
            "z": both[:, 2] if dimensions == 3 else np.nan,
            "who": who,
            "is_child": is_child,
            "age_months": ages,
            "face_id": np.concatenate([relatives.face_ids, child.face_ids]),
        }
    )[list(POINTS)]


def _path(name: str, dimensions: int, child: Evidence, places: Array) -> pd.DataFrame:
    """Mean of the day means of each month."""
    days = Days.of(child.days, child.ages)
    by_day = days.means(places.T).T
    ages = np.unique(days.ages)
    by_month = np.array([by_day[days.ages == age].mean(axis=0) for age in ages])
    by_month = by_month.reshape(len(ages), places.shape[1])
    return pd.DataFrame(
        {
            "projection": name,
            "dimensions": dimensions,
            "age_months": ages,
            "x": by_month[:, 0],
            "y": by_month[:, 1],
            "z": by_month[:, 2] if dimensions == 3 else np.nan,
        }
    )[list(PATH)]
