"""Looking at many methods and months does not make noise into news."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.resemblance.multiplicity import benjamini_yekutieli, max_t

Floats = np.ndarray


def grid(seed: int, methods: int = 8) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    months = np.repeat(np.arange(24), rng.poisson(4, 24))
    shared = rng.standard_normal(len(months))
    return 0.8 * shared + 0.6 * rng.standard_normal((methods, len(months))), months


def test_pure_noise_shows_something_in_nearly_every_grid_and_next_to_nothing_when_corrected() -> (
    None
):
    plain, corrected = [], []
    for seed in range(150):
        values, months = grid(seed)
        means = np.stack([values[:, months == m].mean(axis=1) for m in np.unique(months)], axis=1)
        counts = np.bincount(months)[np.unique(months)]
        plain.append((np.abs(means * np.sqrt(counts)) > 1.96).any())
        corrected.append(np.nanmin(max_t(values, months, draws=200, seed=seed)) < 0.05)
    assert np.mean(plain) > 0.85
    assert np.mean(corrected) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)


def test_a_true_month_is_found_among_noise() -> None:
    values, months = grid(1)
    true = np.bincount(months).argmax()
    values[:, months == true] += 4.0
    adjusted = max_t(values, months, draws=500)
    assert (adjusted[:, np.unique(months) == true] < 0.05).all()
    assert (adjusted < 0.05).mean() < 0.1


def test_chance_between_children_is_part_of_the_null() -> None:
    values, months = grid(2)
    values += 1.5
    assert np.nanmin(max_t(values, months)) < 0.01
    assert np.nanmin(max_t(values, months, chance=np.full(8, 1.4))) > 0.05


def test_months_of_fewer_than_three_days_are_not_tested() -> None:
    values, _ = grid(3)
    months = np.r_[0, 0, np.repeat(1, values.shape[1] - 2)]
    adjusted = max_t(values, months)
    assert np.isnan(adjusted[:, 0]).all()
    assert np.isfinite(adjusted[:, 1]).all()


def test_a_method_whose_numbers_never_change_is_not_tested() -> None:
    values, months = grid(4)
    values[2] = 0.0
    adjusted = max_t(values, months, draws=100)
    assert np.isnan(adjusted[2]).all()
    assert np.isfinite(adjusted[0]).any()
    assert np.isnan(max_t(values[:, :0], months[:0])).all()


def test_benjamini_yekutieli_is_the_published_correction() -> None:
    p = np.array([[0.01, 0.02], [np.nan, 0.5]])
    harmonic = 1 + 1 / 2 + 1 / 3
    adjusted = benjamini_yekutieli(p)
    assert adjusted[0, 0] == pytest.approx(min(0.01 * 3, 0.02 * 3 / 2) * harmonic)
    assert np.isnan(adjusted[1, 0])
    assert np.isnan(benjamini_yekutieli(np.array([np.nan]))).all()
