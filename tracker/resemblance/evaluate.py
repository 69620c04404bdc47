"""Every method, for every month of the child's age.

Each method is fitted once per draw and asked about all of the child's faces; a face whose day or
photo is in the draw does not count there. Per face the draws are averaged, per day the faces,
per month the days. Differences between two relatives are taken face by face, so that what both
share (light, blur, age) falls out before the days are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tracker.methods.contract import CannotFit, Floats, Neighbours
from tracker.methods.registry import names as all_methods
from tracker.methods.registry import unit
from tracker.resemblance.draws import Draws, draw
from tracker.resemblance.evidence import Codes, Evidence, Mask
from tracker.resemblance.fitting import fit, scores
from tracker.resemblance.held_out import held_out_accuracy
from tracker.resemblance.intervals import Array, Days, over_days, spread_within

SAME_DAY = "on the same day as the relatives' photos it would be compared with"
NO_DAY = "the day is not known"

TREND = (
    "method",
    "age_months",
    "relative",
    "value",
    "low",
    "high",
    "faces",
    "photo_days",
    "draws",
)
LEADS = (
    "method",
    "age_months",
    "first",
    "second",
    "difference",
    "low",
    "high",
    "lead",
    "leader",
    "faces",
    "photo_days",
)
OVERALL = tuple(column for column in LEADS if column != "age_months")


@dataclass(frozen=True, slots=True)
class MethodResult:
    """A method that worked: the `unit` of its numbers ("share" or "similarity"), and its
    balanced accuracy on the relatives' own photos of days it had not seen (None if unknown)."""

    name: str
    unit: str
    held_out_accuracy: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What the methods said.

    `values` float64 `(methods, faces, relatives)` over the faces that count, `days` their
    photo-days, `counted` bool `(draws, faces)` which draw counts for which face. `failed` maps a
    method to the reason why it could not run. `left_out` has columns face_id, reason.
    `photos_each` is the number of photos of each relative in each of the `draws`.
    """

    relatives: tuple[str, ...]
    methods: tuple[MethodResult, ...]
    failed: dict[str, str]
    values: Array
    days: Days
    counted: Mask
    face_ids: Codes
    left_out: pd.DataFrame
    photos_each: int
    draws: int
    warnings: tuple[str, ...] = field(default=())

    @property
    def trend(self) -> pd.DataFrame:
        """One row per method, month and relative: columns `TREND`.

        `value` is the mean of the day means; `low` and `high` its 95 % t interval over days, NaN
        below three days. Months without faces have no row.
        """
        per_day = self.days.means(np.moveaxis(self.values, 1, 2))
        rows = []
        for age, in_month, faces in self._months():
            found = over_days(per_day[:, :, in_month])
            days, used = int(in_month.sum()), int(self.counted[:, faces].any(axis=1).sum())
            for m, method in enumerate(self.methods):
                for r, relative in enumerate(self.relatives):
                    rows.append((
                        method.name, age, relative, found.mean[m, r], found.low[m, r],
                        found.high[m, r], int(faces.sum()), days, used,
                    ))  # fmt: skip
        return _sorted(pd.DataFrame(rows, columns=list(TREND)))

    def leads(self, first: str, second: str) -> pd.DataFrame:
        """`first` minus `second`, one row per method and month: columns `LEADS`.

        `lead` is the difference over the spread of the method's day means about their month's
        mean. `leader` is empty where the interval holds zero or there is none.
        """
        per_day, spread = self._differences(first, second)
        rows = []
        for age, in_month, faces in self._months():
            for m, row in enumerate(_compared(first, second, per_day[:, in_month], spread)):
                counts = (int(faces.sum()), int(in_month.sum()))
                rows.append((self.methods[m].name, age, *row, *counts))
        return _sorted(pd.DataFrame(rows, columns=list(LEADS)))

    def overall(self, first: str, second: str) -> pd.DataFrame:
        """`first` minus `second` over all days of all months, one row a method: `OVERALL`."""
        per_day, spread = self._differences(first, second)
        counts = (len(self.face_ids), per_day.shape[-1])
        rows = [
            (self.methods[m].name, *row, *counts)
            for m, row in enumerate(_compared(first, second, per_day, spread))
            if counts[1] > 0
        ]
        return pd.DataFrame(rows, columns=list(OVERALL))

    def _months(self) -> list[tuple[int, Mask, Mask]]:
        """Age, mask of its days, mask of its faces; in order of age."""
        return [
            (int(age), self.days.ages == age, self.days.ages[self.days.day_of] == age)
            for age in np.unique(self.days.ages)
        ]

    def _differences(self, first: str, second: str) -> tuple[Array, Array]:
        a, b = self.relatives.index(first), self.relatives.index(second)
        per_day = self.days.means(self.values[:, :, a] - self.values[:, :, b])
        return per_day, spread_within(per_day, self.days.ages)


def evaluate(
    relatives: Evidence,
    child: Evidence,
    *,
    methods: Sequence[str] | None = None,
    draws: int = 25,
    seed: int = 0,
    neighbours: Neighbours | None = None,
    on_method: Callable[[str], None] | None = None,
) -> Evaluation:
    """Compare the child's faces with the relatives by each of `methods` (all, unless named).

    `neighbours` serves the methods that search a gallery. `on_method` is told each method's name
    before it runs. Nothing is raised for too little evidence: what cannot be computed is missing
    from the frames and named in `failed`, `left_out` and `warnings`.
    """
    wanted = all_methods() if methods is None else tuple(methods)
    dated = child.days >= 0
    drawn = draw(relatives, shared_days=child.days[dated], draws=draws, seed=seed)
    counted = dated[None, :] & ~_together(drawn, relatives, child)
    usable: Codes = np.flatnonzero(counted.any(axis=0))
    counted = counted[:, usable]
    probes = child.only(usable)
    unusable = np.setdiff1d(np.arange(len(child)), usable)
    found, failed, values = [], {}, []
    accuracy: dict[str, float | None] = {}
    if len(probes):
        accuracy = held_out_accuracy(
            relatives, wanted, most=drawn.photos_each, seed=seed, neighbours=neighbours
        )
    for name in wanted if len(probes) else ():
        if on_method is not None:
            on_method(name)
        try:
            kind, value = _averaged(
                name, relatives, probes, drawn, counted, seed=seed, neighbours=neighbours
            )
        except CannotFit as error:
            failed[name] = str(error)
            continue
        found.append(MethodResult(name, kind, accuracy[name]))
        values.append(value)
    shape = (len(found), len(probes), len(relatives.names))
    return Evaluation(
        relatives=relatives.names,
        methods=tuple(found),
        failed=failed,
        values=np.array(values, dtype=np.float64).reshape(shape),
        days=Days.of(probes.days, probes.ages),
        counted=counted,
        face_ids=probes.face_ids,
        left_out=pd.DataFrame(
            {
                "face_id": child.face_ids[unusable],
                "reason": np.where(dated[unusable], SAME_DAY, NO_DAY),
            }
        ),
        photos_each=drawn.photos_each,
        draws=len(drawn.chosen),
        warnings=_warnings(relatives, drawn),
    )


def _together(drawn: Draws, relatives: Evidence, child: Evidence) -> Mask:
    """Which child's faces share a day or photo with which draw: bool `(draws, faces)`."""
    together = np.zeros((len(drawn.chosen), len(child)), dtype=bool)
    for number, rows in enumerate(drawn.chosen):
        together[number] = np.isin(child.days, relatives.days[rows])
        together[number] |= np.isin(child.photos, relatives.photos[rows])
    return together


