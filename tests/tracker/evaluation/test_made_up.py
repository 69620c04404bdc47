"""The made-up families are as real albums are measured to be."""

from __future__ import annotations

import numpy as np

from tracker.evaluation.made_up import NOISE, Family, World, baby_strength, make_family
from tracker.evaluation.synthetic import half, turning

FAMILIES = [make_family(World("half", half), (1, number)) for number in range(40)]


def standardised(family: Family) -> np.ndarray:
    """Cosines to both parents' templates against the cohort's, `(faces, 2)`."""
    people = family.relatives.people
    templates = np.stack([family.relatives.vectors[people == p].mean(axis=0) for p in (0, 1)])
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    strangers = family.cohort @ templates.T
    found = family.child.vectors @ templates.T - strangers.mean(axis=0)
    return np.asarray(found / strangers.std(axis=0))


def test_the_kin_signal_is_1_to_1_and_a_half_deviations_of_strangers() -> None:
    assert 1.0 < np.mean([standardised(family).mean() for family in FAMILIES]) < 1.5


def test_two_photos_of_a_person_have_cosine_6_tenths() -> None:
    found = [f.child.vectors[:40] @ f.child.vectors[-40:].T for f in FAMILIES]
    assert abs(float(np.mean([one.mean() for one in found])) - 1 / (1 + NOISE**2)) < 0.03


def test_a_strangers_child_is_like_nobody_on_average() -> None:
    made = [make_family(World("strangers", None), (2, number)) for number in range(60)]
    z = np.array([standardised(family).mean(axis=0) for family in made])
    assert abs(z.mean()) < 0.25
    assert 0.5 < z.std() < 1.1


def test_the_childs_looks_turn_from_one_parent_to_the_other() -> None:
    family = make_family(World("turning", turning), (3, 0))
    difference = np.diff(standardised(family), axis=1)[:, 0]
    assert difference[family.age > 18].mean() - difference[family.age < 5].mean() > 2


def test_parents_photos_on_the_childs_days_are_coded_as_such() -> None:
    apart = make_family(World("apart", half, photos=(10, 200)), (4, 0))
    assert np.bincount(apart.relatives.people).tolist() == [10, 200]
    assert not np.isin(apart.relatives.days, apart.child.days).any()
    together = make_family(World("together", half, photos=(200, 200), together=(0.5, 0.0)), (4, 0))
    of_child = np.isin(together.relatives.days, together.child.days)
    assert 0.3 < of_child[together.relatives.people == 0].mean() < 0.7
    assert not of_child[together.relatives.people == 1].any()


def test_a_photo_of_parent_and_child_has_the_same_light_on_both() -> None:
    family = make_family(World("together", None, photos=(200, 200), together=(0.5, 0.0)), (4, 1))
    parents, child = family.relatives, family.child
    with_child = np.flatnonzero(np.isin(parents.photos, child.photos))
    assert len(with_child) > 20
    beside = [child.vectors[child.photos == parents.photos[row]][0] for row in with_child]
    near = (parents.vectors[with_child] * np.array(beside)).sum(axis=1).mean()
    on_day = np.flatnonzero(
        np.isin(parents.days, child.days) & ~np.isin(parents.photos, child.photos)
    )
    of_day = [child.vectors[child.days == parents.days[row]].mean(axis=0) for row in on_day]
    less_near = (parents.vectors[on_day] * np.array(of_day)).sum(axis=1).mean()
    apart = (parents.vectors[parents.people == 1] @ child.vectors.T).mean()
    assert near > 0.25
    assert less_near > 0.05
    assert abs(apart) < 0.1


def test_what_makes_a_baby_fades_and_is_shared_by_strangers_babies() -> None:
    world = World("baby", half, baby=1.0, lean=0.5)
    assert baby_strength(world, np.array([0.0, 8.0, 80.0])).round(2).tolist() == [1.0, 0.5, 0.0]
    family = make_family(world, (5, 0))
    infants = family.cohort[family.cohort_years < 0.5]
    adults = family.cohort[family.cohort_years >= 20]
    assert (infants @ infants.T).mean() > (adults @ adults.T).mean() + 0.1
    assert len(family.cohort_sexes) == len(family.cohort)


def test_the_same_seed_makes_the_same_family() -> None:
    again = make_family(World("half", half), (1, 0))
    assert np.array_equal(again.child.vectors, FAMILIES[0].child.vectors)
    assert np.array_equal(again.cohort, FAMILIES[0].cohort)
