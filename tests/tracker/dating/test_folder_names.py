"""Dates in the names of the folders above a photo."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.dating import folders
from tracker.dating.clues import FOLDER, FOLDER_ABOVE
from tracker.dating.resolve import resolve


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-07 Italien", "2019-07-01", "2019-07-31"),
        ("2019.07.04 Zoo", "2019-07-04", "2019-07-04"),
        ("20190704", "2019-07-04", "2019-07-04"),
        ("2020_05_01", "2020-05-01", "2020-05-01"),
        ("1975-1980 Dias", "1975-01-01", "1980-12-31"),
        ("1975–1980", "1975-01-01", "1980-12-31"),
        ("1975-80", "1975-01-01", "1980-12-31"),
        ("2009-10", "2009-10-01", "2009-10-31"),
        ("2019-20", "2019-01-01", "2020-12-31"),
        ("1999 und 2003", "1999-01-01", "2003-12-31"),
        ("Weihnachten 1972", "1972-01-01", "1972-12-31"),
        ("Sommer 1984", "1984-01-01", "1984-12-31"),
        ("Photos from 2019", "2019-01-01", "2019-12-31"),
        ("Fotos von 2019", "2019-01-01", "2019-12-31"),
        ("Photos de 2019", "2019-01-01", "2019-12-31"),
        ("Foto del 2019", "2019-01-01", "2019-12-31"),
        ("Fotos de 2019", "2019-01-01", "2019-12-31"),
        ("Juli 2019", "2019-07-01", "2019-07-31"),
        ("Juli-August 2019", "2019-07-01", "2019-08-31"),
        ("1.-14. Juli 2019", "2019-07-01", "2019-07-14"),
        ("9. März 2024", "2024-03-09", "2024-03-09"),
        ("2024-07-01 - 2024-07-14", "2024-07-01", "2024-07-14"),
        ("2024-07-01-14 Italien", "2024-07-01", "2024-07-14"),
        ("2024-07-28 - 08-03", "2024-07-28", "2024-08-03"),
        ("1970er", "1970-01-01", "1979-12-31"),
        ("1970s", "1970-01-01", "1979-12-31"),
        ("197X", "1970-01-01", "1979-12-31"),
        ("70er Jahre", "1970-01-01", "1979-12-31"),
        ("anni 70", "1970-01-01", "1979-12-31"),
        ("the 80s", "1980-01-01", "1989-12-31"),
        ("09.03.2024", "2024-01-01", "2024-12-31"),  # March or September
        ("Scans Sommer 1984", "1984-01-01", "1984-12-31"),
        ("2024/03", "2024-03-01", "2024-03-31"),
        ("2024/03/09", "2024-03-09", "2024-03-09"),
        ("2024/2024-03/09", "2024-03-09", "2024-03-09"),
        ("2024/03-09 Zoo", "2024-03-09", "2024-03-09"),
        ("2024/März", "2024-03-01", "2024-03-31"),
        ("2024/03 März/09", "2024-03-09", "2024-03-09"),
        ("2024/01 Geburtstag", "2024-01-01", "2024-12-31"),  # a number of an album
        ("1975/Dias", "1975-01-01", "1975-12-31"),
        ("Backup 2023/Sommer 1984", "1984-01-01", "1984-12-31"),
    ],
)
def test_folders_as_people_and_programs_name_them(path: str, first: str, last: str) -> None:
    dated = resolve(folders.clues(path.split("/")[::-1]), date(2026, 6, 1))
    assert (str(dated.earliest), str(dated.latest), dated.source) == (first, last, "folder")


@pytest.mark.parametrize(
    "path",
    [
        "Bilder",
        "DCIM/100CANON",
        "DCIM/Camera",
        "iPhone 12",
        "2000 px",
        "1920x1080",
        "70er",  # a birthday, perhaps
        "Backup 2023",
        "takeout-20240309T141500Z-001",
        "Export 2024-03-09",
        "Imported 2020",
        "Scans 2019",
        "mobile",
        "",
    ],
)
def test_folders_that_tell_nothing_of_when_photos_were_taken(path: str) -> None:
    assert folders.clues(path.split("/")[::-1]) == ()


def test_the_innermost_folder_counts_for_more() -> None:
    inner, outer = folders.clues(["Dias 1975", "Fotos 2024"])
    assert (inner.label, outer.label) == (FOLDER, FOLDER_ABOVE)
    dated = resolve([outer, inner], date(2026, 6, 1))
    assert (dated.earliest, dated.latest) == (date(1975, 1, 1), date(1975, 12, 31))
    assert dated.conflicts == ("the name of a folder above says 2024",)


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5))
def test_no_folder_makes_it_fail(names: list[str]) -> None:
    for clue in folders.clues(names):
        assert clue.earliest is not None
        assert clue.latest is not None
        assert clue.earliest <= clue.latest


@settings(deadline=None)
@given(st.lists(st.from_regex(r"[0-9]{1,8}[ \-_.]?[0-9a-z]{0,6}", fullmatch=True), max_size=4))
def test_no_numbers_in_folders_make_it_fail(names: list[str]) -> None:
    for clue in folders.clues(names):
        assert clue.earliest is not None
        assert clue.latest is not None
        assert clue.earliest <= clue.latest
