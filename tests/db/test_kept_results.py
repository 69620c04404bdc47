"""Runs and settings: what was computed or decided once is there the next time, as it was."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from db import DATABASE, runs, settings
from db.connection import open_workspace
from db.errors import Conflict, WorkspaceDamaged
from tests.support.workspaces import EMBEDDER

Connection = duckdb.DuckDBPyConnection


def results() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "method": ["knn", "knn", "lda"],
            "relative": ["Anna", "O'Hara\n</script>", "😀"],
            "age_months": np.array([0, 3, 24], np.int32),
            "value": [0.1 + 0.2, math.nan, -math.inf],
            "low": [1e-300, 0.0, 1.0],
            "faces": np.array([1, 2, 3], np.int32),
            "note": ["", None, "fewer than 3 days"],
        }
    )


def keep(con: Connection, frame: pd.DataFrame, fingerprint: str = "f1", **settings: object) -> int:
    return runs.store(
        con,
        fingerprint=fingerprint,
        child_id=1,
        embedder_id=EMBEDDER.embedder_id,
        settings=settings,
        results=frame,
    )


def test_results_come_back_row_for_row_and_to_the_last_bit(con: Connection, home: Path) -> None:
    given = results()
    keep(con, given)
    con.close()
    with open_workspace(home) as again:
        found = runs.load(again, "f1")
    assert found is not None
    assert list(found.columns) == list(given.columns)
    for name in ("method", "relative", "age_months", "low", "faces"):
        assert found[name].tolist() == given[name].tolist(), name
    assert found.value.tolist()[0] == 0.1 + 0.2
    assert math.isnan(found.value.tolist()[1])
    assert found.value.tolist()[2] == -math.inf
    assert found.note.tolist()[::2] == ["", "fewer than 3 days"]
    assert pd.isna(found.note[1])


def test_columns_come_back_in_the_order_that_they_had(con: Connection) -> None:
    given = results()[["value", "method", "age_months"]].iloc[::-1]
    keep(con, given)
    found = runs.load(con, "f1")
    assert found is not None
    assert list(found.columns) == ["value", "method", "age_months"]
    assert found.method.tolist() == ["lda", "knn", "knn"]


def test_what_was_never_computed_is_none(con: Connection) -> None:
    assert runs.load(con, "never") is None
    assert runs.all_runs(con) == []


def test_results_without_a_row_are_results(con: Connection) -> None:
    keep(con, results().iloc[:0])
    found = runs.load(con, "f1")
    assert found is not None
    assert found.shape == (0, 7)


def test_the_same_fingerprint_again_takes_the_place_of_the_first(con: Connection) -> None:
    first = keep(con, results(), seed=1)
    keep(con, results().iloc[:2], "f2")
    again = keep(con, results().iloc[:1], seed=2)
    assert again == first
    found, other = runs.load(con, "f1"), runs.load(con, "f2")
    assert found is not None
    assert other is not None
    assert (len(found), len(other)) == (1, 2)
    assert [(run.fingerprint, run.settings) for run in runs.all_runs(con)] == [
        ("f1", {"seed": 2}),
        ("f2", {}),
    ]


def test_the_settings_of_a_run_are_kept_beside_it(con: Connection) -> None:
    given = {"draws": 200, "methods": ["knn", "lda"], "name": "Zoë", "level": 0.95, "side": None}
    number = keep(con, results(), **given)
    (run,) = runs.all_runs(con)
    assert (run.run_id, run.child_id, run.embedder_id) == (number, 1, EMBEDDER.embedder_id)
    assert run.settings == given


def test_a_column_that_has_no_place_is_refused_and_the_older_results_stay(con: Connection) -> None:
    keep(con, results())
    with pytest.raises(Conflict, match="surprise"):
        keep(con, results().assign(surprise=1))
    found = runs.load(con, "f1")
    assert found is not None
    assert len(found) == 3


def test_every_column_that_is_promised_can_be_kept(con: Connection) -> None:
    texts = {"frame", "comparison", "method", "age_label", "relative", "first", "second"}
    texts |= {"leader", "note"}
    given = pd.DataFrame({name: ["x" if name in texts else 1] for name in runs.COLUMNS})
    keep(con, given)
    found = runs.load(con, "f1")
    assert found is not None
    assert found.iloc[0].tolist() == given.iloc[0].tolist()


def test_damage_under_a_run_that_is_replaced_is_told_as_damage(con: Connection, home: Path) -> None:
    rng = np.random.default_rng(0)
    many = pd.DataFrame({"value": rng.normal(size=60_000)})
    many["method"] = many["value"].astype(str)
    keep(con, many)
    con.close()
    good = (home / DATABASE).read_bytes()
    told = 0
    for start in range(3 * 4096, len(good), 1 << 18):
        data = bytearray(good)
        data[start + 5000] ^= 1
        (home / DATABASE).write_bytes(data)
        try:
            with open_workspace(home) as damaged:
                keep(damaged, results())
        except WorkspaceDamaged:
            told += 1
        (home / f"{DATABASE}.wal").unlink(missing_ok=True)
    assert told >= 3  # and nothing else was raised


def test_a_setting_is_what_it_was_set_to_last(con: Connection, home: Path) -> None:
    assert settings.get(con, "embedder") is None
    assert settings.get(con, "embedder", "facenet") == "facenet"
    settings.set_(con, "embedder", "first")
    settings.set_(con, "embedder", 'it\'s\n"last" 😀')
    settings.set_(con, "another", "")
    con.close()
    with open_workspace(home) as again:
        assert settings.get(again, "embedder") == 'it\'s\n"last" 😀'
        assert settings.get(again, "another", "default") == ""
        assert list(settings.all_settings(again)) == ["another", "embedder"]
