"""From which chance on a name is proposed, and how often that is wrong or too careful.

Measured on the workspace's own confirmed faces, each judged with its own day left out, and on the
faces of people who were added as unrelated. Photo-days are counted and not photos: the photos of a
day are nearly one trial.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tracker.identity.acquaintance import acquaintance
from tracker.identity.fitting import day_weights
from tracker.identity.judge import Judge
from tracker.identity.strictness import strictness

if TYPE_CHECKING:
    import duckdb

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.int64]

ROOM = 3.0
"""How many times the target the chance of somebody else may be, where there were no mistakes."""

NEVER = 1.1
"""The threshold of somebody whom nothing tells from others: no chance reaches it."""

Z = 1.959964
"""Of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval (Wilson), counted in photo-days; NaN throughout where `days`
    is 0."""

    value: float
    low: float
    high: float
    days: int


@dataclass(frozen=True, slots=True)
class PersonRates:
    """How recognising one person fares on this workspace's own confirmed faces.

    `threshold` is the chance from which the name is proposed, above 1 where it never is.
    `false_match`: of other people's faces, the share that would be given this name.
    `false_non_match`: of the person's own, the share that would not get it. `too_like` names those
    who cannot be told from this person by the face.
    """

    person_id: int
    name: str
    threshold: float
    false_match: Rate
    false_non_match: Rate
    too_like: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The rates of everybody who can be judged, at a false-match target."""

    strictness: float
    people: tuple[PersonRates, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Chances to be one person that faces got, and the photo-days they are of."""

    chances: Floats
    keys: Ints

    def share(self, threshold: float) -> Rate:
        """The share that reaches the threshold."""
        if not len(self.keys):
            return Rate(float("nan"), float("nan"), float("nan"), 0)
        weights = day_weights(self.keys)
        days = len(np.unique(self.keys))
        return wilson(float(weights @ (self.chances >= threshold)), days)


def thresholds(connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str) -> Thresholds:
    """The thresholds in force and their rates."""
    known = acquaintance(connection, embedder_id)
    target = strictness(connection)
    lines = []
    for place, (person, level) in enumerate(
        zip(known.people, levels(known.judge, target), strict=True)
    ):
        own, others = trials(known.judge, place)
        reached = own.share(level)
        lines.append(
            PersonRates(
                person.person_id,
                person.name,
                level,
                others.share(level),
                Rate(1 - reached.value, 1 - reached.high, 1 - reached.low, reached.days),
                tuple(
                    other.name
                    for there, other in enumerate(known.people)
                    if there != place and known.judge.too_alike(place, there)
                ),
            )
        )
    return Thresholds(target, tuple(lines))


@lru_cache(maxsize=4)
def levels(judge: Judge, target: float) -> tuple[float, ...]:
    """The chance from which each person's name is proposed, at a false-match target."""
    return tuple(_level(*trials(judge, place), target) for place in range(len(judge.known)))


def _level(own: Trial, others: Trial, target: float) -> float:
    """The least chance that keeps false matches below the target.

    By itself that is 1 - target: the chance that it is somebody else. Others' faces that reach it
    all the same raise it. Enough of them that stay below lower it, at most to 1 - ROOM times the
    target.
    """
    if not len(own.keys):
        return NEVER
    usual, lowest = 1 - target, 1 - ROOM * target
    steps = np.unique(np.concatenate([others.chances, [lowest, usual, 1.0]]))
    if others.share(usual).value > target:
        above = [step for step in steps[steps > usual] if others.share(step).value <= target]
        return float(above[0]) if above else NEVER
    level = usual
    for step in steps[(steps >= lowest) & (steps <= usual)][::-1].tolist():
        if expected(others.share(step)) > target:
            break
        level = step
    return float(level)


def expected(rate: Rate) -> float:
    """The rate to be expected of days to come (Jeffreys): not 0 because none was wrong yet."""
    return (rate.value * rate.days + 0.5) / (rate.days + 1) if rate.days else 1.0


def trials(judge: Judge, place: int) -> tuple[Trial, Trial]:
    """(the person's own faces, everybody else's), with the chances they got to be this person."""
    chances = _of_trials(judge)[:, place]
    mine = judge.trials.owners == place
    others = judge.trials.not_these[:, place]
    keys = judge.trials.keys
    return Trial(chances[mine], keys[mine]), Trial(chances[others], keys[others])


@lru_cache(maxsize=4)
def _of_trials(judge: Judge) -> Floats:
    return judge.chances(judge.trials.near)


def wilson(successes: float, trials: int) -> Rate:
    """A share of `trials` with its 95 % interval (Wilson, 1927)."""
    value = successes / trials
    centre = (value + Z**2 / (2 * trials)) / (1 + Z**2 / trials)
    half = Z / (1 + Z**2 / trials) * np.sqrt(
        value * (1 - value) / trials + Z**2 / (4 * trials**2)
    )  # fmt: skip
    return Rate(value, max(0.0, float(centre - half)), min(1.0, float(centre + half)), trials)
