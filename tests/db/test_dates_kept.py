"""Clues and decisions as they are stored."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from db import check, dates, photos
from db.connection import open_workspace
from db.records import Clue
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of, sha_of

DAY = Clue(
    "exif",
    "EXIF DateTimeOriginal",
    "2024:03:09 14:15:00",
    date(2024, 3, 9),
    date(2024, 3, 9),
    datetime(2024, 3, 9, 14, 15, 0, 123000),
    "+01:00",
)
BOUND = Clue("file", "the file's own time", "2025", None, date(2025, 1, 1))
NONE = Clue("exif", "EXIF DateTimeDigitized", "0000:00:00", None, None)


@pytest.fixture
def con(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    with open_workspace(tmp_path / "w", create=True) as con:
        results = [photo_of(name) for name in ("a", "b", "c")]
        photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
        yield con


def test_clues_come_back_as_they_were_stored(con: duckdb.DuckDBPyConnection) -> None:
    dates.add_clues(con, {sha_of("a"): [DAY, BOUND, NONE], sha_of("b"): [BOUND]})
    found = dates.known(con, map(sha_of, "abc"))
    assert set(found[sha_of("a")].clues) == {DAY, BOUND, NONE}
    assert found[sha_of("b")].clues == (BOUND,)
    assert found[sha_of("c")].clues == ()
    assert sha_of("unknown") not in dates.known(con, [sha_of("unknown")])


def test_clues_are_put_in_the_place_of_all_there_were(con: duckdb.DuckDBPyConnection) -> None:
    dates.add_clues(con, {sha_of("a"): [DAY], sha_of("b"): [DAY]})
    dates.put_clues(con, {sha_of("a"): [BOUND]})
    assert dates.known(con, [sha_of("a")])[sha_of("a")].clues == (BOUND,)
    assert dates.known(con, [sha_of("b")])[sha_of("b")].clues == (DAY,)


def test_the_clues_of_some_sources_are_asked_for_alone(con: duckdb.DuckDBPyConnection) -> None:
    dates.add_clues(con, {sha_of("a"): [DAY, BOUND], sha_of("b"): [DAY]})
    assert dates.clues_from(con, ["file", "born"]) == {sha_of("a"): {BOUND}}


def said(raw: str, earliest: date | None, latest: date) -> Clue:
    return Clue("user", "you", raw, earliest, latest)


def standing(con: duckdb.DuckDBPyConnection) -> list[Clue | None]:
    found = dates.known(con, map(sha_of, "abc"))
    return [found[sha_of(name)].decided for name in "abc"]


def test_the_latest_decision_stands_until_it_is_taken_back(con: duckdb.DuckDBPyConnection) -> None:
    first = said("2019", date(2019, 1, 1), date(2019, 12, 31))
    second = said("../1980", None, date(1980, 12, 31))
    dates.decide(con, {sha_of("a"): first, sha_of("b"): first})
    dates.decide(con, {sha_of("a"): second})
    assert standing(con) == [second, first, None]
    assert dates.undo(con) == dates.Undone("../1980", (sha_of("a"),))
    assert standing(con) == [first, first, None]
    undone = dates.undo(con)
    assert undone is not None
    assert set(undone.photos) == {sha_of("a"), sha_of("b")}
    assert standing(con) == [None, None, None]
    assert dates.undo(con) is None


def test_nothing_said_is_no_batch(con: duckdb.DuckDBPyConnection) -> None:
    dates.decide(con, {})
    assert dates.undo(con) is None


def test_photos_are_listed_once_by_their_first_path(con: duckdb.DuckDBPyConnection) -> None:
    result = photo_of("a", path=b"/another/place.jpg")
    photos.add_paths(con, [result.path])
    listed = dates.listed(con)
    assert [photo.path for photo in listed] == [
        b"/another/place.jpg",
        b"/photos/b.jpg",
        b"/photos/c.jpg",
    ]
    assert all(photo.own for photo in listed)
    assert dates.born_in_photos(con) == []


def test_the_doctor_finds_clues_twice_and_clues_of_no_photo(con: duckdb.DuckDBPyConnection) -> None:
    dates.add_clues(con, {sha_of("a"): [DAY, BOUND]})
    dates.decide(con, {sha_of("a"): said("2019", date(2019, 1, 1), date(2019, 12, 31))})
    assert check.problems(con) == []
    con.execute("INSERT INTO date_clues SELECT * FROM date_clues")
    con.execute("UPDATE date_decisions SET photo_id = 99")
    con.execute("INSERT INTO date_clues VALUES (99, 'file', '', '', NULL, NULL, NULL, NULL)")
    assert check.problems(con) == [
        "2 clues to dates are stored more than once.",
        "1 clue to a date belongs to no stored photo.",
        "1 decision is about the date of a photo that is not stored.",
    ]
