"""How the embedder leans is told at the child's age, and no trend is made of chance."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_cohort import DIM, cohort
from tracker.evaluation.made_up import World, make_family
from tracker.resemblance.bias import LEAST_STRANGERS, Children, at_age, errors_at_age
from tracker.resemblance.cohort import Cohort
from tracker.resemblance.score import score
from tracker.resemblance.strangers import Strangers

ASKED = np.array([0.1, 1.0, 3.0])


def children(rng: np.random.Generator, people: int, *, bend: float, boys: float = 0.0) -> Children:
    """One face each, girls and boys by turns; the lean fades with age, and boys have their own."""
    years = rng.uniform(0, 6, people)
    girl = np.arange(people) % 2 == 0
    z = bend * -np.log2(years + 0.5) + np.where(girl, 0.0, boys) + rng.standard_normal(people)
    return Children(np.stack([z, 0 * z], axis=1), years, np.arange(people), girl)


def test_a_lean_that_fades_with_age_is_followed() -> None:
    some = children(np.random.default_rng(0), 400, bend=0.5)
    found = at_age(some.z[:, 0], some, ASKED)
    np.testing.assert_allclose(found, 0.5 * -np.log2(ASKED + 0.5), atol=0.2)


@pytest.mark.parametrize("bend", [0.0, 0.5])
def test_how_far_the_lean_may_be_wrong_is_known(bend: float) -> None:
    """Also how far its change with age may be: that is what a trend is tested against."""
    off, changed = [], []
    for seed in range(300):
        some = children(np.random.default_rng([1, seed]), 200, bend=bend)
        found = at_age(some.z[:, 0], some, ASKED) + bend * np.log2(ASKED + 0.5)
        errors = errors_at_age(some.z[:, 0], some, ASKED)
        assert errors.shape == (len(ASKED), 3)
        off.append(found / np.linalg.norm(errors, axis=1))
        changed.append((found[0] - found[2]) / np.linalg.norm(errors[0] - errors[2]))
    np.testing.assert_allclose(np.std(off, axis=0), 1.0, atol=0.25)
    assert abs(np.std(changed) - 1) < 0.15
    assert np.mean(np.abs(changed) > 1.96) < 0.05 + 2 * np.sqrt(0.05 * 0.95 / 300)


def test_more_strangers_make_the_lean_surer() -> None:
    sizes = []
    for people in (60, 600):
        some = children(np.random.default_rng(9), people, bend=0.5)
        sizes.append(np.linalg.norm(errors_at_age(some.z[:, 0], some, ASKED), axis=1))
    assert (sizes[1] < 0.6 * sizes[0]).all()


def test_the_other_sex_tells_the_bend_and_not_the_height() -> None:
    found = []
    for seed in range(30):
        some = children(np.random.default_rng([2, seed]), 400, bend=0.5, boys=3.0)
        found.append(at_age(some.z[:, 0], some, ASKED))
    np.testing.assert_allclose(np.mean(found, axis=0), 0.5 * -np.log2(ASKED + 0.5), atol=0.12)


def test_a_child_older_than_all_strangers_gets_what_the_oldest_get() -> None:
    some = children(np.random.default_rng(3), 400, bend=0.5)
    found = at_age(some.z[:, 0], some, np.array([6.0, 60.0]))
    assert found[1] == pytest.approx(found[0], abs=0.02)


def test_an_unknown_age_gets_the_mean_of_the_childs_sex() -> None:
    some = children(np.random.default_rng(4), 400, bend=0.5, boys=3.0)
    (found,) = at_age(some.z[:, 0], some, np.array([np.nan]))
    assert found == pytest.approx(some.z[some.of_its_sex, 0].mean())


def test_too_few_strangers_tell_nothing() -> None:
    few = children(np.random.default_rng(5), LEAST_STRANGERS - 1, bend=0.5)
    assert not at_age(few.z[:, 0], few, ASKED).any()
    assert not errors_at_age(few.z[:, 0], few, ASKED).any()


@pytest.mark.parametrize(("many", "more"), [(0, False), (400, True)])
def test_children_about_as_old_are_found_of_both_sexes_where_one_has_too_few(
    many: int, more: bool
) -> None:
    strangers = Strangers.of(cohort(np.random.default_rng(6), people=400 + many, years=(3.0, 30.0)))
    faces, rows = strangers.about("f", 2)
    sexes = set(strangers.cohort.face_sexes[rows])
    assert sexes == ({"f"} if more else {"f", "m"})
    assert set(strangers.cohort.ages[rows]) == {3.0}
    assert faces.shape == (len(rows), DIM)


def test_a_round_baby_face_does_not_pass_for_turning_to_the_other_parent() -> None:
    """All babies are round, Ben is too, and Mia is half of each all along."""
    world = World("baby", lambda age: np.full_like(age, 0.5), baby=0.6, lean=0.4)
    plain, corrected = [], []
    for number in range(20):
        made = make_family(world, (8, number))
        people = np.arange(len(made.cohort))
        strangers = Cohort(
            made.cohort, people, made.cohort_years, made.cohort_sexes, tuple(map(str, people))
        )
        found = score(
            made.relatives, made.child, strangers,
            sexes=("f", "m"), years=(30.0, 30.0), child_sex="f", draws=5,
        )  # fmt: skip
        near = made.relatives.people == 0
        raw = made.child.vectors @ (
            made.relatives.vectors[near].mean(axis=0) - made.relatives.vectors[~near].mean(axis=0)
        )
        age = found.days.ages[found.days.day_of]
        plain.append(24 * np.polyfit(age, raw / np.std(raw), 1)[0])
        corrected.append(24 * np.polyfit(age, found.face_differences("Anna", "Ben"), 1)[0])
    assert np.mean(plain) > 0.5
    assert abs(np.mean(corrected)) < 0.35
