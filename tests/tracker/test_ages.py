"""Ages: complete months as people count them, the same as the database's, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import ages
from tracker.ages import (
    AgeBucket,
    add_months,
    age_label,
    age_label_days,
    bucket_of,
    complete_months,
    parse_birth_argument,
    parse_date_argument,
    reference_birth,
)
from tracker.errors import UsageError

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
# The same examples each time, however slow the machine is.
steady = settings(derandomize=True, database=None, deadline=None)
MONTHS = st.integers(0, 1200)


def day(text: str) -> date:
    return date.fromisoformat(text)


@cache
def duckdb_months(born: date) -> dict[date, int]:
    """DuckDB's count for every day of the five years from a birth."""
    with duckdb.connect() as con:
        return dict(
            con.execute(
                """
                SELECT d::DATE, datesub('month', $1::DATE, d::DATE)
                FROM range($1::TIMESTAMP, $1::TIMESTAMP + INTERVAL 5 YEAR, INTERVAL 1 DAY) t(d)
                """,
                [born],
            ).fetchall()
        )


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize(
    ("born", "on", "months"),
    [
        ("2023-06-15", "2023-06-15", 0),  # the day of birth
        ("2023-06-15", "2023-07-14", 0),
        ("2023-06-15", "2023-07-15", 1),
        ("2023-06-15", "2024-06-14", 11),
        ("2023-06-15", "2024-06-15", 12),  # a birthday
        ("2023-01-30", "2023-02-27", 0),
        ("2023-01-30", "2023-02-28", 1),  # 30 January and a month
        ("2024-01-30", "2024-02-28", 0),
        ("2024-01-30", "2024-02-29", 1),
        ("2023-01-30", "2023-03-29", 1),
        ("2023-01-30", "2023-03-30", 2),
        ("2023-01-31", "2023-04-29", 2),
        ("2023-01-31", "2023-04-30", 3),
        ("2024-02-29", "2025-02-27", 11),
        ("2024-02-29", "2025-02-28", 12),  # 29 February, in a year without one
        ("2024-02-29", "2028-02-28", 47),
        ("2024-02-29", "2028-02-29", 48),
        ("2023-12-31", "2024-01-01", 0),
        ("2023-06-15", "2023-06-14", -1),  # before the birth
        ("2023-06-15", "2023-05-15", -1),
        ("2023-06-15", "2023-05-14", -2),
    ],
)
def test_a_month_is_complete_when_people_say_it_is(born: str, on: str, months: int) -> None:
    assert complete_months(day(born), day(on)) == months


@settings(steady, max_examples=300)
@given(DAYS, st.integers(0, 40_000))
def test_months_are_those_of_the_databases_datesub(
    con: duckdb.DuckDBPyConnection, born: date, later: int
) -> None:
    on = born + timedelta(days=later)
    rows = con.execute("SELECT datesub('month', ?::DATE, ?::DATE)", [born, on]).fetchall()
    assert rows == [(complete_months(born, on),)]


@pytest.mark.parametrize(
    "born", ["2023-01-28", "2023-01-30", "2023-01-31", "2024-02-29", "2023-02-28", "2022-12-31"]
)
def test_every_day_of_five_years_is_in_the_month_that_the_database_says(born: str) -> None:
    counted = duckdb_months(day(born))
    assert len(counted) > 1825
    assert {on: complete_months(day(born), on) for on in counted} == counted


@steady
@given(DAYS, st.integers(-2000, 2000))
def test_a_day_later_nobody_is_younger_nor_two_months_older(born: date, after: int) -> None:
    on = born + timedelta(days=after)
    before, then = complete_months(born, on), complete_months(born, on + timedelta(days=1))
    assert before <= then <= before + 1


@steady
@given(DAYS, st.integers(1, 5000))
def test_before_the_birth_is_always_negative_and_never_month_zero(born: date, days: int) -> None:
    assert complete_months(born, born - timedelta(days=days)) < 0


