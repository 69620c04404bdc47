"""The comparison of a child with its relatives, month by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.support.made_up_faces import CHILD_FACES, Shots, child, evidence, look, parents, unit
from tracker.errors import UsageError
from tracker.methods.knn import ExactNeighbours
from tracker.resemblance.draws import draw
from tracker.resemblance.evaluate import LEADS, NO_DAY, OVERALL, SAME_DAY, TREND, evaluate
from tracker.resemblance.evidence import Evidence

FAST = ("centroid", "knn", "lda")


def changed(faces: Evidence, **arrays: object) -> Evidence:
    values = {name: getattr(faces, name) for name in Evidence.__dataclass_fields__}
    return Evidence(**{**values, **arrays})


def family(
    seed: int = 0, *, months: int = 6, days: int = 4, a_day: int = 2
) -> tuple[Evidence, Evidence]:
    """A child that turns from Ben to Anna, and the two; the child's days are its own."""
    rng = np.random.default_rng(seed)
    people, (anna, ben) = parents(rng)
    relatives = evidence(people, rng)
    shares = np.linspace(0, 1, months)
    parts = []
    for month, share in enumerate(shares):
        at = unit(share * anna + (1 - share) * ben)
        first = 1000 + 30 * month
        shots = Shots("Mia", at, range(first, first + days), a_day, [month] * days)
        parts.append(child(shots, rng))
    count = sum(len(part) for part in parts)
    return relatives, Evidence(
        np.concatenate([part.vectors for part in parts]),
        np.arange(CHILD_FACES, CHILD_FACES + count),
        np.zeros(count, np.int64),
        np.concatenate([part.days for part in parts]),
        np.arange(CHILD_FACES, CHILD_FACES + count),
        np.concatenate([part.ages for part in parts]),
        ("Mia",),
    )


# --- what comes out -------------------------------------------------------------------------------


def test_every_method_gives_a_number_per_relative_and_month_with_faces_and_days_beside_it() -> None:
    relatives, mia = family()
    found = evaluate(relatives, mia, draws=4)
    trend = found.trend
    assert tuple(trend.columns) == TREND
    assert len(found.methods) >= 12
    assert not found.failed
    assert len(trend) == len(found.methods) * 6 * 2
    assert (trend["photo_days"] == 4).all()
    assert (trend["faces"] == 8).all()
    assert (trend["draws"] == 4).all()
    assert trend["value"].notna().all()
    assert (trend["low"] < trend["value"]).sum() > 0.9 * len(trend)
    shares = trend[trend["method"].isin([m.name for m in found.methods if m.unit == "share"])]
    assert shares.groupby(["method", "age_months"])["value"].sum().to_numpy() == pytest.approx(1)


def test_a_child_that_turns_from_one_parent_to_the_other_is_seen_to_by_every_method() -> None:
    relatives, mia = family()
    leads = evaluate(relatives, mia, draws=4).leads("Anna", "Ben")
    assert tuple(leads.columns) == LEADS
    for _, of_method in leads.groupby("method"):
        order = of_method["difference"].rank()
        assert np.corrcoef(order, of_method["age_months"])[0, 1] > 0.8
        assert of_method["leader"].iloc[0] == "Ben"
        assert of_method["leader"].iloc[-1] == "Anna"


def test_months_without_photos_have_no_row_and_nothing_in_between_is_made_up() -> None:
    relatives, mia = family()
    found = evaluate(relatives, mia.only(~np.isin(mia.ages, [2, 3])), methods=FAST, draws=2)
    assert found.trend["age_months"].unique().tolist() == [0, 1, 4, 5]
    assert found.leads("Anna", "Ben")["age_months"].unique().tolist() == [0, 1, 4, 5]


def test_below_three_days_there_is_neither_interval_nor_leader() -> None:
    relatives, mia = family()
    few = mia.only((mia.ages != 5) | (mia.days < 1152))
    found = evaluate(relatives, few, methods=FAST, draws=4)
    last = found.trend.query("age_months == 5")
    assert (last["photo_days"] == 2).all()
    assert last["value"].notna().all()
    assert last[["low", "high"]].isna().all().all()
    lead = found.leads("Anna", "Ben").query("age_months == 5")
    assert lead["difference"].notna().all()
    assert (lead["leader"] == "").all()


def test_swapping_the_two_turns_the_sign_and_nothing_else() -> None:
    relatives, mia = family()
    found = evaluate(relatives, mia, methods=FAST, draws=3)
    one, other = found.leads("Anna", "Ben"), found.leads("Ben", "Anna")
    np.testing.assert_allclose(one["difference"], -other["difference"])
    np.testing.assert_allclose(one["low"], -other["high"])
    assert one["leader"].tolist() == other["leader"].tolist()
    overall = found.overall("Anna", "Ben")
    assert tuple(overall.columns) == OVERALL
    assert (overall["photo_days"] == 24).all()
    assert (overall["faces"] == 48).all()


