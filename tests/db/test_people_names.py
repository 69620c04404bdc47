"""People: adding, finding, renaming, merging, removing, and what becomes of their faces."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from db import people, photos
from db.connection import open_workspace
from db.errors import Conflict
from db.records import Person
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of, says

Connection = duckdb.DuckDBPyConnection


def faces_of(
    con: Connection, name: str, faces: int = 1, when: date | None = date(2024, 3, 9)
) -> list[int]:
    """Store a photo and give the ids of its faces."""
    photo = photo_of(name, faces, when)
    photos.store_batch(con, [photo], [], detector=DETECTOR, embedder=EMBEDDER)
    return [face.face_id for face in photo.faces]


def label_names(con: Connection, faces: list[int]) -> list[str | None]:
    """Whose each face is."""
    found = people.labels(con, faces)
    living = {c.person.person_id: c.person.name for c in people.all_people(con)}
    names: list[str | None] = []
    for face in faces:
        number = found[face].person_id if face in found else None
        names.append(None if number is None else living[number])
    return names


def test_a_person_comes_back_as_they_were_added(con: Connection, home: Path) -> None:
    given = people.add(
        con,
        "  Mia ",
        "child",
        born_earliest=date(2023, 1, 1),
        born_latest=date(2023, 1, 31),
        sex="f",
    )
    assert given == Person(
        given.person_id, "Mia", "child", date(2023, 1, 1), date(2023, 1, 31), "f"
    )
    con.close()
    with open_workspace(home) as again:
        assert people.get(again, "Mia") == given
        assert people.by_id(again, given.person_id) == given


def test_a_birth_that_is_known_to_the_day_needs_to_be_said_once(con: Connection) -> None:
    born = date(2023, 1, 30)
    for person in (
        people.add(con, "Mia", "child", born_earliest=born),
        people.add(con, "Tom", "child", born_latest=born),
    ):
        assert (person.born_earliest, person.born_latest) == (born, born)


def test_a_birth_that_ends_before_it_begins_is_refused(con: Connection) -> None:
    late, early = date(2023, 2, 1), date(2023, 1, 1)
    with pytest.raises(Conflict, match="Mia"):
        people.add(con, "Mia", "child", born_earliest=late, born_latest=early)
    mia = people.add(con, "Mia", "child")
    with pytest.raises(Conflict, match="Mia"):
        people.update(con, replace(mia, born_earliest=late, born_latest=early))
    assert people.get(con, "Mia") == mia
    corrected = people.update(con, replace(mia, born_earliest=late))
    assert (corrected.born_earliest, corrected.born_latest) == (late, late)


@pytest.mark.parametrize(
    ("added", "typed"),
    [
        ("Anna", "ANNA"),
        ("Anna Maria", " anna   maria "),
        ("Straße", "STRASSE"),
        ("Zoë", unicodedata.normalize("NFD", "zoë")),
        (unicodedata.normalize("NFD", "Zoë"), "ZOË"),
        ("two\nlines", "Two Lines"),
        ("İrem", "i̇rem"),
        ("أمي", "أمي"),
    ],
)
def test_a_name_is_the_same_however_it_is_cased_spaced_or_composed(
    con: Connection, added: str, typed: str
) -> None:
    person = people.add(con, added, "mother")
    assert people.find(con, typed) == person
    with pytest.raises(Conflict, match="already a mother"):
        people.add(con, typed, "aunt")


@pytest.mark.parametrize(
    "name",
    [
        'O\'Hara "Bob"; DROP TABLE people; --',
        "</script><script>alert(1)</script>",
        "two\nlines",
        "😀",
        "\u202edesrever",
        "%_\\",
        "x" * people.LONGEST_NAME,
    ],
)
def test_a_name_of_any_characters_is_kept_as_typed(con: Connection, home: Path, name: str) -> None:
    people.add(con, name, "father")
    con.close()
    with open_workspace(home) as again:
        assert people.get(again, name).name == name
        assert [c.person.name for c in people.all_people(again)] == [name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("x" * 201, "201 characters"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), r"'caf\\udce9'"),
        ("Anna\x07", r"U\+0007"),
        ("\x1b[31mAnna", r"U\+001B"),
        ("An\x85na", r"U\+0085"),
        ("Anna\ufffe", r"U\+FFFE"),
        ("Anna\U0001ffff", r"U\+1FFFF"),
        ("\u200b", "nothing that can be seen"),
        ("\u200b \u2060\u3164", "nothing that can be seen"),
        ("\u202e\u2066", "nothing that can be seen"),
    ],
)
def test_what_cannot_be_a_name_is_refused_in_words(con: Connection, name: str, said: str) -> None:
    with pytest.raises(Conflict, match=said) as told:
        people.add(con, name, "mother")
    assert told.value.hint is not None
    assert people.all_people(con) == []


def test_what_has_no_width_is_taken_out_of_a_name(con: Connection) -> None:
    anna = people.add(con, "\ufeffAn\u200bna\u2060", "mother")
    assert anna.name == "Anna"
    assert people.find(con, "anna\u200b") == anna
    family = people.add(con, "\U0001f468\u200d\U0001f467 می\u200cخواهم", "father")
    assert family.name == "\U0001f468\u200d\U0001f467 می\u200cخواهم", (
        "joiners belong to the writing"
    )
    assert people.rename(con, family.person_id, "Be\u200bn").name == "Ben"


def test_names_that_only_look_alike_are_two_people(con: Connection) -> None:
    people.add(con, "Anna", "mother")
    people.add(con, "Аnna", "aunt")
    people.add(con, "Annä", "grandmother")
    assert len(people.all_people(con)) == 3


def test_an_unknown_name_gets_the_nearest_ones(con: Connection) -> None:
    for name in ("Anna", "Hannah", "Ben", "Straße"):
        people.add(con, name, "aunt")
    assert people.nearest_names(con, "ana") == ["Anna", "Hannah"]
    assert people.nearest_names(con, "strase") == ["Straße"]
    with pytest.raises(Conflict, match="'Bem'") as told:
        people.get(con, "Bem")
    assert told.value.hint == "did you mean 'Ben'?"
    assert told.value.exit_code == 2


def test_an_unknown_name_like_nobodys_gets_the_command_that_adds_it(con: Connection) -> None:
    stray = b"caf\xe9".decode("utf-8", "surrogateescape")
    for name in ("Anna", stray):
        with pytest.raises(Conflict) as told:
            people.get(con, name)
        assert told.value.hint is not None
        assert "tracker person add" in told.value.hint
        assert people.find(con, name) is None


def test_renaming_keeps_the_faces(con: Connection) -> None:
    anna = people.add(con, "Anna", "mother")
    faces = faces_of(con, "a")
    people.decide(con, [says(faces[0], anna.person_id)])
    people.rename(con, anna.person_id, "Annika")
    assert people.find(con, "Anna") is None
    assert label_names(con, faces) == ["Annika"]


def test_renaming_may_change_only_the_case_but_not_take_anothers_name(con: Connection) -> None:
    anna = people.add(con, "anna", "mother")
    people.add(con, "Ben", "father")
    assert people.rename(con, anna.person_id, "Anna").name == "Anna"
    with pytest.raises(Conflict, match="already a father called 'Ben'"):
        people.rename(con, anna.person_id, "BEN")
    with pytest.raises(Conflict, match="number 99"):
        people.rename(con, 99, "Nobody")


def test_a_relation_a_birth_or_a_sex_can_be_corrected(con: Connection) -> None:
    anna = people.add(con, "Anna", "aunt", sex="m")
    born = date(1990, 5, 5)
    right = replace(anna, relation="mother", sex="f", born_earliest=born, born_latest=born)
    assert people.update(con, right) == right
    assert people.get(con, "Anna") == right


def test_merging_gives_one_person_the_faces_of_both(con: Connection) -> None:
    anna = people.add(con, "Anna", "mother")
    mum = people.add(con, "Mum", "mother", born_earliest=date(1990, 5, 5), sex="f")
    faces = [*faces_of(con, "a"), *faces_of(con, "b")]
    people.decide(con, [says(faces[0], anna.person_id), says(faces[1], mum.person_id)])
    merged = people.merge(con, mum.person_id, anna.person_id)
    assert merged == replace(
        anna, born_earliest=date(1990, 5, 5), born_latest=date(1990, 5, 5), sex="f"
    )
    assert label_names(con, faces) == ["Anna", "Anna"]
    assert people.find(con, "Mum") is None
    assert people.by_id(con, mum.person_id) == merged
    assert [(c.person.name, c.confirmed) for c in people.all_people(con)] == [("Anna", 2)]


def test_merging_one_after_the_other_ends_at_the_last(con: Connection) -> None:
    first, second, third = (people.add(con, name, "aunt") for name in ("A", "B", "C"))
    faces = faces_of(con, "a")
    people.decide(con, [says(faces[0], first.person_id)])
    people.merge(con, first.person_id, second.person_id)
    people.merge(con, second.person_id, third.person_id)
    assert label_names(con, faces) == ["C"]
    people.decide(con, [says(faces[0], first.person_id, "rejected")])
    assert label_names(con, faces) == [None], "said of the first entry, it counts for the last"


def test_what_cannot_be_merged_is_refused(con: Connection) -> None:
    anna = people.add(con, "Anna", "mother")
    mum = people.add(con, "Mum", "mother")
    with pytest.raises(Conflict, match="themselves"):
        people.merge(con, anna.person_id, anna.person_id)
    people.merge(con, mum.person_id, anna.person_id)
    with pytest.raises(Conflict, match="themselves"):
        people.merge(con, mum.person_id, anna.person_id)
    with pytest.raises(Conflict, match="number 99"):
        people.merge(con, 99, anna.person_id)


def test_the_name_of_someone_merged_away_is_free(con: Connection) -> None:
    anna = people.add(con, "Anna", "mother")
    mum = people.add(con, "Mum", "mother")
    people.merge(con, mum.person_id, anna.person_id)
    other = people.add(con, "mum", "grandmother")
    assert other.person_id not in (anna.person_id, mum.person_id)


def test_someone_removed_leaves_their_faces_unnamed_and_comes_back_with_them(
    con: Connection,
) -> None:
    anna = people.add(con, "Anna", "mother", born_earliest=date(1990, 5, 5), sex="f")
    faces = faces_of(con, "a", 2)
    people.decide(con, [says(faces[0], anna.person_id)])
    people.remove(con, anna.person_id)
    assert people.all_people(con) == []
    assert people.by_id(con, anna.person_id) is None
    assert label_names(con, faces) == [None, None]
    assert people.removed(con, "ANNA") == anna
    back = people.add(con, "anna", "aunt")
    assert back == replace(anna, name="anna", relation="aunt")
    assert label_names(con, faces) == ["anna", None]
    assert people.removed(con, "Anna") is None


def test_someone_else_of_a_removed_persons_name_begins_without_faces(con: Connection) -> None:
    anna = people.add(con, "Anna", "mother")
    faces = faces_of(con, "a")
    people.decide(con, [says(faces[0], anna.person_id)])
    people.remove(con, anna.person_id)
    other = people.add(con, "Anna", "aunt", bring_back=False)
    assert other.person_id != anna.person_id
    assert label_names(con, faces) == [None]


def test_removing_someone_takes_those_merged_into_them_along(con: Connection) -> None:
    anna, mum = people.add(con, "Anna", "mother"), people.add(con, "Mum", "mother")
    faces = faces_of(con, "a")
    people.decide(con, [says(faces[0], mum.person_id)])
    people.merge(con, mum.person_id, anna.person_id)
    people.remove(con, anna.person_id)
    assert label_names(con, faces) == [None]
    people.add(con, "Anna", "mother")
    assert label_names(con, faces) == ["Anna"]


def test_removing_someone_twice_is_told(con: Connection) -> None:
    anna = people.add(con, "Anna", "mother")
    people.remove(con, anna.person_id)
    with pytest.raises(Conflict):
        people.remove(con, anna.person_id)


def test_the_child_meant_when_none_is_named_is_the_first_that_is_still_there(
    con: Connection,
) -> None:
    assert people.primary_child(con) is None
    people.add(con, "Anna", "mother")
    mia, tom = people.add(con, "Mia", "child"), people.add(con, "Tom", "child")
    assert people.primary_child(con) == mia
    people.remove(con, mia.person_id)
    assert people.primary_child(con) == tom


def test_everybody_is_listed_with_their_faces_and_photo_days(con: Connection) -> None:
    mia, anna = people.add(con, "Mia", "child"), people.add(con, "Anna", "mother")
    day, other = date(2024, 3, 9), date(2024, 3, 10)
    group = faces_of(con, "group", 3, day)
    same_day = faces_of(con, "same day", 1, day)
    next_day = faces_of(con, "next day", 1, other)
    no_day = faces_of(con, "undated", 1, None)
    people.decide(
        con,
        [
            says(group[0], mia.person_id),
            says(same_day[0], mia.person_id, "proposed", "match"),
            says(next_day[0], mia.person_id),
            says(no_day[0], mia.person_id),
            says(group[1], anna.person_id, "waiting"),
            says(group[2], anna.person_id, "waiting"),
        ],
    )
    assert people.all_people(con) == [
        people.PersonCounts(mia, confirmed=3, proposed=1, waiting=0, photo_days=2),
        people.PersonCounts(
            anna, confirmed=0, proposed=0, waiting=2, photo_days=0, waiting_photos=1
        ),
    ]