@steady
@given(DAYS, MONTHS)
def test_a_month_is_complete_on_the_day_that_it_ends_and_not_the_day_before(
    born: date, months: int
) -> None:
    complete = add_months(born, months)
    assert complete_months(born, complete) == months
    assert complete_months(born, complete - timedelta(days=1)) == months - 1


@steady
@given(DAYS, st.integers(0, 60))
def test_the_months_of_age_follow_each_other_without_a_gap(born: date, months: int) -> None:
    buckets = [AgeBucket(month).days(born) for month in range(months, months + 3)]
    for (first, last), (following, _) in pairwise(buckets):
        assert first <= last
        assert following == last + timedelta(days=1)
    assert all(
        complete_months(born, end) == months + n
        for n, bucket in enumerate(buckets)
        for end in bucket
    )


@steady
@given(DAYS)
def test_a_birthday_is_a_full_year_for_everybody(born: date) -> None:
    for year in range(1, 6):
        assert complete_months(born, add_months(born, 12 * year)) == 12 * year


@steady
@given(DAYS, DAYS)
def test_the_day_from_which_age_is_counted_is_the_middle_of_the_possible_ones(
    one: date, other: date
) -> None:
    earliest, latest = min(one, other), max(one, other)
    middle = reference_birth(earliest, latest)
    assert earliest <= middle <= latest
    assert timedelta(0) <= (latest - middle) - (middle - earliest) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        (("2023-01-30", "2023-01-30"), ("2023-03-30", "2023-03-30"), (2, "")),
        (("2023-01-30", "2023-01-30"), ("2023-03-30", "2023-04-29"), (2, "")),
        (("2023-01-30", "2023-01-30"), ("2023-03-30", "2023-04-30"), (None, ages.TWO_MONTHS)),
        (("2023-01-30", "2023-01-30"), ("2023-03-29", "2023-03-30"), (None, ages.TWO_MONTHS)),
        (("2023-01-30", "2023-01-30"), ("2023-01-30", "2023-01-30"), (0, "")),
        (("2023-01-30", "2023-01-30"), ("2023-01-29", "2023-01-29"), (None, ages.BEFORE_BIRTH)),
        (
            ("2023-01-30", "2023-01-30"),
            ("2023-01-29", "2023-01-30"),
            (None, ages.PERHAPS_BEFORE_BIRTH),
        ),
        # A birth in January, some day: counted from the 16th.
        (("2023-01-01", "2023-01-31"), ("2023-02-15", "2023-02-15"), (0, "")),
        (("2023-01-01", "2023-01-31"), ("2023-02-16", "2023-02-16"), (1, "")),
        (("2023-01-01", "2023-01-31"), ("2023-01-01", "2023-02-15"), (0, "")),
        (("2023-01-01", "2023-01-31"), ("2022-12-31", "2022-12-31"), (None, ages.BEFORE_BIRTH)),
        (
            ("2023-01-01", "2023-01-31"),
            ("2022-12-31", "2023-01-01"),
            (None, ages.PERHAPS_BEFORE_BIRTH),
        ),
    ],
)
def test_a_photo_counts_only_where_its_month_of_age_is_certain(
    born: tuple[str, str], on: tuple[str, str], expected: tuple[int | None, str]
) -> None:
    assert bucket_of((day(born[0]), day(born[1])), (day(on[0]), day(on[1]))) == expected


def test_without_a_date_or_a_birth_there_is_no_age() -> None:
    known = (day("2023-01-30"), day("2023-01-30"))
    assert bucket_of(known, None) == (None, ages.UNDATED)
    assert bucket_of(None, known) == (None, ages.NO_BIRTH_DATE)
    assert bucket_of(None, None) == (None, ages.UNDATED)


@steady
@given(DAYS, st.integers(0, 400), st.integers(-500, 3000), st.integers(0, 60))
def test_a_month_is_told_exactly_when_every_possible_day_of_the_photo_is_in_it(
    born: date, spread: int, after: int, length: int
) -> None:
    birth = (born, born + timedelta(days=spread))
    first = born + timedelta(days=after)
    each = [bucket_of(birth, (d, d))[0] for d in (first + timedelta(n) for n in range(length + 1))]
    months, reason = bucket_of(birth, (first, first + timedelta(days=length)))
    assert months == (each[0] if len(set(each)) == 1 else None)
    assert (reason == "") == (months is not None)


