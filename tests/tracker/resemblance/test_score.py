"""The score: uniform for strangers, fair to who has few photos, and silent where it must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from tests.support.made_up_cohort import DIM, cohort
from tests.support.made_up_faces import Shots, child, evidence, look, unit
from tracker.ages import complete_months
from tracker.resemblance.cohort import Cohort
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.score import (
    COHORT_USED,
    DAY_DIFFERENCES,
    DAY_SCORES,
    DIFFERENCE,
    NO_VECTOR,
    SHARED,
    TREND,
    Scores,
    exact_ages,
    kin_log_odds,
    score,
)
from tracker.resemblance.strangers import Strangers

CHILD_DAYS = range(1000, 1012)


@pytest.fixture(scope="module")
def strangers() -> Strangers:
    return Strangers.of(cohort(np.random.default_rng(0)))


def couple(rng: np.random.Generator, days: tuple[int, int] = (12, 12)) -> list[Shots]:
    return [
        Shots("Anna", look(rng, DIM), range(days[0])),
        Shots("Ben", look(rng, DIM), range(100, 100 + days[1])),
    ]


def ask(
    relatives: Evidence,
    its: Evidence,
    strangers: Strangers | Cohort,
    *,
    draws: int = 10,
    seed: int = 0,
) -> Scores:
    return score(
        relatives, its, strangers, sexes=("f", "m")[: len(relatives.names)],
        years=(30.0, 30.0)[: len(relatives.names)], child_sex="f", draws=draws, seed=seed,
    )  # fmt: skip


def mia(rng: np.random.Generator, people: list[Shots], share: float, kin: float = 0.5) -> Evidence:
    """A child of which `kin` is its parents', `share` of that the first one's."""
    likeness = share * people[0].look + (1 - share) * people[1].look
    its = unit(kin * unit(likeness) + np.sqrt(1 - kin**2) * look(rng, DIM))
    return child(Shots("Mia", its, CHILD_DAYS, ages=[36] * len(CHILD_DAYS)), rng)


@pytest.mark.parametrize("days", [(1, 40), (40, 40)])
def test_a_strangers_percentile_is_uniform_however_many_photos_there_are(
    days: tuple[int, int], strangers: Strangers
) -> None:
    found, z = [], []
    for number in range(200):
        rng = np.random.default_rng([number, *days])
        its = child(Shots("Mia", look(rng, DIM), [900], ages=[36]), rng)
        result = ask(evidence(couple(rng, days), rng), its, strangers)
        found.append(result.percentile[0] / 100)
        z.append(result.z[0])
    for relative in (0, 1):
        assert stats.kstest(np.array(found)[:, relative], "uniform").pvalue > 0.01
    assert np.abs(np.mean(z, axis=0)).max() < 0.25
    assert 0.05 < np.std(z) < 1.15


def test_the_one_with_ten_times_the_photos_is_not_the_nearer_one(strangers: Strangers) -> None:
    found = []
    for number in range(100):
        rng = np.random.default_rng([7, number])
        people = couple(rng, (4, 40))
        its = mia(rng, people, 0.5)
        result = ask(evidence(people, rng), its, strangers)
        found.append(result.face_differences("Anna", "Ben").mean())
    assert stats.ttest_1samp(found, 0).pvalue > 0.01
    assert 0.4 < np.mean(np.array(found) > 0) < 0.6


def test_a_child_that_takes_after_one_parent_is_told(strangers: Strangers) -> None:
    rng = np.random.default_rng(11)
    people = couple(rng)
    result = ask(evidence(people, rng), mia(rng, people, 0.9, kin=0.7), strangers)
    (row,) = result.difference("Anna", "Ben").to_dict("records")
    assert row["low"] > 0
    assert (row["age_months"], row["faces"], row["photo_days"]) == (36, 12, 12)
    anna = result.trend.set_index("relative").loc["Anna"]
    assert anna["percentile"] > 95
    assert kin_log_odds(float(anna["z"])) > 1


def test_turning_the_relatives_turns_the_sign_and_nothing_else(strangers: Strangers) -> None:
    rng = np.random.default_rng(12)
    people = couple(rng)
    result = ask(evidence(people, rng), mia(rng, people, 0.8), strangers)
    np.testing.assert_allclose(
        result.face_differences("Anna", "Ben"), -result.face_differences("Ben", "Anna")
    )
    assert result.bias("Anna", "Ben").value == pytest.approx(-result.bias("Ben", "Anna").value)


def test_light_shared_on_a_day_does_not_count(strangers: Strangers) -> None:
    """Half of Ben's photos are of the child's days, and lit as the child is there."""
    fair, unfair = [], []
    for number in range(60):
        rng = np.random.default_rng([13, number])
        people = couple(rng, (12, 24))
        its, them = mia(rng, people, 0.5), evidence(people, rng)
        light = {int(day): 1.2 * look(rng, DIM) for day in its.days}
        days = them.days.copy()
        days[-12:] = its.days
        lit = them.vectors.astype(float)
        lit[-12:] += [light[int(day)] for day in days[-12:]]
        shone = its.vectors + np.array([light[int(day)] for day in its.days])
        them = replace(them, days=days, vectors=unit(lit).astype(np.float32))
        its = replace(its, vectors=unit(shone).astype(np.float32))
        fair.append(ask(them, its, strangers).face_differences("Ben", "Anna").mean())
        hidden = replace(them, days=np.arange(len(them)))  # as if the days were not known
        unfair.append(ask(hidden, its, strangers).face_differences("Ben", "Anna").mean())
    assert stats.ttest_1samp(fair, 0).pvalue > 0.01
    assert stats.ttest_rel(unfair, fair).pvalue < 1e-4
    assert np.mean(unfair) > 0.2


def test_faces_only_ever_seen_with_a_relative_are_left_out_with_the_reason(
    strangers: Strangers,
) -> None:
    rng = np.random.default_rng(14)
    them = evidence([Shots("Anna", look(rng, DIM), [5])], rng)
    its = child(Shots("Mia", look(rng, DIM), [5, -3, 9], ages=[36] * 3), rng)
    result = ask(them, its, strangers)
    assert len(result.face_ids) + len(result.left_out) == 3
    reasons = result.left_out.set_index("face_id")["reason"]
    assert "not known" in reasons[int(its.face_ids[1])]


def test_without_a_cohort_the_percentile_is_withheld_and_the_difference_is_not() -> None:
    rng = np.random.default_rng(15)
    people = couple(rng)
    result = ask(evidence(people, rng), mia(rng, people, 0.9, kin=0.7), Cohort.empty(DIM))
    assert np.isnan(result.percentile).all()
    assert any("withheld" in warning for warning in result.warnings)
    assert result.difference("Anna", "Ben")["low"].iloc[0] > 0
    bias = result.bias("Anna", "Ben")
    assert bias.value == 0
    assert np.isnan(bias.error)
    assert np.isnan(result.chance("Anna"))


@pytest.mark.parametrize(("people", "withheld"), [(29, True), (30, False)])
def test_a_percentile_needs_thirty_strangers(people: int, withheld: bool) -> None:
    rng = np.random.default_rng(16)
    them = couple(rng)
    few = cohort(rng, people=people)
    result = ask(evidence(them, rng), mia(rng, them, 0.5), few)
    assert np.isnan(result.percentile).all() == withheld
    assert not np.isnan(result.z).any()


def test_who_stood_in_for_missing_strangers_is_said(strangers: Strangers) -> None:
    rng = np.random.default_rng(17)
    people = couple(rng)
    result = ask(evidence(people, rng), mia(rng, people, 0.5), strangers)
    used = result.cohort_used
    assert tuple(used.columns) == COHORT_USED
    anna = used[used["who"] == "Anna"].iloc[0]
    # Men of her age stand in before girls do: a small child is no grown-up, whatever the sex.
    assert (anna["in_cell"], anna["strangers"], anna["any_sex"]) == (100, 200, True)
    assert anna["bands"] == "20 to 40"
    assert anna["trust"] == pytest.approx(0.8)
    assert any("100 of 200 strangers are like Anna" in warning for warning in result.warnings)


def test_an_embedder_that_leans_to_women_leans_no_more() -> None:
    """Girls and women share a direction, and Anna has more of it than most."""
    rng = np.random.default_rng(18)
    womanly = unit(rng.standard_normal(DIM))
    shared = np.zeros((2, 2, DIM))
    shared[0] = 0.7 * womanly
    leaning = Strangers.of(cohort(rng, shared=shared))
    plain, corrected, raw = [], [], []
    for number in range(60):
        own = np.random.default_rng([18, number])
        people = couple(own)
        people[0] = replace(people[0], look=people[0].look + 1.1 * womanly)
        girl = look(own, DIM) + 0.7 * womanly
        its = child(Shots("Mia", girl, CHILD_DAYS, ages=[36] * 12), own)
        them = evidence(people, own)
        result = ask(them, its, leaning)
        plain.append((result.z[:, 0] - result.z[:, 1]).mean())
        corrected.append(result.face_differences("Anna", "Ben").mean())
        near = its.vectors @ them.vectors.T
        raw.append(near[:, them.people == 0].mean() - near[:, them.people == 1].mean())
    assert np.mean(np.array(raw) > 0) > 0.85
    assert 0.35 < np.mean(np.array(corrected) > 0) < 0.65
    assert abs(np.mean(corrected)) < 0.3
    assert abs(np.mean(corrected)) < abs(np.mean(plain))


def test_the_bias_tells_how_much_chance_does(strangers: Strangers) -> None:
    rng = np.random.default_rng(19)
    people = couple(rng)
    result = ask(evidence(people, rng), mia(rng, people, 0.5), strangers)
    bias = result.bias("Anna", "Ben")
    assert abs(bias.value) < 4 * bias.error
    assert 0.03 < bias.error < 0.15
    assert 0.9 < bias.spread < 1.6  # the root of two, less what photos of one child average out
    assert 0.6 < result.chance("Anna") < 1.2


def test_unusable_vectors_are_left_out_and_never_become_a_number(strangers: Strangers) -> None:
    rng = np.random.default_rng(20)
    people = couple(rng)
    them, its = evidence(people, rng), mia(rng, people, 0.5)
    broken, theirs = its.vectors.copy(), them.vectors.copy()
    broken[0], broken[1], theirs[0] = np.nan, 0, np.inf
    result = ask(replace(them, vectors=theirs), replace(its, vectors=broken), strangers)
    assert result.left_out["reason"].tolist() == [NO_VECTOR, NO_VECTOR]
    assert np.isfinite(result.z).all()
    assert any("no usable embedding" in warning for warning in result.warnings)
    spoilt = strangers.cohort.vectors.copy()
    spoilt[3] = np.nan
    again = Strangers.of(replace(strangers.cohort, vectors=spoilt))
    assert again.dropped == 1
    assert np.isfinite(again.centred).all()


def test_identical_faces_everywhere_give_finite_numbers() -> None:
    rng = np.random.default_rng(21)
    people = couple(rng)
    them, its = evidence(people, rng), mia(rng, people, 0.5)
    one = np.tile(them.vectors[:1], (len(them), 1))
    same = cohort(rng, people=60)
    same = replace(same, vectors=np.tile(same.vectors[:1], (len(same), 1)))
    result = ask(replace(them, vectors=one), its, same)
    assert np.isfinite(result.z).all()
    np.testing.assert_allclose(result.face_differences("Anna", "Ben"), 0, atol=1e-9)


def test_one_relative_and_one_photo_are_enough_for_a_percentile(strangers: Strangers) -> None:
    rng = np.random.default_rng(22)
    people = couple(rng, (1, 1))
    its = mia(rng, people, 0.5)
    result = ask(evidence(people[:1], rng), its, strangers)
    assert result.photos_each == 1
    assert any("of one day" in warning for warning in result.warnings)
    assert ((result.percentile > 0) & (result.percentile <= 100)).all()


def test_a_relative_without_photos_is_named_and_nothing_is_made_up(strangers: Strangers) -> None:
    rng = np.random.default_rng(23)
    people = couple(rng)
    them = evidence(people, rng)
    result = ask(them.only(them.people == 0), mia(rng, people, 0.5), strangers)
    assert result.z.shape == (0, 2)
    assert any("no photos of Ben" in warning for warning in result.warnings)
    assert result.trend.empty
    assert result.difference("Anna", "Ben").empty
    assert result.day_differences("Anna", "Ben").empty


def test_no_face_of_the_child_gives_empty_frames_with_their_columns(strangers: Strangers) -> None:
    rng = np.random.default_rng(24)
    people = couple(rng)
    nobody = mia(rng, people, 0.5).only(np.empty(0, dtype=int))
    result = ask(evidence(people, rng), nobody, strangers)
    assert tuple(result.trend.columns) == TREND
    assert tuple(result.difference("Anna", "Ben").columns) == DIFFERENCE
    assert tuple(result.day_differences("Anna", "Ben").columns) == DAY_DIFFERENCES
    assert tuple(result.day_scores("Anna").columns) == DAY_SCORES


def test_a_month_is_the_mean_of_its_day_means(strangers: Strangers) -> None:
    rng = np.random.default_rng(25)
    people = couple(rng)
    one_day = [1000] * 9 + [1001, 1002]
    its = child(Shots("Mia", look(rng, DIM), one_day, ages=[36] * 11), rng)
    result = ask(evidence(people, rng), its, strangers)
    by_day = [result.z[its.days == day, 0].mean() for day in (1000, 1001, 1002)]
    anna = result.trend.set_index("relative").loc["Anna"]
    assert anna["z"] == pytest.approx(np.mean(by_day))
    assert (anna["faces"], anna["photo_days"]) == (11, 3)
    assert result.day_differences("Anna", "Ben")["faces"].tolist() == [9, 1, 1]


def test_the_same_seed_gives_the_same_numbers(strangers: Strangers) -> None:
    rng = np.random.default_rng(26)
    people = couple(rng, (5, 20))
    them, its = evidence(people, rng), mia(rng, people, 0.5)
    first, second = ask(them, its, strangers), ask(them, its, strangers.cohort)
    np.testing.assert_array_equal(first.z, second.z)
    np.testing.assert_array_equal(first.percentile, second.percentile)
    assert not np.array_equal(first.z, ask(them, its, strangers, seed=5).z)


def test_sexes_that_do_not_fit_the_relatives_are_refused(strangers: Strangers) -> None:
    rng = np.random.default_rng(27)
    people = couple(rng)
    with pytest.raises(ValueError, match="2 relatives, 1 sexes"):
        score(
            evidence(people, rng), mia(rng, people, 0.5), strangers,
            sexes=("f",), years=(30.0, 30.0), child_sex="f",
        )  # fmt: skip


def test_exact_ages_are_right_to_within_days_and_keep_their_month() -> None:
    born = date(2022, 1, 31)
    days = [born + timedelta(days=n) for n in range(0, 900, 7)]
    number = np.array([(day - date(1970, 1, 1)).days for day in days])
    months = np.array([complete_months(born, day) for day in days])
    found = exact_ages(number, months)
    assert (np.floor(found) == months).all()
    truth = np.arange(0, 900, 7) / (365.2425 / 12)
    assert np.abs(found - truth).max() < 0.15


def test_few_photos_of_a_relative_leave_an_error_that_is_known(strangers: Strangers) -> None:
    """The same child, the same couple, photographed again: so far do the numbers move."""
    errors = {}
    for days in (3, 24):
        found, said = [], []
        for number in range(80):
            rng = np.random.default_rng([28, number // 8])
            people = couple(rng, (days, days))
            its = mia(rng, people, 0.5)
            again = np.random.default_rng([29, number])
            result = ask(evidence(people, again), its, strangers, draws=4)
            found.append(result.face_differences("Anna", "Ben").mean())
            said.append(np.hypot(*result.few_photos))
        moved = np.array(found).reshape(10, 8).std(axis=1, ddof=1)
        errors[days] = float(np.sqrt((moved**2).mean()))
        assert 0.6 < float(np.mean(said)) / errors[days] < 1.7
    assert errors[24] < 0.6 * errors[3]


def test_what_all_days_may_have_wrong_in_common_is_one_row_a_day(strangers: Strangers) -> None:
    rng = np.random.default_rng(30)
    people = couple(rng)
    result = ask(evidence(people, rng), mia(rng, people, 0.5), strangers)
    shared = result.shared_errors("Anna", "Ben")
    assert shared.shape == (len(result.day_differences("Anna", "Ben")), SHARED)
    assert (shared[:, 0] == np.hypot(*result.few_photos)).all()
    assert shared[0, 1] == pytest.approx(result.bias("Anna", "Ben").error, rel=0.2)
