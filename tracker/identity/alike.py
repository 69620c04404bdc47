"""Somebody without a name who is like somebody known: a cousin, a child of the same age. Pure.

How near such faces come cannot be learned from the others who have names: where those are all
grown-ups, every baby is far nearer to the family's baby than they are. It is learned from the faces
that nobody named: beside a person's own and those that are far off, there may be a third kind
somewhere between. Where it lies and how wide it is are averaged by how well each possibility tells
the faces (a mixture of Gaussians of which two are known).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.identity.odds import Odds

Floats = npt.NDArray[np.floating[Any]]

PLACES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
"""How much of the way from others' faces to a person's own somebody alike may come."""

WIDTHS = (0.06, 0.12, 0.25)
"""The spread of such faces, as a share of that way."""

RARER = 8.0
"""The nearer to a person somebody alike would come, the rarer: in log-odds, over the whole way."""

SHIFTS = (0.0, 0.75, 1.5)
"""Faces that nobody named yet may be so much farther from a person's confirmed ones than these are
from each other, in their spread: who confirms, takes the clear ones first."""

EXISTS = 0.1
"""How likely it is before looking that there is anybody alike at all."""

BELIEVED = (5.0, 10.0, 0.2)
"""Faces that are expected before looking: own ones, far ones, and of somebody alike."""

ROUNDS = 30
LEAST_WEIGHT = 0.001
"""Possibilities that are less likely are left out."""


def with_alike(odds: Odds, values: Floats, nameless: Floats) -> Odds:
    """The same log-odds, where nobody known may also be somebody alike.

    `values` `(m,)` are the nearnesses of faces without a name to the person, and `nameless` `(m,)`
    how much each of them counts: less, as it is likely to be somebody else known.
    """
    good = np.isfinite(values)
    values, nameless = values[good], nameless[good]
    own, far = odds.strange.own, odds.strange.others
    if own <= far:
        return odds
    usual = np.sqrt(odds.strange.own_variance)
    scaled = (values - odds.middle) / odds.sd
    of = (scaled - own) / usual
    mine = np.exp(np.clip((of**2 - (of + np.array(SHIFTS)[:, None]) ** 2) / 2, -50, 50))
    rarer = np.exp(-RARER * np.array(PLACES))
    rarer *= EXISTS / rarer.sum() / len(WIDTHS)
    curves, before, told = [], [], [np.zeros(len(values))]
    for (place, rare), width in product(zip(PLACES, rarer.tolist(), strict=True), WIDTHS):
        middle, spread = far + place * (own - far), width * (own - far)
        curves.append(replace(odds.strange, others=middle, others_variance=spread**2))
        before.append(rare)
        z = (scaled - middle) / spread
        told.append(np.exp(np.clip((of**2 - z**2) / 2, -50, 50)) * usual / spread)
    shares, likely = _mixed(mine, np.exp(-odds(values)), np.stack(told), nameless)
    likely += np.log([1 - EXISTS, *before])[:, None]
    weights = np.exp(likely - likely.max())
    weights /= weights.sum()
    weights[weights <= LEAST_WEIGHT] = 0.0
    found = (weights * shares)[1:].sum(axis=1)  # but for nobody alike
    return replace(
        odds,
        alike=tuple((s, c) for s, c in zip(found.tolist(), curves, strict=True) if s > 0),
    )


def _mixed(own: Floats, far: Floats, told: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """For each possibility `(g, s)`: of faces of nobody known, the share of somebody alike's; and
    how well that tells the faces. `own` `(s, m)`, `far` `(m,)` and `told` `(g, m)` are how likely
    the faces are of each kind, `counts` `(m,)` how much each of them counts."""
    before = np.array(BELIEVED)
    shares = np.empty((len(told), len(own), 3))
    shares[:] = before / before.sum()
    kinds = np.stack(
        np.broadcast_arrays(own[None], far[None, None], told[:, None]), axis=2
    )  # (g, s, 3, m)
    for _ in range(ROUNDS):
        sums = np.einsum("gsk,gskm->gsm", shares, kinds)
        shares *= np.einsum("gskm,gsm->gsk", kinds, counts / sums)
        shares = (shares + before) / (counts.sum() + before.sum())
    sums = np.einsum("gsk,gskm->gsm", shares, kinds)
    fit = np.log(sums) @ counts + np.log(shares) @ before
    return shares[..., 2] / (shares[..., 1] + shares[..., 2]), fit
