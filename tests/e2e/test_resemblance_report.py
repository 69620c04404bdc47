"""What the report says of a family, and what it refuses to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from bench import family
from bench.family import BORN, SMALL, Size, furnish
from db import cohort, people
from db.connection import open_workspace
from tests.support.command import tracker

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

Values = dict[str, Any]


def report(home: Path, *options: str) -> Values:
    done = tracker("report", "--json", "--no-images", *options, home=home)
    assert done.code == 0, done.err
    return done.values


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A child that turns from Ben to Anna in half a year, with 60 unrelated people."""
    home = tmp_path_factory.mktemp("turned") / "home"
    furnish(home, SMALL)
    return home


@pytest.fixture(scope="module")
def said(turned: Path) -> Values:
    return report(turned)


@pytest.fixture
def copy(turned: Path, said: Values, tmp_path: Path) -> Path:
    import shutil

    assert said
    return Path(shutil.copytree(turned, tmp_path / "copy"))


@pytest.fixture
def changed(copy: Path) -> Callable[[str], Path]:
    def run(sql: str) -> Path:
        with open_workspace(copy) as con:
            con.execute(sql)
        return copy

    return run


# --- what is said ---------------------------------------------------------------------------------


def test_every_month_has_a_percentile_per_relative_and_a_difference(said: Values) -> None:
    assert len(said["months"]) == SMALL.months
    for month in said["months"]:
        assert set(month["resemblance"]) == {"Anna", "Ben"}
        for found in month["resemblance"].values():
            assert 0 <= found["low"] <= found["percentile"] <= found["high"] <= 100
        difference = month["difference"]
        assert difference["low"] < difference["value"] < difference["high"]
        assert len(difference["methods"]) == 12


def test_a_child_that_changes_sides_is_seen_to_and_the_month_is_named(said: Values) -> None:
    assert said["trend"]["slope"]["low"] > 0
    crossover = said["trend"]["crossover"]
    assert crossover["certain"]
    assert crossover["toward"] == "Anna"
    assert crossover["low"] < crossover["month"] < crossover["high"]
    assert abs(crossover["month"] - SMALL.months / 2) < 1.5
    assert said["headline"] == "Mia looked more like Ben at first, and more like Anna lately"
    assert said["verdict"]["answer"] in {"too close to call", "looks like neither"}


@pytest.mark.slow("a report that shares nothing with another test")
def test_a_child_that_never_changes_has_no_crossing(tmp_path: Path) -> None:
    furnish(tmp_path / "home", SMALL, flat=True)
    found = report(tmp_path / "home")
    assert found["trend"]["crossover"]["month"] is None
    assert not found["trend"]["crossover"]["certain"]
    assert found["trend"]["p_value"] > 0.05


def test_each_method_is_checked_without_looking_at_its_verdict(said: Values) -> None:
    for method in said["methods"]:
        assert method["held_out_accuracy"] > 0.9
        assert 0 <= method["brier"] < 0.25
        assert 0 <= method["stranger_share"] <= 1
        assert method["passed"] is (method["why"] == "")


def test_every_way_of_asking_is_listed_once_and_the_score_is_the_main_one(said: Values) -> None:
    rows = said["specifications"]
    asked = [(row["embedder"], row["view"], row["method"]) for row in rows]
    assert len(set(asked)) == len(asked)
    assert {row["view"] for row in rows} == {"parents", "same age"}
    assert len(asked) == 2 * 13
    assert [row["method"] for row in rows if row["primary"]] == ["score"]
    leads = [row["lead"] for row in rows]
    assert leads == sorted(leads)


# --- what is not computed twice -------------------------------------------------------------------


def test_nothing_changed_nothing_computed(copy: Path, said: Values) -> None:
    again = report(copy, "--out", str(copy / "elsewhere"))
    assert again["months_computed"] == []
    for name in ("months", "verdict", "trend", "specifications", "overall", "methods"):
        assert again[name] == said[name]


def test_photos_of_one_month_have_only_that_month_computed(copy: Path, said: Values) -> None:
    rng = np.random.default_rng(9)
    with open_workspace(copy) as con:
        mia = people.get(con, "Mia")
        days = [BORN + timedelta(days=int(2 * family.MONTH) + 5 + k) for k in range(3)]
        look = family.unit(rng.standard_normal(SMALL.dim))
        family.store(con, "more", mia.person_id, family.faces(look, days, SMALL.dim, rng), days)
    again = report(copy)
    assert again["months_computed"] == [2]
    for before, after in zip(said["months"], again["months"], strict=True):
        same = before["methods"] == after["methods"]
        assert same is (before["age_months"] != 2)


def test_the_same_report_again_is_left_as_it_is(copy: Path) -> None:
    report(copy)
    page = copy / "report" / "index.html"
    written = page.stat().st_mtime_ns
    assert report(copy)["months_computed"] == []
    assert page.stat().st_mtime_ns == written
    page.unlink()
    report(copy)
    assert "Mia" in page.read_text()


# --- what is not said -----------------------------------------------------------------------------


def test_without_unrelated_people_nobody_wins_and_the_percentile_is_withheld(copy: Path) -> None:
    with open_workspace(copy) as con:
        cohort.remove(con, None)
    found = report(copy)
    assert found["verdict"] is None
    assert any("tracker cohort add" in text for text in found["warnings"])
    for month in found["months"]:
        assert all(r["percentile"] is None for r in month["resemblance"].values())
        assert month["difference"]["value"] is not None
    assert found["trend"]["slope"]["value"] is not None
    assert found["trend"]["crossover"]["month"] is None


