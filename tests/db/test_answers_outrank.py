"""What the user answers of the very face outranks folders, survives merges, and can be undone."""

from __future__ import annotations

import duckdb
import pytest

from db import answers, decisions, faces, overview, people, photos, reviewing
from db.connection import transaction
from db.errors import Conflict
from db.records import Decision
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of, says

Connection = duckdb.DuckDBPyConnection


def answer(con: Connection, *said: Decision, words: str = "answered") -> int:
    with transaction(con):
        batch = answers.open_batch(con, words)
        decisions.decide(con, said, batch=batch)
        answers.close_batch(con, batch)
    return batch


def label(con: Connection, face: int) -> tuple[int | None, str] | None:
    found = decisions.labels(con, [face]).get(face)
    return None if found is None else (found.person_id, found.state)


def given(face: int, person: int) -> Decision:
    return Decision(face, person, "confirmed", "user", "the only face, given with --as")


def test_taking_in_a_folder_again_does_not_undo_an_answer(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    face = group[0]
    decisions.decide(con, [given(face, anna)])
    answer(con, says(face, anna, "rejected"))
    decisions.decide(con, [given(face, anna)])
    assert label(con, face) is None, "the answer was: not Anna"
    answer(con, says(face, ben))
    decisions.decide(con, [given(face, anna)])
    assert label(con, face) == (ben, "confirmed")
    answer(con, says(face, None, "ignored"))
    decisions.decide(con, [given(face, anna), says(face, ben, "proposed", "match")])
    assert label(con, face) == (None, "ignored")
    answer(con, says(face, None, "rejected"))
    decisions.decide(con, [given(face, anna)])
    assert label(con, face) is None
    assert decisions.nobodies(con, [face]) == {face: "rejected"}


def test_an_ignored_face_is_nobodys_and_nothing_is_asked_of_it(
    con: Connection, anna: int, group: list[int]
) -> None:
    face = group[0]
    decisions.decide(con, [says(face, anna, "proposed", "match"), says(face, anna, "waiting")])
    answer(con, says(face, None, "ignored"))
    decisions.decide(con, [says(face, anna, "proposed", "match"), says(face, anna, "waiting")])
    assert label(con, face) == (None, "ignored")
    assert decisions.waiting(con) == []
    counts = overview.counts(con)
    assert (counts.unnamed, counts.proposed, counts.waiting) == (2, 0, 0)
    assert face not in faces.unnamed(con, EMBEDDER.embedder_id).face_ids
    assert not len(faces.enrolled(con, EMBEDDER.embedder_id, states=("confirmed", "ignored")))
    assert [c.confirmed + c.proposed + c.waiting for c in people.all_people(con)] == [0]
    answer(con, says(face, anna))
    assert label(con, face) == (anna, "confirmed"), "the user may think better of it"


def test_only_the_user_can_ignore_and_nobody_in_particular(
    con: Connection, anna: int, group: list[int]
) -> None:
    for wrong in (says(group[0], anna, "ignored"), says(group[0], None, "ignored", "match")):
        with pytest.raises(Conflict):
            decisions.decide(con, [wrong])


def test_a_bulk_is_taken_back_whole_and_what_was_before_comes_back(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [says(group[0], ben, "proposed", "match"), given(group[1], ben)])
    answer(con, *(says(face, anna) for face in group), words="Anna: 3 faces")
    assert {label(con, face) for face in group} == {(anna, "confirmed")}
    undone = answers.undo(con)
    assert undone is not None
    assert (undone.words, sorted(undone.faces)) == ("Anna: 3 faces", sorted(group))
    assert [label(con, face) for face in group] == [(ben, "proposed"), (ben, "confirmed"), None]
    assert answers.undo(con) is None


def test_undoing_again_takes_back_what_was_before(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    answer(con, says(group[0], anna))
    answer(con, says(group[0], ben))
    for there in ((anna, "confirmed"), None):
        assert answers.undo(con) is not None
        assert label(con, group[0]) == there


def test_what_an_ingest_or_a_tag_said_is_never_taken_back(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    answer(con, says(group[0], anna))
    decisions.decide(con, [given(group[1], ben), says(group[2], ben, "confirmed", "tag")])
    decisions.decide(con, [given(group[0], anna)])
    assert answers.undo(con) is not None
    assert answers.undo(con) is None
    assert label(con, group[0]) == (anna, "confirmed"), "the folder still says so"
    assert [label(con, face) for face in group[1:]] == [(ben, "confirmed")] * 2


def test_an_answer_that_says_nothing_new_is_no_step_to_take_back(
    con: Connection, anna: int, group: list[int]
) -> None:
    answer(con, says(group[0], anna), words="first")
    answer(con, says(group[0], anna), words="again")
    undone = answers.undo(con)
    assert undone is not None and undone.words == "first"
    assert label(con, group[0]) is None
    answer(con, says(group[0], anna))
    assert label(con, group[0]) == (anna, "confirmed"), "said again after it was taken back"


def test_of_one_person_under_two_names_the_yes_stands(
    con: Connection, anna: int, group: list[int]
) -> None:
    oma, rosa = (people.add(con, name, "grandmother").person_id for name in ("Oma", "Rosa"))
    answer(con, says(group[0], rosa), says(group[0], oma, "rejected"))
    answer(con, says(group[1], oma), says(group[1], rosa, "rejected"))
    answer(con, says(group[2], oma, "rejected"))
    people.merge(con, oma, rosa)
    assert label(con, group[0]) == label(con, group[1]) == (rosa, "confirmed")
    assert label(con, group[2]) is None
    decisions.decide(con, [says(group[2], rosa, "proposed", "match")])
    assert label(con, group[2]) is None, "it was said not to be her"


def test_an_answer_can_be_taken_back_after_a_merge_and_a_new_name(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    answer(con, says(group[0], anna))
    answer(con, says(group[0], ben))
    people.rename(con, anna, "Anne")
    people.merge(con, ben, anna)
    assert label(con, group[0]) == (anna, "confirmed")
    answers.undo(con)
    assert label(con, group[0]) == (anna, "confirmed")
    answers.undo(con)
    assert label(con, group[0]) is None


def test_the_history_keeps_what_was_taken_back(
    con: Connection, anna: int, group: list[int]
) -> None:
    answer(con, says(group[0], anna), words="Anna: 1 face")
    answers.undo(con)
    answer(con, says(group[0], None, "ignored"))
    assert [(line.name, line.state, line.undone) for line in answers.history(con, group[0])] == [
        ("Anna", "confirmed", True),
        ("", "ignored", False),
    ]


def test_asking_about_some_faces_gives_what_asking_about_all_gives(
    con: Connection, anna: int, ben: int
) -> None:
    results = [photo_of(f"p{n}", 3) for n in range(20)]
    photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
    ids = [face.face_id for result in results for face in result.faces]
    states = ("confirmed", "proposed", "rejected", "waiting")
    for place, face in enumerate(ids):
        said = says(
            face, (anna, ben)[place % 2], states[place % 4], ("match", "user")[place % 3 % 2]
        )
        if place % 5:
            decisions.decide(con, [said])
        else:
            answer(con, said)
    answer(con, says(ids[7], None, "ignored"), says(ids[8], None, "rejected"))
    everything = decisions.labels(con, ids)
    of_view = con.execute("SELECT face_id, person_id, state FROM labels").fetchall()
    assert {(f, d.person_id, d.state) for f, d in everything.items()} == set(of_view)
    for face in ids:
        assert decisions.labels(con, [face]).get(face) == everything.get(face)


def test_everyone_tells_each_state(con: Connection, anna: int) -> None:
    results = [photo_of(f"p{n}", 1) for n in range(6)]
    photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
    ids = [result.faces[0].face_id for result in results]
    for face, state in zip(ids, ("confirmed", "proposed", "waiting"), strict=False):
        decisions.decide(con, [says(face, anna, state, "match")])
    answer(con, says(ids[3], None, "rejected"), says(ids[4], None, "ignored"))
    every = reviewing.everyone(con)
    told = {
        int(face): reviewing.STATES[state]
        for face, state in zip(every.face_ids, every.states, strict=True)
    }
    assert [told[face] for face in ids] == [
        "confirmed", "proposed", "waiting", "rejected", "ignored", "",
    ]  # fmt: skip


def test_whatever_is_said_changes_the_mark(con: Connection, anna: int, group: list[int]) -> None:
    marks = [reviewing.mark(con)]
    for change in (
        lambda: answer(con, says(group[0], anna)),
        lambda: answers.undo(con),
        lambda: people.rename(con, anna, "Anne"),
        lambda: con.execute("UPDATE photos SET earliest = DATE '2024-01-01', latest = earliest"),
        lambda: con.execute("INSERT INTO moments SELECT photo_id, 7, 'copy' FROM photos"),
    ):
        change()
        marks.append(reviewing.mark(con))
    assert len(set(marks)) == len(marks)
