"""The four answers: each is reachable, each says why, and chance alone wins nothing."""

from __future__ import annotations

import numpy as np
import pytest

from tracker.resemblance.serial import Estimate
from tracker.resemblance.verdict import ANSWERS, compared, lean_of, resembled, verdict

NAMES = ("Anna", "Ben")
HIGH, HALF, LOW = (
    Estimate(97.0, 80.0, 99.0, 40),
    Estimate(55.0, 20.0, 85.0, 40),
    Estimate(3.0, 1.0, 20.0, 40),
)


@pytest.mark.parametrize(
    ("first", "second", "difference", "text"),
    [
        (HIGH, HALF, Estimate(2.0, 0.5, 3.5, 40), "looks more like Anna"),
        (HALF, HIGH, Estimate(-2.0, -3.5, -0.5, 40), "looks more like Ben"),
        (None, None, Estimate(2.0, 0.5, 3.5, 40), "looks more like Anna"),
        (HIGH, HIGH, Estimate(0.2, -1.0, 1.4, 40), "too close to call"),
        (HALF, HALF, Estimate(0.2, -1.0, 1.4, 40), "looks like neither"),
        (HALF, HALF, Estimate(2.0, 0.5, 3.5, 40), "looks like neither"),
        (HALF, LOW, Estimate(2.0, 0.5, 3.5, 40), "looks like neither"),
        (HIGH, HALF, Estimate(2.0, np.nan, np.nan, 2), "not enough days"),
        (HALF, HALF, Estimate(np.nan, np.nan, np.nan, 0), "not enough days"),
    ],
)
def test_every_answer_is_reached_by_its_rule(
    first: Estimate | None, second: Estimate | None, difference: Estimate, text: str
) -> None:
    found = verdict(NAMES, (first, second), difference)
    assert found.text == text
    assert found.answer in ANSWERS
    assert bool(found.winner) == (found.answer == "looks more like")


def test_the_sentence_names_the_child_the_relatives_and_the_days() -> None:
    found = verdict(NAMES, (HIGH, HALF), Estimate(2.0, 0.5, 3.5, 40), child="Mia")
    assert found.sentence == (
        "Over 40 days of photos, Mia looks more like Anna than like Ben, "
        "and by more than chance gives."
    )
    few = verdict(NAMES, (None, None), Estimate(1.0, np.nan, np.nan, 1), child="Mia")
    assert "from 1 day only" in few.sentence


def test_swapping_the_relatives_swaps_the_winner() -> None:
    rng = np.random.default_rng(1)
    days = rng.normal(4.0, 1.0, 50)
    one = verdict(NAMES, (None, None), compared(days))
    other = verdict(NAMES[::-1], (None, None), compared(-days))
    assert one.winner == other.winner == "Anna"


def test_a_strangers_child_has_no_winner_however_many_days_there_are() -> None:
    rng = np.random.default_rng(2)
    answers = []
    for _ in range(600):
        z = rng.standard_normal((2, 1)) + 0.6 * rng.standard_normal((2, 300))
        both = (resembled(z[0]), resembled(z[1]))
        answers.append(verdict(NAMES, both, compared(z[0] - z[1])).answer)
    assert answers.count("looks more like") / 600 <= 0.05
    assert answers.count("looks like neither") / 600 > 0.8


def test_the_percentile_of_strangers_children_is_uniform() -> None:
    rng = np.random.default_rng(3)
    values = [resembled(rng.standard_normal() + 0.1 * rng.standard_normal(50)).value / 100
              for _ in range(500)]  # fmt: skip
    assert np.quantile(values, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.06)


def test_a_percentile_interval_stays_within_0_and_100() -> None:
    found = resembled(np.random.default_rng(4).normal(3.0, 1.0, 30))
    assert 50 < found.low < found.value < found.high <= 100
    assert not resembled(np.array([1.0])).known


def test_the_share_of_days_that_lean() -> None:
    assert lean_of(np.array([1.0, 2.0, -1.0, 0.0, np.nan])) == pytest.approx(0.625)
    assert np.isnan(lean_of(np.array([])))
