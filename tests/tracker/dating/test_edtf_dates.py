"""Dates as people who are not sure write them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.dating import edtf
from tracker.errors import UsageError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-03-09", "2024-03-09", "2024-03-09"),
        ("2024-03", "2024-03-01", "2024-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024", "2024-01-01", "2024-12-31"),
        (" 2024 ", "2024-01-01", "2024-12-31"),
        ("1972~", "1971-01-01", "1973-12-31"),
        ("1972?", "1971-01-01", "1973-12-31"),
        ("1972%", "1970-01-01", "1974-12-31"),
        ("1972-06~", "1972-05-01", "1972-07-31"),
        ("1972-06-03~", "1972-06-02", "1972-06-04"),
        ("197X", "1970-01-01", "1979-12-31"),
        ("197x", "1970-01-01", "1979-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("2004-06-XX", "2004-06-01", "2004-06-30"),
        ("1975/1980", "1975-01-01", "1980-12-31"),
        ("1975-06/1975-08", "1975-06-01", "1975-08-31"),
        ("1975~/1980", "1974-01-01", "1980-12-31"),
        ("1972-21", "1972-01-01", "1972-12-31"),  # a spring: whose?
        ("../1980", "None", "1980-12-31"),
    ],
)
def test_what_can_be_written(text: str, first: str, last: str) -> None:
    assert tuple(map(str, edtf.parse(text))) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2024-13",
        "2023-02-29",
        "2024-00",
        "0000",
        "72",
        "9.3.2024",
        "1980/1975",
        "1975/",
        "/1975",
        "1975/..",
        "../..",
        "1972/1973/1974",
        "[1667,1668]",
        "Y17E7",
        "-1972",
        "9999~",
        "1972~?",
        "~1972",
        "1972~-06",
        "1972-?06",
        "1970/~1972",
        "2024-03-09T10:00:00",
        "1970s",
        "１９７２",
        "1" * 100_000,
        "\0",
    ],
)
def test_what_is_no_date_says_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        edtf.parse(text)
    assert raised.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-09",
        "2024-03",
        "2024",
        "197X",
        "19XX",
        "1975/1980",
        "1975-06/1975-08",
        "1975-06-02/1975-08-30",
        "../1980-12-31",
    ],
)
def test_dates_are_told_as_they_are_written(text: str) -> None:
    assert edtf.text(*edtf.parse(text)) == text


def test_no_date_is_told_as_nothing() -> None:
    assert edtf.text(None, None) == ""
    assert edtf.text(date(2024, 1, 30), None) == "2024-01-30/.."


@settings(deadline=None)
@given(st.text(max_size=45))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    try:
        first, last = edtf.parse(text)
    except UsageError:
        return
    assert first is None or first <= last


@settings(deadline=None)
@given(st.text("0123456789-X~?%/.", max_size=24))
def test_no_signs_make_it_fail_otherwise(text: str) -> None:
    try:
        first, last = edtf.parse(text)
    except UsageError:
        return
    assert first is None or first <= last


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1826, 1, 1), date(2100, 1, 1)), st.integers(0, 40000))
def test_every_span_comes_back(first: date, days: int) -> None:
    span = (first, first + timedelta(days=days))
    assert edtf.parse(edtf.text(*span)) == span


def test_ordinary_dates_do_not_load_the_library() -> None:
    program = (
        "import sys; from tracker.dating import edtf, names, resolve; edtf.parse('2024-03'); "
        "print('edtf' in sys.modules or 'pyparsing' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "False"