def test_a_grandmother_added_later_leaves_mother_and_father_comparable() -> None:
    relatives, mia = family()
    rng = np.random.default_rng(8)
    rosa = evidence([Shots("Rosa", look(rng), range(300, 306))], rng, first=5000)
    wider = Evidence(
        np.concatenate([relatives.vectors, rosa.vectors]),
        np.r_[relatives.face_ids, rosa.face_ids],
        np.r_[relatives.people, rosa.people + 2],
        np.r_[relatives.days, rosa.days],
        np.r_[relatives.photos, rosa.photos],
        np.r_[relatives.ages, rosa.ages],
        ("Anna", "Ben", "Rosa"),
    )
    found = evaluate(wider, mia, methods=("centroid", "linear_svm"), draws=4)
    assert found.photos_each == 6
    assert set(found.trend["relative"]) == {"Anna", "Ben", "Rosa"}
    leads = found.leads("Anna", "Ben")
    assert leads.groupby("method")["leader"].last().tolist() == ["Anna", "Anna"]


# --- days, not photos -----------------------------------------------------------------------------


def test_fifty_photos_of_one_day_weigh_no_more_than_one() -> None:
    relatives, mia = family(a_day=1)
    burst = np.r_[np.arange(len(mia)), np.zeros(50, np.int64)]  # the first photo fifty times more
    again = mia.only(burst)
    again = changed(
        again,
        face_ids=CHILD_FACES + np.arange(len(again)),
        photos=CHILD_FACES + np.arange(len(again)),
    )
    one = evaluate(relatives, mia, methods=FAST, draws=4).trend
    many = evaluate(relatives, again, methods=FAST, draws=4).trend
    columns = ["value", "low", "high", "photo_days"]
    pd.testing.assert_frame_equal(one[columns], many[columns])
    assert many["faces"].max() == 54


def test_the_intervals_of_a_child_between_its_parents_cover_the_truth() -> None:
    """Light and mood of a day move all its photos; 95 % must hold over days all the same."""
    rng = np.random.default_rng(5)
    people, (anna, ben) = parents(rng)
    relatives = evidence(people, rng, day_noise=0.1, photo_noise=0.1)
    middle = unit(anna + ben)
    days = np.arange(1000, 1000 + 400 * 6)
    shots = Shots("Mia", middle, days.tolist(), 4, np.repeat(np.arange(400), 6).tolist())
    mia = child(shots, rng, day_noise=0.6, photo_noise=0.6)
    found = evaluate(relatives, mia, methods=("centroid",), draws=2)
    leads = found.leads("Anna", "Ben")
    truth = float(found.overall("Anna", "Ben")["difference"].iloc[0])
    assert len(leads) == 400
    covered = ((leads["low"] <= truth) & (leads["high"] >= truth)).mean()
    assert 0.92 < covered < 0.98


# --- faces that may not be compared ---------------------------------------------------------------


def test_a_child_is_never_compared_with_a_relatives_photo_of_the_same_day() -> None:
    relatives, mia = family()
    days = mia.days.copy()
    days[:8] = [0, 1, 2, 3, 100, 101, 102, 103]  # days of Anna's, and of Ben's
    mia = changed(mia, days=days)
    found = evaluate(relatives, mia, methods=("centroid",), draws=10, seed=3)
    drawn = draw(relatives, shared_days=mia.days, draws=10, seed=3)
    assert found.counted.shape == (10, len(mia))
    for rows, counts in zip(drawn.chosen, found.counted, strict=True):
        assert not set(relatives.days[rows].ravel().tolist()) & set(mia.days[counts].tolist())
    assert 0 < found.counted[:, :8].sum() < 80
    assert found.counted[:, 8:].all()
    assert len(found.left_out) == 0


def test_the_mothers_own_photo_of_that_day_cannot_make_the_child_look_like_her() -> None:
    """The very same picture, passed off as the child's, would be a perfect match."""
    relatives, mia = family()
    vectors, days = mia.vectors.copy(), mia.days.copy()
    vectors[0], days[0] = relatives.vectors[0], relatives.days[0]
    found = evaluate(
        relatives, changed(mia, vectors=vectors, days=days), methods=("cosine",), draws=10
    )
    assert found.values[0, 0, 0] < 0.95  # 1.000 if it were compared with itself


