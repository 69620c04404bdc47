"""A drift with age is told from days that remember each other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import kendalltau

from tracker.resemblance.slope import NO_SLOPE, fit_slope


def series(rng: np.random.Generator, memory: float, days: int = 96) -> tuple[np.ndarray, ...]:
    new = rng.standard_normal(days)
    new[1:] *= np.sqrt(1 - memory**2)
    return np.sort(rng.uniform(0, 24, days)), np.asarray(lfilter([1.0], [1.0, -memory], new))


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.5])
def test_a_flat_series_shows_a_trend_in_no_more_than_5_of_100(memory: float) -> None:
    rng = np.random.default_rng(1)
    found = [fit_slope(*series(rng, memory)) for _ in range(400)]
    assert np.mean([one.p_value < 0.05 for one in found]) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean([one.low <= 0 <= one.high for one in found]) > 0.92


def test_the_plain_test_would_cry_wolf() -> None:
    rng = np.random.default_rng(1)
    assert np.mean([kendalltau(*series(rng, 0.3)).pvalue < 0.05 for _ in range(400)]) > 0.09


@pytest.mark.parametrize("memory", [0.0, 0.5])
def test_the_slope_is_the_true_one_whatever_days_remember(memory: float) -> None:
    rng = np.random.default_rng(2)
    slopes, covered = [], []
    for _ in range(200):
        age, noise = series(rng, memory)
        found = fit_slope(age, noise - 0.2 * age)
        slopes.append(found.per_month)
        covered.append(found.low <= -0.2 <= found.high)
    assert np.mean(slopes) == pytest.approx(-0.2, abs=0.01)
    assert np.mean(covered) > 0.91


def test_a_trend_is_not_taken_for_memory() -> None:
    age, noise = series(np.random.default_rng(3), 0.0)
    assert fit_slope(age, noise + age).memory < 0.3


@pytest.mark.parametrize(
    ("age", "value"),
    [
        ([1.0, 2.0], [1.0, 2.0]),
        ([1.0] * 8, list(range(8))),
        (list(range(8)), [1.0] * 8),
        (list(range(8)), [np.nan, *range(7)]),
    ],
)
def test_there_is_no_slope_where_there_is_nothing_to_tell_it_from(
    age: list[float], value: list[float]
) -> None:
    found = fit_slope(np.array(age, dtype=float), np.array(value, dtype=float))
    assert np.isnan(found.per_month)
    assert np.isnan(NO_SLOPE.p_value)


def test_what_all_days_have_wrong_in_common_is_no_trend() -> None:
    """Each series drifts by an error that no day tells: without being told, it is found."""
    blind, told = [], []
    for seed in range(400):
        rng = np.random.default_rng([7, seed])
        age, noise = series(rng, 0.0)
        shared = np.stack([np.full(len(age), 0.5), (age - 12) / 24], axis=1)
        value = noise + shared @ rng.standard_normal(2)
        blind.append(fit_slope(age, value).p_value < 0.05)
        found = fit_slope(age, value, shared=shared)
        told.append((found.p_value < 0.05, found.low <= 0 <= found.high))
    assert np.mean(blind) > 0.3
    assert np.mean(told, axis=0)[0] <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(told, axis=0)[1] > 0.93


def test_an_error_that_does_not_change_with_age_leaves_the_slope_alone() -> None:
    age, noise = series(np.random.default_rng(8), 0.0)
    value = noise - 0.1 * age
    plain, told = fit_slope(age, value), fit_slope(age, value, shared=np.full((len(age), 1), 3.0))
    assert told.per_month == plain.per_month
    assert told.p_value == pytest.approx(plain.p_value, rel=1e-6)
    assert told.low == pytest.approx(plain.low)
