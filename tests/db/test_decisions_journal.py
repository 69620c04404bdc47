"""Whose face is this: what the user says outranks what the tracker thinks, and can be undone."""

from __future__ import annotations

import duckdb
import pytest

from db import decisions, people, photos
from db.errors import Conflict
from db.records import Decision
from tests.support.workspaces import DETECTOR, EMBEDDER, photo_of, says

Connection = duckdb.DuckDBPyConnection


def label(con: Connection, face: int) -> tuple[int | None, str, str] | None:
    """Who, in which state, said by whom."""
    found = decisions.labels(con, [face]).get(face)
    return None if found is None else (found.person_id, found.state, found.source)


def guess(face: int, person: int | None, state: str = "proposed") -> Decision:
    return says(face, person, state, "match")


def journal(con: Connection) -> int:
    return len(con.execute("SELECT 1 FROM decisions").fetchall())


def test_a_face_of_which_nothing_is_said_is_nobodys(con: Connection, group: list[int]) -> None:
    assert decisions.labels(con, group) == {}
    assert decisions.labels(con, []) == {}
    assert decisions.standing(con, group) == []
    decisions.decide(con, [])
    assert journal(con) == 0


def test_a_decision_comes_back_whole(con: Connection, anna: int, group: list[int]) -> None:
    given = Decision(
        group[0], anna, "proposed", "match", "the nearest five agree", 0.75, EMBEDDER.embedder_id
    )
    decisions.decide(con, [given])
    assert decisions.labels(con, group) == {group[0]: given}
    assert decisions.standing(con, group) == [given]


def test_the_users_word_outranks_the_trackers_whichever_came_first(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [guess(group[0], ben), says(group[0], anna)])
    decisions.decide(con, [says(group[1], anna), guess(group[1], ben)])
    assert label(con, group[0]) == (anna, "confirmed", "user")
    assert label(con, group[1]) == (anna, "confirmed", "user")


def test_of_two_words_of_the_same_source_the_later_stands(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [says(group[0], anna), guess(group[1], anna)])
    decisions.decide(con, [says(group[0], ben), guess(group[1], ben)])
    assert label(con, group[0]) == (ben, "confirmed", "user")
    assert label(con, group[1]) == (ben, "proposed", "match")


def test_decisions_of_one_batch_count_in_their_order(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [says(group[0], who) for who in (anna, ben, anna, ben)])
    assert label(con, group[0]) == (ben, "confirmed", "user")


def test_decisions_of_a_large_batch_count_in_their_order_too(
    con: Connection, anna: int, ben: int
) -> None:
    results = [photo_of(f"p{n}", 10) for n in range(500)]
    photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
    faces = [face.face_id for result in results for face in result.faces]
    decisions.decide(con, [says(face, who) for who in (anna, ben) for face in faces])
    assert {d.person_id for d in decisions.labels(con, faces).values()} == {ben}
    assert journal(con) == 10_000


def test_the_users_no_silences_the_trackers_guess_of_that_person_only(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [guess(group[0], anna), says(group[0], anna, "rejected")])
    assert label(con, group[0]) is None
    decisions.decide(con, [guess(group[0], anna)])
    assert label(con, group[0]) is None, "it is not asked again"
    decisions.decide(con, [guess(group[0], ben)])
    assert label(con, group[0]) == (ben, "proposed", "match")
    assert {(d.person_id, d.state) for d in decisions.standing(con, group[:1])} == {
        (anna, "rejected"),
        (ben, "proposed"),
    }


def test_a_no_can_become_a_yes(con: Connection, anna: int, group: list[int]) -> None:
    decisions.decide(con, [says(group[0], anna, "rejected"), says(group[0], anna)])
    assert label(con, group[0]) == (anna, "confirmed", "user")


def test_undoing_takes_back_all_that_was_said_and_the_guesses_stay_away(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [guess(group[0], ben), says(group[0], anna)])
    decisions.decide(con, [says(group[0], None, "rejected")])
    assert label(con, group[0]) is None
    decisions.decide(con, [guess(group[0], anna), guess(group[0], ben)])
    assert journal(con) == 5
    assert label(con, group[0]) is None, "the user said: nobody"
    decisions.decide(con, [says(group[0], anna)])
    assert label(con, group[0]) == (anna, "confirmed", "user")


