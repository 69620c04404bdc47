"""Dates in the names of files."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.dating import names
from tracker.dating.clues import NAME, NAME_SCREEN, NAME_SENT, confidence


@pytest.mark.parametrize(
    ("name", "day", "time"),
    [
        ("IMG_20240309_141500.jpg", "2024-03-09", "14:15:00"),
        ("IMG_20240309_141500(1).jpg", "2024-03-09", "14:15:00"),
        ("IMG_20240309_141500_HDR.jpg", "2024-03-09", "14:15:00"),
        ("MVIMG_20240309_141500.jpg", "2024-03-09", "14:15:00"),
        ("20240309_141500.jpg", "2024-03-09", "14:15:00"),
        ("20240309141500.jpg", "2024-03-09", "14:15:00"),
        ("20240309.141500.jpg", "2024-03-09", "14:15:00"),
        ("2024-03-09 14.15.00.jpg", "2024-03-09", "14:15:00"),
        ("2024-03-09_14-15-00-1.jpg", "2024-03-09", "14:15:00"),
        ("2024-03-09T14:15:00.jpg", "2024-03-09", "14:15:00"),
        ("WIN_20240309_14_15_00_Pro.jpg", "2024-03-09", "14:15:00"),
        ("00001IMG_00001_BURST20240309141500.jpg", "2024-03-09", "14:15:00"),
        ("00100lPORTRAIT_00100_BURST20240309141500123_COVER.jpg", "2024-03-09", "14:15:00"),
        ("photo_2024-03-09_14-15-00.jpg", "2024-03-09", "14:15:00"),
        ("WhatsApp Image 2024-03-09 at 14.15.00.jpeg", "2024-03-09", "14:15:00"),
        ("WhatsApp Image 2024-03-09 at 2.15.00 PM.jpeg", "2024-03-09", "14:15:00"),
        ("WhatsApp Image 2024-03-09 at 12.15.00 AM (2).jpeg", "2024-03-09", "00:15:00"),
        ("WhatsApp Bild 2024-03-09 um 14.15.00.jpeg", "2024-03-09", "14:15:00"),
        ("IMG-20240309-WA0001.jpg", "2024-03-09", None),
        ("Screenshot_20240309-141500.png", "2024-03-09", "14:15:00"),
        ("Screenshot_20240309-141500_Chrome.png", "2024-03-09", "14:15:00"),
        ("Screenshot 2024-03-09 at 14.15.00.png", "2024-03-09", "14:15:00"),
        ("Screenshot 2024-03-09 at 2.15.00\u202fPM.png", "2024-03-09", "14:15:00"),
        ("Bildschirmfoto 2024-03-09 um 14.15.00.png", "2024-03-09", "14:15:00"),
        ("signal-2024-03-09-141500.jpg", "2024-03-09", "14:15:00"),
        ("signal-2024-03-09-14-15-00-123.jpg", "2024-03-09", "14:15:00"),
        ("2024-03-09.jpg", "2024-03-09", None),
        ("2024_03_09 garden.jpg", "2024-03-09", None),
        ("19850612 Oma.tif", "1985-06-12", None),
        ("IMG_20240309_256199.jpg", "2024-03-09", None),
        ("Photo 09.03.24.jpg", "2024-03-09", None),
        ("Foto 09.03.24, 14 15 00.jpg", "2024-03-09", None),
        ("9. März 2024.jpg", "2024-03-09", None),
        ("9. Ma\u0308rz 2024.jpg", "2024-03-09", None),  # as a Mac spells it
        ("Berlin, March 9, 2024.jpg", "2024-03-09", None),
        ("9 de marzo de 2024.jpg", "2024-03-09", None),
        ("25-12-2023.jpg", "2023-12-25", None),
        ("31.12.1999.jpg", "1999-12-31", None),
    ],
)
def test_the_names_that_phones_messengers_and_people_write(
    name: str, day: str, time: str | None
) -> None:
    (clue,) = names.clues(name)
    assert (clue.source, str(clue.earliest), str(clue.latest)) == ("filename", day, day)
    assert (clue.taken_at.time().isoformat() if clue.taken_at else None) == time


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.jpg",
        "IMG_E1234.jpg",
        "DSC00042.JPG",
        "DSC_1975.jpg",  # a counter
        "IMG 2012.jpg",
        "Foto 1999.jpg",
        "P1030912.JPG",
        "03-04-2024.jpg",  # April or March: not ours to guess
        "12.06.1985 Oma.jpg",
        "20241332.jpg",
        "20230229.jpg",
        "IMG_20240009_000000.jpg",
        "20123456.jpg",
        "123456789012.jpg",
        "120240309.jpg",
        "202403091.jpg",
        "+49 2012 11 12 345.jpg",
        "0049 2012 11 12 345.jpg",
        "20240309-1415-4000-8000-123456789abc.jpg",
        "a20240309bcdef1234.jpg",
        "12345678_10150123456789_1234567890_n.jpg",
        "2024-3-9.jpg",
        "",
        ".jpg",
        "....",
    ],
)
def test_names_without_a_certain_date_give_none(name: str) -> None:
    assert names.clues(name) == ()


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20240309-WA0001.jpg",
        "WhatsApp Image 2024-03-09 at 14.15.00.jpeg",
        "signal-2024-03-09-141500.jpg",
        "photo_2024-03-09_14-15-00.jpg",
        "FB_IMG_1709990000000.jpg",
        "mmexport1709990000000.jpg",
    ],
)
def test_the_day_of_sending_is_trusted_less_than_a_cameras(name: str) -> None:
    (sent,) = names.clues(name)
    (camera,) = names.clues("IMG_20240309_141500.jpg")
    assert sent.label == NAME_SENT
    assert confidence(sent) < confidence(camera)


def test_the_day_of_a_screenshot_is_called_so() -> None:
    (clue,) = names.clues("Screenshot_20240309-141500.png")
    assert clue.label == NAME_SCREEN


@pytest.mark.parametrize(
    ("name", "utc"),
    [
        ("PXL_20240309_141500123.jpg", datetime(2024, 3, 9, 14, 15)),
        ("PXL_20240309_141500123.PORTRAIT.jpg", datetime(2024, 3, 9, 14, 15)),
        ("1709990000000.jpg", datetime(2024, 3, 9, 13, 13, 20)),
        ("FB_IMG_1709990000000.jpg", datetime(2024, 3, 9, 13, 13, 20)),
    ],
)
def test_names_in_universal_time_leave_the_local_day_open(name: str, utc: datetime) -> None:
    (clue,) = names.clues(name)
    assert (clue.taken_at, clue.zone) == (utc, "+00:00")
    assert (clue.earliest, clue.latest) == (date(2024, 3, 9), date(2024, 3, 10))


@pytest.mark.parametrize(
    "name", ["img20240309_14150000.jpg", "Scan_20240309.jpg", "EPSON 2024-03-09.tif"]
)
def test_the_name_of_a_scan_tells_only_until_when(name: str) -> None:
    (clue,) = names.clues(name)
    assert (clue.source, clue.earliest, clue.latest) == ("scan", None, date(2024, 3, 9))


def test_a_scan_named_after_a_time_without_scanners_tells_of_the_picture() -> None:
    (clue,) = names.clues("scan 1975-06-12 Oma.jpg")
    assert (clue.source, clue.earliest) == ("filename", date(1975, 6, 12))


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Weihnachten 1972.jpg", date(1972, 1, 1), date(1972, 12, 31)),
        ("1975 Oma.tif", date(1975, 1, 1), date(1975, 12, 31)),
        ("Oma (1975).jpg", date(1975, 1, 1), date(1975, 12, 31)),
        ("2019-07 Italien 3.jpg", date(2019, 7, 1), date(2019, 7, 31)),
        ("Urlaub Juli 2019.jpg", date(2019, 7, 1), date(2019, 7, 31)),
        ("1-14 July 2019.jpg", date(2019, 7, 1), date(2019, 7, 14)),
        ("Jan 2019.jpg", date(2019, 1, 1), date(2019, 12, 31)),  # it may be a boy's name
    ],
)
def test_years_and_months_that_people_wrote(name: str, first: date, last: date) -> None:
    (clue,) = names.clues(name)
    assert (clue.earliest, clue.latest) == (first, last)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_name_makes_it_fail(name: str) -> None:
    for clue in names.clues(name):
        assert clue.latest is not None
        assert clue.earliest is None or clue.earliest <= clue.latest


@settings(deadline=None)
@given(st.from_regex(r"[ _\-.A-Za-z]{0,6}[0-9]{1,17}[ _\-.0-9]{0,12}[a-z ]{0,6}", fullmatch=True))
def test_no_number_in_a_name_makes_it_fail(name: str) -> None:
    for clue in names.clues(name):
        assert clue.earliest is None or clue.latest is None or clue.earliest <= clue.latest


@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 5, 31)))
def test_every_moment_comes_back_from_a_cameras_name(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    (clue,) = names.clues(f"IMG_{moment:%Y%m%d_%H%M%S}.jpg")
    assert (clue.taken_at, clue.earliest, clue.latest) == (moment, moment.date(), moment.date())
    assert clue.label == NAME


def test_a_name_of_a_megabyte_is_no_trouble() -> None:
    assert names.clues("1" * 1_000_000) == ()
    assert len(names.clues("a-" * 40 + "2024-03-09" + "-1" * 500_000)) == 1
