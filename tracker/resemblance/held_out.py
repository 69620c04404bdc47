"""Does a method know the relatives themselves, on days it has not seen?

A check that is blind to the child: a method that cannot tell the mother from the father has
nothing to say about whom the child resembles. Days are held out whole; with photos held out one
by one, nearest neighbours score 96 % on photos that share nothing but the day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tracker.methods.contract import CannotFit, Neighbours
from tracker.resemblance.draws import halve_days, spread
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.fitting import fit, scores

REPEATS = 3
"""Times that the days are split anew; each half teaches once and is asked once."""


def held_out_accuracy(
    relatives: Evidence,
    methods: Sequence[str],
    *,
    most: int,
    seed: int,
    neighbours: Neighbours | None = None,
) -> dict[str, float | None]:
    """Balanced accuracy of each method on the relatives' photos of held-out days, in [0, 1].

    Chance is 1/R. Every relative weighs the same, and within one every day. At most `most`
    photos of each teach. None where a relative has fewer than two days, or the method cannot be
    fitted.
    """
    unknown: dict[str, float | None] = dict.fromkeys(methods)
    people = len(relatives.names)
    if people < 2:
        return unknown
    rng = np.random.default_rng(seed)
    results: dict[str, list[float]] = {name: [] for name in methods}
    for repeat in range(REPEATS):
        halves = halve_days(relatives, relatives.days, rng)
        for asked in halves:
            is_asked = np.isin(relatives.days, asked)
            teach = [np.flatnonzero((relatives.people == p) & ~is_asked) for p in range(people)]
            size = min(most, *(len(rows) for rows in teach))
            if size == 0 or len(np.unique(relatives.people[is_asked])) < people:
                continue
            rows = np.array([spread(relatives.days, r, size, rng) for r in teach])
            probes = relatives.only(is_asked)
            for name in methods:
                try:
                    method = fit(name, relatives, rows, seed=seed + repeat, neighbours=neighbours)
                except CannotFit:
                    continue
                answers = scores(method, probes.vectors)
                results[name].append(_balanced(answers, probes))
    return {name: float(np.mean(found)) if found else None for name, found in results.items()}


def _balanced(answers: np.ndarray, probes: Evidence) -> float:
    """Mean over people of the mean over their days of the share told right; ties count in part."""
    best = answers >= answers.max(axis=1, keepdims=True) - 1e-12
    right = best[np.arange(len(answers)), probes.people] / best.sum(axis=1)
    each = []
    for person in range(len(probes.names)):
        mine = probes.people == person
        _, day = np.unique(probes.days[mine], return_inverse=True)
        each.append(float((np.bincount(day, right[mine]) / np.bincount(day)).mean()))
    return float(np.mean(each))
