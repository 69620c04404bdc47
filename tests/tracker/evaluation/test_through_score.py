"""Made-up families through the score: what is wrong with it would show."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.evaluation.gates import limits_of
from tracker.evaluation.through_score import WORLDS, measure

SOME = 12


def measured(name: str, replicates: int = SOME) -> dict[str, np.ndarray]:
    world = next(world for world in WORLDS if world.name == name)
    found = [measure(world, (0, 1, number), draws=100) for number in range(replicates)]
    return {key: np.array([one[key] for one in found if key in one]) for key in found[0]}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_every_world_has_gates(world: object) -> None:
    found = measure(world, (0, 2, 0), draws=50)  # type: ignore[arg-type]
    assert any(limits_of(name) is not None for name in found)


def test_round_babies_make_a_trend_of_plain_cosines_and_none_of_the_score() -> None:
    found = measured("score: round babies only")
    assert found["plain: trend, cosine alone"].mean() > 0.6
    assert found["false: trend"].mean() < 0.4
    assert found["false: crossing"].mean() < 0.3


def test_photos_of_both_are_kept_apart_and_would_tell_if_they_were_not() -> None:
    found = measured("score: strangers in the same photos", 60)
    assert found["plain: nearer the first, all photos"].mean() > 0.58
    assert 0.3 < found["lean: nearer the first"].mean() < 0.7


def test_a_crossing_is_found_where_it_is() -> None:
    found = measured("score: sigmoid crossing")
    assert found["coverage: crossing"].mean() > 0.7
    assert np.median(found["months off: crossing"]) < 1.5
