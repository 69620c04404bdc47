"""Answers about faces and people: what they say besides, what they refuse, what comes back."""

from __future__ import annotations

from datetime import date

import pytest

from db import answers, decisions, faces, people
from db.errors import Conflict
from tests.support.review_album import Album
from tests.support.workspaces import EMBEDDER
from tracker.errors import UsageError
from tracker.identity import deciding, reviewing
from tracker.identity.review_records import Undo


def label(album: Album, face: int) -> tuple[str, str]:
    """(name, state)."""
    found = decisions.labels(album.con, [face]).get(face)
    names = {number: name for name, number in album.people.items()}
    return ("", "") if found is None else (names.get(found.person_id or 0, ""), found.state)


def test_a_face_given_to_another_is_no_longer_who_it_was(album: Album) -> None:
    face = album.faces["Anna-0", 0]
    deciding.decide(album.con, [face], album.people["Mia"], "confirmed")
    deciding.decide(album.con, [face], album.people["Mia"], "rejected")
    assert label(album, face) == ("", ""), "and not Anna's again"
    deciding.undo(album.con)
    assert label(album, face) == ("Mia", "confirmed")
    undone = deciding.undo(album.con)
    assert undone is not None
    assert (undone.words, undone.back) == ("Mia: 1 face", ("1 face: Anna again",))
    assert label(album, face) == ("Anna", "confirmed")


def test_nobody_is_proposed_twice_in_a_photo(album: Album) -> None:
    one, other = album.photo("pair", ["Mia", "Lea"], date(2024, 3, 1))
    album.say(other, "Mia", "proposed")
    deciding.decide(album.con, [one], album.people["Mia"], "confirmed")
    assert label(album, other) == ("", "")
    undone = deciding.undo(album.con)
    assert undone is not None and "1 face: proposed to be Mia again" in undone.back
    assert label(album, other) == ("Mia", "proposed")


def test_many_faces_are_one_step(album: Album) -> None:
    ids = [album.photo(f"g{n}", ["Oma"], date(2024, 2, 1 + n))[0] for n in range(20)]
    done = deciding.decide(album.con, ids, album.people["Ben"], "confirmed")
    assert (done.words, done.faces) == ("Ben: 20 faces", 20)
    undone = deciding.undo(album.con)
    assert undone is not None
    assert (set(undone.faces), undone.back) == (set(ids), ("20 faces: nobody's yet again",))


def test_nobody_is_confirmed_twice_in_a_photo(album: Album) -> None:
    con, mia = album.con, album.people["Mia"]
    one, other = album.photo("pair", ["Mia", "Lea"], date(2024, 3, 1))
    alone = album.photo("alone", ["Mia"], date(2024, 3, 2))[0]
    with pytest.raises(UsageError, match="Several of these faces are in one photo"):
        deciding.decide(con, [one, other], mia, "confirmed")
    done = deciding.decide(con, [one, other, alone], mia, "confirmed")
    assert (done.words, done.faces, done.left_out) == ("Mia: 1 face", 1, (one, other))
    assert [label(album, face) for face in (one, other)] == [("", ""), ("", "")]
    deciding.decide(con, [one], mia, "confirmed")
    with pytest.raises(UsageError, match="Mia is in that photo already"):
        deciding.decide(con, [other], mia, "confirmed")
    again = deciding.decide(con, [one, other, alone], mia, "confirmed")
    assert (again.faces, again.left_out) == (0, (other,))


def test_a_proposal_gives_way_where_two_people_turn_out_to_be_one(album: Album) -> None:
    oma, rosa = album.add("Oma", "grandmother"), album.add("Rosa", "grandmother")
    one, other = album.photo("both", ["o", "r"], date(2024, 3, 1))
    deciding.decide(album.con, [one], oma, "confirmed")
    album.say(other, "Rosa", "proposed")
    deciding.merge(album.con, rosa, oma)
    assert [label(album, face) for face in (one, other)] == [("Oma", "confirmed"), ("", "")]


