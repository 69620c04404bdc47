"""May a method be believed? Checks that are blind to what it says of the child.

A method passes that tells the relatives apart on days it has not seen, gives other people's
children to either about as often as to the other, and whose shares are better than a coin's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.resemblance.bias import LEAST_STRANGERS
from tracker.resemblance.evaluate import MethodResult
from tracker.resemblance.evidence import Codes
from tracker.resemblance.intervals import Array

FAIR = (0.45, 0.55)
"""Share of other people's children that may lean to the first relative. A method fails only
where the 95 % interval of its share lies outside: of a small cohort no share is exact."""

NORMAL = 1.959964
COIN = 0.25


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of a method; None where it could not be measured.

    `accuracy` and `brier` as in `HeldOut`, among `people` relatives. `stranger_share` of
    `strangers` unrelated children lean to the first relative; `lean` is the mean and `chance`
    the standard deviation over these children of first minus second, in the method's own unit.
    `leak` says how the method works for a wrong reason, or "".
    """

    name: str
    unit: str
    accuracy: float | None = None
    brier: float | None = None
    stranger_share: float | None = None
    strangers: float | None = None
    lean: float | None = None
    chance: float | None = None
    people: float | None = 2.0
    leak: str = ""

    @property
    def problems(self) -> tuple[str, ...]:
        """What failed, each in some words with its figure."""
        found = [self.leak] if self.leak else []
        fair = 1 / (self.people or 2.0)
        if self.accuracy is not None and self.accuracy < (1 + fair) / 2:
            found.append(
                f"names the right relative on {self.accuracy:.0%} of their own unseen photos "
                f"({fair:.0%} is chance)"
            )
        if self.brier is not None and self.people == 2 and self.brier >= COIN:
            found.append(f"its shares are no better than a coin's (Brier {self.brier:.2f})")
        if self.stranger_share is not None and self.strangers:
            low, high = wilson(self.stranger_share, self.strangers)
            if low > FAIR[1] or high < FAIR[0]:
                found.append(
                    f"gives {self.stranger_share:.0%} of other people's children to the first"
                )
        return tuple(found)

    @property
    def passed(self) -> bool | None:
        """Whether nothing failed; None where nothing could be checked."""
        if self.problems:
            return False
        return True if self.accuracy is not None or self.stranger_share is not None else None


def check_method(
    method: MethodResult, unrelated: Array, owner: Codes | None, leak: str = ""
) -> Check:
    """Sum up what was measured. `unrelated` float64 `(f, R)` is what the method says of other
    people's children, `owner` int `(f,)` which child each face is."""
    held = method.held_out
    share, count, lean, chance = None, None, None, None
    if owner is not None and len(owner):
        _, of = np.unique(owner, return_inverse=True)
        difference = np.bincount(of, unrelated[:, 0] - unrelated[:, 1]) / np.bincount(of)
        if len(difference) >= LEAST_STRANGERS:
            share = float(np.where(difference == 0, 0.5, difference > 0).mean())
            count = float(len(difference))
            lean, chance = float(difference.mean()), float(difference.std(ddof=1))
    return Check(
        name=method.name,
        unit=method.unit,
        accuracy=None if held is None else held.accuracy,
        brier=None if held is None else held.brier,
        stranger_share=share,
        strangers=count,
        lean=lean,
        chance=chance,
        people=float(unrelated.shape[1]),
        leak=leak,
    )


def wilson(share: float, count: float) -> tuple[float, float]:
    """The 95 % interval of a share of `count` (Wilson 1927)."""
    squared = NORMAL**2
    middle = (share + squared / (2 * count)) / (1 + squared / count)
    reach = NORMAL * np.sqrt(share * (1 - share) / count + squared / (4 * count**2))
    reach /= 1 + squared / count
    return float(middle - reach), float(middle + reach)
