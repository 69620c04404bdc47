"""Rows, gaps and labels: the arithmetic under the charts."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from reports import axes, frames
from reports.charts import agreement, overall, trend
from reports.charts.projection_2d import fewer, scaled


def test_missing_numbers_become_null_and_lone_bytes_stay_visible() -> None:
    frame = pd.DataFrame(
        {"n": [1, 2], "x": [np.nan, np.inf], "name": pd.Series(["a\udcff", None], dtype=object)}
    )
    rows = frames.rows(frame)
    assert rows[0] == {"n": 1, "x": None, "name": "a\\udcff"}
    assert rows[1] == {"n": 2, "x": None, "name": None}
    json.dumps(rows, allow_nan=False).encode("utf-8")


def test_a_run_ends_where_a_month_is_missing() -> None:
    assert frames.runs(np.array([0, 1, 2, 4, 7, 8])).tolist() == [0, 0, 0, 1, 2, 2]
    assert frames.runs(np.array([], dtype=np.int64)).tolist() == []


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0.01, 0.3))
def test_labels_never_overlap_and_keep_their_order(heights: list[float], apart: float) -> None:
    moved = frames.dodge(heights, apart)
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = [moved[i] for i in order]
    assert all(b - a >= apart - 1e-9 for a, b in pairwise(placed))


def test_labels_far_from_each_other_stay_where_they_are() -> None:
    assert frames.dodge([0.9, 0.1, 0.5], 0.1) == [0.9, 0.1, 0.5]


@given(st.integers(0, 1500))
def test_an_axis_of_ages_has_room_for_its_labels(months: int) -> None:
    assert months / axes.tick_step(months) <= 13


def test_a_number_is_said_with_its_range_only_where_there_is_one() -> None:
    assert trend.spoken(0.623, 0.55, 0.69, "share") == "62% (55 to 69)"
    assert trend.spoken(0.623, float("nan"), float("nan"), "share") == "62%"
    assert trend.spoken(0.1, -0.02, 0.2, "similarity") == "0.10 (-0.02 to 0.20)"
    assert trend.spoken(None, None, None, "share") == "–"


def test_a_month_between_two_without_a_range_is_marked_as_alone() -> None:
    frame = pd.DataFrame(
        {
            "relative": ["Anna"] * 5,
            "age_months": [0, 1, 2, 3, 4],
            "value": [0.5] * 5,
            "low": [0.4, np.nan, 0.4, np.nan, np.nan],
            "high": [0.6, np.nan, 0.6, np.nan, np.nan],
        }
    )
    assert trend.prepare(frame, "share")["alone"].tolist() == [True, False, True, False, False]


def test_the_range_of_a_lead_is_in_the_unit_of_the_lead() -> None:
    frame = pd.DataFrame(
        {
            "method": ["knn"],
            "difference": [0.1],
            "low": [0.05],
            "high": [0.15],
            "lead": [0.5],
            "leader": ["Anna"],
        }
    )
    drawn = overall.prepare(frame)
    assert np.allclose(drawn[["from", "to"]], [[0.25, 0.75]])


def test_a_pair_of_methods_is_shown_once_whatever_its_order() -> None:
    frame = pd.DataFrame(
        [("a", "b", 0.9, 5), ("b", "a", 0.9, 5), ("a", "a", 1.0, 5), ("c", "b", 0.6, 5)],
        columns=["method_a", "method_b", "agree", "months"],
    )
    pairs = agreement.prepare(frame, ["a", "b", "c"])
    assert list(zip(pairs["method_a"], pairs["method_b"], strict=True)) == [("b", "a"), ("c", "b")]


def test_points_and_path_are_scaled_alike() -> None:
    points = pd.DataFrame({"x": [0.0, 10.0], "y": [0.0, 4.0], "z": [np.nan, np.nan]})
    path = pd.DataFrame({"x": [5.0], "y": [2.0], "z": [np.nan]})
    near, way = scaled(points, path)
    assert near["x"].tolist() == [-1, 1]
    assert near["y"].tolist() == [-0.4, 0.4]
    assert way[["x", "y"]].to_numpy().tolist() == [[0, 0]]


def test_thinning_keeps_everyone_on_the_map() -> None:
    points = pd.DataFrame(
        {
            "who": ["Mia"] * 900 + ["Anna"] * 80 + ["Ben"] * 20,
            "is_child": [True] * 900 + [False] * 100,
            "face_id": range(1000),
        }
    )
    kept = fewer(points, 100)
    assert len(kept) == 100
    assert set(kept["who"]) == {"Mia", "Anna", "Ben"}