def test_a_photo_from_before_the_birth_is_warned_of(album: Album) -> None:
    early = album.photo("early", ["Mia"], date(2019, 5, 5))
    (told,) = deciding.decide(album.con, early, album.people["Mia"], "confirmed").warnings
    assert told.startswith("1 of these photos is dated before Mia was born (2024-01-10). Look at")
    done = deciding.decide(album.con, [album.faces["mia-3", 0]], album.people["Mia"], "confirmed")
    assert done.warnings == ()


def test_an_answer_outranks_whom_a_folder_was_said_to_show(album: Album) -> None:
    one, other = album.photo("pair", ["Mia", "Lea"], date(2024, 3, 1))
    album.say(other, "Mia", by="user")
    deciding.decide(album.con, [one], album.people["Mia"], "confirmed")
    assert [label(album, face) for face in (one, other)] == [("Mia", "confirmed"), ("", "")]
    deciding.undo(album.con)
    assert label(album, other) == ("Mia", "confirmed")


def test_two_who_are_in_one_photo_are_not_one_person(album: Album) -> None:
    con = album.con
    oma, rosa = album.add("Oma", "grandmother"), album.add("Rosa", "grandmother")
    one, other = album.photo("both", ["o", "r"], date(2024, 3, 1))
    deciding.decide(con, [one], oma, "confirmed")
    deciding.decide(con, [other], rosa, "confirmed")
    with pytest.raises(UsageError, match=r"Rosa and Oma are both in /photos/both\.jpg"):
        deciding.merge(con, rosa, oma)
    deciding.undo(con)
    deciding.merge(con, rosa, oma)


def test_adding_somebody_can_be_taken_back(album: Album) -> None:
    con = album.con
    deciding.decide(con, [album.faces["Anna-0", 0]], album.people["Ben"], "confirmed")
    karl, _, done = deciding.add(con, "Karl", "uncle", None, None)
    assert deciding.next_undo(con) == done == Undo("Karl is added", 0)
    deciding.undo(con)
    assert people.find(con, "Karl") is None
    back, _, _ = deciding.add(con, "Karl", "grandfather", "1950", None)
    assert (back.person_id, back.relation) == (karl.person_id, "grandfather")
    deciding.undo(con)
    assert people.find(con, "Karl") is None
    assert label(album, album.faces["Anna-0", 0]) == ("Ben", "confirmed")


def test_saying_it_again_is_nothing_new(album: Album) -> None:
    face = album.photo("x", ["x"], None)[0]
    assert deciding.decide(album.con, [face, face], None, "ignored").faces == 1
    assert deciding.decide(album.con, [face], None, "ignored").faces == 0
    assert deciding.next_undo(album.con) == Undo("1 face ignored", 1)
    assert deciding.undo(album.con) is not None
    assert deciding.undo(album.con) is None


@pytest.mark.parametrize(
    ("person", "state"), [(None, "confirmed"), (1, "ignored"), (1, "waiting"), (99, "confirmed")]
)
def test_what_is_no_answer_is_refused_and_changes_nothing(
    album: Album, person: int | None, state: str
) -> None:
    face = album.faces["Anna-0", 0]
    with pytest.raises(UsageError):
        deciding.decide(album.con, [face], person, state)
    with pytest.raises(UsageError):
        deciding.decide(album.con, [], 1, "confirmed")
    with pytest.raises(Conflict):
        deciding.decide(album.con, [face, 12345], 1, "confirmed")
    assert label(album, face) == ("Anna", "confirmed")
    assert deciding.next_undo(album.con) is None


def test_what_is_split_off_is_somebody_new_until_it_is_taken_back(album: Album) -> None:
    mine = [album.faces[f"Anna-{n}", 0] for n in (4, 5)]
    person, done = deciding.split(album.con, mine, "Lisa", "aunt")
    assert (done.words, reviewing.listing(album.con, person=person.person_id).total) == (
        "Lisa: 2 faces", 2,
    )  # fmt: skip
    assert reviewing.listing(album.con, person=album.people["Anna"]).total == 4
    deciding.undo(album.con)
    assert people.find(album.con, "Lisa") is None
    assert reviewing.listing(album.con, person=album.people["Anna"]).total == 6
    with pytest.raises(Conflict):
        deciding.split(album.con, mine, "Ben", "uncle")
    assert reviewing.listing(album.con, person=album.people["Anna"]).total == 6


