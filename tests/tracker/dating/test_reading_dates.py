"""The texts in which files write a date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.dating import read
from tracker.dating.read import UNREAD, Reading

DAY = date(2024, 3, 9)
AT = datetime(2024, 3, 9, 14, 15)


@pytest.mark.parametrize(
    ("text", "moment", "day"),
    [
        ("2024:03:09 14:15:00", AT, DAY),
        ("2024:03:09 14:15:00\0", AT, DAY),
        ("2024-03-09T14:15:00+01:00", AT, DAY),
        ("2024/03/09 14:15", AT, DAY),
        ("2024:03:09", None, DAY),
        ("2024:03:09 24:00:00", None, DAY),
        ("2009:09:09 20:27:09.60:04:00", datetime(2009, 9, 9, 20, 27, 9), date(2009, 9, 9)),
        ("2024:03:09 14:15:60", AT.replace(second=59), DAY),
        ("2024:00:09 14:15:00", None, None),
        ("0000:00:00 00:00:00", None, None),
        ("    :  :     :  :  ", None, None),
        ("2023:02:29 12:00:00", None, None),
        ("yesterday", None, None),
        ("", None, None),
    ],
)
def test_exif_dates_as_programs_write_them(
    text: str, moment: datetime | None, day: date | None
) -> None:
    found = read.exif(text)
    assert (found.taken_at, found.earliest, found.latest) == (moment, day, day)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1975:00:00 00:00:00", date(1975, 1, 1), date(1975, 12, 31)),
        ("1975:07:00 00:00:00", date(1975, 7, 1), date(1975, 7, 31)),
        ("1975:  :     :  :  ", date(1975, 1, 1), date(1975, 12, 31)),
        ("1975:07:     :  :  ", date(1975, 7, 1), date(1975, 7, 31)),
        ("1975", date(1975, 1, 1), date(1975, 12, 31)),
    ],
)
def test_a_day_or_month_left_open_is_left_open(text: str, first: date, last: date) -> None:
    assert read.exif(text) == Reading(first, last)


def test_fractions_and_the_zone_are_kept_and_do_not_shift_the_day() -> None:
    found = read.exif("2024:03:09 23:59:59", "123", "-08:00")
    assert found.taken_at == datetime(2024, 3, 9, 23, 59, 59, 123000)
    assert (found.earliest, found.latest, found.zone) == (DAY, DAY, "-08:00")


@pytest.mark.parametrize("offset", ["", "   :  ", "+99:00", "+05:99", "CET", "+1"])
def test_a_zone_that_is_none_is_left_out(offset: str) -> None:
    assert read.exif("2024:03:09 14:15:00", None, offset).zone is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2019", Reading(date(2019, 1, 1), date(2019, 12, 31))),
        ("2019-07", Reading(date(2019, 7, 1), date(2019, 7, 31))),
        ("2024-03-09", Reading(DAY, DAY)),
        ("2024-03-09T14:15", Reading(DAY, DAY, AT)),
        ("2024-03-09T14:15:00.50", Reading(DAY, DAY, AT.replace(microsecond=500000))),
        ("2024-03-09T14:15:00+02:00", Reading(DAY, DAY, AT, "+02:00")),
        ("2024-03-09T14:15:00-0330", Reading(DAY, DAY, AT, "-03:30")),
        ("20240309T141500", Reading(DAY, DAY, AT)),
        ("2024:03:09 14:15:00", Reading(DAY, DAY, AT)),
        ("2024-03-09T14:15:00Z", Reading(DAY, date(2024, 3, 10), AT, "+00:00")),
        ("2024-13-09", UNREAD),
        ("9 March", UNREAD),
    ],
)
def test_iso_dates_as_xmp_has_them(text: str, wanted: Reading) -> None:
    assert read.iso(text) == wanted


@pytest.mark.parametrize(
    ("day", "time", "wanted"),
    [
        ("20240309", "141500+0100", Reading(DAY, DAY, AT, "+01:00")),
        ("20240309", "", Reading(DAY, DAY)),
        ("20240309", "999999", Reading(DAY, DAY)),
        ("19750000", "", Reading(date(1975, 1, 1), date(1975, 12, 31))),
        ("00000000", "000000+0000", UNREAD),
        ("", "141500", UNREAD),
    ],
)
def test_iptc_dates(day: str, time: str, wanted: Reading) -> None:
    assert read.iptc(day, time) == wanted


def test_an_instant_may_have_been_on_two_days() -> None:
    found = read.instant(datetime(2024, 3, 9, 14, 15))
    assert (found.earliest, found.latest) == (DAY, date(2024, 3, 10))
    assert found == read.instant(datetime(2024, 3, 9, 15, 15, tzinfo=timezone(timedelta(hours=1))))
    assert found == read.instant(datetime(2024, 3, 9, 14, 15, tzinfo=UTC).timestamp())


def test_where_the_longitude_is_known_the_sun_narrows_it_down() -> None:
    evening = datetime(2024, 3, 9, 19, 0)
    assert read.instant(evening, 13.4).latest == DAY  # Berlin
    assert read.instant(evening, 151.2).earliest == date(2024, 3, 10)  # Sydney
    assert read.instant(evening, 1e9) == read.instant(evening)
    assert read.instant(evening, float("nan")) == read.instant(evening)


@pytest.mark.parametrize("number", [1e300, -1e300, float("nan"), float("inf"), -(10**14)])
def test_instants_out_of_all_time_are_none(number: float) -> None:
    assert read.instant(number) == UNREAD


def test_the_satellites_time_is_read() -> None:
    assert read.gps("2024:03:09", (14, 15, 30.5)) == datetime(2024, 3, 9, 14, 15, 30, 500000)
    assert read.gps("2024-03-09", (14, 15, 0)) == AT
    for day, time in [
        ("", (1, 2, 3)),
        ("2024:03:09", None),
        ("2024:03", (1, 2, 3)),
        ("2024:03:09", (25, 0, 0)),
        ("2024:03:09", (float("nan"), 0, 0)),
    ]:
        assert read.gps(day, time) is None


@pytest.mark.parametrize(
    ("local", "utc", "zone"),
    [
        ("14:15:00", "13:15:20", "+01:00"),
        ("14:15:00", "14:16:00", "+00:00"),
        ("09:15:00", "14:15:00", "-05:00"),
        ("19:45:00", "14:15:00", "+05:30"),
        ("19:55:00", "14:15:00", "+05:45"),  # rounded
        ("17:25:00", "14:15:00", None),  # no clock on earth
    ],
)
def test_the_zone_follows_from_the_satellites_time(local: str, utc: str, zone: str | None) -> None:
    at = [datetime.fromisoformat(f"2024-03-09 {clock}") for clock in (local, utc)]
    assert read.zone_between(at[0], at[1]) == zone


def test_clocks_further_apart_than_any_zone_tell_none() -> None:
    assert read.zone_between(AT, AT + timedelta(hours=13)) is None
    assert read.zone_between(AT + timedelta(hours=15), AT) is None


@settings(deadline=None)
@given(st.text(max_size=60), st.text(max_size=9), st.text(max_size=9))
def test_no_text_makes_reading_fail(text: str, subsec: str, offset: str) -> None:
    for found in (read.exif(text, subsec, offset), read.iso(text), read.iptc(text, subsec)):
        assert (found.earliest is None) == (found.latest is None)
        if found.earliest is not None and found.latest is not None:
            assert found.earliest <= found.latest


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{4}[:\-/. 0-9TZ+]{0,30}", fullmatch=True))
def test_no_numbers_make_reading_fail(text: str) -> None:
    for found in (read.exif(text), read.iso(text), read.iptc(text, text)):
        assert (found.earliest is None) == (found.latest is None)
        assert found.earliest is None or found.latest is None or found.earliest <= found.latest


@settings(deadline=None)
@given(st.floats(), st.none() | st.floats())
def test_no_number_makes_an_instant_fail(seconds: float, longitude: float | None) -> None:
    found = read.instant(seconds, longitude)
    assert found.earliest is None or found.latest is None or found.earliest <= found.latest


@settings(deadline=None)
@given(st.datetimes(datetime(1827, 1, 1), datetime(2100, 1, 1)))
def test_every_moment_comes_back_from_exif_and_xmp(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert read.exif(f"{whole:%Y:%m:%d %H:%M:%S}", f"{moment:%f}").taken_at == moment
    assert read.iso(f"{moment.isoformat()}+02:00") == Reading(
        moment.date(), moment.date(), moment, "+02:00"
    )
