"""What all clues to a photo's date come to."""

from __future__ import annotations

import random
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.records import Clue, Dated
from tracker.dating import clues, edtf, folders, names, read
from tracker.dating.clues import DIGITIZED, MODIFIED, ORIGINAL, TRUST
from tracker.dating.resolve import resolve, weigh

TODAY = date(2026, 6, 1)
NOON = datetime(2024, 3, 9, 14, 15)


def exif(
    original: str | None = None, digitized: str | None = None, modified: str | None = None
) -> list[Clue]:
    said = [("exif", ORIGINAL, original), ("exif", DIGITIZED, digitized)]
    said.append(("modified", MODIFIED, modified))
    return [read.exif(raw).clue(src, label, raw) for src, label, raw in said if raw is not None]


def says(source: str, text: str, label: str = "") -> Clue:
    return Clue(source, label or f"the {source}", text, *edtf.parse(text))


def dated(*told: Clue) -> Dated:
    return resolve(told, TODAY)


def days(found: Dated) -> str:
    return edtf.text(found.earliest, found.latest)


def test_the_shutter_decides_before_scanner_name_option_and_editor() -> None:
    result = dated(
        *exif("2024:03:09 14:15:00", "2024:03:10 10:00:00", "2025:01:01 09:00:00"),
        *names.clues("IMG_20230101_101010.jpg"),
        clues.option((date(2020, 1, 1), date(2020, 12, 31))),
    )
    assert result.earliest == result.latest == date(2024, 3, 9)
    assert result.source == "exif"
    assert result.taken_at == NOON
    assert result.raw == "2024:03:09 14:15:00"
    assert result.conflicts == (
        "EXIF DateTimeDigitized says 2024-03-10",
        "the file's name says 2023-01-01",
        "--date says 2020",
        "EXIF DateTime says 2025-01-01",
    )


@pytest.mark.parametrize("place", range(TRUST.index("scan")))
def test_of_two_sources_the_more_trusted_one_decides(place: int) -> None:
    better, worse = says(TRUST[place], "2019-05-01"), says(TRUST[place + 1], "2018-07-02")
    assert dated(worse, better).source == TRUST[place]
    assert dated(worse, better).latest == date(2019, 5, 1)


def test_sources_that_agree_are_no_conflict() -> None:
    result = dated(
        *exif("2024:03:09 14:15:00", None, "2024:03:09 14:15:00"),
        *names.clues("20240309_141500.jpg"),
        *folders.clues(["2024-03", "2024"]),
        clues.file_time(1_750_000_000_000_000_000),
    )
    assert result.conflicts == ()


@pytest.mark.parametrize(
    "told",
    [
        exif(digitized="2024:03:09 14:15:00"),
        exif(modified="2024:03:09 14:15:00"),
        exif("0000:00:00 00:00:00", modified="2024:03:09 14:15:00"),
        exif("    :  :     :  :  ", modified="2024:03:09 14:15:00"),
    ],
)
def test_the_next_exif_date_steps_in(told: list[Clue]) -> None:
    assert dated(*told).earliest == date(2024, 3, 9)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0000:00:00 00:00:00", "not a date"),
        ("2024:13:40 00:00:00", "not a date"),
        ("2023:02:29 12:00:00", "not a date"),
        ("yesterday", "not a date"),
        ("1970:01:01 01:00:00", "a clock that was never set"),
        ("1969:12:31 16:00:00", "a clock that was never set"),
        ("2000:01:01 00:00:00", "a clock that was never set"),
        ("1980:01:01 00:00:12", "a clock that was never set"),
        ("2031:01:01 10:00:00", "in the future"),
        ("1700:01:01 10:00:00", "before photography"),
    ],
)
def test_what_cannot_be_true_is_refused_and_kept_as_a_conflict(text: str, why: str) -> None:
    result = dated(*exif(text), *names.clues("IMG_20240309_141500.jpg"))
    assert (result.earliest, result.source) == (date(2024, 3, 9), "filename")
    assert result.conflicts == (f"EXIF DateTimeOriginal {text!r}: {why}",)


