"""A cohort knows its ages, and faces are centred on strangers of their sex and age."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.made_up_cohort import DIM, cohort
from tracker.resemblance.cells import SHRINK, Cells, unit
from tracker.resemblance.cohort import AGE_BANDS, BAND_NAMES, UNKNOWN_BAND, Cohort, band_of


def test_each_age_falls_into_one_band_and_an_unknown_one_into_none() -> None:
    assert len(BAND_NAMES) == len(AGE_BANDS)
    years = np.array([0.0, 0.49, 0.5, 1.99, 2, 12.9, 13, 59.9, 60, 101, np.nan, -1])
    assert band_of(years).tolist() == [0, 0, 1, 1, 2, 3, 4, 6, 7, 7, UNKNOWN_BAND, UNKNOWN_BAND]


def test_parts_that_do_not_fit_are_refused() -> None:
    good = cohort(np.random.default_rng(0), people=4)
    with pytest.raises(ValueError, match="differ in length"):
        Cohort(good.vectors[1:], good.people, good.ages, good.sexes, good.names)
    with pytest.raises(ValueError, match="a sex is one of"):
        Cohort(good.vectors, good.people, good.ages, ("f", "x", "m", "f"), good.names)
    with pytest.raises(ValueError, match="somebody without a name"):
        Cohort(good.vectors, good.people, good.ages, good.sexes[:3], good.names[:3])


def test_a_cell_is_shrunk_toward_all_strangers_by_its_number_of_people() -> None:
    """Worked out by hand: every person weighs the same, however many photos there are."""
    all_of = cohort(np.random.default_rng(1), people=40, most=3)
    faces = all_of.vectors.astype(np.float64)
    means = np.array([faces[all_of.people == p].mean(axis=0) for p in range(40)])
    girls = [p for p in range(40) if p % 2 == 0 and p // 2 % 2 == 0]
    expected = (len(girls) * means[girls].mean(axis=0) + SHRINK * means.mean(axis=0)) / (
        len(girls) + SHRINK
    )
    np.testing.assert_allclose(
        Cells.of(all_of).mean("f", int(band_of(np.array([3.0]))[0])), expected
    )


def test_what_everybody_of_an_age_shares_is_taken_off() -> None:
    rng = np.random.default_rng(2)
    shared = 1.5 * unit(rng.standard_normal((2, 2, DIM)))
    strangers = cohort(rng, shared=shared)
    centred = Cells.of(strangers).centre(strangers.vectors, strangers.face_sexes, strangers.bands)
    first = [int(np.flatnonzero(strangers.people == p)[0]) for p in range(len(strangers.names))]
    raw = strangers.vectors[first] @ strangers.vectors[first].T
    after = centred[first] @ centred[first].T
    girls = np.flatnonzero(np.arange(400) % 4 == 0)
    between_girls = np.ix_(girls, girls)
    off = ~np.eye(len(girls), dtype=bool)
    assert raw[between_girls][off].mean() > 0.5
    assert abs(after[between_girls][off].mean()) < 0.15
    np.testing.assert_allclose(np.linalg.norm(centred, axis=1), 1)


def test_an_unknown_sex_or_age_is_centred_on_all_of_whom_nothing_else_is_known() -> None:
    strangers = cohort(np.random.default_rng(3))
    cells = Cells.of(strangers)
    np.testing.assert_allclose(cells.mean("", UNKNOWN_BAND), cells.overall)
    assert not np.allclose(cells.mean("f", UNKNOWN_BAND), cells.overall)


def test_without_a_cohort_nothing_is_taken_off() -> None:
    faces = unit(np.random.default_rng(4).standard_normal((5, DIM)))
    cells = Cells.of(Cohort.empty(DIM))
    np.testing.assert_allclose(cells.centre(faces, np.array(["f"] * 5), np.zeros(5, int)), faces)


def test_a_face_that_is_nothing_but_its_cell_is_nowhere_and_not_anywhere() -> None:
    assert not unit(np.zeros((2, DIM))).any()
