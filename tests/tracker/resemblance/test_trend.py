"""The curve over age, where it crosses, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.resemblance.trend import CURVE, Crossover, Trend, crossover, fit_trend

Floats = np.ndarray


def days(seed: int, months: int = 24, a_month: int = 4) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    age = np.sort(np.repeat(np.arange(months), a_month) + rng.random(months * a_month))
    return age, rng.standard_normal(len(age))


def turning(age: Floats) -> Floats:
    return np.asarray(2 * np.tanh((11.0 - age) / 4))


def test_the_crossing_is_found_within_a_month_and_a_half() -> None:
    off, inside = [], []
    for seed in range(40):
        age, noise = days(seed)
        found = fit_trend(age, turning(age) + 0.6 * noise, seed=seed, draws=300).crossover
        assert found.certain and found.month is not None and found.rising is False
        off.append(abs(found.month - 11))
        inside.append((found.low or 0) <= 11 <= (found.high or 99))
    assert np.median(off) < 0.8
    assert np.mean(inside) > 0.87


def test_a_flat_family_has_no_crossing() -> None:
    found = [fit_trend(*days(seed), seed=seed, draws=200).crossover for seed in range(100)]
    assert sum(one.certain for one in found) <= 5


def test_a_clear_lead_has_no_crossing_at_all() -> None:
    age, noise = days(1)
    found = fit_trend(age, 3 + 0.5 * noise).crossover
    assert (found.month, found.low, found.high) == (None, None, None)
    assert found.p_none == 1.0


def test_a_crossing_near_the_last_photo_is_not_bounded_above() -> None:
    age, noise = days(2)
    found = fit_trend(age, 0.1 * (24 - age) + 0.8 * noise).crossover
    assert found.high is None
    assert found.low is None or found.low > 12


def test_the_band_holds_the_truth() -> None:
    held = []
    for seed in range(60):
        age, noise = days(seed)
        curve = fit_trend(age, turning(age) + 0.8 * noise, seed=seed, draws=200).curve
        truth = turning(curve["age_months"].to_numpy())
        held.append(((curve["low"] <= truth) & (curve["high"] >= truth)).mean())
    assert 0.91 < np.mean(held) < 0.985


def test_the_curve_keeps_to_the_ages_seen_and_its_order() -> None:
    age, noise = days(3)
    curve = fit_trend(age, noise).curve
    assert tuple(curve.columns) == CURVE
    assert curve["age_months"].iloc[0] == age[0]
    assert curve["age_months"].iloc[-1] == age[-1]
    assert curve["age_months"].is_monotonic_increasing
    assert ((curve["low"] <= curve["value"]) & (curve["value"] <= curve["high"])).all()


def test_the_unit_and_the_order_of_days_do_not_matter() -> None:
    age, noise = days(4)
    one = fit_trend(age, noise, seed=5)
    other = fit_trend(age[::-1], 100 * noise[::-1], seed=5)
    assert other.curve["value"].to_numpy() == pytest.approx(100 * one.curve["value"].to_numpy())
    assert other.p_value == pytest.approx(one.p_value)


def test_a_seed_gives_the_same_curve_again() -> None:
    age, noise = days(5)
    assert fit_trend(age, noise, seed=1).curve.equals(fit_trend(age, noise, seed=1).curve)
    assert not fit_trend(age, noise, seed=1).curve.equals(fit_trend(age, noise, seed=2).curve)


def withheld(age: Floats, value: Floats) -> Trend:
    found = fit_trend(age, value)
    assert found.curve.empty and tuple(found.curve.columns) == CURVE
    assert np.isnan(found.p_value) and not found.crossover.certain
    return found


def test_too_few_days_or_months_are_withheld_with_the_reason() -> None:
    age, noise = days(6)
    assert "at least 12 days; there are 11" in withheld(age[:11], noise[:11]).withheld
    assert "3 months of age; there are 2" in withheld(np.linspace(3, 4.9, 40), noise[:40]).withheld


def test_identical_or_missing_values_never_make_a_curve() -> None:
    age, noise = days(7)
    assert "same value" in withheld(age, np.full_like(age, 0.3)).withheld
    assert "there are 0" in withheld(age, np.full_like(age, np.nan)).withheld
    holed = noise.copy()
    holed[::5] = np.nan
    assert fit_trend(age, holed).days == int(np.isfinite(holed).sum())


def test_five_years_of_photos_are_smoothed_as_well() -> None:
    age, noise = days(8, months=60, a_month=20)
    found = fit_trend(age, turning(age) + noise, draws=200)
    assert found.days == 1200
    assert found.crossover.month == pytest.approx(11, abs=1)


def test_of_several_roots_the_one_that_parts_best_is_meant() -> None:
    grid = np.linspace(0, 10, 101)
    wave = np.where(grid < 6.02, 1.0, -1.0)
    wave[5:8] = -0.1
    found = crossover(grid, wave, np.stack([wave, wave]))
    assert found.month == pytest.approx(6.05, abs=0.1)


def test_no_draws_that_cross_leave_the_crossing_uncertain() -> None:
    assert not Crossover().certain


def test_a_crossing_is_bounded_by_what_all_days_have_wrong_in_common() -> None:
    """The whole curve is too high or too low, which no number of days tells."""
    blind, told = [], []
    for seed in range(60):
        age, noise = days(seed)
        shared = np.full((len(age), 1), 0.4)
        value = 0.25 * (11 - age) + noise + 0.4 * np.random.default_rng([2, seed]).normal()
        for found, given in ((blind, None), (told, shared)):
            crossing = fit_trend(age, value, shared=given, draws=200).crossover
            low, high = crossing.low, crossing.high
            found.append((low is None or low <= 11) and (high is None or high >= 11))
    assert np.mean(blind) < 0.8
    assert np.mean(told) >= 0.93 - 2 * np.sqrt(0.93 * 0.07 / 60)


def test_a_common_error_moves_no_curve_and_widens_its_band() -> None:
    age, noise = days(9)
    plain = fit_trend(age, turning(age) + noise)
    wide = fit_trend(age, turning(age) + noise, shared=np.full((len(age), 1), 0.5))
    np.testing.assert_allclose(plain.curve["value"], wide.curve["value"], atol=1e-9)
    width = [(found.curve["high"] - found.curve["low"]).mean() for found in (plain, wide)]
    assert width[1] > 1.5 * width[0]
