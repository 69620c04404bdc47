"""A child is compared with itself at about the same age."""

from __future__ import annotations

import numpy as np

from tracker.identity.windows import FEWEST, comparable, half_width

NAN = float("nan")


def compared(day: float, own: list[float], born: float) -> tuple[list[bool], bool]:
    there = np.ones((1, len(own)), dtype=bool)
    among, far = comparable(np.array([day]), np.array(own), born, there)
    return among[0].tolist(), bool(far[0])


def test_the_window_is_three_months_for_a_baby_and_grows_with_the_child() -> None:
    assert half_width(np.array([0.0, 365.0, 730.0])).tolist() == [92, 92, 182.5]


def test_photos_of_another_age_are_left_out_where_there_are_enough() -> None:
    own = [10.0 * i for i in range(8)] + [900.0, 1000.0]
    among, far = compared(40.0, own, 0.0)
    assert among == [True] * 8 + [False] * 2
    assert not far


def test_with_few_photos_of_the_age_the_nearest_in_time_are_taken() -> None:
    among, far = compared(0.0, [300.0 + i for i in range(9)], 0.0)
    assert sum(among) == FEWEST
    assert far


def test_who_has_no_birth_date_is_compared_with_everything() -> None:
    assert compared(0.0, [5.0, 20_000.0], NAN) == ([True, True], False)


def test_an_undated_photo_is_compared_with_everything() -> None:
    assert compared(NAN, [5.0, 20_000.0, NAN], 0.0) == ([True, True, True], False)


def test_undated_photos_of_a_person_count_only_where_no_others_do() -> None:
    among, _ = compared(10.0, [1.0, 2.0, 3.0, 4.0, 5.0, NAN], 0.0)
    assert among == [True] * 5 + [False]
    among, far = compared(10.0, [NAN, NAN], 0.0)
    assert among == [True, True]
    assert far, "of what age they are is not known: a question"
