"""Does a method know the relatives themselves, on days it has not seen?

A check that is blind to the child: a method that cannot tell the mother from the father has
nothing to say about whom the child resembles. Days are held out whole; with photos held out one
by one, nearest neighbours score 96 % on photos that share nothing but the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tracker.methods.contract import CannotFit, Floats, Neighbours
from tracker.resemblance.draws import halve_days, spread
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.fitting import Question

REPEATS = 3
"""Times that the days are split anew; each half teaches once and is asked once."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How a method did on the relatives' own unseen days.

    `accuracy` is balanced, in [0, 1]; chance is 1/R. `brier` is half the mean squared distance
    of its shares from the truth (Brier 1950): 0 is perfect, and (1 - 1/R) / 2 what equal shares
    get, .25 for two. Similarities are first made shares by a sigmoid of their difference
    (Platt 1999), learned on the other half of the days; None for those of more than two.
    """

    accuracy: float
    brier: float | None


def held_out_accuracy(
    relatives: Evidence,
    methods: Sequence[str],
    *,
    most: int,
    seed: int,
    neighbours: Neighbours | None = None,
) -> dict[str, float | None]:
    """The accuracies of `held_out`, None where there is none."""
    found = held_out(relatives, methods, most=most, seed=seed, neighbours=neighbours)
    return {name: found[name].accuracy if name in found else None for name in methods}


def held_out(
    relatives: Evidence,
    methods: Sequence[str],
    *,
    most: int,
    seed: int,
    neighbours: Neighbours | None = None,
) -> dict[str, HeldOut]:
    """How each method does on the relatives' photos of held-out days.

    Every relative weighs the same, and within one every day. At most `most` photos of each
    teach. Methods are missing where a relative has fewer than two days, or they cannot be fitted.
    """
    people = len(relatives.names)
    if people < 2:
        return {}
    rng = np.random.default_rng(seed)
    results: dict[str, list[float]] = {name: [] for name in methods}
    briers: dict[str, list[float]] = {name: [] for name in methods}
    for repeat in range(REPEATS):
        halves = halve_days(relatives, relatives.days, rng)
        told: dict[str, list[tuple[Floats, Evidence, str]]] = {name: [] for name in methods}
        for asked in halves:
            is_asked = np.isin(relatives.days, asked)
            teach = [np.flatnonzero((relatives.people == p) & ~is_asked) for p in range(people)]
            size = min(most, *(len(rows) for rows in teach))
            if size == 0 or len(np.unique(relatives.people[is_asked])) < people:
                continue
            rows = np.array([spread(relatives.days, r, size, rng) for r in teach])
            probes = relatives.only(is_asked)
            question = Question.of(relatives, rows, probes.vectors, neighbours)
            for name in methods:
                try:
                    kind, answers = question.put(name, seed=seed + repeat)
                except CannotFit:
                    continue
                results[name].append(_balanced(answers, probes))
                told[name].append((answers, probes, kind))
        for name, halves_told in told.items():
            briers[name] += _briers(halves_told)
    return {
        name: HeldOut(float(np.mean(found)), float(np.mean(briers[name])) if briers[name] else None)
        for name, found in results.items()
        if found
    }


def _briers(halves: Sequence[tuple[Floats, Evidence, str]]) -> list[float]:
    """Brier score of each half; similarities calibrated on the other one."""
    found = []
    for here, (answers, probes, kind) in enumerate(halves):
        shares = answers
        if kind != "share":
            if len(halves) != 2 or answers.shape[1] != 2:
                continue
            other, others, _ = halves[1 - here]
            shares = _calibrated(answers, other, others.people)
        truth = np.eye(answers.shape[1])[probes.people]
        missed = ((shares - truth) ** 2).sum(axis=1) / 2
        found.append(_by_day(missed, probes))
    return found


def _calibrated(answers: Floats, others: Floats, people: Codes) -> Floats:
    """Shares `(n, 2)` from similarities, by a sigmoid learned on `others` of `people`."""
    from sklearn.linear_model import LogisticRegression

    learned = others[:, 0] - others[:, 1]
    scale = max(float(learned.std()), 1e-12)
    model = LogisticRegression(C=1.0).fit(learned[:, None] / scale, people == 0)
    first = model.predict_proba((answers[:, 0] - answers[:, 1])[:, None] / scale)[:, 1]
    return np.stack([first, 1 - first], axis=1)


def _balanced(answers: np.ndarray, probes: Evidence) -> float:
    """Mean over people of the mean over their days of the share told right; ties count in part."""
    best = answers >= answers.max(axis=1, keepdims=True) - 1e-12
    right = best[np.arange(len(answers)), probes.people] / best.sum(axis=1)
    return _by_day(right, probes)


def _by_day(values: Floats, probes: Evidence) -> float:
    """Mean over people of the mean over their days of `values` `(n,)`."""
    each = []
    for person in range(len(probes.names)):
        mine = probes.people == person
        _, day = np.unique(probes.days[mine], return_inverse=True)
        each.append(float((np.bincount(day, values[mine]) / np.bincount(day)).mean()))
    return float(np.mean(each))
