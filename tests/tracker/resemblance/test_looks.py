"""Ages that nobody gave are told by looks, where looks tell them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_faces import Evidence, Shots, child, evidence, look, unit
from tracker.resemblance.cohort import Cohort
from tracker.resemblance.looks import ages_by_looks

DIM = 64


def family(rng: np.random.Generator, baby: np.ndarray) -> tuple[Evidence, Evidence]:
    anna, ben = look(rng), look(rng)
    relatives = evidence(
        [
            Shots("Anna", anna - baby, range(8), 2, [400] * 8),
            Shots("Ben", ben - baby, range(20, 28), 2, [420] * 8),
        ],
        rng,
    )
    mia = child(Shots("Mia", unit(anna + ben) + baby, range(100, 112), 2, list(range(12))), rng)
    return relatives, mia


def strangers(
    rng: np.random.Generator, baby: np.ndarray, small: int, grown: int
) -> tuple[Cohort, np.ndarray]:
    is_small = np.r_[np.ones(small, bool), np.zeros(grown, bool)]
    looks = np.array([look(rng) + (baby if s else -baby) for s in is_small])
    count = small + grown
    return Cohort(
        unit(looks).astype(np.float32),
        np.arange(count),
        np.full(count, np.nan),
        ("",) * count,
        tuple(map(str, range(count))),
    ), is_small


def test_babies_and_grown_ups_are_told_apart_and_get_the_familys_ages() -> None:
    rng = np.random.default_rng(0)
    baby = 0.8 * look(rng)
    relatives, mia = family(rng, baby)
    cohort, is_small = strangers(rng, baby, 30, 50)
    aged, small, grown = ages_by_looks(cohort, relatives, mia)
    assert (small, grown) == (30, 50)
    assert (aged.ages[is_small] < 1).all()
    assert aged.ages[~is_small] == pytest.approx(410 / 12)


def test_people_of_one_kind_keep_their_unknown_age() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        relatives, mia = family(rng, 0.8 * look(rng))
        cohort, _ = strangers(rng, np.zeros(DIM), 30, 30)
        aged, small, grown = ages_by_looks(cohort, relatives, mia)
        assert (small, grown) == (0, 0)
        assert np.isnan(aged.ages).all()


def test_ages_that_were_given_are_kept_and_a_grown_child_tells_nothing() -> None:
    rng = np.random.default_rng(1)
    baby = 0.8 * look(rng)
    relatives, mia = family(rng, baby)
    cohort, _ = strangers(rng, baby, 30, 50)
    given = Cohort(cohort.vectors, cohort.people, np.full(80, 7.0), cohort.sexes, cohort.names)
    assert ages_by_looks(given, relatives, mia)[0] is given
    old = Evidence(
        mia.vectors, mia.face_ids, mia.people, mia.days, mia.photos, mia.ages + 200, mia.names
    )
    assert ages_by_looks(cohort, relatives, old)[1:] == (0, 0)


def test_who_counts_as_a_child_has_nothing_to_do_with_which_parent_they_look_like() -> None:
    """Strangers' babies that look like Anna are babies no more often than those like Ben."""
    rng = np.random.default_rng(2)
    baby = 0.3 * look(rng)
    relatives, mia = family(rng, baby)
    direction = relatives.vectors[relatives.people == 0].mean(axis=0)
    direction = direction - relatives.vectors[relatives.people == 1].mean(axis=0)
    from tracker.resemblance.looks import _from_grown_to_small

    found = _from_grown_to_small(relatives, mia)
    assert abs(float(found @ direction)) < 0.05 * float(np.linalg.norm(direction))
