from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.records import Dated
from tracker.ingest.dating import ExifDates, Interval, date_photo, parse_exif, parse_name

TODAY = date(2026, 6, 1)
NONE = ExifDates()


def dated(exif: ExifDates = NONE, name: str = "photo.jpg", option: Interval | None = None) -> Dated:
    return date_photo(exif, name, option, TODAY)


def test_the_shutter_decides_before_scanner_editor_name_and_option() -> None:
    result = dated(
        ExifDates("2024:03:09 14:15:00", "2024:03:10 10:00:00", "2025:01:01 09:00:00"),
        "IMG_20230101_101010.jpg",
        (date(2020, 1, 1), date(2020, 12, 31)),
    )
    assert result.earliest == result.latest == date(2024, 3, 9)
    assert result.source == "exif"
    assert result.taken_at == datetime(2024, 3, 9, 14, 15)
    assert result.raw == "2024:03:09 14:15:00"
    assert result.conflicts == (
        "EXIF DateTimeDigitized says 2024-03-10",
        "EXIF DateTime says 2025-01-01",
        "the file's name says 2023-01-01",
        "--date says 2020-01-01 to 2020-12-31",
    )


def test_sources_that_agree_are_no_conflict() -> None:
    result = dated(
        ExifDates("2024:03:09 14:15:00", None, "2024:03:09 14:15:00"), "20240309_141500.jpg"
    )
    assert result.conflicts == ()


@pytest.mark.parametrize(
    "exif",
    [
        ExifDates(digitized="2024:03:09 14:15:00"),
        ExifDates(modified="2024:03:09 14:15:00"),
        ExifDates(original="0000:00:00 00:00:00", modified="2024:03:09 14:15:00"),
        ExifDates(original="    :  :     :  :  ", modified="2024:03:09 14:15:00"),
    ],
)
def test_the_next_exif_date_steps_in(exif: ExifDates) -> None:
    assert dated(exif).earliest == date(2024, 3, 9)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0000:00:00 00:00:00", "not a date"),
        ("2024:13:40 00:00:00", "not a date"),
        ("2023:02:29 12:00:00", "not a date"),
        ("yesterday", "not a date"),
        ("1970:01:01 01:00:00", "a clock that was never set"),
        ("2000:01:01 00:00:00", "a clock that was never set"),
        ("1980:01:01 00:00:12", "a clock that was never set"),
        ("2031:01:01 10:00:00", "in the future"),
        ("1700:01:01 10:00:00", "before photography"),
    ],
)
def test_what_cannot_be_true_is_refused_and_kept_as_a_conflict(text: str, why: str) -> None:
    result = dated(ExifDates(original=text), "IMG_20240309_141500.jpg")
    assert (result.earliest, result.source) == (date(2024, 3, 9), "filename")
    assert result.conflicts == (f"EXIF DateTimeOriginal {text!r}: {why}",)


def test_a_photo_of_the_first_of_january_2000_after_midnight_is_believed() -> None:
    assert dated(ExifDates("2000:01:01 15:30:00")).earliest == date(2000, 1, 1)


def test_tomorrow_is_believed_because_the_earth_turns() -> None:
    assert dated(ExifDates("2026:06:02 00:10:00")).earliest == date(2026, 6, 2)
    assert dated(ExifDates("2026:06:03 00:10:00")).earliest is None


def test_an_old_photo_that_was_scanned_keeps_its_year() -> None:
    assert dated(ExifDates("1953:07:04 12:00:00")).earliest == date(1953, 7, 4)


def test_the_option_is_a_fallback_and_an_interval() -> None:
    year = (date(2024, 1, 1), date(2024, 12, 31))
    result = dated(option=year)
    assert (result.earliest, result.latest, result.source) == (*year, "option")
    assert dated(name="2023-05-06.jpg", option=year).source == "filename"


def test_an_unknown_date_is_a_value() -> None:
    result = dated()
    assert result == Dated(None, None, "none", 0.0)


