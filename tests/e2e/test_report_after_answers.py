"""What was answered of faces, as the report and the cohort count it: whole, and back again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.connection import open_workspace
from tests.support.command import tracker
from tests.support.review_album import BORN, family
from tracker.identity import deciding

STRANGERS = 34
"""Four may happen to look like one of the family, and are left out."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A family, and strangers in its photos who were said to be unrelated, and a poster."""
    where = tmp_path / "workspace"
    with open_workspace(where, create=True) as con:
        album = family(con)
        for n in range(STRANGERS):
            ids = album.photo(f"s{n}", [f"stranger {n}"], BORN + timedelta(days=30 + n))
            deciding.unrelated(con, ids)
        album.photo("poster", ["poster"], date(2024, 1, 20))
    return where


def told(home: Path, *words: str) -> dict[str, Any]:
    done = tracker(*words, "--json", home=home)
    assert done.code == 0, done.err
    return done.values


def ids(home: Path, *options: str) -> list[str]:
    return [face["id"] for face in told(home, "faces", "list", *options)["faces"]]


def test_ignored_faces_count_nowhere_and_unrelated_ones_are_held_against(home: Path) -> None:
    before = told(home, "report", "--no-images")
    assert [month["faces"] for month in before["months"]] == [6, 0, 0, 1]
    assert before["months"][0]["resemblance"]["Anna"]["percentile"] is not None
    whole = told(home, "cohort", "status")["people"]
    assert whole >= STRANGERS - 4
    (stranger,) = ids(home, "--person", "Stranger 3")
    (poster,) = ids(home, "--unknown")
    of_mia, of_anna = (ids(home, "--person", name)[0] for name in ("Mia", "Anna"))
    told(home, "faces", "ignore", stranger, poster, of_mia, of_anna)
    after = told(home, "report", "--no-images")
    assert [month["faces"] for month in after["months"]] == [5, 0, 0, 1]
    assert told(home, "cohort", "status")["people"] == whole - 1
    people = {p["name"]: p["faces"] for p in told(home, "person", "list")["people"]}
    assert (people["Mia"], people["Anna"], people["Stranger 3"]) == (6, 5, 0)
    told(home, "faces", "undo")
    again = told(home, "report", "--no-images")
    assert again["headline"] == before["headline"]
    for month, was in zip(again["months"], before["months"], strict=True):
        assert (month["faces"], month["photo_days"]) == (was["faces"], was["photo_days"])
        for name, seen in month["resemblance"].items():
            assert seen == pytest.approx(was["resemblance"][name], abs=1e-4)
    assert told(home, "cohort", "status")["people"] == whole
