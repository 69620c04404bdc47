"""The gate table: what has to hold, with the error of having tried only so often."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from tracker.evaluation.gates import (
    GATES,
    SCENARIOS,
    evaluate_synthetic,
    limits_of,
    named,
    summarise,
)


def row(name: str, values: list[float]) -> dict[str, object]:
    (found,) = summarise([{name: value} for value in values])
    return dict(zip(GATES[1:], found, strict=True))


def shares(right: int, of: int) -> list[float]:
    return [1.0] * right + [0.0] * (of - right)


def test_a_gate_is_failed_by_what_claims_too_much() -> None:
    found = row("false: winner", shares(20, 100))
    assert found["value"] == 0.2
    assert found["passed"] is False


def test_false_claims_may_exceed_5_of_100_by_two_monte_carlo_errors() -> None:
    error = 2 * math.sqrt(0.05 * 0.95 / 1000)
    assert row("false: trend", shares(63, 1000))["high"] == pytest.approx(0.05 + error)
    assert row("false: trend", shares(63, 1000))["passed"] is True
    assert row("false: trend", shares(65, 1000))["passed"] is False


@pytest.mark.parametrize(
    ("right", "passed"), [(910, False), (915, True), (950, True), (980, True), (985, False)]
)
def test_coverage_is_93_to_97_within_its_own_error(right: int, passed: bool) -> None:
    assert row("coverage: slope", shares(right, 1000))["passed"] is passed


def test_all_of_twenty_is_no_proof_of_too_much_coverage() -> None:
    assert row("coverage: slope", shares(20, 20))["passed"] is True


def test_shares_that_vary_little_are_allowed_little() -> None:
    """The share of a child's months has a smaller error than a yes or no."""
    values = [0.98, 0.97, 0.98, 0.99] * 100
    found = row("coverage: month", values)
    assert float(str(found["high"])) < 0.972
    assert found["passed"] is False


def test_a_crossing_may_be_covered_more_often_than_promised() -> None:
    assert row("coverage: crossing", shares(1000, 1000))["passed"] is True
    assert row("coverage: crossing", shares(900, 1000))["passed"] is False


def test_a_lean_is_half_within_3_of_100() -> None:
    assert row("lean: nearer the first", shares(520, 1000))["passed"] is True
    assert row("lean: nearer the first", shares(570, 1000))["passed"] is False


def test_percentiles_have_to_be_uniform() -> None:
    even = list(np.linspace(0.5, 99.5, 100))
    assert row("percentile: one face", even)["passed"] is True
    assert row("percentile: one face", [50 + x / 2 for x in even])["passed"] is False


def test_months_off_are_a_median_and_no_crossing_is_infinitely_far_off() -> None:
    found = row("months off: crossing", [0.5, 0.6, 0.7, math.inf, math.inf])
    assert found["value"] == 0.7
    assert found["passed"] is True
    assert row("months off: crossing", [0.5, math.inf, math.inf])["passed"] is False


def test_what_is_shown_for_comparison_has_no_gate() -> None:
    assert limits_of("plain: winner, days alone") is None
    assert row("power: trend", shares(1, 2))["passed"] is None


def test_what_was_not_asked_is_not_counted() -> None:
    rows = summarise([{"coverage: month": 1.0}, {"coverage: month": float("nan")}, {}])
    assert rows[0][3] == 1


def test_scenarios_are_named_once_and_found_by_name() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
    assert [one.name for one in named([names[3], names[1]])] == [names[1], names[3]]
    with pytest.raises(KeyError, match="nonsense"):
        named(["nonsense"])


def test_numbers_depend_on_the_seed_and_not_on_processes_or_other_scenarios() -> None:
    names = ["linear crossing", "score: sigmoid crossing"]
    alone = evaluate_synthetic(4, scenarios=named(names[1:]), draws=50)
    told: list[tuple[str, int, int]] = []
    both = evaluate_synthetic(
        4, scenarios=named(names), draws=50, jobs=2, on_replicates=lambda *now: told.append(now)
    )
    same = both[both["scenario"] == names[1]].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, same)
    assert told == [(name, done, 4) for name in names for done in (1, 2, 3, 4)]
    other = evaluate_synthetic(4, scenarios=named(names[1:]), draws=50, seed=1)
    assert not other["value"].equals(alone["value"])
