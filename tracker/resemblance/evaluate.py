"""Every method, for every month of the child's age.

Each method is fitted once per draw and asked about all of the child's faces; a face whose day or
photo is in the draw does not count there. Per face the draws are averaged, per day the faces,
per month the days. Differences between two relatives are taken face by face, so that what both
share (light, blur, age) falls out before the days are compared.

Before a draw is put to the methods, everything is turned into the space that its photos span,
with one coordinate more for what of a face lies outside. All lengths and angles stay as they are,
so every method answers the same, from tens of numbers per face instead of hundreds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tracker.methods._quiet import one_thread_each
from tracker.methods.contract import CannotFit, Neighbours
from tracker.methods.registry import names as all_methods
from tracker.resemblance.day_means import LEADS, OVERALL, TREND, DayMeans
from tracker.resemblance.evidence import Codes, Evidence, Mask, Vectors
from tracker.resemblance.fitting import Question
from tracker.resemblance.held_out import HeldOut, held_out
from tracker.resemblance.intervals import Array, Days
from tracker.resemblance.nearest import Nearest
from tracker.resemblance.plan import NO_DAY, NO_VECTOR, SAME_DAY, Plan

__all__ = ["LEADS", "NO_DAY", "NO_VECTOR", "OVERALL", "SAME_DAY", "TREND", "evaluate"]

OnStep = Callable[[int, int], None]

MOST_WORKERS = 8
"""Draws asked at a time, one a core: each holds a copy of the faces in its own space."""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """A method that worked: the `unit` of its numbers ("share" or "similarity"), and how well it
    knows the relatives themselves on days it had not seen (None if that is not known)."""

    name: str
    unit: str
    held_out: HeldOut | None

    @property
    def held_out_accuracy(self) -> float | None:
        """Balanced accuracy on the relatives' own photos of held-out days, in [0, 1]."""
        return None if self.held_out is None else self.held_out.accuracy


