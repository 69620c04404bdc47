"""Equal-size draws: the same number of photos of each relative, spread over their days.

Whoever has more photos wins with most methods: stranger children put to a parent with 40 photos
and one with 4 go to the larger nearly always. So each method is fitted on the same number of
each relative, again and again.

A child's face may not be compared with a relative's photo of the same day. Where relatives are
mostly photographed together with the child, a draw from all days would rule out most faces; so
each draw leaves out one half of the days that both have, and its partner the other half.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracker.resemblance.evidence import Codes, Evidence

MOST_PHOTOS = 30
"""Photos of a relative in one draw: more cost time and hardly move an average."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """`chosen` int64 `(draws, R, K)`: rows of the relatives' evidence, R in the order of names.

    `failed` names the relatives for whom there was nothing to draw; `chosen` is empty then.
    """

    chosen: Codes
    failed: tuple[str, ...] = ()

    @property
    def photos_each(self) -> int:
        """K, the number of photos of each relative in each draw."""
        return int(self.chosen.shape[2])


def draw(
    relatives: Evidence, *, shared_days: Codes, draws: int, seed: int, most: int = MOST_PHOTOS
) -> Draws:
    """Draw `draws` times the same number of photos of each relative.

    `shared_days` are the days of the child's faces. A draw that would leave a relative without
    any photo is not made; where none can be made, K is 0.
    """
    rng = np.random.default_rng(seed)
    people = len(relatives.names)
    rows = [np.flatnonzero(relatives.people == person) for person in range(people)]
    missing = tuple(relatives.names[p] for p in range(people) if len(rows[p]) == 0)
    none = np.empty((0, people, 0), dtype=np.int64)
    if missing or people == 0:
        return Draws(none, missing)
    allowed: list[list[Codes]] = []
    halves: Halves | None = None
    for number in range(draws):
        if number % 2 == 0 or halves is None:
            halves = _halve(relatives, shared_days, rng)
        left_out = halves[number % 2]
        kept: list[Codes] = [row[~np.isin(relatives.days[row], left_out)] for row in rows]
        if min(len(row) for row in kept) > 0:
            allowed.append(kept)
    if not allowed:
        return Draws(none, relatives.names)
    size = min(most, *(len(row) for kept in allowed for row in kept))
    chosen = [[spread(relatives.days, row, size, rng) for row in kept] for kept in allowed]
    return Draws(np.array(chosen, dtype=np.int64).reshape(len(allowed), people, size))


Halves = tuple[Codes, Codes]


def halve_days(relatives: Evidence, days: Codes, rng: np.random.Generator) -> Halves:
    """Split days in two so that each relative's days are split as evenly as can be.

    Days on which the same relatives were seen are dealt out in turn, in random order.
    """
    order = rng.permutation(np.unique(days))
    seen = np.zeros((len(order), len(relatives.names)), dtype=bool)
    place = {day: number for number, day in enumerate(order.tolist())}
    for day, person in zip(relatives.days.tolist(), relatives.people.tolist(), strict=True):
        if day in place:
            seen[place[day], person] = True
    together = np.lexsort(seen.T) if len(order) else np.arange(0)
    dealt = order[together]
    first = int(rng.integers(2))
    return dealt[first::2], dealt[1 - first :: 2]


def _halve(relatives: Evidence, shared_days: Codes, rng: np.random.Generator) -> Halves:
    return halve_days(relatives, np.intersect1d(relatives.days, shared_days), rng)


def spread(days: Codes, rows: Codes, size: int, rng: np.random.Generator) -> Codes:
    """`size` of `rows`: one of each day in random order, then a second of each, and so on."""
    rows = rng.permutation(rows)
    _, day = np.unique(days[rows], return_inverse=True)
    in_turn = rng.permutation(int(day.max()) + 1)[day]
    by_day = np.argsort(in_turn, kind="stable")
    starts = np.r_[True, np.diff(in_turn[by_day]) > 0]
    positions = np.arange(len(rows))
    round_number = positions - np.maximum.accumulate(np.where(starts, positions, 0))
    order = np.lexsort((in_turn[by_day], round_number))
    return rows[by_day][order[:size]]
