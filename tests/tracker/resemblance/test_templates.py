"""Every relative's template is made of as many days, and none of the child's own."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_faces import Shots, child, evidence, look
from tracker.resemblance.templates import draw_templates, kept_apart


def test_every_relative_has_as_many_days_in_each_template() -> None:
    """Ben has ten photos of two days, Anna thirty of thirty: two days each, one photo of each."""
    rng = np.random.default_rng(0)
    people = [Shots("Anna", look(rng), range(30)), Shots("Ben", look(rng), [50, 51], a_day=5)]
    them = evidence(people, rng)
    made = draw_templates(
        them, them.vectors.astype(float), shared_days=np.array([900]), draws=25, seed=1
    )
    assert made.drawn.photos_each == 2
    assert made.days_each.tolist() == [2, 2]
    assert made.days_in_all[0] > 15
    assert made.days_in_all[1] == pytest.approx(2)
    np.testing.assert_allclose(np.linalg.norm(made.vectors, axis=2), 1)


def test_a_template_is_the_mean_of_the_means_of_days() -> None:
    """One day with three photos and nothing else: their mean, at unit length."""
    rng = np.random.default_rng(1)
    them = evidence([Shots("Anna", look(rng), [5], a_day=3)], rng)
    made = draw_templates(them, them.vectors.astype(float), shared_days=np.empty(0, int), draws=3,
                          seed=0)  # fmt: skip
    assert made.drawn.photos_each == 1  # one photo of its only day
    np.testing.assert_allclose(made.vectors[0, 0], them.vectors[made.drawn.chosen[0, 0, 0]], 1e-5)


def test_no_face_meets_a_template_of_its_own_day_or_photo() -> None:
    rng = np.random.default_rng(2)
    them = evidence([Shots("Anna", look(rng), range(20)), Shots("Ben", look(rng), range(20))], rng)
    its = child(Shots("Mia", look(rng), range(10, 40)), rng)
    made = draw_templates(them, them.vectors.astype(float), shared_days=its.days, draws=10, seed=0)
    apart = kept_apart(made, them, its)
    assert apart.any(axis=0).all()
    assert not apart.all()
    for number, rows in enumerate(made.drawn.chosen):
        assert not set(its.days[apart[number]]) & set(them.days[rows.ravel()])


def test_a_face_of_an_unknown_day_meets_none() -> None:
    rng = np.random.default_rng(3)
    them = evidence([Shots("Anna", look(rng), range(5))], rng)
    its = child(Shots("Mia", look(rng), [-7, 100]), rng)
    made = draw_templates(them, them.vectors.astype(float), shared_days=its.days[1:], draws=2,
                          seed=0)  # fmt: skip
    assert kept_apart(made, them, its).all(axis=0).tolist() == [False, True]
