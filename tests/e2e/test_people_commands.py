"""Who is who: births, corrections, merging and removing, as they are typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Outcome, tracker


def person(home: Path, name: str) -> dict[str, Any]:
    """How someone is listed."""
    listed = tracker("person", "list", "--json", home=home).values["people"]
    return next(dict(row) for row in listed if row["name"] == name)


def refused(told: Outcome, *words: str) -> None:
    """A usage error that says all of `words`, with a hint."""
    assert told.code == 2, told.err
    assert "hint: " in told.err
    for word in words:
        assert word in told.err, told.err


def test_a_birth_known_only_to_the_year_is_said_with_how_to_make_it_exact(tmp_path: Path) -> None:
    home = tmp_path / "w"
    made = tracker("init", "--child", "Mia", "--born", "2022", home=home)
    assert made.code == 0
    assert "half a year" in made.err
    assert "tracker person set Mia --born" in made.err
    told = tracker("init", "--child", "Mia", "--born", "2022", "--json", home=home)
    assert "half a year" in told.values["warnings"][0]
    assert "half a year" in tracker("status", home=home).err
    assert "half a year" in tracker("status", "--json", home=home).values["warnings"][0]


def test_a_second_child_born_in_a_month_is_warned_of_too(empty: Path) -> None:
    words = ("person", "add", "Leo", "--relation", "child", "--born", "2022-05")
    told = tracker(*words, "--json", home=empty)
    assert told.code == 0
    assert "half a month" in told.values["warnings"][0]
    assert "tracker person set Leo --born" in told.values["warnings"][0]


def test_a_birth_known_to_the_day_warns_of_nothing(empty: Path) -> None:
    assert tracker("status", "--json", home=empty).values["warnings"] == []
    again = tracker(
        "init", "--child", "Mia", "--born", "2024-01-30", "--sex", "f", "--json", home=empty
    )
    assert again.values["warnings"] == []


def test_a_mistyped_birth_date_can_be_corrected(empty: Path) -> None:
    told = tracker("person", "set", "mia", "--born", "2024-01-03", home=empty)
    assert told.code == 0, told.err
    assert "2024-01-03" in told.out
    assert person(empty, "Mia")["born"] == "2024-01-03"
    assert tracker("init", "--child", "Mia", "--born", "2024-01-03", home=empty).code == 0


def test_sex_and_relation_can_be_corrected(empty: Path) -> None:
    words = ("person", "set", "Ben", "--relation", "aunt", "--sex", "f", "--json")
    told = tracker(*words, home=empty)
    assert told.code == 0, told.err
    assert told.values == {
        "schema_version": 1,
        "name": "Ben",
        "relation": "aunt",
        "born": "",
        "sex": "f",
        "warnings": [],
    }
    assert person(empty, "Ben")["relation"] == "aunt"


def test_a_new_relation_brings_its_own_sex(empty: Path) -> None:
    told = tracker("person", "set", "Ben", "--relation", "mother", "--json", home=empty)
    assert told.values["sex"] == "f"
    told = tracker("person", "set", "Ben", "--relation", "parent", "--json", home=empty)
    assert told.values["sex"] == "f"


def test_a_correction_that_contradicts_itself_is_refused(empty: Path) -> None:
    refused(tracker("person", "set", "Mia", home=empty), "--born")
    refused(tracker("person", "set", "Anna", "--sex", "m", home=empty), "mother")
    refused(tracker("person", "set", "Ben", "--relation", "child", home=empty), "birth date")
    refused(tracker("person", "set", "Mia", "--born", "2999", home=empty), "future")
    refused(tracker("person", "set", "Ann", "--born", "1990", home=empty), "Anna")


def test_init_again_with_something_else_names_the_command_that_corrects_it(empty: Path) -> None:
    other = tracker("init", "--child", "Mia", "--born", "2023-01-30", home=empty)
    refused(other, "2024-01-30", "tracker person set Mia --born 2023-01-30")
    other = tracker("init", "--child", "Mia", "--born", "2024-01-30", "--sex", "m", home=empty)
    refused(other, "tracker person set Mia --sex m")
    assert person(empty, "Mia")["born"] == "2024-01-30"


def test_init_with_a_sex_that_is_none_is_refused_in_an_existing_workspace_too(empty: Path) -> None:
    refused(
        tracker("init", "--child", "Mia", "--born", "2024-01-30", "--sex", "x", home=empty),
        "f or m",
    )


@pytest.mark.parametrize(
    "slip", [("", "2024", "f"), ("Mia", "soon", "f"), ("Mia", "2024", "x")], ids=str
)
def test_a_slip_at_init_leaves_no_workspace(tmp_path: Path, slip: tuple[str, str, str]) -> None:
    child, born, sex = slip
    told = tracker("init", "--child", child, "--born", born, "--sex", sex, home=tmp_path / "w")
    refused(told)
    assert not (tmp_path / "w").exists()


def test_a_birth_this_year_is_the_same_birth_tomorrow(tmp_path: Path) -> None:
    from datetime import date, timedelta

    from db.connection import open_workspace
    from tracker.identity.family import add_child

    day = date(2024, 5, 6)
    with open_workspace(tmp_path / "w", create=True) as con:
        assert add_child(con, "Mia", "2024", None, today=day)[1]
        person, is_new = add_child(con, "Mia", "2024", None, today=day + timedelta(1))
        assert (person.name, is_new) == ("Mia", False)


def test_a_parent_born_after_the_child_is_warned_of(empty: Path) -> None:
    words = ("person", "add", "Rosa", "--relation", "grandmother", "--born", "2024-06")
    told = tracker(*words, home=empty)
    assert told.code == 0
    assert "Rosa" in told.err
    assert "tracker person set Rosa --born" in told.err
    assert any("Rosa" in w for w in tracker("status", "--json", home=empty).values["warnings"])
    brother = ("person", "add", "Leo", "--relation", "brother", "--born", "2024-12")
    if tracker(*brother, home=empty).code == 0:
        assert not any(
            "Leo" in w for w in tracker("status", "--json", home=empty).values["warnings"]
        )


def test_a_child_is_not_merged_with_an_adult(empty: Path) -> None:
    refused(tracker("person", "merge", "Mia", "Anna", "--yes", home=empty), "child", "person set")
    refused(tracker("person", "merge", "Anna", "Mia", "--yes", home=empty), "child", "person set")
    assert person(empty, "Mia")["relation"] == "child"


def test_people_of_different_sex_or_birth_are_not_merged(empty: Path) -> None:
    refused(tracker("person", "merge", "Ben", "Anna", "--yes", home=empty), "person set")
    words = ("person", "add", "Mama", "--relation", "mother", "--born", "1991")
    assert tracker(*words, home=empty).code == 0
    refused(
        tracker("person", "merge", "Mama", "Anna", "--yes", home=empty), "1991", "1990", "--born"
    )
    assert tracker("person", "set", "Mama", "--born", "1990-04-05", home=empty).code == 0
    assert tracker("person", "merge", "Mama", "Anna", "--yes", home=empty).code == 0
    assert person(empty, "Anna")["born"] == "1990-04-05"  # the more exact of the two


@pytest.mark.parametrize("command", [("merge", "Mama", "Anna"), ("remove", "Anna")])
@pytest.mark.parametrize("json", [(), ("--json",)])
def test_without_a_terminal_nothing_is_merged_or_removed_unless_yes_is_said(
    empty: Path, command: tuple[str, ...], json: tuple[str, ...]
) -> None:
    assert tracker("person", "add", "Mama", "--relation", "mother", home=empty).code == 0
    told = tracker("person", *command, *json, home=empty)
    refused(told, "--yes")
    assert person(empty, "Anna")
    assert tracker("person", *command, *json, "--yes", home=empty).code == 0


def test_grammar_holds_for_one(empty: Path) -> None:
    assert tracker("person", "add", "Rosa", "--relation", "aunt", home=empty).code == 0
    told = tracker("person", "add", "rosa", "--relation", "uncle", home=empty)
    refused(told, "an aunt called")
    refused(
        tracker("person", "add", "Eva", "--relation", "aunt", "--sex", "m", home=empty), "An aunt"
    )
