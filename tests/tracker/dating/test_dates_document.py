"""What docs/dates.md promises is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.dating import edtf
from tracker.dating.clues import TRUST

PAGE = Path(__file__).parents[3] / "docs" / "dates.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_sources_stand_in_their_order(page: str) -> None:
    assert tuple(re.findall(r"^\| \d+ \| `(\w+)` \|", page, re.MULTILINE)) == TRUST


def test_every_example_of_a_date_can_be_typed(page: str) -> None:
    table = page.partition("| you write | it means |")[2].partition("##")[0]
    examples = re.findall(r"`([^`]+)`", table)
    assert len(examples) == 13
    for example in examples:
        edtf.parse(example)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1972~", "1971/1973"),
        ("1972%", "1970/1974"),
        ("1972-06~", "1972-05/1972-07"),
        ("1972-21", "1972"),
    ],
)
def test_about_means_what_the_page_says(page: str, text: str, span: str) -> None:
    assert f"`{text}`" in page
    assert edtf.text(*edtf.parse(text)) == span


def test_every_command_is_on_the_page(page: str) -> None:
    from tracker.cli.dates import dates

    for command in dates.registered_commands:
        assert f"tracker dates {command.name}" in page