def test_a_photo_of_the_first_of_january_2000_after_midnight_is_believed() -> None:
    assert dated(*exif("2000:01:01 15:30:00")).earliest == date(2000, 1, 1)


def test_tomorrow_is_believed_because_the_earth_turns() -> None:
    assert dated(*exif("2026:06:02 00:10:00")).earliest == date(2026, 6, 2)
    assert dated(*exif("2026:06:03 00:10:00")).earliest is None


def test_an_old_photo_that_was_scanned_keeps_its_year() -> None:
    assert dated(*exif("1953:07:04 12:00:00")).earliest == date(1953, 7, 4)


def test_the_option_is_a_fallback_and_an_interval() -> None:
    year = clues.option((date(2024, 1, 1), date(2024, 12, 31)))
    assert (days(dated(year)), dated(year).source) == ("2024", "option")
    assert dated(*names.clues("2023-05-06.jpg"), year).source == "filename"


def test_an_unknown_date_is_a_value() -> None:
    assert dated() == Dated(None, None, "none", 0.0)


def test_trust_falls_from_the_user_to_the_files_time() -> None:
    told = [
        clues.user("2024-03-09", (date(2024, 3, 9), date(2024, 3, 9))),
        says("sidecar", "2024-03-09"),
        *exif("2024:03:09 14:15:00"),
        *names.clues("IMG_20240309_141500.jpg"),
        *names.clues("IMG-20240309-WA0001.jpg"),
        clues.option((date(2024, 3, 9), date(2024, 3, 9))),
        *folders.clues(["2024-03-09"]),
        *exif(modified="2024:03:09 14:15:00"),
        *names.clues("Scan_20240309.jpg"),
        clues.file_time(1_709_990_000_000_000_000),
    ]
    confidences = [dated(clue).confidence for clue in told]
    assert confidences == sorted(confidences, reverse=True)
    assert len(set(confidences)) == len(told)
    assert confidences[0] == 1


# --- bounds ---------------------------------------------------------------------------------------


def test_a_files_time_and_a_scan_say_only_no_later_than() -> None:
    result = dated(clues.file_time(1_709_990_000_000_000_000))
    assert (result.earliest, result.latest, result.source) == (None, date(2024, 3, 9), "file")
    both = dated(
        clues.file_time(1_709_990_000_000_000_000), *names.clues("img20200501_10000000.jpg")
    )
    assert (both.earliest, both.latest, both.source) == (None, date(2020, 5, 1), "scan")
    assert both.conflicts == ()


def test_a_scanners_date_never_dates_the_picture() -> None:
    scan = Clue("scan", "EXIF DateTimeOriginal of the scan", "2019", None, date(2019, 5, 1))
    result = dated(scan, *folders.clues(["Sommer 1984"]))
    assert (days(result), result.source) == ("1984", "folder")
    assert result.conflicts == ()


@pytest.mark.parametrize("source", ["sidecar", "iptc", "xmp", "takeout"])
def test_programs_that_repeat_the_day_of_the_scan_do_not_date_the_picture(source: str) -> None:
    scan = Clue("scan", "EXIF DateTimeOriginal of the scan", "2019", None, date(2019, 5, 1))
    for repeated in ("2019-05-01", "2019-04-30/2019-05-01", "2019-05-01/2019-05-02"):
        result = dated(scan, says(source, repeated), *folders.clues(["Sommer 1984"]))
        assert (days(result), result.source, result.conflicts) == ("1984", "folder", ())
    for told in ("1984-07", "2019", "2018-04-30"):
        assert dated(scan, says(source, told)).source == source


def test_a_date_after_the_bound_is_told() -> None:
    scan = Clue("scan", "the scan", "2019", None, date(2019, 5, 1))
    assert dated(scan, says("filename", "2021-01-01")).conflicts == (
        "the scan says no later than 2019-05-01",
    )


