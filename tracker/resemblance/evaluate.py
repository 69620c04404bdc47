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

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from tracker.methods.contract import CannotFit, Floats, Neighbours
from tracker.methods.registry import names as all_methods
from tracker.methods.registry import unit
from tracker.resemblance.day_means import LEADS, OVERALL, TREND, DayMeans
from tracker.resemblance.evidence import Codes, Evidence, Mask, Vectors
from tracker.resemblance.fitting import fit, scores
from tracker.resemblance.held_out import HeldOut, held_out
from tracker.resemblance.intervals import Array, Days
from tracker.resemblance.nearest import Nearest
from tracker.resemblance.plan import NO_DAY, NO_VECTOR, SAME_DAY, Plan

__all__ = ["LEADS", "NO_DAY", "NO_VECTOR", "OVERALL", "SAME_DAY", "TREND", "evaluate"]

OnStep = Callable[[int, int], None]


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
    steps = len(plan.drawn.chosen) * len(running)
    # Where nobody is asked about, one fit tells all there is to know of a method.
    drawn = plan.drawn.chosen[: None if len(asked) else 1]
    for number, rows in enumerate(drawn if running else ()):
        turned, flat = _turned(relatives, rows, asked)
        for step, name in enumerate(running):
            if on_step is not None:
                on_step(number * len(running) + step, steps)
            if name in failed:
                continue
            try:
                method = fit(name, turned, rows, seed=seed + number, neighbours=index)
            except CannotFit as error:
                failed[name] = str(error)
                continue
            units[name] = unit(method)
            if not len(asked):
                continue
            through_index = index is not None and hasattr(method, "fit_neighbours")
            said = scores(method, asked if through_index else flat)
            said[~weights[number]] = 0.0
            sums[name] += said
    done = [name for name in running if name not in failed]
    known = (
        held_out(
            relatives,
            done,
            most=plan.drawn.photos_each,
            seed=seed,
            neighbours=neighbours,
        )
        if check and done
        else {}
    )
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


def _turned(relatives: Evidence, rows: Codes, asked: Floats) -> tuple[Evidence, Floats]:
    """The drawn relatives and the faces `asked`, in the space that the draw spans.

    Gives evidence whose vectors hold only the drawn rows (others are zero), and the faces, both
    float32 with q + 1 coordinates.
    """
    chosen = rows.reshape(-1)
    drawn = relatives.vectors[chosen]
    if len(chosen) + 1 >= drawn.shape[1]:
        return relatives, asked
    basis = np.linalg.qr(drawn.T.astype(np.float64))[0].astype(np.float32)
    flat = asked @ basis
    outside = (asked**2).sum(axis=1) - (flat**2).sum(axis=1)
    flat = np.concatenate([flat, np.sqrt(np.maximum(outside, 0.0))[:, None]], axis=1)
    vectors = np.zeros((len(relatives), flat.shape[1]), dtype=np.float32)
    vectors[chosen, :-1] = drawn @ basis
    return replace(relatives, vectors=vectors), flat


def _must_exist(name: str) -> None:
    from tracker.methods.registry import create

    create(name)