def test_trust_falls_from_shutter_to_option() -> None:
    day = (date(2024, 3, 9), date(2024, 3, 9))
    confidences = [
        dated(ExifDates(original="2024:03:09 14:15:00")).confidence,
        dated(name="IMG_20240309_141500.jpg").confidence,
        dated(name="IMG-20240309-WA0001.jpg").confidence,
        dated(option=day).confidence,
        dated().confidence,
    ]
    assert confidences == sorted(confidences, reverse=True)
    assert len(set(confidences)) == 5


@pytest.mark.parametrize(
    ("name", "day", "time"),
    [
        ("IMG_20240309_141500.jpg", "2024-03-09", "14:15:00"),
        ("PXL_20240309_141500123.jpg", "2024-03-09", "14:15:00"),
        ("PXL_20240309_141500123.PORTRAIT.jpg", "2024-03-09", "14:15:00"),
        ("20240309_141500.jpg", "2024-03-09", "14:15:00"),
        ("20240309141500.jpg", "2024-03-09", "14:15:00"),
        ("2024-03-09 14.15.00.jpg", "2024-03-09", "14:15:00"),
        ("2024-03-09_14-15-00-1.jpg", "2024-03-09", "14:15:00"),
        ("photo_2024-03-09_14-15-00.jpg", "2024-03-09", "14:15:00"),
        ("WhatsApp Image 2024-03-09 at 14.15.00.jpeg", "2024-03-09", "14:15:00"),
        ("IMG-20240309-WA0001.jpg", "2024-03-09", None),
        ("Screenshot_20240309-141500.png", "2024-03-09", "14:15:00"),
        ("Screenshot 2024-03-09 at 14.15.00.png", "2024-03-09", "14:15:00"),
        ("signal-2024-03-09-141500.jpg", "2024-03-09", "14:15:00"),
        ("2024-03-09.jpg", "2024-03-09", None),
        ("2024_03_09 garden.jpg", "2024-03-09", None),
        ("19850612 Oma.tif", "1985-06-12", None),
        ("IMG_20240309_256199.jpg", "2024-03-09", None),
    ],
)
def test_the_names_that_phones_and_messengers_write(name: str, day: str, time: str | None) -> None:
    parsed = parse_name(name)
    assert parsed is not None
    taken_at, on, raw = parsed
    assert on.isoformat() == day
    assert (taken_at.time().isoformat() if taken_at else None) == time
    assert raw in name


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.jpg",
        "DSC00042.JPG",
        "03-04-2024.jpg",  # April or March: not ours to guess
        "20241332.jpg",
        "20230229.jpg",
        "123456789012.jpg",
        "120240309.jpg",
        "202403091.jpg",
        "1710000000000.jpg",
        "",
    ],
)
def test_names_without_a_certain_date_give_none(name: str) -> None:
    assert parse_name(name) is None


@pytest.mark.parametrize(
    ("text", "moment", "day"),
    [
        ("2024:03:09 14:15:00", datetime(2024, 3, 9, 14, 15), date(2024, 3, 9)),
        ("2024-03-09T14:15:00+01:00", datetime(2024, 3, 9, 14, 15), date(2024, 3, 9)),
        ("2024/03/09 14:15", datetime(2024, 3, 9, 14, 15), date(2024, 3, 9)),
        ("2024:03:09", None, date(2024, 3, 9)),
        ("2024:03:09 24:00:00", None, date(2024, 3, 9)),
        ("2009:09:09 20:27:09.60:04:00", datetime(2009, 9, 9, 20, 27, 9), date(2009, 9, 9)),
        ("2024:00:09 14:15:00", None, None),
        ("", None, None),
    ],
)
def test_exif_dates_as_programs_write_them(
    text: str, moment: datetime | None, day: date | None
) -> None:
    assert parse_exif(text) == (moment, day)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_dating_fail(exif: str, name: str) -> None:
    result = dated(ExifDates(exif, exif, exif), name)
    if result.earliest is not None and result.latest is not None:
        assert result.earliest <= result.latest <= date(2026, 6, 2)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2026, 5, 31)))
def test_every_moment_comes_back_from_exif_and_from_a_camera_name(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert parse_exif(f"{moment:%Y:%m:%d %H:%M:%S}") == (moment, moment.date())
    parsed = parse_name(f"IMG_{moment:%Y%m%d_%H%M%S}.jpg")
    assert parsed is not None
    assert parsed[:2] == (moment, moment.date())
