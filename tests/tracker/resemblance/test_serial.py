"""Days that remember each other, and children who differ by chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from tracker.resemblance.serial import (
    OF_PHOTOS,
    Estimate,
    inflation,
    lag_one,
    log_volume,
    mean_of_days,
    whitened,
)


def remembering(rng: np.random.Generator, shape: tuple[int, ...], memory: float) -> np.ndarray:
    new = rng.standard_normal(shape)
    new[..., 1:] *= np.sqrt(1 - memory**2)
    return np.asarray(lfilter([1.0], [1.0, -memory], new, axis=-1))


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.5])
def test_the_mean_of_many_days_is_covered_even_if_days_remember_each_other(memory: float) -> None:
    series = remembering(np.random.default_rng(1), (600, 96), memory)
    found = [mean_of_days(row) for row in series]
    assert 0.925 < np.mean([one.low <= 0 <= one.high for one in found]) < 0.985


def test_a_plain_interval_would_promise_too_much_when_days_remember_each_other() -> None:
    series = remembering(np.random.default_rng(1), (600, 96), 0.5)
    found = [mean_of_days(row, memory=0.0) for row in series]
    assert np.mean([one.low <= 0 <= one.high for one in found]) < 0.85


def test_a_steady_drift_is_no_error_of_the_mean() -> None:
    rng = np.random.default_rng(2)
    age = np.sort(rng.uniform(0, 24, 96))
    noise = rng.standard_normal(96)
    flat, drifting = mean_of_days(noise, age), mean_of_days(noise + 0.5 * age, age)
    assert drifting.high - drifting.low == pytest.approx(flat.high - flat.low)


def test_more_days_do_not_make_chance_between_children_go_away() -> None:
    rng = np.random.default_rng(3)
    few, many = (mean_of_days(rng.standard_normal(n), chance=1.0) for n in (20, 2000))
    assert (many.high - many.low) / 2 == pytest.approx(1.96, abs=0.05)
    assert few.high - few.low > many.high - many.low


@pytest.mark.parametrize(
    "values", [[], [1.0], [1.0, 2.0], [3.0, 3.0, 3.0], [np.nan, 1.0, 2.0, np.inf]]
)
def test_too_few_or_identical_days_give_no_interval(values: list[float]) -> None:
    found = mean_of_days(np.array(values))
    assert not found.known
    assert found.holds(0.0)


def test_days_without_a_value_are_left_out() -> None:
    values = np.array([1.0, np.nan, 2.0, 4.0, 3.0])
    assert mean_of_days(values) == mean_of_days(values[[0, 2, 3, 4]])


def test_the_lag_one_correlation_is_found_also_in_short_series() -> None:
    for days in (20, 96):
        series = remembering(np.random.default_rng(4), (2000, days), 0.5)
        centred = series - series.mean(axis=1, keepdims=True)
        assert float(np.mean(lag_one(centred, 1))) == pytest.approx(0.5, abs=0.05)


def test_the_variance_of_a_mean_grows_as_the_days_memory_says() -> None:
    lasting, days = 0.5, 30
    rng = np.random.default_rng(5)
    series = np.sqrt(1 - OF_PHOTOS) * remembering(rng, (40_000, days), lasting)
    series += np.sqrt(OF_PHOTOS) * rng.standard_normal(series.shape)
    memory = np.array(lasting * (1 - OF_PHOTOS))
    assert float(series.mean(axis=1).var()) * days == pytest.approx(
        float(inflation(memory, days)), rel=0.05
    )
    assert float(inflation(np.array(0.0), days)) == 1.0


def test_whitening_takes_out_exactly_what_days_remember() -> None:
    lasting, days = 0.6, 12
    gaps = np.abs(np.subtract.outer(np.arange(days), np.arange(days)))
    covariance = (1 - OF_PHOTOS) * lasting**gaps + OF_PHOTOS * np.eye(days)
    turn = whitened(np.eye(days), lasting)
    assert turn @ covariance @ turn.T == pytest.approx(np.eye(days), abs=1e-10)
    assert 2 * log_volume(lasting, days) == pytest.approx(np.linalg.slogdet(covariance)[1])


def test_an_interval_that_is_missing_holds_everything() -> None:
    nan = float("nan")
    assert Estimate(1.0, nan, nan, 2).holds(50.0)
    assert not Estimate(1.0, 0.5, 1.5, 9).holds(0.0)
