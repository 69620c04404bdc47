"""What is known of families and of photos, applied to chances by looks. Pure.

1. Somebody ruled out for a face (not born yet, or the user said so) is not it.
2. A face with a name is that person, and nobody else in its photo is.
3. Faces of one moment that go together (see `tracks`) are one person: what rules somebody out for
   one of them does so for all, what is known of one tells all (but of twins, who may be swapped),
   and looks are judged together.
4. Nobody is in a photo twice (see `once`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.identity.judge import Faces, Judge, Near
from tracker.identity.once import once
from tracker.identity.tracks import tracks

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

OPEN, CLOSED = -1, -2
"""In `Setting.names`: nobody said who it is; it is nobody known here."""

AGREES = 100.0
"""The odds that faces of a moment which go together are one person's."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What is known beside looks, for faces `(m,)`.

    `photos` and `moments` are the same for faces of one; `names` is the place of the known person,
    OPEN or CLOSED; `ruled_out` `(m, p)` who it cannot be.
    """

    photos: Ints
    moments: Ints
    names: Ints
    ruled_out: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What came of faces `(m,)` and people `(p,)`.

    `chances` with all rules; `alone` by looks and what is ruled out, without the others of the
    photo or the moment. `track` is the same for faces that go together, `told` the place of the
    person that another face of the track is known to be, or OPEN.
    """

    chances: Floats
    alone: Floats
    near: Near
    track: Ints
    told: Ints


def see(judge: Judge, faces: Faces, setting: Setting) -> Seen:
    """Weigh looks and rules. The order of the faces does not matter."""
    near = judge.near(faces)
    level, spread = judge.own_level
    track = tracks(
        faces.vectors, setting.photos, setting.moments, least=level, margin=spread / 2
    )  # fmt: skip
    told = _told(setting.names, track)
    # Twins in one burst may be swapped: that one of them was named tells nothing of the others.
    told[np.isin(told, judge.doubles())] = OPEN
    open_, names = setting.names == OPEN, np.where(setting.names >= 0, setting.names, OPEN)
    elsewhere = _taken(names, setting.photos, near.values.shape[1])
    ruled_out = setting.ruled_out | elsewhere
    for rows in _groups(track):
        ruled_out[rows] = ruled_out[rows].any(axis=0)
    together = _together(near, track)
    alone = judge.chances(near.without(setting.ruled_out))
    chances = judge.chances(together.without(ruled_out))
    chances = _agreeing(chances, np.where(_allowed(told, ruled_out), told, OPEN))
    chances[~open_] = 0.0
    chances[open_] = once(chances[open_], setting.photos[open_])
    for rows in _groups(np.where(open_, track, -1 - np.arange(len(track)))):
        # In each of the photos it competes with the others there: the hardest one counts.
        chances[rows] = chances[rows].min(axis=0)
    for given in (chances, alone):
        known = np.flatnonzero(names >= 0)
        given[known] = 0.0
        given[known, names[known]] = 1.0
        given[setting.names == CLOSED] = 0.0
    return Seen(chances, alone, near, track, told)


def _groups(track: Ints) -> list[Ints]:
    """Row numbers of the faces of each track that has several."""
    order = np.argsort(track, kind="stable")
    cuts = np.flatnonzero(np.diff(track[order])) + 1
    return [rows for rows in np.split(order, cuts) if len(rows) > 1]


def _told(names: Ints, track: Ints) -> Ints:
    """Whom the others of a track are known to be, for faces that nobody named."""
    told = np.full(len(names), OPEN)
    for rows in _groups(track):
        known = np.unique(names[rows][names[rows] >= 0])
        if len(known) == 1:
            told[rows] = known[0]
    told[names != OPEN] = OPEN
    return told


def _taken(names: Ints, photos: Ints, people: int) -> Mask:
    """Who is known to be another face of the same photo, `(m, p)`."""
    taken = np.zeros((len(names), people), dtype=bool)
    _, code = np.unique(photos, return_inverse=True)
    there = np.zeros((code.max(initial=-1) + 1, people), dtype=bool)
    known = np.flatnonzero(names >= 0)
    there[code[known], names[known]] = True
    rows = names < 0
    taken[rows] = there[code[rows]]
    return taken


def _together(near: Near, track: Ints) -> Near:
    """Nearness of a track: the mean of its faces'."""
    values, far = near.values.copy(), near.far.copy()
    for rows in _groups(track):
        there = np.isfinite(values[rows])
        total = np.where(there, values[rows], 0.0).sum(axis=0)
        values[rows] = np.where(there.any(axis=0), total / np.maximum(there.sum(axis=0), 1), np.nan)
        far[rows] = far[rows].all(axis=0)
    return Near(values, far)


def _allowed(told: Ints, ruled_out: Mask) -> Mask:
    allowed = told >= 0
    rows = np.flatnonzero(allowed)
    allowed[rows] = ~ruled_out[rows, told[rows]]
    return allowed


def _agreeing(chances: Floats, told: Ints) -> Floats:
    """Chances once a face goes together with one that is known to be `told`."""
    result = chances.copy()
    rows = np.flatnonzero(told >= 0)
    if len(rows):
        mine = np.maximum(chances[rows, told[rows]], 0.5)  # far in age, or without a judgement
        agrees = AGREES * mine / (AGREES * mine + 1 - mine)
        rest = chances[rows].sum(axis=1) - chances[rows, told[rows]]
        scale = np.minimum(1.0, (1 - agrees) / np.maximum(rest, 1e-12))
        result[rows] = chances[rows] * scale[:, None]
        result[rows, told[rows]] = agrees
    return np.asarray(result)