def _averaged(
    name: str,
    relatives: Evidence,
    probes: Evidence,
    drawn: Draws,
    counted: Mask,
    *,
    seed: int,
    neighbours: Neighbours | None,
) -> tuple[str, Floats]:
    """The method's unit, and its numbers averaged over the draws that count: `(faces, R)`."""
    total = np.zeros((len(probes), len(relatives.names)))
    kind = "similarity"
    for number, rows in enumerate(drawn.chosen):
        method = fit(name, relatives, rows, seed=seed + number, neighbours=neighbours)
        kind = unit(method)
        total += counted[number][:, None] * scores(method, probes.vectors)
    return kind, total / counted.sum(axis=0)[:, None]


def _compared(
    first: str, second: str, per_day: Array, spread: Array
) -> list[tuple[str, str, float, float, float, float, str]]:
    """The middle columns of `LEADS`, one row per method, from day differences."""
    found = over_days(per_day)
    rows = []
    for mean, low, high, sd in zip(found.mean, found.low, found.high, spread, strict=True):
        leader = first if low > 0 else second if high < 0 else ""
        rows.append((first, second, float(mean), float(low), float(high), float(mean / sd), leader))
    return rows


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["method", "age_months"], kind="stable", ignore_index=True)


def _warnings(relatives: Evidence, drawn: Draws) -> tuple[str, ...]:
    if drawn.failed:
        return tuple(
            f"no photo of {name} can be compared with the child's: none is of another day"
            if (relatives.people == number).any()
            else f"there are no photos of {name} to compare with"
            for number, name in enumerate(relatives.names)
            if name in drawn.failed
        )
    return ()
