"""Leaks: ways in which a comparison works for a reason that is not likeness.

Each check is blind to who is nearer. One that `stops` makes every claim worthless until it is
dealt with; the others tell what was left out, and that it was.

- *together*: child and relative in one photo or on one day. Faces of one photograph are alike
  (Dawson 2018: a detector of "same photograph?" alone gets 90 % of a kinship benchmark right).
- *own face*: a relative's face among the child's.
- *duplicate*: one picture under the names of two people.
- *untrained*: a method that says the same whoever it was told the relatives are.
- *shuffled*: a method that tells relatives apart when their days were dealt out at random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tracker.methods._quiet import one_thread_each
from tracker.methods.contract import CannotFit
from tracker.resemblance.draws import draw
from tracker.resemblance.evidence import Codes, Evidence
from tracker.resemblance.fitting import fit, scores
from tracker.resemblance.held_out import held_out_accuracy
from tracker.resemblance.same_person import find_same_person

Kind = Literal["together", "own face", "duplicate", "untrained", "shuffled"]

SAME_PICTURE = 0.99
"""Cosine from which two faces are one picture. Measured with MobileFaceNet on strangers: of 4,741
pairs of photos of one person none was above .954, of different people none above .870; a picture
saved again as a JPEG of quality 90 was never below .993."""

SHUFFLES = 5
FALSE_ALARM = 0.001
"""Probability that an honest method is accused of `shuffled`."""

ASKED = 64
"""The child's faces that a method is asked about to see whether it was trained."""

MOST_PHOTOS = 10
SAME_ANSWER = 1e-9


@dataclass(frozen=True, slots=True)
class Leak:
    """What was found: `who` it concerns (people, or a method), `face_ids` where faces do.

    `stops`: no claim may be made. `sentence` says what it is, `hint` what to do.
    """

    kind: Kind
    stops: bool
    who: tuple[str, ...]
    face_ids: tuple[int, ...]
    sentence: str
    hint: str


def find_leaks(
    relatives: Evidence,
    child: Evidence,
    *,
    methods: Sequence[str] = (),
    seed: int = 0,
) -> tuple[Leak, ...]:
    """Run all checks on the evidence as it is about to be compared, and on `methods`."""
    return (
        *find_face_leaks(relatives, child),
        *_own_faces(relatives, child),
        *find_method_leaks(relatives, child, methods, seed),
    )


def find_face_leaks(relatives: Evidence, child: Evidence) -> tuple[Leak, ...]:
    """What the faces share that is no likeness: a photo, a day, or one picture."""
    return (*_together(relatives, child), *_duplicates(relatives, child))


def find_method_leaks(
    relatives: Evidence, child: Evidence, methods: Sequence[str], seed: int = 0
) -> tuple[Leak, ...]:
    """The checks of `methods` alone: each leak is a method's, and stops that method."""
    with one_thread_each():
        return (
            *_untrained(relatives, child, methods, seed),
            *_shuffled(relatives, methods, seed),
        )


def _together(relatives: Evidence, child: Evidence) -> list[Leak]:
    shared = np.isin(child.days, relatives.days) | np.isin(child.photos, relatives.photos)
    shared &= child.days >= 0
    found = []
    if shared.any():
        count = int(shared.sum())
        found.append(
            Leak(
                "together",
                False,
                child.names,
                _ids(child, shared),
                f"{count} of the child's faces share a day or photo with a relative; they are "
                "compared with photos of other days only",
                "nothing need be done",
            )
        )
    return found


def _own_faces(relatives: Evidence, child: Evidence) -> list[Leak]:
    flagged = find_same_person(relatives, child).flagged
    return [
        Leak(
            "own face", True, (str(name),), tuple(int(i) for i in rows["face_id"]),
            f"{len(rows)} of the child's faces look like {name}'s own",
            "say whose they are, or leave them out",
        )
        for name, rows in flagged.groupby("relative", sort=False)
    ]  # fmt: skip