def test_the_tracker_takes_back_its_own_guesses_and_never_the_users_word(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [guess(group[0], anna), says(group[1], anna), guess(group[1], ben)])
    decisions.decide(con, [guess(face, None, "rejected") for face in group[:2]])
    assert label(con, group[0]) is None
    assert label(con, group[1]) == (anna, "confirmed", "user")
    decisions.decide(con, [guess(group[0], ben)])
    assert label(con, group[0]) == (ben, "proposed", "match"), "it may think again"


def test_the_same_person_twice_in_one_photo_is_kept_as_said(
    con: Connection, anna: int, group: list[int]
) -> None:
    decisions.decide(con, [says(group[0], anna), says(group[1], anna)])  # a mirror
    assert label(con, group[0]) == label(con, group[1]) == (anna, "confirmed", "user")
    assert people.all_people(con)[0].confirmed == 2


def test_the_faces_of_a_photo_wait_until_one_is_told_and_again_when_that_is_undone(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [says(face, anna, "waiting") for face in group])
    decisions.decide(con, [says(group[2], ben, "waiting")])
    assert [d.face_id for d in decisions.waiting(con, anna)] == group[:2]
    assert [d.face_id for d in decisions.waiting(con)] == group, "the third waits for Ben"
    decisions.decide(con, [says(group[1], anna)])
    assert decisions.waiting(con, anna) == []
    assert [d.face_id for d in decisions.waiting(con)] == [group[2]], "still for Ben"
    assert label(con, group[0]) is None
    decisions.decide(con, [says(group[1], None, "rejected")])
    assert [d.face_id for d in decisions.waiting(con, anna)] == [group[0]]


def test_a_guess_is_worth_more_than_a_face_that_waits(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [guess(group[0], ben), says(group[0], anna, "waiting")])
    assert label(con, group[0]) == (ben, "proposed", "match")


def test_waiting_in_one_photo_is_not_ended_by_another(con: Connection, anna: int) -> None:
    first, second = photo_of("first", 2), photo_of("second", 1)
    photos.store_batch(con, [first, second], [], detector=DETECTOR, embedder=EMBEDDER)
    waits = [says(face.face_id, anna, "waiting") for face in first.faces]
    decisions.decide(con, [*waits, says(second.faces[0].face_id, anna)])
    assert len(decisions.waiting(con, anna)) == 2


def test_saying_the_same_again_says_nothing_new(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    said = [says(group[0], anna), guess(group[1], ben), says(group[2], anna, "waiting")]
    decisions.decide(con, said)
    decisions.decide(con, said)
    assert journal(con) == 3
    decisions.decide(con, [says(group[0], ben)])
    decisions.decide(con, [says(group[0], anna)])
    assert journal(con) == 5, "said again after something else, it is news"
    decisions.decide(con, [says(group[0], who) for who in (anna, anna, ben, ben, anna, anna)])
    assert journal(con) == 7, "within a batch as well"
    assert label(con, group[0]) == (anna, "confirmed", "user")
    with_reason = Decision(group[0], anna, "confirmed", "user", "", 0.3, EMBEDDER.embedder_id)
    decisions.decide(con, [with_reason, with_reason])
    assert journal(con) == 8


@pytest.mark.parametrize("what", ["face", "person", "state"])
def test_a_decision_about_what_is_not_there_is_refused_with_its_whole_batch(
    con: Connection, anna: int, group: list[int], what: str
) -> None:
    wrong = {
        "face": says(12345, anna),
        "person": says(group[1], 99),
        "state": says(group[1], anna, "perhaps"),
    }[what]
    with pytest.raises(Conflict):
        decisions.decide(con, [says(group[0], anna), wrong])
    assert journal(con) == 0


def test_what_was_said_is_never_rewritten(
    con: Connection, anna: int, ben: int, group: list[int]
) -> None:
    decisions.decide(con, [says(group[0], ben)])
    before = con.execute("SELECT * FROM decisions").fetchall()
    decisions.decide(con, [says(group[0], None, "rejected"), says(group[0], anna)])
    people.merge(con, ben, anna)
    people.remove(con, anna)
    after = con.execute("SELECT * FROM decisions ORDER BY decision_id").fetchall()
    assert after[:1] == before
    assert len(after) == 3