@dataclass(frozen=True, slots=True, eq=False)
class Unrelated:
    """Children of other people, put to the same fits: `vectors` float32 `(f, d)` of unit length,
    `owner` int `(f,)` which child it is."""

    vectors: Vectors
    owner: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What the methods said.

    `values` float64 `(methods, faces, relatives)` over the faces that count, `said` their means
    over photo-days, `counted` bool `(draws, faces)` which draw counts for which face. `failed`
    maps a method to the reason why it could not run. `left_out` has columns face_id, reason.
    `photos_each` is the number of photos of each relative in each of the `draws`. `unrelated`
    float64 `(methods, f, relatives)` is what they say of other people's children, over all draws.
    """

    relatives: tuple[str, ...]
    methods: tuple[MethodResult, ...]
    failed: dict[str, str]
    values: Array
    said: DayMeans
    counted: Mask
    face_ids: Codes
    left_out: pd.DataFrame
    photos_each: int
    draws: int
    unrelated: Array
    warnings: tuple[str, ...] = field(default=())

    @property
    def trend(self) -> pd.DataFrame:
        """Every method, month and relative: see `DayMeans.trend`."""
        return self.said.trend

    def leads(self, first: str, second: str) -> pd.DataFrame:
        """`first` minus `second` by method and month: see `DayMeans.leads`."""
        return self.said.leads(first, second)

    def overall(self, first: str, second: str) -> pd.DataFrame:
        """`first` minus `second` by method over all months: see `DayMeans.overall`."""
        return self.said.overall(first, second)


def evaluate(
    relatives: Evidence,
    child: Evidence,
    *,
    methods: Sequence[str] | None = None,
    draws: int = 25,
    seed: int = 0,
    neighbours: Neighbours | None = None,
    unrelated: Unrelated | None = None,
    on_step: OnStep | None = None,
) -> Evaluation:
    """Compare the child's faces with the relatives by each of `methods` (all, unless named).

    `neighbours` serves the methods that search a gallery. `on_step` is told how many of how many
    fits are done. Nothing is raised for too little evidence: what cannot be computed is missing
    from the frames and named in `failed`, `left_out` and `warnings`.
    """
    plan = Plan.of(relatives, child, draws=draws, seed=seed)
    return ask(
        plan,
        methods=methods,
        seed=seed,
        neighbours=neighbours,
        unrelated=unrelated,
        on_step=on_step,
    )


def ask(
    plan: Plan,
    *,
    methods: Sequence[str] | None = None,
    seed: int = 0,
    neighbours: Neighbours | None = None,
    unrelated: Unrelated | None = None,
    check: bool = True,
    on_step: OnStep | None = None,
) -> Evaluation:
    """Fit and ask the methods as planned. Without `check` the methods' knowledge of the relatives
    themselves is not measured: it does not depend on the child."""
    wanted = all_methods() if methods is None else tuple(methods)
    probes, relatives = plan.probes, plan.relatives
    strangers = unrelated.vectors if unrelated is not None else probes.vectors[:0]
    asked = np.concatenate([probes.vectors, strangers]) if len(strangers) else probes.vectors
    running = list(wanted) if (len(asked) or check) and len(plan.drawn.chosen) else []
    for name in wanted:
        _must_exist(name)
    sums = {name: np.zeros((len(asked), len(relatives.names))) for name in running}
    units: dict[str, str] = {}
    failed: dict[str, str] = {}
    weights = np.concatenate(
        [plan.counted, np.ones((len(plan.drawn.chosen), len(strangers)), dtype=bool)], axis=1
    )
    index = neighbours
    if neighbours is not None and len(asked) and running:
        used = relatives.face_ids[np.unique(plan.drawn.chosen)]
        index = Nearest.of(neighbours, asked, used)
    # Where nobody is asked about, one fit tells all there is to know of a method.
    drawn = plan.drawn.chosen[: None if len(asked) else 1] if running else plan.drawn.chosen[:0]

    def one(number: int) -> list[_Told]:
        return _ask_once(
            relatives, drawn[number], asked, methods=running, seed=seed + number, index=index
        )

    steps = len(drawn) * len(running)
    workers = min(MOST_WORKERS, os.cpu_count() or 1)
    with one_thread_each(), ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(drawn), workers):
            numbers = range(start, min(start + workers, len(drawn)))
            for number, told in zip(numbers, pool.map(one, numbers), strict=True):
                for step, found in enumerate(told):
                    if on_step is not None:
                        on_step(number * len(running) + step, steps)
                    if found.failed:
                        failed.setdefault(found.name, found.failed)
                    elif found.said is not None:
                        units[found.name] = found.unit
                        found.said[~weights[number]] = 0.0
                        sums[found.name] += found.said
    done = [name for name in running if name not in failed]
    known: dict[str, HeldOut] = {}
    if check and done:
        most = plan.drawn.photos_each
        with one_thread_each():
            known = held_out(relatives, done, most=most, seed=seed, neighbours=neighbours)
    counts = np.maximum(weights.sum(axis=0), 1)[:, None]
    shape = (len(done), len(asked), len(relatives.names))
    values = np.array([sums[name] / counts for name in done], dtype=np.float64).reshape(shape)
    mine = values[:, : len(probes)]
    return Evaluation(
        relatives=relatives.names,
        methods=tuple(MethodResult(name, units[name], known.get(name)) for name in done),
        failed=failed,
        values=mine,
        said=day_means(tuple(done), plan, mine),
        counted=plan.counted,
        face_ids=probes.face_ids,
        left_out=plan.left_out,
        photos_each=plan.drawn.photos_each,
        draws=len(plan.drawn.chosen),
        unrelated=values[:, len(probes) :],
        warnings=plan.warnings,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What one method said in one draw: `said` float64 `(m, R)`, or why it `failed`."""

    name: str
    unit: str = ""
    said: Array | None = None
    failed: str = ""


def _ask_once(
    relatives: Evidence,
    rows: Codes,
    asked: Vectors,
    *,
    methods: Sequence[str],
    seed: int,
    index: Neighbours | None,
) -> list[_Told]:
    """Fit every method on one draw and ask it."""
    question = Question.of(relatives, rows, asked, index)
    found = []
    for name in methods:
        try:
            kind, said = question.put(name, seed=seed)
        except CannotFit as error:
            found.append(_Told(name, failed=str(error)))
        else:
            found.append(_Told(name, kind, said))
    return found


def day_means(methods: tuple[str, ...], plan: Plan, values: Array) -> DayMeans:
    """Means over days of what was said of each face: `values` `(methods, faces, R)`."""
    days = Days.of(plan.probes.days, plan.probes.ages)
    code = np.zeros(len(days.ages), dtype=np.int64)
    code[days.day_of] = plan.probes.days
    draws = np.zeros(len(days.ages), dtype=np.int64)
    for counts in plan.counted:
        draws += np.bincount(days.day_of, counts, minlength=len(draws)) > 0
    return DayMeans(
        methods=methods,
        relatives=plan.relatives.names,
        values=days.means(np.moveaxis(values, 1, 2)),
        days=code,
        ages=days.ages,
        faces=np.bincount(days.day_of, minlength=len(days.ages)),
        draws=draws,
    )


def _must_exist(name: str) -> None:
    from tracker.methods.registry import create

    create(name)