def _duplicates(relatives: Evidence, child: Evidence) -> list[Leak]:
    """One picture, or one face number, under two names."""
    people = [relatives.only(relatives.people == person) for person in range(len(relatives.names))]
    found = []
    for a, first in enumerate(people):
        others = [(relatives.names[b], people[b]) for b in range(a + 1, len(people))]
        for name, second in [*others, ("the child", child)]:
            if len(first) == 0 or len(second) == 0:
                continue
            same = np.zeros(len(second), dtype=bool)
            for start in range(0, len(second), 4096):
                part = slice(start, start + 4096)
                near = second.vectors[part] @ first.vectors.T
                same[part] = (near >= SAME_PICTURE).any(axis=1)
            same |= np.isin(second.face_ids, first.face_ids)
            if same.any():
                found.append(
                    Leak(
                        "duplicate",
                        True,
                        (relatives.names[a], name),
                        _ids(second, same),
                        f"{int(same.sum())} pictures stand under the names of both "
                        f"{relatives.names[a]} and {name}",
                        "say whose they are, or leave them out",
                    )
                )
    return found


def _untrained(
    relatives: Evidence, child: Evidence, methods: Sequence[str], seed: int
) -> list[Leak]:
    """Fit twice, the second time with everybody's photos under the next one's name."""
    people = len(relatives.names)
    drawn = draw(relatives, shared_days=child.days[:0], draws=1, seed=seed, most=MOST_PHOTOS)
    if people < 2 or len(child) == 0 or drawn.chosen.size == 0:
        return []
    rows = drawn.chosen[0]
    asked = child.vectors[np.linspace(0, len(child) - 1, min(ASKED, len(child))).astype(int)]
    if np.ptp(relatives.vectors[rows].mean(axis=1), axis=0).max() < SAME_ANSWER:
        return []  # the relatives are one and the same: nothing to be told
    found = []
    for name in methods:
        try:
            told = scores(fit(name, relatives, rows, seed=seed, neighbours=None), asked)
            turned = np.roll(rows, 1, axis=0)
            again = scores(fit(name, relatives, turned, seed=seed, neighbours=None), asked)
        except CannotFit:
            continue
        if np.abs(told - again).max() < SAME_ANSWER:
            found.append(
                Leak(
                    "untrained",
                    True,
                    (name,),
                    (),
                    f"{name} says the same whoever it is told that the relatives are",
                    "do not use it: it has learned nothing from their photos",
                )
            )
    return found


def _shuffled(relatives: Evidence, methods: Sequence[str], seed: int) -> list[Leak]:
    """Held-out accuracy with whole days dealt out at random must be chance."""
    from scipy.stats import ttest_1samp

    people = len(relatives.names)
    if people < 2 or not methods:
        return []
    rng = np.random.default_rng(seed)
    results: dict[str, list[float]] = {name: [] for name in methods}
    for shuffle in range(SHUFFLES):
        dealt = deal_days(relatives, rng)
        accuracy = held_out_accuracy(dealt, methods, most=MOST_PHOTOS, seed=seed + shuffle)
        for name, value in accuracy.items():
            if value is not None:
                results[name].append(value)
    found = []
    for name, values in results.items():
        if len(values) < SHUFFLES:
            continue
        if np.ptp(values) < SAME_ANSWER:
            works = values[0] > 1 / people + SAME_ANSWER
        else:
            test = ttest_1samp(values, 1 / people, alternative="greater")
            works = float(test.pvalue) < FALSE_ALARM
        if works:
            found.append(
                Leak(
                    "shuffled",
                    True,
                    (name,),
                    (),
                    f"{name} tells the relatives apart in {np.mean(values):.0%} of photos when "
                    f"their days are dealt out at random ({1 / people:.0%} is chance)",
                    "do not use it: it has seen the answers",
                )
            )
    return found


def deal_days(relatives: Evidence, rng: np.random.Generator) -> Evidence:
    """The same faces, every relative's whole days given to anybody; each keeps their number."""
    pairs = np.stack([relatives.people, relatives.days], axis=1).astype(np.int64)
    days, of = np.unique(pairs, axis=0, return_inverse=True)
    people: Codes = rng.permutation(days[:, 0])[of.reshape(-1)]
    return Evidence(
        relatives.vectors,
        relatives.face_ids,
        people,
        relatives.days,
        relatives.photos,
        relatives.ages,
        relatives.names,
    )


def _ids(faces: Evidence, chosen: np.ndarray) -> tuple[int, ...]:
    return tuple(faces.face_ids[chosen].tolist())
