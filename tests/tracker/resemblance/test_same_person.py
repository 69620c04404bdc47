"""A face of the mother's among the child's is told; that the child takes after her is not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_faces import CHILD_FACES, Shots, evidence, look, unit
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.same_person import FLAGGED, find_same_person, mean_cosine

DAY_NOISE, PHOTO_NOISE = 0.5, 0.6
"""Photos of one person of two days are at a cosine of about .60, as with face networks."""

KIN = 0.25


def family(
    seed: int, *, strays: int = 0, kin: float = KIN, days: int = 20, parents_days: int = 12
) -> tuple[Evidence, Evidence]:
    """A child and its parents; among the child's faces, `strays` of the mother's, put last."""
    rng = np.random.default_rng(seed)
    anna, ben = look(rng, 128), look(rng, 128)
    mia = unit(kin * anna + kin * ben + look(rng, 128))
    relatives = evidence(
        [
            Shots("Anna", anna, range(parents_days), 2),
            Shots("Ben", ben, range(100, 100 + parents_days), 2),
        ],
        rng,
        day_noise=DAY_NOISE,
        photo_noise=PHOTO_NOISE,
    )
    ages = (np.arange(days) * 24 // days).tolist()
    shots = [
        Shots("Mia", mia, range(1000, 1000 + days), 2, ages),
        Shots("stray", anna, range(1000, 1000 + strays), 1, ages[:strays]),
    ]
    both = evidence(shots, rng, first=CHILD_FACES, day_noise=DAY_NOISE, photo_noise=PHOTO_NOISE)
    return relatives, Evidence(
        both.vectors,
        both.face_ids,
        np.zeros(len(both), np.int64),
        both.days,
        both.photos,
        both.ages,
        ("Mia",),
    )


def test_made_up_faces_are_as_near_as_those_of_a_face_network() -> None:
    relatives, mia = family(0)
    anna = relatives.only(relatives.people == 0)
    assert float(np.nanmedian(mean_cosine(anna, anna))) == pytest.approx(0.62, abs=0.06)
    assert float(np.nanmedian(mean_cosine(mia, anna))) == pytest.approx(0.15, abs=0.08)


@pytest.mark.parametrize("strays", [1, 3, 8])
def test_the_mothers_faces_among_the_childs_are_told(strays: int) -> None:
    told, wrong = 0, 0
    for seed in range(6):
        relatives, mia = family(seed, strays=strays)
        found = find_same_person(relatives, mia)
        assert tuple(found.flagged.columns) == FLAGGED
        assert found.unchecked == ()
        assert set(found.flagged["relative"]) <= {"Anna"}
        mine = found.flagged["row"] >= 40
        told += int(mine.sum())
        wrong += int((~mine).sum())
        assert (found.flagged["similarity"] > found.flagged["to_child"]).all()
        assert found.flagged["face_id"].tolist() == mia.face_ids[found.flagged["row"]].tolist()
    assert told >= 0.9 * 6 * strays
    assert wrong <= 1


@pytest.mark.parametrize("kin", [0.0, KIN, 0.8])
def test_a_child_that_takes_after_her_stays_the_child(kin: float) -> None:
    """Even one that is the image of her: kin are far from being the same person."""
    flagged = [len(find_same_person(*family(seed, kin=kin)).flagged) for seed in range(12)]
    assert sum(flagged) <= 1  # of 480 faces


@pytest.mark.parametrize(("days", "why"), [(3, "too few faces"), (2, "too few faces")])
def test_with_few_faces_of_the_child_nothing_is_done_and_that_is_said(days: int, why: str) -> None:
    found = find_same_person(*family(0, strays=2, days=days))
    assert found.flagged.empty
    assert len(found.unchecked) == 1
    assert why in found.unchecked[0]


def test_with_few_days_of_a_relative_nothing_is_done_and_that_is_said() -> None:
    found = find_same_person(*family(0, strays=2, parents_days=3))
    assert found.flagged.empty
    assert [line.split()[0] for line in found.unchecked] == ["Anna", "Ben"]
    assert all("too few days" in line for line in found.unchecked)


def test_faces_of_one_day_say_nothing_of_who_they_are() -> None:
    """A day's light makes strangers alike, so faces of the same day are never compared."""
    relatives, mia = family(0)
    anna = relatives.only(relatives.people == 0)
    same_days = Evidence(
        mia.vectors, mia.face_ids, mia.people, np.resize(anna.days, len(mia)), mia.photos, mia.ages,
        mia.names,
    )  # fmt: skip
    others = anna.only(anna.days < 3)  # three days; a face of one of them has two left
    found = mean_cosine(same_days, others)
    assert np.isnan(found[same_days.days < 3]).all()
    assert np.isfinite(found[same_days.days >= 3]).all()


def test_a_mean_cosine_counts_days_and_not_photos() -> None:
    rng = np.random.default_rng(0)
    at = look(rng, 16)
    face = evidence([Shots("?", at, [50])], rng, first=900)
    others = evidence([Shots("Anna", at, [0, 1, 2])], rng)
    wanted = float((face.vectors @ others.vectors.T).mean())
    assert mean_cosine(face, others)[0] == pytest.approx(wanted, abs=1e-6)
    burst = others.only(np.r_[0, 0, 0, 0, 1, 2])
    assert mean_cosine(face, burst)[0] == pytest.approx(wanted, abs=1e-6)


def test_only_faces_near_in_age_stand_for_the_child() -> None:
    rng = np.random.default_rng(0)
    at = look(rng, 16)
    mia = evidence([Shots("Mia", at, range(8), 1, [0, 1, 2, 3, 20, 21, 22, 23])], rng)
    near = mean_cosine(mia, mia, months=6)
    wanted = float((mia.vectors[0] @ mia.vectors[1:4].T).mean())
    assert near[0] == pytest.approx(wanted, abs=1e-6)
