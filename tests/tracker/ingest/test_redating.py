"""The date of a stored photo is what all clues come to, in whatever order they were met."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from db import dates as stored
from db import photos
from db.records import Clue, Dated
from tests.support.made_up_album import Album
from tracker.dating import clues, edtf, names
from tracker.ingest.redating import date_with, reborn, refresh, untold

TODAY = date(2026, 1, 1)
SUMMER = clues.option((date(1994, 6, 1), date(1994, 8, 31)))
SHUTTER = Clue(
    "exif",
    "EXIF DateTimeOriginal",
    "2024:03:09 14:15:00",
    date(2024, 3, 9),
    date(2024, 3, 9),
    datetime(2024, 3, 9, 14, 15),
    "+01:00",
)


class Counting:
    """The connection, with a count of what it was asked."""

    def __init__(self, con: Any) -> None:
        self.con = con
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name not in {"execute", "sql", "query"}:
            return getattr(self.con, name)

        def ask(sql: str, *rest: Any, **more: Any) -> Any:
            self.asked.append(" ".join(sql.split()))
            return getattr(self.con, name)(sql, *rest, **more)

        return ask


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    made = Album(tmp_path / "w")
    yield made
    made.con.close()


def date_of(album: Album, sha256: str) -> Dated:
    photo = photos.photo(album.con, sha256)
    assert photo is not None
    return photo.dated


def test_a_batch_costs_two_queries_and_writes_only_what_changed(album: Album) -> None:
    taken = [album.photo("Anna") for _ in range(40)]
    told = {sha256: [SHUTTER] for sha256 in taken}
    con = Counting(album.con)
    assert refresh(con, told, TODAY) == tuple(taken)
    assert sum(sql.startswith(("SELECT", "WITH")) for sql in con.asked) == 2
    con = Counting(album.con)
    assert refresh(con, told, TODAY) == ()
    assert len(con.asked) == 2
    assert date_of(album, taken[0]) == Dated(
        date(2024, 3, 9),
        date(2024, 3, 9),
        "exif",
        pytest.approx(0.95),
        datetime(2024, 3, 9, 14, 15),
        "2024:03:09 14:15:00",
        (),
        "+01:00",
    )


def test_photos_that_are_not_stored_are_passed_over(album: Album) -> None:
    assert refresh(album.con, {"0" * 64: [SHUTTER]}, TODAY) == ()
    assert refresh(album.con, {}, TODAY) == ()


def test_the_date_is_the_same_whichever_name_came_first(album: Album) -> None:
    met = [
        names.clues("IMG_20240310_101010.jpg"),
        names.clues("2024-03-09.jpg"),
        (SUMMER,),
        (clues.file_time(1_750_000_000_000_000_000),),
    ]
    orders = {album.photo("Anna"): order for order in itertools.permutations(met)}
    for step in range(len(met)):
        refresh(album.con, {sha256: order[step] for sha256, order in orders.items()}, TODAY)
    for sha256 in orders:
        dated = date_of(album, sha256)
        assert (dated.earliest, dated.source) == (date(2024, 3, 9), "filename")
        assert dated.conflicts == (
            "the file's name says 2024-03-10",
            "--date says 1994-06/1994-08",
        )


def test_a_new_date_option_replaces_an_older_one(album: Album) -> None:
    sha256 = album.photo("Anna")
    winter = clues.option((date(1995, 1, 1), date(1995, 2, 28)))
    for said in (SUMMER, winter):
        refresh(album.con, {sha256: [said]}, TODAY)
    assert date_of(album, sha256).earliest == date(1995, 1, 1)
    assert stored.known(album.con, [sha256])[sha256].clues == (winter,)


def test_the_users_decision_stands_whatever_is_met_later(album: Album) -> None:
    sha256 = album.photo("Anna")
    stored.decide(album.con, {sha256: clues.user("1975", edtf.parse("1975"))})
    refresh(album.con, {sha256: [SHUTTER]}, TODAY)
    assert (date_of(album, sha256).earliest, date_of(album, sha256).source) == (
        date(1975, 1, 1),
        "user",
    )
    stored.undo(album.con)
    assert refresh(album.con, {sha256: ()}, TODAY) == (sha256,)
    assert date_of(album, sha256).source == "exif"


def test_a_date_that_was_stored_without_its_clue_comes_back_after_a_decision(
    album: Album,
) -> None:
    sha256 = album.photo("Anna", day=date(2020, 5, 1))
    before = date_of(album, sha256)
    stored.decide(album.con, {sha256: clues.user("1975", edtf.parse("1975"))})
    refresh(album.con, {sha256: ()}, TODAY)
    stored.undo(album.con)
    refresh(album.con, {sha256: ()}, TODAY)
    after = date_of(album, sha256)
    assert (after.earliest, after.latest, after.source) == (
        before.earliest,
        before.latest,
        before.source,
    )


def test_a_new_photos_clues_are_all_that_is_known_of_it(album: Album) -> None:
    sha256 = album.photo("Anna", day=date(2020, 5, 1))  # as an ingest stores it first
    refresh(album.con, {sha256: [SUMMER]}, TODAY)
    assert stored.known(album.con, [sha256])[sha256].clues == (SUMMER,)


def test_all_is_stored_or_nothing(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = album.photo("Anna")

    def fail(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tracker.ingest.redating.storing.redate", fail)
    with pytest.raises(KeyboardInterrupt):
        refresh(album.con, {sha256: [SHUTTER]}, TODAY)
    assert stored.known(album.con, [sha256])[sha256].clues == ()


def test_the_date_with_more_clues_is_told_without_storing_it(album: Album) -> None:
    sha256 = album.photo("Anna")
    refresh(album.con, {sha256: [SUMMER]}, TODAY)
    assert date_with(album.con, sha256, [SHUTTER], TODAY).earliest == date(2024, 3, 9)
    assert date_of(album, sha256).earliest == date(1994, 6, 1)
    assert date_with(album.con, "0" * 64, [SHUTTER], TODAY).source == "exif"


def test_what_the_user_says_of_all_is_noted_once(album: Album) -> None:
    told, new = album.photo("Anna"), album.photo("Anna")
    mia = clues.born("Mia", date(2024, 1, 30))
    refresh(album.con, {told: [SUMMER, mia]}, TODAY)
    assert untold(album.con, [told, new, new], [SUMMER, mia]) == [new]
    assert untold(album.con, [told, new], []) == []
    other = clues.option((date(1995, 1, 1), date(1995, 2, 28)))
    assert untold(album.con, [told, new], [other]) == [told, new]


def test_a_corrected_birth_brings_back_the_dates_that_it_refused(album: Album) -> None:
    sha256 = album.photo("Anna")
    slip, right = clues.born("Anna", date(2025, 1, 1)), clues.born("Anna", date(1990, 1, 1))
    ben = clues.born("Ben", date(1989, 1, 1))
    refresh(album.con, {sha256: [SHUTTER, slip, ben]}, TODAY)
    assert date_of(album, sha256).latest is None
    assert reborn(album.con, {slip.label: right}, TODAY) == (sha256,)
    assert date_of(album, sha256).earliest == date(2024, 3, 9)
    assert reborn(album.con, {slip.label: right}, TODAY) == ()
    assert set(stored.known(album.con, [sha256])[sha256].clues) == {SHUTTER, right, ben}


def test_the_birth_of_somebody_who_is_not_here_any_more_speaks_against_nothing(
    album: Album,
) -> None:
    sha256 = album.photo("Anna")
    zoe = clues.born("Zoe", date(2025, 1, 1))
    refresh(album.con, {sha256: [SHUTTER, zoe]}, TODAY)
    assert reborn(album.con, {zoe.label: None}, TODAY) == (sha256,)
    assert stored.known(album.con, [sha256])[sha256].clues == (SHUTTER,)


def test_text_that_no_database_can_hold_is_kept_as_escapes(album: Album) -> None:
    sha256 = album.photo("Anna")
    odd = Clue("filename", "the file's name", "2024\udcff\0-03-09", *edtf.parse("2024"))
    assert refresh(album.con, {sha256: [odd]}, TODAY) == (sha256,)
    assert refresh(album.con, {sha256: [odd]}, TODAY) == ()
    assert date_of(album, sha256).raw == "2024\\udcff-03-09"


def test_dates_come_back_as_they_were_stored(album: Album) -> None:
    span = (date(1994, 6, 1), date(1994, 8, 31))
    taken = [album.photo("Anna", day=day) for day in (None, date(2020, 1, 1), span)]
    dates = photos.dates(album.con)
    assert set(dates) == set(taken)
    for sha256 in taken:
        assert dates[sha256] == date_of(album, sha256)


def test_a_batch_of_a_large_library_is_quick(album: Album) -> None:
    sha256 = [album.photo("Anna") for _ in range(4)]
    many = pa.table({"n": pa.array(range(100_000), pa.int32())})
    album.con.register("many", many)
    album.con.execute(
        """
        INSERT INTO photos BY NAME
        SELECT 1000 + n AS photo_id, sha256(n::VARCHAR) AS sha256, 1 AS byte_size, 1 AS width,
            1 AS height, 'JPEG' AS format, 'none' AS date_source, 0 AS date_confidence,
            '' AS date_raw, [] AS date_conflicts
        FROM many
        """
    )
    album.con.execute(
        """
        INSERT INTO date_clues
        SELECT 1000 + n, 'filename', 'the file''s name ' || k, 'x', DATE '2020-01-01',
            DATE '2020-01-01', NULL, NULL
        FROM many, range(4) t(k)
        """
    )
    batch = album.con.execute("SELECT sha256 FROM photos ORDER BY photo_id DESC LIMIT 252")
    told = {row[0]: [SHUTTER, SUMMER] for row in batch.fetchall()}
    told |= {one: [SHUTTER] for one in sha256}
    began = time.perf_counter()
    assert len(refresh(album.con, told, TODAY)) == 256
    took = time.perf_counter() - began
    assert took < 3, took
