"""From which chance on a name is proposed, and how often that is wrong or too careful."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.identity.strictness import strictness

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % interval, counted in photo-days; NaN throughout where `days` is 0."""

    value: float
    low: float
    high: float
    days: int


@dataclass(frozen=True, slots=True)
class PersonRates:
    """How recognising one person fares on this workspace's own confirmed faces.

    `threshold` is the chance from which the name is proposed. `false_match`: of other people's
    faces, the share that would be given this name. `false_non_match`: of the person's own, the
    share that would not get it. `too_like` names those who cannot be told from this person.
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
        from dataclasses import asdict

        return asdict(self)


def thresholds(connection: duckdb.DuckDBPyConnection, home: Path, embedder_id: str) -> Thresholds:
    """The thresholds in force and their rates, measured with each face's own day left out."""
    return Thresholds(strictness(connection), ())