def test_a_files_time_of_the_day_before_is_no_conflict() -> None:
    assert dated(says("exif", "2024-03-10"), clues.file_time(1_709_990_000_000_000_000)) == dated(
        says("exif", "2024-03-10")
    )


def test_files_unpacked_with_the_first_day_of_the_computer_have_no_time() -> None:
    for at in (0, 1, 315_532_800):  # 1970 and 1980
        assert dated(clues.file_time(at * 10**9)).latest is None


# --- births ---------------------------------------------------------------------------------------


def test_what_ends_before_a_birth_is_refused_and_the_next_source_is_asked() -> None:
    mia = clues.born("Mia", date(2024, 1, 30))
    result = dated(*exif("2019:01:01 10:00:00"), *names.clues("2024-03-09.jpg"), mia)
    assert (days(result), result.source) == ("2024-03-09", "filename")
    assert result.conflicts == ("EXIF DateTimeOriginal '2019:01:01 10:00:00': before Mia was born",)
    assert dated(mia) == dated()
    assert days(dated(says("folder", "2024"), mia)) == "2024"


def test_the_users_own_word_is_not_doubted() -> None:
    mia = clues.born("Mia", date(2024, 1, 30))
    said = clues.user("1820", (date(1820, 1, 1), date(1820, 12, 31)))
    assert dated(said, mia, *exif("2024:03:09 14:15:00")).earliest == date(1820, 1, 1)


# --- narrowing ------------------------------------------------------------------------------------


def test_a_less_trusted_clue_inside_the_date_narrows_it() -> None:
    result = dated(says("sidecar", "1975"), says("folder", "1975-08"), says("filename", "1976"))
    assert (days(result), result.source) == ("1975-08", "sidecar")
    assert result.confidence == pytest.approx(0.45)
    assert result.raw == "1975; 1975-08"
    assert result.conflicts == ("the filename says 1976",)


def test_the_more_trusted_of_two_that_narrow_is_first() -> None:
    result = dated(says("sidecar", "1975"), says("folder", "1975-08"), says("filename", "1975-09"))
    assert days(result) == "1975-09"
    assert result.conflicts == ("the folder says 1975-08",)


def test_the_users_word_is_never_narrowed() -> None:
    said = clues.user("1975", (date(1975, 1, 1), date(1975, 12, 31)))
    assert days(dated(said, says("sidecar", "1975-08"))) == "1975"
    until = clues.user("../1980", (None, date(1980, 12, 31)))
    assert days(dated(until, says("sidecar", "1975-08"))) == "../1980-12-31"


@pytest.mark.parametrize(
    "clue",
    [
        *exif(modified="2019:05:01 10:00:00"),
        *names.clues("IMG-20190501-WA0001.jpg"),
        *names.clues("Screenshot_20190501-101010.png"),
    ],
)
def test_edits_sending_and_screenshots_narrow_nothing(clue: Clue) -> None:
    assert days(dated(says("sidecar", "2019"), clue)) == "2019"


def test_an_instant_without_its_place_is_narrowed_by_the_local_day() -> None:
    utc = read.instant(datetime(2024, 3, 9, 23, 15)).clue("takeout", "Google", "1710026100")
    result = dated(utc, *names.clues("IMG_20240310_001500.jpg"))
    assert days(result) == "2024-03-10"
    assert (result.taken_at, result.zone) == (datetime(2024, 3, 10, 0, 15), None)


def test_the_time_comes_from_a_name_where_the_date_has_none() -> None:
    result = dated(says("sidecar", "2024-03-09"), *names.clues("IMG_20240309_141500.jpg"))
    assert (result.source, result.taken_at) == ("sidecar", NOON)


def test_when_it_was_sent_is_not_when_it_was_taken() -> None:
    assert dated(*names.clues("WhatsApp Image 2024-03-09 at 14.15.00.jpeg")).taken_at is None


# --- zones ----------------------------------------------------------------------------------------


