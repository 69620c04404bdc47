"""Draws of equally many photos, spread over days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.made_up_faces import Shots, evidence, look
from tracker.resemblance.draws import MOST_PHOTOS, draw, halve_days
from tracker.resemblance.evidence import Evidence

NO_DAYS = np.empty(0, dtype=np.int64)


def album(*people: tuple[range, int]) -> Evidence:
    rng = np.random.default_rng(0)
    return evidence([Shots(f"p{i}", look(rng, 8), d, n) for i, (d, n) in enumerate(people)], rng)


def test_every_relative_gives_as_many_photos_as_the_one_with_the_fewest() -> None:
    relatives = album((range(20), 2), (range(50, 54), 1), (range(90, 110), 10))
    drawn = draw(relatives, shared_days=NO_DAYS, draws=25, seed=0)
    assert drawn.chosen.shape == (25, 3, 4)
    assert drawn.photos_each == 4
    for person in range(3):
        assert (relatives.people[drawn.chosen[:, person]] == person).all()
    for rows in drawn.chosen.reshape(-1, 4):
        assert len(set(rows.tolist())) == 4  # no photo twice


def test_more_than_thirty_photos_of_each_are_not_taken() -> None:
    drawn = draw(album((range(50), 2), (range(80), 1)), shared_days=NO_DAYS, draws=2, seed=0)
    assert drawn.photos_each == MOST_PHOTOS == 30


def test_a_draw_is_spread_over_as_many_days_as_can_be() -> None:
    """One day has 40 photos and nine have 2: ten photos are of ten days."""
    rng = np.random.default_rng(0)
    at = look(rng, 8)
    busy = evidence([Shots("busy", at, [0] * 40 + [d for d in range(1, 10) for _ in (0, 1)])], rng)
    few = evidence([Shots("few", at, range(100, 110))], rng)
    both = Evidence(
        np.concatenate([busy.vectors, few.vectors]),
        np.arange(len(busy) + len(few)),
        np.r_[busy.people, few.people + 1],
        np.r_[busy.days, few.days],
        np.arange(len(busy) + len(few)),
        np.r_[busy.ages, few.ages],
        ("busy", "few"),
    )
    drawn = draw(both, shared_days=NO_DAYS, draws=25, seed=0)
    for rows in drawn.chosen[:, 0]:
        assert sorted(both.days[rows].tolist()) == list(range(10))


def test_over_the_draws_every_photo_has_its_turn() -> None:
    relatives = album((range(10), 4), (range(50, 60), 1))
    drawn = draw(relatives, shared_days=NO_DAYS, draws=50, seed=0)
    assert len(np.unique(drawn.chosen[:, 0])) == 40


def test_the_seed_decides_the_draws() -> None:
    relatives = album((range(20), 3), (range(50, 58), 1))

    def drawn(seed: int) -> list[object]:
        found: list[object] = draw(
            relatives, shared_days=NO_DAYS, draws=5, seed=seed
        ).chosen.tolist()
        return found

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_of_the_days_that_both_have_each_is_free_in_half_of_the_draws() -> None:
    """Else a child that is always photographed with its parents could never be compared."""
    relatives = album((range(20), 1), (range(20), 1))
    drawn = draw(relatives, shared_days=np.arange(20), draws=24, seed=0)
    free = [set(range(20)) - set(relatives.days[rows].ravel().tolist()) for rows in drawn.chosen]
    assert all(len(days) == 10 for days in free)
    assert all(a | b == set(range(20)) for a, b in zip(free[::2], free[1::2], strict=True))


@pytest.mark.parametrize("shared", [[], [0, 1, 2]])
def test_whoever_has_no_photo_to_compare_is_named(shared: list[int]) -> None:
    at = look(np.random.default_rng(0), 8)
    rng = np.random.default_rng(1)
    relatives = evidence([Shots("Anna", at, range(5)), Shots("Ben", at, [])], rng)
    drawn = draw(relatives, shared_days=np.array(shared, dtype=np.int64), draws=5, seed=0)
    assert drawn.failed == ("Ben",)
    assert drawn.chosen.size == 0


@given(
    days=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12)), min_size=1, max_size=60),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_halves_are_days_apart_and_split_everybodys_days_evenly(
    days: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(0)
    people = [[day for person, day in days if person == p] for p in range(3)]
    relatives = evidence([Shots(str(p), look(rng, 4), d) for p, d in enumerate(people)], rng)
    first, second = halve_days(relatives, relatives.days, np.random.default_rng(seed))
    assert not set(first.tolist()) & set(second.tolist())
    assert set(first.tolist()) | set(second.tolist()) == set(relatives.days.tolist())
    assert abs(len(first) - len(second)) <= 1


@given(
    first=st.lists(st.integers(0, 9), min_size=1, max_size=40),
    second=st.lists(st.integers(0, 9), min_size=1, max_size=40),
    shared=st.lists(st.integers(0, 9), max_size=5, unique=True),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_whatever_the_albums_the_numbers_are_equal(
    first: list[int], second: list[int], shared: list[int], seed: int
) -> None:
    rng = np.random.default_rng(0)
    relatives = evidence([Shots("a", look(rng, 4), first), Shots("b", look(rng, 4), second)], rng)
    drawn = draw(relatives, shared_days=np.array(shared, np.int64), draws=4, seed=seed)
    assert drawn.chosen.shape[1] == 2
    assert drawn.photos_each <= min(len(first), len(second))
    for rows in drawn.chosen:
        assert (relatives.people[rows] == [[0], [1]]).all()
        assert len(np.unique(rows)) == rows.size
