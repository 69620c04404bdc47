"""Photo-days are the unit: what an interval of 95 % covers, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tracker.resemblance.intervals import Days, over_days, spread_within

REPLICATES = 4000


def photos_of_days(
    rng: np.random.Generator, *, days: int, a_day: int, correlation: float
) -> np.ndarray:
    """`(replicates, days, a_day)` around a true mean of 0; photos of a day are correlated."""
    day = rng.standard_normal((REPLICATES, days, 1)) * np.sqrt(correlation)
    photo = rng.standard_normal((REPLICATES, days, a_day)) * np.sqrt(1 - correlation)
    return np.asarray(day + photo)


@pytest.mark.parametrize("days", [3, 5, 12, 30])
@pytest.mark.parametrize("correlation", [0.3, 0.5, 0.9])
def test_an_interval_of_95_percent_covers_the_truth_in_95_of_100_months(
    days: int, correlation: float
) -> None:
    rng = np.random.default_rng([days, int(100 * correlation)])
    values = photos_of_days(rng, days=days, a_day=5, correlation=correlation)
    which = Days.of(np.repeat(np.arange(days), 5), np.zeros(5 * days, dtype=np.int64))
    found = over_days(which.means(values.reshape(REPLICATES, -1)))
    covered = float(((found.low <= 0) & (found.high >= 0)).mean())
    assert 0.935 < covered < 0.965


def test_photos_as_the_unit_would_promise_far_too_much() -> None:
    values = photos_of_days(np.random.default_rng(1), days=12, a_day=5, correlation=0.5)
    found = over_days(values.reshape(REPLICATES, -1))  # as if every photo were a day
    covered = float(((found.low <= 0) & (found.high >= 0)).mean())
    assert covered < 0.8


def test_the_interval_is_student_s() -> None:
    values = np.random.default_rng(0).standard_normal(7)
    found = over_days(values)
    wanted = stats.t.interval(0.95, 6, loc=values.mean(), scale=stats.sem(values))
    assert (float(found.low), float(found.high)) == pytest.approx(wanted)


@pytest.mark.parametrize("days", [0, 1, 2])
def test_below_three_days_there_is_no_interval(days: int) -> None:
    found = over_days(np.zeros((2, days)))
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()
    assert np.isnan(found.mean).all() == (days == 0)


def test_a_day_weighs_the_same_whatever_its_number_of_photos() -> None:
    days = Days.of(np.array([5, 5, 5, 5, 9]), np.array([1, 1, 1, 1, 1]))
    assert days.means(np.array([0.0, 0, 0, 0, 1])).tolist() == [0, 1]


def test_one_day_on_a_birthday_counts_in_the_month_of_each_face() -> None:
    days = Days.of(np.array([7, 7, 8]), np.array([2, 3, 3]))
    assert days.ages.tolist() == [2, 3, 3]
    assert days.day_of.tolist() == [0, 1, 2]


def test_the_spread_is_that_within_the_months() -> None:
    rng = np.random.default_rng(2)
    months = np.repeat(np.arange(200), 5)
    trend = months / 10  # far more between the months than within them
    assert spread_within(trend + rng.standard_normal(1000), months) == pytest.approx(1, abs=0.08)


def test_the_spread_of_a_single_day_is_not_known() -> None:
    assert np.isnan(spread_within(np.array([1.0]), np.array([0])))
    assert np.isnan(spread_within(np.ones(4), np.array([0, 0, 1, 1])))
    one_a_month = spread_within(np.array([0.0, 2.0]), np.array([0, 1]))
    assert one_a_month == pytest.approx(np.sqrt(2))