def gps(moment: datetime, longitude: float | None = None) -> Clue:
    return read.instant(moment, longitude).clue("gps", "EXIF GPS time", str(moment))


def test_the_satellites_tell_the_zone_where_the_camera_does_not() -> None:
    result = dated(*exif("2024:03:09 14:15:00"), gps(datetime(2024, 3, 9, 13, 15, 10)))
    assert (result.source, result.taken_at, result.zone) == ("exif", NOON, "+01:00")


def test_the_cameras_own_zone_stands() -> None:
    own = read.exif("2024:03:09 14:15:00", None, "+02:00").clue("exif", ORIGINAL, "")
    assert dated(own, gps(datetime(2024, 3, 9, 13, 15))).zone == "+02:00"


def test_the_zone_is_taken_from_whoever_tells_the_same_time() -> None:
    xmp = read.iso("2024-03-09T14:15:00+09:00").clue("xmp", "XMP exif:DateTimeOriginal", "")
    other = read.iso("2024-03-09T14:25:00+02:00").clue("xmp", "XMP xmp:CreateDate", "")
    assert dated(*exif("2024:03:09 14:15:00"), xmp, other).zone == "+09:00"
    assert dated(*exif("2024:03:09 14:15:00"), other).zone is None


def test_satellites_that_say_another_day_are_a_conflict() -> None:
    result = dated(*exif("2024:03:09 14:15:00"), gps(datetime(2024, 3, 12, 13, 15), 13.4))
    assert (result.earliest, result.zone) == (date(2024, 3, 9), None)
    assert result.conflicts == ("EXIF GPS time says 2024-03-12",)


# --- several names --------------------------------------------------------------------------------


def test_of_several_names_the_earlier_day_wins() -> None:
    result = dated(*names.clues("IMG_20240310_141500.jpg"), *names.clues("2024-03-09.jpg"))
    assert days(result) == "2024-03-09"
    assert result.conflicts == ("the file's name says 2024-03-10",)


# --- whatever comes -------------------------------------------------------------------------------

DATES = st.none() | st.dates()
TEXTS = st.text(max_size=12)
CLUES = st.builds(
    Clue,
    st.sampled_from([*TRUST, "born", "new"]),
    st.sampled_from([ORIGINAL, DIGITIZED, MODIFIED, "a", "the birth of Mia"]),
    TEXTS,
    DATES,
    DATES,
    st.none() | st.datetimes(),
    st.none() | st.sampled_from(["+00:00", "+02:00"]),
)
NEAR = st.builds(
    Clue,
    st.sampled_from(TRUST),
    st.sampled_from([ORIGINAL, clues.NAME, clues.NAME_SENT]),
    TEXTS,
    st.dates(date(2024, 3, 1), date(2024, 3, 5)),
    st.dates(date(2024, 3, 3), date(2024, 3, 9)),
    st.none() | st.datetimes(datetime(2024, 3, 1), datetime(2024, 3, 9)),
)


@settings(deadline=None)
@given(st.lists(CLUES | NEAR, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_clues_does_not_matter(told: list[Clue], rng: random.Random) -> None:
    first = resolve(told, TODAY)
    shuffled = [*told, *told[:2]]
    rng.shuffle(shuffled)
    assert resolve(shuffled, TODAY) == first


@settings(deadline=None)
@given(st.lists(CLUES | NEAR, max_size=8), st.dates())
def test_no_clues_make_it_fail_and_the_ends_are_in_order(told: list[Clue], today: date) -> None:
    weighed = weigh(told, min(today, date(9999, 12, 1)))
    result = weighed.dated
    assert 0 <= result.confidence <= 1
    assert (result.latest is None) == (result.source == "none")
    if result.earliest is not None:
        assert result.latest is not None
        assert result.earliest <= result.latest
    if result.zone is not None:
        assert result.taken_at is not None
    for clue, why in weighed.refused:
        assert why
        assert any(clue.label in said for said in result.conflicts)
