"""Months that were computed are kept, and only what changed is replaced."""

from __future__ import annotations

import duckdb
import pandas as pd

from db import months
from db.months import View

VIEW = View(1, "tiny@12345678", "parents")


def days(*ages: int, value: float = 0.5) -> pd.DataFrame:
    rows = [
        (age, 738_000 + 30 * age + day, 2, 25, method, name, value)
        for age in ages
        for day in (0, 1)
        for method in ("knn", "lda")
        for name in ("Anna", 'Ben "the father"')
    ]
    return pd.DataFrame(rows, columns=list(months.COLUMNS))


def test_what_is_kept_comes_back_in_order_of_age_and_day(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert months.fingerprints(con, VIEW) == {}
    months.store(con, VIEW, {1: "b", 0: "a"}, days(1, 0))
    assert months.fingerprints(con, VIEW) == {0: "a", 1: "b"}
    kept = months.load(con, VIEW)
    assert tuple(kept.columns) == months.COLUMNS
    assert len(kept) == 16
    assert kept["age_months"].is_monotonic_increasing
    assert set(kept["relative"]) == {"Anna", 'Ben "the father"'}


def test_one_month_is_replaced_and_the_others_stay(con: duckdb.DuckDBPyConnection) -> None:
    months.store(con, VIEW, {0: "a", 1: "b"}, days(0, 1))
    months.store(con, VIEW, {1: "c"}, days(1, value=0.9))
    assert months.fingerprints(con, VIEW) == {0: "a", 1: "c"}
    kept = months.load(con, VIEW)
    assert len(kept) == 16
    assert set(kept[kept["age_months"] == 1]["value"]) == {0.9}
    assert set(kept[kept["age_months"] == 0]["value"]) == {0.5}


def test_a_month_that_is_gone_leaves_nothing_behind(con: duckdb.DuckDBPyConnection) -> None:
    months.store(con, VIEW, {0: "a", 1: "b"}, days(0, 1))
    months.store(con, VIEW, {}, days(), gone=(0,))
    assert months.fingerprints(con, VIEW) == {1: "b"}
    assert set(months.load(con, VIEW)["age_months"]) == {1}
    assert con.execute("SELECT count(*) FROM kept_days").fetchall() == [(8,)]


def test_other_children_embedders_and_views_are_not_touched(
    con: duckdb.DuckDBPyConnection,
) -> None:
    others = [View(2, VIEW.embedder_id, "parents"), View(1, "other", "parents")]
    others.append(View(1, VIEW.embedder_id, "everyone"))
    for view in (VIEW, *others):
        months.store(con, view, {0: "a"}, days(0))
    months.store(con, VIEW, {}, days(), gone=(0,))
    assert all(len(months.load(con, view)) == 8 for view in others)


def test_a_number_that_is_missing_stays_missing(con: duckdb.DuckDBPyConnection) -> None:
    months.store(con, VIEW, {0: "a"}, days(0, value=float("nan")))
    assert months.load(con, VIEW)["value"].isna().all()
