"""Whether a method knows the relatives themselves, on days it has not seen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_faces import Shots, evidence, look, parents
from tracker.methods.registry import names
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.fitting import fit, scores
from tracker.resemblance.held_out import held_out_accuracy


def nothing_but_days(seed: int) -> Evidence:
    """Two people who look alike: each of their photos shows nothing but its day's light."""
    rng = np.random.default_rng(seed)
    same = look(rng)
    people = [Shots("Anna", same, range(10), 5), Shots("Ben", same, range(100, 110), 5)]
    return evidence(people, rng, day_noise=3.0, photo_noise=0.5)


def test_days_are_held_out_whole_so_the_light_of_a_day_teaches_nothing() -> None:
    found = [
        held_out_accuracy(nothing_but_days(seed), ["knn"], most=30, seed=seed)["knn"]
        for seed in range(12)
    ]
    assert np.mean([value for value in found if value is not None]) == pytest.approx(0.5, abs=0.06)


def test_holding_out_single_photos_would_have_taught_it_everything() -> None:
    faces = nothing_but_days(0)
    held = np.arange(len(faces)) % 5 == 0
    rows = np.array([np.flatnonzero((faces.people == p) & ~held) for p in (0, 1)])
    method = fit("knn", faces, rows, seed=0, neighbours=None)
    asked = faces.only(held)
    assert (scores(method, asked.vectors).argmax(axis=1) == asked.people).mean() > 0.9


def test_every_method_knows_people_who_look_apart() -> None:
    rng = np.random.default_rng(0)
    people, _ = parents(rng)
    found = held_out_accuracy(evidence(people, rng), names(), most=30, seed=0)
    assert all(value is not None and value > 0.95 for value in found.values())


def test_always_saying_the_one_with_more_photos_is_worth_no_more_than_chance() -> None:
    """Balanced: Anna has ten times Ben's photos, and both look alike."""
    rng = np.random.default_rng(1)
    same = look(rng)
    people = [Shots("Anna", same, range(20), 10), Shots("Ben", same, range(100, 110), 2)]
    faces = evidence(people, rng, day_noise=0.2, photo_noise=2.0)
    found = held_out_accuracy(faces, ["logistic", "rbf_svm"], most=30, seed=0)
    assert list(found.values()) == pytest.approx([0.5, 0.5], abs=0.15)


@pytest.mark.parametrize("days", [[], [0]])
def test_it_is_not_known_where_a_relative_has_fewer_than_two_days(days: list[int]) -> None:
    rng = np.random.default_rng(0)
    people = [Shots("Anna", look(rng), range(9)), Shots("Ben", look(rng), days, 6)]
    found = held_out_accuracy(evidence(people, rng), ["knn", "lda"], most=30, seed=0)
    assert found == {"knn": None, "lda": None}


def test_with_one_relative_there_is_nobody_to_mistake_it_for() -> None:
    rng = np.random.default_rng(0)
    alone = evidence([Shots("Anna", look(rng), range(9))], rng)
    assert held_out_accuracy(alone, ["centroid"], most=30, seed=0) == {"centroid": None}
