"""Log-odds as functions of nearness: a person against another, and against nobody known. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

CLIP = 20.0
"""Log-odds beyond this say nothing more and would overflow."""

KIN = 0.02
"""The share of nobody's faces that are a relative's whom nobody named yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """Log-odds as a straight line: nearer is never less likely. `apart` is the distance of the two
    means in standard deviations, as far as it is certain."""

    middle: float
    slope: float
    apart: float

    def __call__(self, values: Floats) -> Floats:
        """Log-odds of these values, within +-CLIP."""
        return np.asarray(np.clip(self.slope * (values - self.middle), -CLIP, CLIP))


@dataclass(frozen=True, slots=True)
class Curve:
    """Log-odds of two Gaussians, a person's own faces and others'.

    Where one's own faces are much like each other, somewhat near is not near enough: the spreads
    may differ. Nearer is never less likely: the curve is level beyond its peak or its trough.
    """

    own: float
    own_variance: float
    others: float
    others_variance: float

    def __call__(self, values: Floats) -> Floats:
        """Log-odds of these values, within +-CLIP."""
        if self.own <= self.others:
            return np.where(np.isnan(values), np.nan, -CLIP / 4)
        bend = 1 / self.own_variance - 1 / self.others_variance
        if bend != 0:
            turn = (self.own / self.own_variance - self.others / self.others_variance) / bend
            values = np.minimum(values, turn) if bend > 0 else np.maximum(values, turn)
        odds = 0.5 * (
            np.log(self.others_variance / self.own_variance)
            + (values - self.others) ** 2 / self.others_variance
            - (values - self.own) ** 2 / self.own_variance
        )
        return np.asarray(np.clip(odds, -CLIP, CLIP))


@dataclass(frozen=True, slots=True)
class Odds:
    """Log-odds that a face is a person and nobody known: a stranger (`strange`, fitted on people
    known to be unrelated, or without any on everybody else here), or somebody unknown who is about
    as near as one of the others here (`kin`, a curve for each), or somebody unknown who is alike
    (`alike`, curves and the share of nobody's faces that are so: see `with_alike`).

    Nearness is counted in `sd`s from `middle`: what strangers' faces have to this person.
    """

    middle: float
    sd: float
    kin: tuple[Curve, ...]
    strange: Curve
    alike: tuple[tuple[float, Curve], ...] = ()

    def __call__(self, values: Floats) -> Floats:
        """Log-odds of these values, the kinds of nobody by their shares."""
        values = (values - self.middle) / self.sd
        odds = -self.strange(values)
        kinds = [*self.alike, *((KIN / len(self.kin), curve) for curve in self.kin)]
        for share, curve in kinds:
            with np.errstate(invalid="ignore"):  # where there is nothing to compare with
                odds = np.logaddexp(odds + np.log1p(-share), np.log(share) - curve(values))
        return np.asarray(-odds)
