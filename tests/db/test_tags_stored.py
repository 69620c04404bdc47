"""Names from other programs, as they are kept, and the answers about them."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pytest

from db import people, tag_answers, tagged_faces, tags
from db.check import problems
from db.photos import store_batch
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of, says, sha_of

Box = tuple[float, float, float, float]

BOX = (0.125, 0.25, 0.375, 0.5)
A, B = sha_of("a"), sha_of("b")


@dataclass(frozen=True)
class Tag:
    name: str
    program: str = "digiKam-8.1.0"
    standard: str = "mwg"
    boxes: tuple[Box, ...] = (BOX,)


@pytest.fixture
def stored(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    photos = [photo_of("a", 2), photo_of("b", 1)]
    store_batch(con, photos, [], detector=DETECTOR, embedder=EMBEDDER)
    return con


def names(con: duckdb.DuckDBPyConnection, sha256: str = A) -> list[str]:
    return [row.name for row in tags.tags_of(con, [sha256]).get(sha256, [])]


def test_tags_come_back_as_they_were_given(stored: duckdb.DuckDBPyConnection) -> None:
    two = (BOX, (0.5, 0.25, 0.75, 0.5))
    tags.add(stored, {A: [Tag("Oma Rosa", boxes=two), Tag("Karl", boxes=())], B: []})
    rosa, karl = tags.tags_of(stored, [A, B])[A]
    assert (rosa.name, rosa.name_key, rosa.source, rosa.boxes) == (
        "Oma Rosa",
        "oma rosa",
        "digikam",
        two,
    )
    assert (rosa.face_id, rosa.outcome) == (None, "")
    assert karl.boxes == ()


def test_what_a_program_says_takes_the_place_of_what_it_said(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    tags.add(stored, {A: [Tag("Rosa"), Tag("Karl")], B: [Tag("Rosa")]})
    tags.add(stored, {A: [Tag("Rosa M.", program="digiKam-8.2.0")]})
    assert names(stored) == ["Rosa M."]
    assert names(stored, B) == ["Rosa"]


def test_another_programs_words_stay(stored: duckdb.DuckDBPyConnection) -> None:
    tags.add(stored, {A: [Tag("Rosa")]})
    tags.add(stored, {A: [Tag("Oma", program="Picasa", standard="picasa")]})
    tags.add(stored, {A: []})
    assert names(stored) == ["Rosa", "Oma"]


def test_what_is_said_again_the_same_keeps_what_came_of_it(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    tags.add(stored, {A: [Tag("Rosa"), Tag("Karl")]})
    first, second = tags.tags_of(stored, [A])[A]
    tags.note_outcomes(stored, {first.tag_id: (7, "decided"), second.tag_id: (None, "disputed")})
    tags.add(stored, {A: [Tag("Rosa"), Tag("Rosa"), Tag("Karl")]})
    assert [(row.face_id, row.outcome) for row in tags.tags_of(stored, [A])[A]] == [
        (7, "decided"),
        (None, "disputed"),
    ]


def test_tags_without_a_name_and_of_photos_that_are_not_here_are_left_out(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    tags.add(stored, {A: [Tag("")], sha_of("elsewhere"): [Tag("Rosa")]})
    assert tag_answers.names(stored) == []


@pytest.mark.parametrize("name", ["\ud800", "R\0osa", "x" * 5000, "'; DROP TABLE tags; --"])
def test_a_hostile_name_is_a_name(stored: duckdb.DuckDBPyConnection, name: str) -> None:
    tags.add(stored, {A: [Tag(name)]})
    (line,) = tag_answers.names(stored)
    assert line.photos == 1
    tag_answers.answer(stored, line.name, None)
    assert set(tag_answers.answers(stored)) == {line.name_key}


def test_names_of_other_case_and_spacing_are_one_name(stored: duckdb.DuckDBPyConnection) -> None:
    tags.add(stored, {A: [Tag("Oma  rosa"), Tag("OMA ROSA", boxes=())], B: [Tag("Oma  rosa")]})
    (line,) = tag_answers.names(stored)
    assert (line.name, line.photos, line.programs) == ("Oma  rosa", 2, ("digiKam",))


def test_the_latest_answer_that_was_not_taken_back_stands(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    rosa = people.add(stored, "Rosa", "grandmother")
    tag_answers.answer(stored, "Oma", rosa.person_id)
    tag_answers.answer(stored, "oma", None)
    tag_answers.answer(stored, "OMA", None)  # says nothing new
    assert tag_answers.answers(stored)["oma"].person_id is None
    taken = tag_answers.undo(stored)
    assert taken is not None
    assert tag_answers.answers(stored)["oma"].person_id == rosa.person_id
    tag_answers.undo(stored)
    assert tag_answers.answers(stored) == {}
    assert tag_answers.undo(stored) is None


def test_only_photos_whose_grounds_changed_are_to_be_settled(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    rosa = people.add(stored, "Rosa", "grandmother")
    tags.add(stored, {A: [Tag("Rosa")], B: [Tag("Karl")]})

    def changed() -> list[str]:
        found = tags.unsettled(stored, [A, B], 1)
        tags.note_settled(stored, [A, B], 1)
        return found

    assert changed() == [A, B]
    assert changed() == []
    tag_answers.answer(stored, "Rosa", rosa.person_id)
    assert changed() == [A]
    tags.add(stored, {B: [Tag("Opa")]})
    assert changed() == [B]
    (face,) = tagged_faces.faces_of(stored, [B])[B].face_ids
    people.decide(stored, [says(face, rosa.person_id)])
    assert changed() == [B]
    people.remove(stored, rosa.person_id)
    assert changed() == [A, B]
    assert tags.unsettled(stored, [A, B], 2) == [A, B], "the rules are others"


def test_the_check_finds_tags_and_answers_that_hang_in_the_air(
    stored: duckdb.DuckDBPyConnection,
) -> None:
    tags.add(stored, {A: [Tag("Rosa")]})
    tag_answers.answer(stored, "Rosa", None)
    assert problems(stored) == []
    stored.execute("UPDATE tags SET photo_id = 77")
    stored.execute("UPDATE tag_answers SET person_id = 77")
    assert problems(stored) == [
        "1 tag is of a photo that is not stored.",
        "1 answer about a name is of a person who is not stored.",
    ]