@pytest.mark.slow("two reports that share nothing with another test")
def test_taking_the_cohort_out_takes_its_influence_out(copy: Path, tmp_path: Path) -> None:
    with open_workspace(copy) as con:
        cohort.remove(con, None)
    never = tmp_path / "never"
    furnish(never, Size(**{**sizes(SMALL), "strangers": 0}))
    without, had = report(never), report(copy)
    for name in ("months", "verdict", "trend", "overall", "methods", "warnings"):
        assert without[name] == had[name], name


def sizes(size: Size) -> Values:
    return {name: getattr(size, name) for name in Size.__dataclass_fields__}


def one_day(name: str) -> str:
    return f"""
        UPDATE photos SET earliest = DATE '2017-06-01', latest = DATE '2017-06-01'
        FROM faces, labels, people
        WHERE photos.photo_id = faces.photo_id AND labels.face_id = faces.face_id
          AND people.person_id = labels.person_id AND people.name = '{name}'
    """


def test_a_relative_of_a_single_day_gets_neither_range_nor_verdict(
    changed: Callable[[str], Path],
) -> None:
    found = report(changed(one_day("Ben")))
    assert found["verdict"]["answer"] == "not enough days"
    assert "Ben" in found["verdict"]["sentence"]
    assert found["verdict"]["difference"]["low"] is None
    assert found["trend"] is None
    assert all(one["leader"] is None for one in found["overall"].values())
    assert all(one["low"] is None for one in found["overall"].values())
    assert any("Ben from 1 day only" in text for text in found["warnings"])
    for month in found["months"]:
        assert month["difference"]["low"] is None
        for method in month["methods"].values():
            assert method["Ben"]["low"] is None


def vectors(con: duckdb.DuckDBPyConnection) -> str:
    """The table of the one embedder's vectors."""
    return str(
        con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'embeddings_%'"
        ).fetchall()[0][0]
    )


def mix_up(home: Path) -> None:
    """Put a picture of Anna's under Ben's name as well."""
    with open_workspace(home) as con:
        table = vectors(con)
        con.execute(
            f"""
            UPDATE {table} SET vector = (
                SELECT any_value(v.vector) FROM {table} v JOIN labels USING (face_id)
                JOIN people USING (person_id) WHERE name = 'Anna')
            WHERE face_id = (SELECT min(face_id) FROM labels JOIN people USING (person_id)
                WHERE name = 'Ben')
            """
        )
        con.execute("DELETE FROM kept_months")


def test_one_picture_under_two_names_stops_every_claim(copy: Path) -> None:
    mix_up(copy)
    found = report(copy)
    assert found["verdict"] is None
    assert found["trend"] is None
    assert [leak["kind"] for leak in found["leaks"] if leak["stops"]] == ["duplicate"]
    assert all(one["leader"] is None for one in found["overall"].values())
    assert "mixed up" in found["headline"]


def test_a_child_of_two_days_is_not_judged(changed: Callable[[str], Path]) -> None:
    found = report(
        changed(
            """
            UPDATE photos SET earliest = NULL, latest = NULL
            FROM faces, labels, people
            WHERE photos.photo_id = faces.photo_id AND labels.face_id = faces.face_id
              AND people.person_id = labels.person_id AND people.name = 'Mia'
              AND photos.earliest > (SELECT min(earliest) + 2 FROM photos p JOIN faces f
                USING (photo_id) JOIN labels l USING (face_id) WHERE l.person_id = people.person_id)
            """
        )
    )
    assert found["verdict"]["answer"] == "not enough days"
    assert found["trend"] is None
    assert all(r["low"] is None for r in found["months"][0]["resemblance"].values())


def test_an_embedding_that_holds_no_numbers_is_left_out_and_said(copy: Path) -> None:
    with open_workspace(copy) as con:
        table = vectors(con)
        con.execute(
            f"""
            UPDATE {table} SET vector = list_transform(range({SMALL.dim}), lambda i: 'nan'::FLOAT)
            WHERE face_id IN (SELECT min(face_id) FROM labels GROUP BY person_id)
            """
        )
    found = report(copy)
    assert found["verdict"] is not None
    assert any("not usable" in text for text in found["warnings"])
    json.dumps(found, allow_nan=False)


# --- taking sides ---------------------------------------------------------------------------------


def tables(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((folder / "data").glob("*.csv"))}


def test_taking_a_side_however_it_is_typed_changes_no_number(copy: Path) -> None:
    without, taken = copy / "without", copy / "taken"
    plain = report(copy, "--out", str(without))
    assert plain.pop("side") is None
    plain.pop("files"), plain.pop("out")
    for typed in ("anna", "Ben"):
        loud = report(copy, "--out", str(taken), "--side", typed)
        assert tables(without) == tables(taken)
        loud.pop("files"), loud.pop("out")
        side = loud.pop("side")
        assert plain == loud
        assert side["name"] == typed.title()
        assert f"{side['agreeing']} of {side['total']} methods agree" in side["honest"]
        assert len(side["methods"]) == side["agreeing"]


def test_a_side_is_refused_where_there_is_none(copy: Path) -> None:
    stranger = tracker("report", "--side", "Ann", home=copy)
    assert stranger.code == 2
    assert "Anna" in stranger.err
    child = tracker("report", "--side", "Mia", home=copy)
    assert child.code == 2
    assert "Anna, Ben" in child.err


def test_a_side_that_nobody_takes_is_comforted(copy: Path) -> None:
    words = tracker("report", "--side", "Ben", "--no-images", home=copy)
    assert words.code == 0
    assert "Ben" in words.out.splitlines()[0]
    assert "Now the rest of it" in words.out


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with np.errstate(all="ignore"):
        yield


def test_nobody_is_cheered_for_while_photos_are_mixed_up(copy: Path) -> None:
    mix_up(copy)
    side = report(copy, "--side", "Anna")["side"]
    assert not side["wins"]
    assert side["cheer"].startswith("Hold the confetti")