@pytest.mark.parametrize(
    ("months", "words"),
    [
        (-1, "before birth"),
        (0, "newborn"),
        (1, "1 month"),
        (3, "3 months"),
        (11, "11 months"),
        (12, "1 year"),
        (13, "1 year 1 month"),
        (14, "1 year 2 months"),
        (24, "2 years"),
        (35, "2 years 11 months"),
        (1200, "100 years"),
    ],
)
def test_a_month_of_age_has_a_name(months: int, words: str) -> None:
    assert age_label(months) == words
    if months >= 0:
        assert AgeBucket(months).label == words


def test_no_two_months_of_age_have_the_same_name() -> None:
    assert len({age_label(months) for months in range(1200)}) == 1200


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2023-01-29", "before birth"),
        ("2023-01-30", "day of birth"),
        ("2023-01-31", "1 day"),
        ("2023-02-12", "13 days"),
        ("2023-02-13", "2 weeks"),
        ("2023-02-28", "4 weeks"),
        ("2023-04-29", "12 weeks"),
        ("2023-04-30", "3 months"),
        ("2024-01-29", "11 months"),
        ("2024-01-30", "1 year"),
        ("2024-03-30", "1 year 2 months"),
    ],
)
def test_a_small_age_is_told_in_days_and_weeks(on: str, words: str) -> None:
    assert age_label_days(day("2023-01-30"), day(on)) == words


@steady
@given(DAYS, st.integers(1, 3000))
def test_an_age_in_words_is_never_empty_and_counts_one_thing_alone_as_one(
    born: date, days: int
) -> None:
    words = age_label_days(born, born + timedelta(days=days)).split()
    for number, unit in zip(words[::2], words[1::2], strict=True):
        assert int(number) >= 1
        assert unit.endswith("s") == (number != "1")


@pytest.mark.parametrize(
    ("typed", "earliest", "latest"),
    [
        ("2024-03-09", "2024-03-09", "2024-03-09"),
        (" 2024-3-9\n", "2024-03-09", "2024-03-09"),
        ("٢٠٢٤-٠٣-٠٩", "2024-03-09", "2024-03-09"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2024-12", "2024-12-01", "2024-12-31"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("1800", "1800-01-01", "1800-12-31"),
    ],
)
def test_a_date_may_be_typed_to_the_day_the_month_or_the_year(
    typed: str, earliest: str, latest: str
) -> None:
    assert parse_date_argument(typed) == (day(earliest), day(latest))


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "yesterday",
        "09.03.2024",
        "2024/03/09",
        "2024-13",
        "2024-00",
        "2024-02-30",
        "2023-02-29",
        "2024-03-09 10:00",
        "20240309",
        "24",
        "0000",
        "1799",
        "99999",
        "2024-",
        "-2024",
    ],
)
def test_what_is_no_date_is_refused_with_a_way_to_write_one(typed: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_date_argument(typed)
    assert repr(typed) in str(told.value)
    assert told.value.hint
    assert told.value.exit_code == 2


@steady
@given(DAYS)
def test_every_day_can_be_typed(any_day: date) -> None:
    assert parse_date_argument(any_day.isoformat()) == (any_day, any_day)


def test_a_birth_may_not_be_in_the_future_and_ends_today_at_the_latest() -> None:
    today = day("2024-03-09")
    assert parse_birth_argument("2024-03-09", today) == (today, today)
    assert parse_birth_argument("2024-03", today) == (day("2024-03-01"), today)
    assert parse_birth_argument("2024", today) == (day("2024-01-01"), today)
    assert parse_birth_argument("2023", today) == (day("2023-01-01"), day("2023-12-31"))
    for typed in ("2024-03-10", "2024-04", "2025"):
        with pytest.raises(UsageError, match="in the future") as told:
            parse_birth_argument(typed, today)
        assert told.value.hint == "today is 2024-03-09."
