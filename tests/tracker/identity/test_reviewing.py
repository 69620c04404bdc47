"""What a review is told: how far it is, what to ask next, who is on which photo."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from db import decisions
from db.records import Decision
from tests.support.review_album import Album
from tests.support.workspaces import EMBEDDER
from tracker.errors import UsageError
from tracker.identity import questions, reviewing
from tracker.identity.reviewing import Question
from tracker.identity.unknown import Group

Connection = duckdb.DuckDBPyConnection
ID = EMBEDDER.embedder_id


def asked(album: Album, home: Path, limit: int = 20) -> list[Question]:
    return list(reviewing.queue(album.con, home, ID, limit))


def test_progress_says_how_many_days_each_month_still_needs(album: Album) -> None:
    album.photo("open", ["Mia"], date(2024, 4, 13))
    state = reviewing.state(album.con, None)
    told = {m.age_months: (m.photo_days, m.needs_days, m.open_faces) for m in state.progress}
    assert told == {0: (6, 0, 0), 1: (0, 3, 0), 2: (0, 3, 0), 3: (1, 2, 1)}
    assert state.words == "Month 3 needs 2 more days."
    assert state.child == "Mia"


def test_a_proposal_is_a_day_but_no_sure_one(album: Album) -> None:
    (face,) = album.photo("proposed", ["Mia"], date(2024, 4, 20))
    album.say(face, "Mia", "proposed")
    month = reviewing.state(album.con, None).progress[-1]
    assert (month.photo_days, month.sure_days, month.needs_days) == (2, 1, 1)


def test_everybody_has_a_key_of_their_own_that_means_nothing_else(album: Album) -> None:
    for name in ("Andrea", "Nina", "Uwe", "Ödön", "李雷"):
        album.add(name, "relative")
    keys = {p.name: p.letter for p in reviewing.state(album.con, None).people}
    assert keys["Mia"] == "m" and keys["Anna"] == "a" and keys["Ben"] == "b"
    given = [key for key in keys.values() if key]
    assert len(set(given)) == len(given) == 8
    assert not set(given) & reviewing.RESERVED_KEYS


def test_a_day_for_a_month_that_lacks_days_is_asked_about_first(
    album: Album, review_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "groups", lambda *_: ())
    (unsure,) = album.photo("unsure", ["Anna"], date(2024, 1, 13))
    album.say(unsure, "Anna", "proposed")
    album.photo("stranger", ["somebody"], date(2024, 1, 14))
    (needed,) = album.photo("needed", ["Mia"], date(2024, 4, 14))
    (known_day,) = album.photo("same day", ["Mia"], date(2024, 4, 12))
    found = asked(album, review_home)
    assert found[0].faces[0].face_id == needed
    assert found[0].why == "Month 3 needs 2 more days."
    assert found[0].candidates[0].name == "Mia"
    order = [q.faces[0].face_id for q in found]
    assert order.index(unsure) < order.index(known_day), "that day is known already"
    gains = [q.gain for q in found]
    assert gains == sorted(gains, reverse=True)


def test_a_group_that_may_give_the_child_days_is_one_question_and_the_first(
    album: Album, review_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = tuple(album.photo(f"g{n}", ["Mia"], date(2024, 4, 20 + n))[0] for n in range(5))
    album.photo("alone", ["Mia"], date(2024, 4, 28))
    monkeypatch.setattr(questions, "groups", lambda *_: (Group(min(faces), faces),))
    first, second = asked(album, review_home)[:2]
    assert first.kind == "group" and first.why == "Month 3 needs 2 more days."
    assert {f.face_id for f in first.faces} == set(faces)
    assert first.candidates[0].name == "Mia"
    assert second.kind == "unknown"


def test_uncertain_proposals_come_before_certain_ones(album: Album, review_home: Path) -> None:
    chances = (0.995, 0.951, 0.980)
    faces = [proposed(album, f"p{n}", c, date(2024, 2, 1 + n)) for n, c in enumerate(chances)]
    order = [q.faces[0].face_id for q in asked(album, review_home) if q.kind == "proposal"]
    assert order == [faces[1], faces[2], faces[0]]


def proposed(album: Album, name: str, chance: float, day: date, who: str = "Anna") -> int:
    """A photo of somebody whom the tracker takes for `who`, this certainly."""
    (face,) = album.photo(name, [who], day)
    reason = f"chance {chance:.3f}"
    decisions.decide(album.con, [Decision(face, album.people[who], "proposed", "match", reason)])
    return face


def test_proposals_that_are_as_good_as_certain_are_one_question_for_each_person(
    album: Album, review_home: Path
) -> None:
    chances = (0.999, 0.985, 0.995, 0.991)
    sure = [proposed(album, f"s{n}", c, date(2024, 2, 1 + n)) for n, c in enumerate(chances)]
    unsure = proposed(album, "unsure", 0.955, date(2024, 2, 20))
    bens = [proposed(album, f"b{n}", 0.99, date(2024, 3, 1 + n), "Ben") for n in range(2)]
    about = [q for q in asked(album, review_home) if q.person_id is not None]
    (together,) = [q for q in about if q.kind == "proposals"]
    assert together.words == "Are these all Anna?"
    assert together.candidates[0].name == "Anna"
    assert [f.face_id for f in together.faces] == [sure[1], sure[3], sure[2], sure[0]], (
        "doubt first"
    )
    alone = {f.face_id for q in about if q.kind == "proposal" for f in q.faces}
    assert alone == {unsure, *bens}, "two are no crowd"
    reviewing.decide(album.con, sure, album.people["Anna"], "confirmed")
    assert "proposals" not in {q.kind for q in asked(album, review_home)}


def test_no_more_are_asked_about_at_once_than_can_be_looked_at(
    album: Album, review_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "MOST_TOGETHER", 4)
    faces = [proposed(album, f"s{n}", 0.99, date(2024, 2, 1 + n)) for n in range(9)]
    parts = [q.faces for q in asked(album, review_home) if q.kind == "proposals"]
    assert sorted(len(part) for part in parts) == [3, 3, 3]
    assert sorted(f.face_id for part in parts for f in part) == sorted(faces)


def test_a_group_says_which_of_its_faces_are_older_than_somebody(
    album: Album, review_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = (date(2023, 5, 1), date(2024, 1, 10), None)
    faces = tuple(album.photo(f"g{n}", ["Mia"], day)[0] for n, day in enumerate(days))
    monkeypatch.setattr(questions, "groups", lambda *_: (Group(min(faces), faces),))
    (question,) = [q for q in asked(album, review_home) if q.kind == "group"]
    assert question.unborn == {album.people["Mia"]: faces[:1]}
    told = question.as_dict()["unborn"]
    assert told == {str(album.people["Mia"]): [reviewing.face_key(faces[0])]}


def test_the_reason_given_does_not_contradict_how_sure_the_tracker_is(
    album: Album, review_home: Path
) -> None:
    looks_like_ben = album.photo("told so", ["Ben"], date(2024, 2, 1))[0]
    album.say(looks_like_ben, "Anna", "proposed")  # 0.97 when that was said
    looks_like_anna = proposed(album, "unsure", 0.55, date(2024, 2, 9))
    found = {q.faces[0].face_id: q for q in asked(album, review_home) if q.kind == "proposal"}
    doubtful, certain = found[looks_like_ben], found[looks_like_anna]
    assert (doubtful.candidates[0].name, certain.candidates[0].name) == ("Anna", "Anna")
    assert doubtful.candidates[0].chance < 0.5 < 0.9 < certain.candidates[0].chance
    assert doubtful.why == "The tracker has a hunch."
    assert certain.why == "The tracker thinks so. You know."


def test_pictures_of_one_moment_are_one_question(album: Album, review_home: Path) -> None:
    faces = [album.photo(f"burst{n}", ["Anna"], date(2024, 2, 1))[0] for n in range(4)]
    album.moment(*(f"burst{n}" for n in range(4)))
    for face in faces:
        album.say(face, "Anna", "proposed")
    (question,) = [q for q in asked(album, review_home) if q.kind == "proposal"]
    assert sorted(f.face_id for f in question.faces) == sorted(faces)
    reviewing.decide(album.con, faces, album.people["Anna"], "confirmed")
    assert not [q for q in asked(album, review_home) if q.kind == "proposal"]


def test_a_photo_that_waits_is_asked_about_once_with_all_its_faces(
    album: Album, review_home: Path
) -> None:
    faces = album.photo("crowd", ["Mia", "x", "y"], date(2024, 1, 12))
    for face in faces:
        album.say(face, "Mia", "waiting")
    (question,) = [q for q in asked(album, review_home) if q.kind == "waiting"]
    assert question.words == "Which of these is Mia?"
    assert {f.face_id for f in question.faces} == set(faces)
    reviewing.decide(album.con, faces[:1], album.people["Mia"], "confirmed")
    assert not [q for q in asked(album, review_home) if q.kind == "waiting"]
    reviewing.undo(album.con)
    reviewing.decide(album.con, faces, album.people["Mia"], "rejected")
    assert not [q for q in asked(album, review_home) if q.kind == "waiting"], "none of them"


def test_what_was_answered_is_not_asked_again(album: Album, review_home: Path) -> None:
    faces = album.photo("two", ["x", "y"], date(2024, 1, 12))
    reviewing.decide(album.con, faces[:1], None, "ignored")
    reviewing.decide(album.con, faces[1:], None, "rejected")
    again = {f.face_id for q in asked(album, review_home) for f in q.faces}
    assert not again & set(faces)


def test_whom_a_face_is_not_it_is_not_asked_about_again(
    album: Album, review_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "groups", lambda *_: ())
    (face,) = album.photo("needed", ["Mia"], date(2024, 4, 14))

    def offered() -> list[str]:
        found = asked(album, review_home)
        return [c.name for q in found for c in q.candidates if face in {f.face_id for f in q.faces}]

    assert offered()[0] == "Mia"
    reviewing.decide(album.con, [face], album.people["Mia"], "rejected")
    assert "Mia" not in offered()


def test_one_answer_for_a_group_names_all_of_it(
    album: Album, review_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = tuple(album.photo(f"g{n}", ["Oma"], date(2024, 1, 1 + n))[0] for n in range(20))
    monkeypatch.setattr(questions, "groups", lambda *_: (Group(min(faces), faces),))
    (question,) = [q for q in asked(album, review_home) if q.kind == "group"]
    assert question.words == "Who is this? 20 faces look alike."
    everybody = [f.face_id for f in question.faces] + list(question.more)
    assert sorted(everybody) == sorted(faces)
    person, done = reviewing.split(album.con, everybody, "Oma", "grandmother")
    assert done.faces == 20
    assert reviewing.listing(album.con, person=person.person_id).total == 20
    assert not [q for q in asked(album, review_home) if q.kind == "group"]


def test_a_list_is_given_in_pages_and_in_order(album: Album) -> None:
    whole = reviewing.listing(album.con, limit=1000)
    assert whole.total == len(whole.faces) == 19
    pages = [reviewing.listing(album.con, offset=at, limit=5).faces for at in range(0, 25, 5)]
    assert [f for page in pages for f in page] == list(whole.faces)
    days = [f.earliest for f in whole.faces]
    assert days == sorted(days, key=lambda day: day or date.max)
    assert reviewing.listing(album.con, order="newest", limit=1).faces[0] == whole.faces[-1]


def test_lists_are_of_a_person_a_month_a_state_or_a_photo(album: Album) -> None:
    faces = album.photo("crowd", ["Anna", "x", "y"], date(2024, 4, 15))
    album.say(faces[0], "Anna", "proposed")
    reviewing.decide(album.con, faces[2:], None, "ignored")
    anna = album.people["Anna"]

    def ids(**chosen: object) -> set[int]:
        return {f.face_id for f in reviewing.listing(album.con, **chosen).faces}  # type: ignore[arg-type]

    assert ids(person=anna, state="proposed") == {faces[0]}
    assert len(ids(person=anna)) == 7
    assert ids(state="unknown") == {faces[1]}
    assert ids(state="ignored") == {faces[2]}
    photo = reviewing.face(album.con, faces[0]).face.photo_id
    assert ids(photo=photo) == ids(photos=[photo]) == ids(faces=faces) == set(faces)
    assert ids(month=3) == {*faces, album.faces["mia-3", 0]}
    with pytest.raises(UsageError):
        reviewing.listing(album.con, state="perhaps")
    with pytest.raises(UsageError):
        reviewing.listing(album.con, order="sideways")


def test_the_library_counts_months_and_names_what_is_in_none(album: Album) -> None:
    album.photo("before", ["Anna"], date(2023, 5, 1))
    album.photo("undated", ["Anna", "Ben"], None)
    album.photo("rough", ["Mia"], date(2024, 1, 1), until=date(2024, 12, 31))
    library = reviewing.library(album.con)
    assert [m.age_months for m in library.months] == [0, 1, 2, 3]
    assert [m.photos for m in library.months] == [6, 12, 0, 1]
    assert library.months[2].faces == 0, "a gap is shown"
    assert (library.before_birth, library.undated, library.rough) == (1, 1, 1)
    assert library.months[3].start == date(2024, 4, 10)
    for which, faces in (("before", 1), ("undated", 2), ("rough", 1)):
        assert reviewing.listing(album.con, outside=which).total == faces
    with pytest.raises(UsageError):
        reviewing.listing(album.con, outside="nowhere")


def test_a_portrait_is_the_largest_face_of_late_that_is_surely_theirs(album: Album) -> None:
    (late,) = album.photo("late", ["Mia"], date(2024, 5, 1))
    (_, larger) = album.photo("later", ["x", "Mia"], date(2024, 5, 2))
    album.say(late, "Mia", by="user")
    album.say(larger, "Mia", by="user")
    album.add("Oma", "grandmother")
    portraits = {p.name: p.portrait for p in reviewing.state(album.con, None).people}
    assert (portraits["Mia"], portraits["Oma"]) == (larger, None)


def test_a_face_that_is_not_hers_is_shown_first_on_her_page(
    album: Album, review_home: Path
) -> None:
    (wrong,) = album.photo("wrong", ["somebody"], date(2024, 2, 25))
    album.say(wrong, "Anna", by="user")
    page = reviewing.person_page(album.con, review_home, album.people["Anna"], embedder_id=ID)
    assert page.total == 7 and page.months == ((1, 7),)
    assert page.outliers[0][0].face_id == wrong
    near = [closeness for _, closeness in page.outliers]
    assert near == sorted(near) and near[0] < 0.6 < near[1]


def test_a_face_is_shown_with_who_else_is_there_and_all_that_was_said(
    album: Album, review_home: Path
) -> None:
    faces = album.photo("pair", ["Anna", "Ben"], date(2024, 2, 12))
    album.say(faces[0], "Ben", "proposed")
    reviewing.decide(album.con, faces[:1], album.people["Ben"], "rejected")
    reviewing.decide(album.con, faces[:1], album.people["Anna"], "confirmed")
    reviewing.undo(album.con)
    detail = reviewing.face(album.con, faces[0], home=review_home, embedder_id=ID)
    assert [f.face_id for f in detail.others] == faces[1:]
    assert detail.not_these == ("Ben",)
    assert detail.candidates[0].name == "Anna"
    assert [(line.undone, line.words.split(":")[0]) for line in detail.history] == [
        (False, "the tracker"),
        (False, "you"),
        (True, "you"),
    ]
    assert detail.face.age == "4 weeks"
    x0, y0, x1, y1 = detail.face.box
    assert 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1
    with pytest.raises(UsageError):
        reviewing.face(album.con, 12345)


def test_all_of_it_is_json_with_ids_as_text(album: Album, review_home: Path) -> None:
    faces = album.photo("crowd", ["Mia", "x"], date(2024, 4, 20))
    for face in faces:
        album.say(face, "Mia", "waiting")
    told = [
        reviewing.state(album.con, None).as_dict(),
        *(q.as_dict() for q in asked(album, review_home)),
        reviewing.listing(album.con).as_dict(),
        reviewing.library(album.con).as_dict(),
        reviewing.person_page(album.con, review_home, 1, embedder_id=ID).as_dict(),
        reviewing.face(album.con, faces[0]).as_dict(),
    ]
    for one in json.loads(json.dumps(told, allow_nan=False)):
        assert _ids_are_text(one)
    assert reviewing.face_number(reviewing.face_key(faces[0])) == faces[0]


def _ids_are_text(value: object) -> bool:
    if isinstance(value, dict):
        named = (value.get(key) for key in ("id", "photo", "person") if key in value)
        return all(not isinstance(one, int) for one in named) and all(
            map(_ids_are_text, value.values())
        )
    if isinstance(value, list):
        return all(map(_ids_are_text, value))
    return not isinstance(value, int) or abs(value) < 2**53


def test_before_there_is_anything_nothing_breaks(review: Connection, review_home: Path) -> None:
    state = reviewing.state(review, None)
    assert (state.child, state.progress, state.counts.faces, state.next_undo) == ("", (), 0, None)
    assert reviewing.queue(review, review_home, ID, 5) == ()
    assert reviewing.listing(review).total == 0
    assert reviewing.library(review).months == ()
    assert reviewing.library(review).rough == 0
    assert reviewing.undo(review) is None