def test_somebody_new_whom_an_ingest_named_too_stays(album: Album) -> None:
    person, _ = deciding.split(album.con, [album.faces["Anna-4", 0]], "Lisa", "aunt")
    album.people["Lisa"] = person.person_id
    album.say(album.faces["Anna-5", 0], "Lisa", "proposed")
    deciding.undo(album.con)
    assert people.find(album.con, "Lisa") is None, "what the tracker thinks is no word for it"
    person, _ = deciding.split(album.con, [album.faces["Anna-4", 0]], "Lisa", "aunt")
    album.say(album.faces["Anna-5", 0], "Lisa", by="user")
    deciding.undo(album.con)
    assert people.find(album.con, "Lisa") == person


def test_strangers_count_as_the_cohort(album: Album) -> None:
    from db import cohort

    ids = [album.photo(f"s{n}", ["s"], date(2024, 2, n + 1))[0] for n in range(2)]
    first, _ = deciding.unrelated(album.con, ids[:1])
    second, _ = deciding.unrelated(album.con, ids[1:])
    assert (first.name, second.name, first.relation) == ("Stranger 1", "Stranger 2", "unrelated")
    assert set(cohort.table(album.con, EMBEDDER.embedder_id).face_ids) == set(ids)


def test_a_merge_and_a_new_name_can_be_taken_back(album: Album) -> None:
    con = album.con
    oma = album.add("Oma", "grandmother")
    rosa = album.add("Rosa", "grandmother", date(1950, 5, 5))
    ids = [album.photo(f"o{n}", ["o"], date(2024, 2, 1 + n))[0] for n in range(2)]
    deciding.decide(con, ids[:1], oma, "confirmed")
    deciding.decide(con, ids[1:], rosa, "confirmed")
    deciding.merge(con, rosa, oma)
    deciding.rename(con, oma, "Oma Rosa")
    merged = people.get(con, "oma rosa")
    assert (merged.person_id, merged.born_earliest) == (oma, date(1950, 5, 5))
    assert reviewing.listing(con, person=oma).total == 2
    words = []
    while (undone := deciding.undo(con)) is not None:
        words.append(undone.words)
    assert words == ["Oma is called Oma Rosa", "Rosa is Oma", "Rosa: 1 face", "Oma: 1 face"]
    assert people.get(con, "Oma").born_earliest is None
    assert people.get(con, "Rosa").person_id == rosa


def test_a_name_that_is_taken_by_now_is_not_given_back(album: Album) -> None:
    deciding.rename(album.con, album.people["Ben"], "Benno")
    people.add(album.con, "Ben", "uncle")
    with pytest.raises(Conflict, match="Somebody else is called 'Ben'"):
        deciding.undo(album.con)
    assert people.get(album.con, "Benno").person_id == album.people["Ben"], "nothing was changed"
    assert answers.last(album.con) is not None


def test_people_who_are_not_one_person_are_not_merged(album: Album) -> None:
    with pytest.raises(UsageError):
        deciding.merge(album.con, album.people["Anna"], album.people["Mia"])
    assert deciding.next_undo(album.con) is None


def test_an_ignored_face_is_in_no_evidence(album: Album) -> None:
    face = album.faces["mia-3", 0]
    before = faces.month_coverage(album.con, album.people["Mia"], EMBEDDER.embedder_id)
    deciding.decide(album.con, [face], None, "ignored")
    after = faces.month_coverage(album.con, album.people["Mia"], EMBEDDER.embedder_id)
    assert (before["faces"].sum(), after["faces"].sum()) == (7, 6)
    assert face not in faces.excluded(album.con, 1, EMBEDDER.embedder_id)["face_id"].to_numpy()
