"""What was said of each photo-day, and what that makes of months and of the whole.

All that a report needs of the methods is one number per method, relative and photo-day: means of
months, differences and their intervals follow from them. So days are what is kept, and a month
in which nothing changed need not be computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tracker.resemblance.evidence import Codes, Mask
from tracker.resemblance.intervals import Array, over_days, spread_within

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


@dataclass(frozen=True, slots=True, eq=False)
class DayMeans:
    """Means over each photo-day's faces.

    `values` float64 `(methods, R, days)`; `days` int64 `(days,)` coded as in `Evidence`, `ages`
    int `(days,)` complete months, `faces` and `draws` int `(days,)`: how many faces of the child
    the day has, and how many draws counted for at least one of them. In order of age, then day.
    """

    methods: tuple[str, ...]
    relatives: tuple[str, ...]
    values: Array
    days: Codes
    ages: Codes
    faces: Codes
    draws: Codes

    @classmethod
    def join(cls, parts: Sequence[DayMeans]) -> DayMeans:
        """Days of several months as one; all parts are of the same methods and relatives."""
        together = [
            np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in ("values", "days", "ages", "faces", "draws")
        ]
        order = np.lexsort((together[1], together[2]))
        return cls(parts[0].methods, parts[0].relatives, *(array[..., order] for array in together))

    def of(self, methods: Sequence[str]) -> DayMeans:
        """The days of some of the methods, in the order given."""
        rows = [self.methods.index(name) for name in methods]
        return replace(self, methods=tuple(methods), values=self.values[rows])

    def only(self, chosen: Mask) -> DayMeans:
        """The days of a mask `(days,)`."""
        return DayMeans(
            self.methods,
            self.relatives,
            self.values[..., chosen],
            self.days[chosen],
            self.ages[chosen],
            self.faces[chosen],
            self.draws[chosen],
        )

    @property
    def trend(self) -> pd.DataFrame:
        """One row per method, month and relative: columns `TREND`.

        `value` is the mean of the day means; `low` and `high` its 95 % t interval over days, NaN
        below three days. Months without faces have no row.
        """
        rows = []
        for age, here in self._months():
            found = over_days(self.values[:, :, here])
            counts = (int(self.faces[here].sum()), int(here.sum()), int(self.draws[here].max()))
            for m, method in enumerate(self.methods):
                for r, relative in enumerate(self.relatives):
                    rows.append((
                        method, age, relative, found.mean[m, r], found.low[m, r],
                        found.high[m, r], *counts,
                    ))  # fmt: skip
        return _sorted(pd.DataFrame(rows, columns=list(TREND)))

    def leads(self, first: str, second: str) -> pd.DataFrame:
        """`first` minus `second`, one row per method and month: columns `LEADS`.

        `lead` is the difference over the spread of the method's day means about their month's
        mean. `leader` is empty where the interval holds zero or there is none.
        """
        by_day = self.differences(first, second)
        spread = spread_within(by_day, self.ages)
        rows = []
        for age, here in self._months():
            counts = (int(self.faces[here].sum()), int(here.sum()))
            for method, row in zip(
                self.methods, _compared(first, second, by_day[:, here], spread), strict=True
            ):
                rows.append((method, age, *row, *counts))
        return _sorted(pd.DataFrame(rows, columns=list(LEADS)))

    def overall(self, first: str, second: str) -> pd.DataFrame:
        """`first` minus `second` over all days of all months, one row a method: `OVERALL`."""
        by_day = self.differences(first, second)
        spread = spread_within(by_day, self.ages)
        counts = (int(self.faces.sum()), len(self.days))
        rows = [
            (method, *row, *counts)
            for method, row in zip(
                self.methods, _compared(first, second, by_day, spread), strict=True
            )
            if counts[1] > 0
        ]
        return pd.DataFrame(rows, columns=list(OVERALL))

    def differences(self, first: str, second: str) -> Array:
        """`first` minus `second` `(methods, days)`; what both share (light, age) falls out."""
        a, b = self.relatives.index(first), self.relatives.index(second)
        return np.asarray(self.values[:, a] - self.values[:, b])

    def _months(self) -> list[tuple[int, Mask]]:
        return [(int(age), np.asarray(self.ages == age)) for age in np.unique(self.ages)]


def _compared(
    first: str, second: str, by_day: Array, spread: Array
) -> list[tuple[str, str, float, float, float, float, str]]:
    """The middle columns of `LEADS`, one row per method, from day differences."""
    found = over_days(by_day)
    rows = []
    for mean, low, high, sd in zip(found.mean, found.low, found.high, spread, strict=True):
        leader = first if low > 0 else second if high < 0 else ""
        rows.append((first, second, float(mean), float(low), float(high), float(mean / sd), leader))
    return rows


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(["method", "age_months"], kind="stable", ignore_index=True)
