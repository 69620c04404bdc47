"""The pictures in two and three dimensions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.support.made_up_faces import Shots, child, evidence, look, parents, unit
from tracker.resemblance.evidence import Evidence
from tracker.resemblance.projection import PATH, POINTS, Projection, project

KEYS = ["dimensions", "face_id", "x", "y", "z"]


def family(a_day: int = 1, *, off: float = 0.0) -> tuple[Evidence, Evidence]:
    rng = np.random.default_rng(0)
    people, (anna, ben) = parents(rng)
    relatives = evidence(people, rng)
    at = unit(anna + ben + off * look(rng))
    ages = [month for month in range(4) for _ in range(3)]
    days = range(1000, 1012)
    return relatives, child(Shots("Mia", at, days, a_day, ages), np.random.default_rng(1))


@pytest.fixture(scope="module")
def pictures() -> Projection:
    return project(*family())


def pca(found: Projection, *, is_child: bool) -> pd.DataFrame:
    points = found.points
    return points[(points["projection"] == "pca") & (points["is_child"] == is_child)][KEYS]


def test_there_are_pca_and_tsne_in_two_and_three_dimensions(pictures: Projection) -> None:
    points, path = pictures.points, pictures.path
    assert tuple(points.columns) == POINTS
    assert tuple(path.columns) == PATH
    for frame in (points, path):
        found = set(zip(frame["projection"], frame["dimensions"], strict=True))
        assert found == {("pca", 2), ("pca", 3), ("tsne", 2), ("tsne", 3)}
    flat = points["dimensions"] == 2
    assert points.loc[flat, "z"].isna().all()
    assert points.loc[~flat, "z"].notna().all()
    assert (points.groupby(["projection", "dimensions"]).size() == 48 + 12).all()
    assert set(points["who"]) == {"Anna", "Ben", "Mia"}
    assert points["age_months"].isna().eq(~points["is_child"]).all()


def test_adding_the_childs_faces_moves_no_relative(pictures: Projection) -> None:
    """The axes are the relatives' own; the child is only laid upon them, at the same scale."""
    relatives, mia = family(a_day=5, off=3.0)
    other = project(relatives, mia)
    wanted = pca(pictures, is_child=False).reset_index(drop=True)
    found = pca(other, is_child=False).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted)
    one = project(relatives, mia.only(np.array([4])))
    alone = pca(one, is_child=True)
    among = pca(other, is_child=True)
    among = among[among["face_id"] == mia.face_ids[4]]
    np.testing.assert_allclose(alone.to_numpy(), among.to_numpy(), equal_nan=True)


def test_the_axes_are_those_of_equally_many_photos_of_each() -> None:
    """Else the differences among the photos of whoever has most would be the picture."""
    rng = np.random.default_rng(0)
    anna, ben = look(rng), look(rng)
    people = [Shots("Anna", anna, range(60), 2), Shots("Ben", ben, range(100, 106))]
    relatives = evidence(people, rng)
    mia = child(Shots("Mia", unit(anna + ben), range(900, 912)), rng)
    places = project(relatives, mia).points.query("projection == 'pca' and dimensions == 2")
    x = {who: places.loc[places["who"] == who, "x"].mean() for who in ("Anna", "Ben", "Mia")}
    assert sorted(x, key=lambda who: x[who])[1] == "Mia"  # between its parents
    assert abs(x["Anna"] - x["Ben"]) > 3 * places.query("who == 'Ben'")["x"].std()


def test_the_path_is_the_mean_of_the_days_of_each_month(pictures: Projection) -> None:
    mine = pictures.points.query("projection == 'pca' and dimensions == 3 and is_child")
    path = pictures.path.query("projection == 'pca' and dimensions == 3")
    assert path["age_months"].tolist() == [0, 1, 2, 3]
    for axis in "xyz":
        np.testing.assert_allclose(path[axis], mine.groupby("age_months")[axis].mean())


def test_the_same_seed_draws_the_same_pictures(pictures: Projection) -> None:
    again = project(*family())
    pd.testing.assert_frame_equal(again.points, pictures.points)
    pd.testing.assert_frame_equal(again.path, pictures.path)


def test_of_thousands_of_faces_some_of_everybody_are_shown_and_all_make_the_path() -> None:
    relatives, mia = family(a_day=30)
    found = project(relatives, mia, most=60).points
    sizes = found.groupby(["projection", "dimensions"]).size()
    assert sizes.to_dict() == {
        ("pca", 2): 60, ("pca", 3): 60, ("tsne", 2): 60, ("tsne", 3): 60,
    }  # fmt: skip
    whole = project(relatives, mia, most=1000).path.query("projection == 'pca'")
    thinned = project(relatives, mia, most=60).path.query("projection == 'pca'")
    np.testing.assert_allclose(thinned[["x", "y"]], whole[["x", "y"]], atol=1e-9)
    shown = found[found["projection"] == "tsne"]
    assert (shown.groupby("who").size() >= 20).all()
    assert set(shown["age_months"].dropna()) == {0, 1, 2, 3}


def test_too_few_faces_give_no_tsne_and_none_give_no_picture() -> None:
    rng = np.random.default_rng(0)
    people, _ = parents(rng, days=1, a_day=1)
    relatives = evidence(people, rng)
    mia = child(Shots("Mia", look(rng), [900, 901]), rng)
    found = project(relatives, mia)
    assert set(found.points["projection"]) == {"pca"}
    assert np.isfinite(found.points[["x", "y"]]).all().all()
    nobody = project(relatives, mia.only(np.zeros(2, bool)))
    assert nobody.points.empty
    assert nobody.path.empty
    assert tuple(nobody.points.columns) == POINTS


def test_the_same_photo_again_and_again_is_drawn_in_one_place() -> None:
    rng = np.random.default_rng(0)
    relatives = evidence([Shots("Anna", look(rng), range(6))], rng, day_noise=0, photo_noise=0)
    mia = child(Shots("Mia", look(rng), range(900, 906)), rng, day_noise=0, photo_noise=0)
    found = project(relatives, mia).points.query("projection == 'pca'")
    assert np.isfinite(found[["x", "y"]]).all().all()
