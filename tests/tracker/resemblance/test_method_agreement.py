"""How often two methods lean to the same side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tracker.resemblance.agreement import AGREEMENT, agreement


def leads(**by_method: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"method": name, "age_months": month, "difference": value}
            for name, values in by_method.items()
            for month, value in enumerate(values)
        ]
    )


def share(frame: pd.DataFrame, a: str, b: str) -> tuple[float, int]:
    row = frame.query("method_a == @a and method_b == @b").iloc[0]
    return float(row["agree"]), int(row["months"])


def test_it_is_the_share_of_months_with_the_same_sign() -> None:
    found = agreement(leads(knn=[1, 1, -1, -1], lda=[0.1, -0.1, -5, -5]))
    assert tuple(found.columns) == AGREEMENT
    assert share(found, "knn", "lda") == share(found, "lda", "knn") == (0.75, 4)


def test_every_method_agrees_with_itself() -> None:
    found = agreement(leads(knn=[1, -1], lda=[2, 2], mlp=[-1, -1]))
    assert len(found) == 9
    for method in ("knn", "lda", "mlp"):
        assert share(found, method, method) == (1.0, 2)


def test_a_month_that_leans_nowhere_or_is_missing_for_one_does_not_count() -> None:
    found = agreement(leads(knn=[1, 0, -1, float("nan")], lda=[1, 1, 1, 1]))
    assert share(found, "knn", "lda") == (0.5, 2)


def test_where_no_month_counts_the_agreement_is_not_known() -> None:
    found = agreement(leads(knn=[0.0, 0.0], lda=[1, 1]))
    agree, months = share(found, "knn", "lda")
    assert np.isnan(agree)
    assert months == 0


def test_without_months_there_is_an_empty_table() -> None:
    empty = agreement(pd.DataFrame(columns=["method", "age_months", "difference"]))
    assert tuple(empty.columns) == AGREEMENT
    assert empty.empty