def test_faces_of_one_photo_are_not_compared_even_when_their_day_is_unknown() -> None:
    relatives, mia = family()
    relative_days = relatives.days.copy()
    relative_days[:2] = [-1, -2]  # undated photos of Anna's
    photos = mia.photos.copy()
    photos[0] = relatives.photos[0]
    relatives = changed(relatives, days=relative_days).only(relatives.days < 104)
    found = evaluate(relatives, changed(mia, photos=photos), methods=("centroid",), draws=20)
    drawn = draw(relatives, shared_days=mia.days, draws=20, seed=0)
    held = (drawn.chosen == 0).any(axis=(1, 2))
    assert 0 < held.sum() < 20
    assert found.counted[:, 0].tolist() == (~held).tolist()


def test_a_face_without_a_day_is_left_out_and_said_so() -> None:
    relatives, mia = family()
    days = mia.days.copy()
    days[[3, 7]] = [-5, -6]
    found = evaluate(relatives, changed(mia, days=days), methods=FAST, draws=2)
    assert found.left_out["face_id"].tolist() == mia.face_ids[[3, 7]].tolist()
    assert found.left_out["reason"].tolist() == [NO_DAY, NO_DAY]


def test_a_face_that_can_be_compared_with_nothing_is_left_out_and_said_so() -> None:
    rng = np.random.default_rng(0)
    people, _ = parents(rng, days=1)
    relatives = evidence(people, rng)  # a single day of Anna's, and the child is there too
    mia = child(Shots("Mia", look(rng), [0, 500, 501]), rng)
    found = evaluate(relatives, mia, methods=FAST, draws=4)
    assert set(found.left_out["reason"]) <= {SAME_DAY}
    assert len(found.left_out) + len(found.face_ids) == 3
    assert CHILD_FACES not in found.face_ids.tolist()


def test_a_relative_without_photos_of_another_day_is_named_in_a_warning() -> None:
    rng = np.random.default_rng(0)
    relatives = evidence([Shots("Anna", look(rng), range(5)), Shots("Ben", look(rng), [])], rng)
    mia = child(Shots("Mia", look(rng), range(500, 505)), rng)
    found = evaluate(relatives, mia, methods=FAST)
    assert found.warnings == ("there are no photos of Ben to compare with",)
    assert found.trend.empty
    assert found.leads("Anna", "Ben").empty


def test_no_child_no_relatives_no_crash() -> None:
    relatives, mia = family()
    nobody = relatives.only(np.zeros(len(relatives), bool))
    for a, b in ((relatives, mia.only(np.zeros(len(mia), bool))), (nobody, mia)):
        found = evaluate(a, b, methods=FAST, draws=2)
        assert tuple(found.trend.columns) == TREND
        assert found.trend.empty
        assert found.overall("Anna", "Ben").empty


# --- methods that fail, seeds, indexes ------------------------------------------------------------


def test_a_method_that_cannot_run_is_named_with_its_reason_and_the_others_go_on() -> None:
    rng = np.random.default_rng(0)
    people = [Shots("Anna", look(rng), [0]), Shots("Ben", look(rng), [100])]
    mia = child(Shots("Mia", look(rng), range(500, 506)), rng)
    found = evaluate(evidence(people, rng), mia, draws=2)
    assert set(found.failed) == {"lda", "gaussian_mixture"}
    assert "at least 2 photos of each relative" in found.failed["lda"]
    assert len(found.methods) == 10
    assert all(method.held_out_accuracy is None for method in found.methods)


def test_an_unknown_method_is_refused() -> None:
    relatives, mia = family()
    with pytest.raises(UsageError, match="astrology"):
        evaluate(relatives, mia, methods=("astrology",))


def test_the_same_seed_gives_the_same_report() -> None:
    relatives, mia = family()
    first = evaluate(relatives, mia, draws=2, seed=4)
    pd.testing.assert_frame_equal(first.trend, evaluate(relatives, mia, draws=2, seed=4).trend)
    assert first.methods == evaluate(relatives, mia, draws=2, seed=4).methods
    other = evaluate(relatives, mia, draws=2, seed=5)
    assert not np.allclose(first.values, other.values)


def test_the_galleries_index_gives_the_same_neighbours() -> None:
    relatives, mia = family()
    index = ExactNeighbours(relatives.face_ids, relatives.vectors)
    direct = evaluate(relatives, mia, methods=("knn",), draws=3)
    through = evaluate(relatives, mia, methods=("knn",), draws=3, neighbours=index)
    np.testing.assert_allclose(through.values, direct.values)
    assert through.methods == direct.methods


def test_progress_is_told_fit_by_fit() -> None:
    relatives, mia = family()
    told: list[tuple[int, int]] = []
    evaluate(relatives, mia, methods=FAST, draws=2, on_step=lambda *step: told.append(step))
    assert told == [(number, 2 * len(FAST)) for number in range(2 * len(FAST))]
