"""Open-set identification of real families: who is told, and how many strangers get a name.

A workspace knows one family: of half of its photos everybody is named. The faces of its other
photos are to be told, and the faces of 60 other families are unknown; 60 more are the cohort.
Two things are asked of a face (ISO/IEC 19795-1, open-set identification): is it anybody known
(detection, one score with one threshold for all families), and whom (the first candidate). FNIR is
the share of a family's faces that do not get their own name at the threshold at which one unknown
face in a hundred (FPIR) gets any: missed, or told as another. The score is the cosine to the
nearest face, or the log-odds of somebody known against nobody, which is not divided among brothers.
The interval is a bootstrap over families, of those with names and of the unknown ones at once, the
threshold being found anew in each; differences are taken within each draw.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tracker.evaluation.face_pictures import PictureReader
from tracker.identity.judge import Faces, Judge, Known, fit
from tracker.identity.rules import OPEN, Setting, see
from tracker.identity.thresholds import levels
from tracker.vision.embedders import registry

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FPIR = 0.01
PARTS = ("families", "strangers")
SPLITS, DRAWS = 5, 300
FEWEST = 2
"""Photos of somebody that are named, for them to be known."""

TARGETS = (0.005, 0.01, 0.05)


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Embedded faces of people: vectors, whose, of which photo and of which family."""

    vectors: npt.NDArray[np.float32]
    who: Ints
    photos: Ints
    family: Ints


@dataclass(slots=True, eq=False)
class Outcome:
    """Of faces, the best score and whether the name is right (False for the unknown), by family."""

    scores: list[Floats]
    right: list[npt.NDArray[np.bool_]]
    family: list[Ints]

    def add(self, scores: Floats, right: npt.NDArray[np.bool_], family: Ints) -> None:
        self.scores.append(scores)
        self.right.append(right)
        self.family.append(family)

    def joined(self) -> tuple[Floats, npt.NDArray[np.bool_], Ints]:
        return (
            np.concatenate(self.scores),
            np.concatenate(self.right),
            np.concatenate(self.family),
        )


def samples() -> tuple[Path, Path] | None:
    """The folder of faces and a model of the samples, None without them."""
    named = os.environ.get("TRACKER_SAMPLES", "")
    models = sorted((Path(named) / "models").glob("*/model.toml")) if named else []
    faces = Path(named) / "faces"
    return (faces, models[0]) if models and (faces / "families").is_dir() else None


def read(folder: Path, model: Path, part: str, scratch: Path) -> Pictures:
    """The faces of `families` or `strangers`."""
    paths = sorted((folder / part).glob("*/*/*.jpg"))
    vectors, good = PictureReader(registry.load(str(model), weights_dir=scratch))(paths)
    paths = [path for path, there in zip(paths, good.tolist(), strict=True) if there]

    def codes(names: Sequence[str]) -> Ints:
        return np.unique(np.array(names), return_inverse=True)[1].astype(np.int64)

    return Pictures(
        vectors[good].astype(np.float32),
        codes([f"{p.parent.parent.name}/{p.parent.name}" for p in paths]),
        codes([f"{p.parent.parent.name}/{p.stem.split('_')[0]}" for p in paths]),
        codes([p.parent.parent.name for p in paths]),
    )


def of(pictures: Pictures, rows: npt.NDArray[np.bool_], apart: int = 0) -> Faces:
    """Some of them for the judge. There are no dates: every photo is a day of its own."""
    photos = pictures.photos[rows] + apart
    return Faces(pictures.vectors[rows], np.full(int(rows.sum()), np.nan), photos, photos)


METHODS = (
    "nearest face, by cosine",
    "judged by looks, face by face",
    "with the rules (once in a photo)",
)


def measure(families: Pictures, others: Pictures, seed: int = 0) -> dict[str, Floats]:
    """By method: FNIR, its interval, the share told wrongly, and the interval of how much FNIR
    exceeds the first method's, all at FPIR; and for the thresholds in force, by target: FPIR, share
    told rightly, share of the names given to family faces wrong."""
    known = {method: Outcome([], [], []) for method in METHODS}
    unknown = {method: Outcome([], [], []) for method in METHODS}
    in_force: dict[float, list[Floats]] = {target: [] for target in TARGETS}
    for split in range(SPLITS):
        rng = np.random.default_rng([seed, split])
        some = rng.permutation(np.unique(others.family))
        cohort = np.isin(others.family, some[::2])
        for family in np.unique(families.family):
            _one(families, others, cohort, int(family), rng, known, unknown, in_force)
    found: dict[str, Floats] = {}
    for method in METHODS:
        found[method] = _rates(
            (known[method].joined(), unknown[method].joined()),
            (known[METHODS[0]].joined(), unknown[METHODS[0]].joined()),
            seed,
        )
    for target, rows in in_force.items():
        total = np.sum(rows, axis=0)
        found[f"{target:g}"] = np.array(
            [total[0] / total[1], total[2] / total[3], total[4] / max(total[5], 1)]
        )
    return found


