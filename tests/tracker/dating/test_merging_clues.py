"""Clues from several times and places."""

from __future__ import annotations

from datetime import UTC, date, datetime

from db.records import Clue
from tracker.dating import clues, names
from tracker.dating.merge import merged
from tracker.dating.read import LONGEST

HOUR = 3_600_000_000_000


def test_names_and_folders_of_all_copies_are_kept() -> None:
    one, two = names.clues("2024-03-09.jpg"), names.clues("IMG_20240310_101010.jpg")
    assert set(merged(one, two)) == {*one, *two}
    assert set(merged(two, one)) == {*one, *two}
    assert merged(one, one) == one


def test_a_new_option_takes_the_place_of_an_older_one() -> None:
    old = clues.option((date(1994, 1, 1), date(1994, 12, 31)))
    new = clues.option((date(1995, 1, 1), date(1995, 12, 31)))
    assert merged([old], [new]) == (new,)
    assert merged([old], []) == (old,)


def test_what_a_sidecar_says_now_takes_the_place_of_what_it_said() -> None:
    old = Clue("sidecar", "XMP", "1975", date(1975, 1, 1), date(1975, 12, 31))
    new = Clue("sidecar", "XMP", "1976", date(1976, 1, 1), date(1976, 12, 31))
    assert merged([old], [new]) == (new,)


def test_of_file_times_the_earliest_is_kept() -> None:
    early, late = clues.file_time(5 * 24 * HOUR), clues.file_time(500 * 24 * HOUR)
    assert merged([late], [early]) == merged([early], [late]) == (early,)


def test_a_corrected_birth_takes_the_place_of_the_slip() -> None:
    slip, right = clues.born("Mia", date(2034, 1, 30)), clues.born("Mia", date(2024, 1, 30))
    anna = clues.born("Anna", date(1990, 1, 1))
    assert merged([slip, anna], [right]) == (anna, right)


def test_what_no_database_can_hold_is_made_so() -> None:
    at = datetime(2024, 3, 9, 14, 15, tzinfo=UTC)
    odd = Clue("exif", "EXIF\udcff", "\0" + "x" * 10_000, date.min, date.max, at)
    (clue,) = merged([], [odd])
    assert clue.label == "EXIF\\udcff"
    assert len(clue.raw) <= LONGEST
    assert "\0" not in clue.raw
    assert clue.taken_at == datetime(2024, 3, 9, 14, 15)
