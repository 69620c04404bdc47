"""Better dates for photos that are stored, at the cost of one query."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db import photos
from tests.support.made_up_album import Album
from tracker.ingest.redating import Dating

SUMMER = (date(1994, 6, 1), date(1994, 8, 31))


class Counting:
    """The connection, with a count of what it was asked."""

    def __init__(self, con: Any) -> None:
        self.con = con
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        self.asked += name in {"execute", "sql", "query"}
        return getattr(self.con, name)


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    made = Album(tmp_path / "w")
    yield made
    made.con.close()


def test_the_dates_of_all_stored_photos_are_asked_once(album: Album) -> None:
    taken = [album.photo("Anna") for _ in range(40)] + [album.photo("Anna", day=date(2020, 1, 1))]
    con = Counting(album.con)
    dating = Dating(con, SUMMER, date(2026, 1, 1))
    found = [dating.better(sha256, b"/scan.jpg") for sha256 in taken]
    assert con.asked == 1
    assert [f is not None for f in found] == [True] * 40 + [False]
    assert (found[0].earliest, found[0].latest) == SUMMER
    assert dating.better("0" * 64, b"/scan.jpg") is None


def test_dates_come_back_as_they_were_stored(album: Album) -> None:
    taken = [album.photo("Anna", day=day) for day in (None, date(2020, 1, 1), SUMMER)]
    dates = photos.dates(album.con)
    assert set(dates) == set(taken)
    for sha256 in taken:
        stored = photos.photo(album.con, sha256)
        assert stored is not None
        assert dates[sha256] == stored.dated