def _one(  # noqa: PLR0917
    families: Pictures,
    others: Pictures,
    cohort: npt.NDArray[np.bool_],
    family: int,
    rng: np.random.Generator,
    known: dict[str, Outcome],
    unknown: dict[str, Outcome],
    in_force: dict[float, list[Floats]],
) -> None:
    mine = families.family == family
    photos = rng.permutation(np.unique(families.photos[mine]))
    named = mine & np.isin(families.photos, photos[: (len(photos) + 1) // 2])
    people = [
        who
        for who in np.unique(families.who[named])
        if len(np.unique(families.photos[named & (families.who == who)])) >= FEWEST
    ]
    asked = mine & ~named & np.isin(families.who, people)
    if not people or not asked.any():
        return
    judge = fit(
        [Known(of(families, named & (families.who == who))) for who in people],
        of(others, cohort, 10_000_000),
    )
    truth = np.searchsorted(people, families.who[asked])
    ours, strangers = of(families, asked), of(others, ~cohort, 20_000_000)
    told, wrongly = _weighed(judge, ours), _weighed(judge, strangers)
    for method in METHODS:
        best = told[method].argmax(axis=1)
        known[method].add(_score(told, method), best == truth, np.full(len(truth), family))
        worst = _score(wrongly, method)
        unknown[method].add(worst, np.zeros(len(worst), bool), others.family[~cohort])
    final, false = told[METHODS[-1]], wrongly[METHODS[-1]]
    for target, rows in in_force.items():
        level = np.array(levels(judge, target))
        given = (final >= level).any(axis=1)
        right = given & (final.argmax(axis=1) == truth)
        rows.append(
            np.array([
                (false >= level).any(axis=1).sum(), len(false), right.sum(), len(truth),
                (given & ~right).sum(), given.sum(),
            ], np.float64)
        )  # fmt: skip


def _weighed(judge: Judge, faces: Faces) -> dict[str, Floats]:
    """By method, cosines or chances `(m, p)`."""
    cosine = np.stack(
        [(faces.vectors @ one.faces.vectors.T).max(axis=1) for one in judge.known], axis=1
    )
    nobody = np.full(len(faces), OPEN)
    setting = Setting(
        faces.photos, faces.photos, nobody, np.zeros((len(faces), len(judge.known)), bool)
    )
    seen = see(judge, faces, setting)
    return dict(zip(METHODS, (cosine, seen.alone, seen.chances), strict=True))


def _score(weighed: dict[str, Floats], method: str) -> Floats:
    """How surely each face is anybody known: the cosine, or the log-odds against nobody."""
    if method == METHODS[0]:
        return np.asarray(weighed[method].max(axis=1))
    somebody = np.clip(weighed[method].sum(axis=1), 1e-300, 1 - 1e-15)
    return np.asarray(np.log(somebody) - np.log1p(-somebody))


Outcomes = tuple[Floats, npt.NDArray[np.bool_], Ints]


def _rates(now: tuple[Outcomes, Outcomes], before: tuple[Outcomes, Outcomes], seed: int) -> Floats:
    """FNIR, the ends of its interval, the share told wrongly, and the ends of the interval of its
    difference from `before`; of each the outcomes of known and of unknown faces."""
    rng = np.random.default_rng([seed, 99])
    (scores, right, family), unknown = now
    rows = [_by(family, rng) for _ in range(DRAWS)]
    others = [_by(unknown[2], rng) for _ in range(DRAWS)]
    drawn, then = (
        np.array([
            _at(ours[0][mine], ours[1][mine], theirs[0][rest])[0]
            for mine, rest in zip(rows, others, strict=True)
        ])
        for ours, theirs in (now, before)
    )  # fmt: skip
    fnir, wrong = _at(scores, right, unknown[0])
    ends = [0.025, 0.975]
    return np.array([fnir, *np.quantile(drawn, ends), wrong, *np.quantile(drawn - then, ends)])


def _at(scores: Floats, right: npt.NDArray[np.bool_], unknown: Floats) -> tuple[float, float]:
    level = np.quantile(unknown, 1 - FPIR)
    return (
        1 - float(((scores > level) & right).mean()),
        float(((scores > level) & ~right).mean()),
    )


def _by(family: Ints, rng: np.random.Generator) -> Ints:
    """Rows of families drawn with replacement."""
    names, code, counts = np.unique(family, return_inverse=True, return_counts=True)
    drawn = rng.integers(len(names), size=len(names))
    order = np.argsort(code, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)])
    return np.concatenate([order[starts[i] : starts[i + 1]] for i in drawn])
