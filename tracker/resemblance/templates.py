"""Templates: one vector that stands for a relative, made of the same number of days of each.

A template is the mean over days of the mean over that day's photos, at unit length. The cosine
to a child grows with the number of days in it, so every relative's template has the same number,
drawn anew many times; what has more photos gets a steadier answer, not a higher one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.resemblance.cells import unit
from tracker.resemblance.draws import MOST_PHOTOS, Draws, draw
from tracker.resemblance.evidence import Codes, Evidence, Mask
from tracker.resemblance.intervals import Array


@dataclass(frozen=True, slots=True, eq=False)
class Templates:
    """`vectors` float64 `(draws, R, d)` at unit length; `drawn` the rows they are made of.

    `days_each` float64 `(R,)`: days in one template, mean over draws. `days_in_all` float64
    `(R,)`: to how many days the mean of all draws' templates is worth, 1 / sum of squared
    weights (Kish 1965); it is what remains uncertain about a relative after all draws.
    """

    vectors: Array
    drawn: Draws
    days_each: Array
    days_in_all: Array


def draw_templates(
    relatives: Evidence, centred: Array, *, shared_days: Codes, draws: int, seed: int
) -> Templates:
    """Draw templates from `centred` `(n, d)`, the relatives' faces less what their cell shares.

    One photo of a day as far as the relative with the fewest days allows, so that the same number
    of photos is the same number of days.
    """
    most = min(MOST_PHOTOS, _days_to_spare(relatives, shared_days))
    drawn = draw(relatives, shared_days=shared_days, draws=draws, seed=seed, most=most)
    number, people = len(drawn.chosen), len(relatives.names)
    vectors = np.zeros((number, people, centred.shape[1]))
    counts = np.zeros((number, people))
    _, day = np.unique(relatives.days, return_inverse=True)
    weights = np.zeros((people, int(day.max()) + 1 if len(day) else 0))
    for n, rows in enumerate(drawn.chosen):
        for person, mine in enumerate(rows):
            found, of = np.unique(day[mine], return_inverse=True)
            each = 1 / np.bincount(of)[of] / len(found)
            vectors[n, person] = each @ centred[mine]
            counts[n, person] = len(found)
            weights[person, found] += 1 / len(found) / number
    squares = (weights**2).sum(axis=1)
    in_all = np.divide(1.0, squares, out=np.zeros(people), where=squares > 0)
    days = counts.mean(axis=0) if number else np.zeros(people)
    return Templates(unit(vectors), drawn, days, in_all)


def kept_apart(templates: Templates, relatives: Evidence, child: Evidence) -> Mask:
    """Which template may be compared with which child's face: bool `(draws, faces)`.

    Not where they share a day or a photo, and never a face of an unknown day.
    """
    apart = np.zeros((len(templates.drawn.chosen), len(child)), dtype=bool)
    for number, rows in enumerate(templates.drawn.chosen):
        apart[number] = ~np.isin(child.days, relatives.days[rows])
        apart[number] &= ~np.isin(child.photos, relatives.photos[rows])
    return np.asarray(apart & (child.days >= 0))


def _days_to_spare(relatives: Evidence, shared_days: Codes) -> int:
    """The days that every relative has in every draw: those not shared and half of the others."""
    fewest = MOST_PHOTOS
    for person in range(len(relatives.names)):
        days = np.unique(relatives.days[relatives.people == person])
        shared = int(np.isin(days, shared_days).sum())
        fewest = min(fewest, len(days) - shared + shared // 2)
    return max(fewest, 1)
