"""Another detector searches the photos again: no label is lost, and no face counts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from db import (
    answers,
    check,
    cohort,
    decisions,
    faces,
    namings,
    overview,
    people,
    photos,
    scenes,
    state,
    storing,
)
from db.cohort import Member
from db.connection import transaction
from db.gallery import Gallery
from db.ids import face_id
from db.records import Decision, PhotoResult
from db.succession import overlaps, paired
from tests.support.workspaces import DETECTOR, EMBEDDER, OTHER, photo_of, sha_of, vector_of

Connection = duckdb.DuckDBPyConnection
NEW = "made-up-detector-2"
EMB = EMBEDDER.embedder_id


def boxed(result: PhotoResult, places: list[float], detector: str) -> PhotoResult:
    """The photo with faces of 100 pixels at these places, found by that detector."""
    found = tuple(
        replace(
            face,
            face_id=face_id(face.sha256, detector, index),
            detector=detector,
            box=(x, 10.0, x + 100, 110.0),
        )
        for index, (face, x) in enumerate(zip(result.faces, places, strict=True))
    )
    vectors = [vector_of(face.face_id, result.vectors.shape[1]) for face in found]
    return replace(
        result,
        faces=found,
        vectors=np.array(vectors, np.float32).reshape(len(found), result.vectors.shape[1]),
    )


def searched(
    con: Connection, name: str, places: list[float], detector: str = DETECTOR
) -> list[int]:
    """Store what a detector found in a photo of 9 March 2024; the ids of its faces."""
    result = boxed(photo_of(name, len(places), date(2024, 3, 9)), places, detector)
    photos.store_batch(con, [result], [], detector=detector, embedder=EMBEDDER)
    return [face.face_id for face in result.faces]


def person(con: Connection, name: str, relation: str = "mother", **more: Any) -> int:
    return people.add(con, name, relation, **more).person_id


def said(con: Connection, *words: tuple[int, int | None, str, str]) -> None:
    people.decide(con, [Decision(f, p, s, by, "as told", 0.5, EMB) for f, p, s, by in words])


def words_of(con: Connection, face: int) -> tuple[list[Decision], Decision | None]:
    """What stands of a face, as if it were the face 0."""
    stands = [replace(d, face_id=0) for d in decisions.standing(con, [face])]
    label = decisions.labels(con, [face]).get(face)
    return stands, label and replace(label, face_id=0)


def journal(con: Connection, face: int) -> list[Any]:
    return con.execute(
        "SELECT * EXCLUDE (face_id) FROM decisions WHERE face_id = ? ORDER BY decision_id", [face]
    ).fetchall()


def everything(con: Connection) -> dict[str, list[Any]]:
    tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
    return {t: con.execute(f"SELECT * FROM {t} ORDER BY ALL").fetchall() for (t,) in tables}


def test_faces_of_an_earlier_detector_count_until_their_photo_is_searched_again(
    con: Connection,
) -> None:
    earlier = searched(con, "waiting.jpg", [0, 300])
    searched(con, "again.jpg", [0, 300])
    again = searched(con, "again.jpg", [2, 302], NEW)
    assert scenes.sample(con, EMB, NEW, 10).tolist() == sorted([*earlier, *again])
    assert scenes.around(con, EMB, earlier[:1], NEW).face_ids.tolist() == sorted(earlier)


# --- which face is which --------------------------------------------------------------------------


def test_boxes_overlap_by_the_share_that_they_have_in_common() -> None:
    box = np.array([[0, 0, 10, 10]])
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10], [3, 3, 3, 9], [9, 9, 1, 1]])
    np.testing.assert_allclose(overlaps(box, others), [[1, 1 / 3, 0, 0, 0]])
    assert overlaps(others[3:4], others[3:4]) == 0


def test_the_best_pair_is_taken_first_and_every_face_once() -> None:
    old = np.array([[0, 0, 100, 100], [20, 0, 120, 100], [500, 0, 600, 100]])
    new = np.array([[18, 0, 118, 100], [3, 0, 103, 100], [560, 0, 660, 100]])
    assert sorted(paired(old, new)) == [(0, 1), (1, 0)]
    assert paired(old[:2], new[:1]) == [(1, 0)], "the nearer of two"


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 3), (3, 0)])
def test_no_faces_are_no_pairs(old: int, new: int) -> None:
    assert paired(np.zeros((old, 4)), np.zeros((new, 4))) == []


# --- what was said stays said ---------------------------------------------------------------------


def test_a_name_is_on_the_face_that_the_new_detector_found(con: Connection) -> None:
    mia = person(con, "Mia")
    (old,) = searched(con, "a", [50])
    said(con, (old, mia, "proposed", "match"), (old, mia, "confirmed", "user"))
    before, written = words_of(con, old), journal(con, old)
    (new,) = searched(con, "a", [55], NEW)
    assert words_of(con, new) == before
    assert journal(con, new) == written, "who said it, when, why and in which order"
    assert words_of(con, old) == ([], None)
    assert check.problems(con) == []


@pytest.mark.parametrize(
    "words",
    [
        [("Mia", "rejected", "user")],
        [("Mia", "confirmed", "user"), (None, "rejected", "user")],
        [(None, "rejected", "user"), ("Mia", "proposed", "match")],
        [("Mia", "confirmed", "user"), (None, "rejected", "match"), ("Ben", "proposed", "match")],
        [("Mia", "waiting", "match"), ("Ben", "rejected", "user")],
        [("Ben", "confirmed", "user"), ("Mia", "confirmed", "match"), ("Ben", "rejected", "user")],
    ],
)
def test_not_mia_nobody_and_what_waits_stand_as_before(
    con: Connection, words: list[tuple[str | None, str, str]]
) -> None:
    who: dict[str | None, int | None] = {"Mia": person(con, "Mia"), "Ben": person(con, "Ben")}
    (old,), (untouched,) = searched(con, "a", [50]), searched(con, "b", [50])
    said(con, *((f, who.get(n), state_, by) for f in (old, untouched) for n, state_, by in words))
    (new,) = searched(con, "a", [60], NEW)
    assert words_of(con, new) == words_of(con, untouched)
    for later in (("Ben", "proposed", "match"), ("Mia", "waiting", "match")):
        said(con, *((face, who[later[0]], *later[1:]) for face in (new, untouched)))
        assert words_of(con, new) == words_of(con, untouched), "also of what is guessed later"
    assert check.problems(con) == []


def test_whoever_was_merged_or_taken_out_is_so_still(con: Connection) -> None:
    mia, mimi, gone = (person(con, name) for name in ("Mia", "Mimi", "Gone"))
    olds = searched(con, "a", [0, 200])
    said(con, (olds[0], mimi, "confirmed", "user"), (olds[1], gone, "confirmed", "user"))
    people.merge(con, mimi, mia)
    people.remove(con, gone)
    news = searched(con, "a", [5, 205], NEW)
    assert decisions.labels(con, news)[news[0]].person_id == mia
    assert news[1] not in decisions.labels(con, news)
    people.add(con, "Gone", "mother")
    assert decisions.labels(con, news)[news[1]].person_id == gone


@pytest.mark.parametrize("state_", ["confirmed", "rejected"])
@pytest.mark.parametrize("places", [[], [300.0]])
def test_what_the_user_said_of_a_face_that_is_not_found_any_more_stays(
    con: Connection, state_: str, places: list[float]
) -> None:
    mia = person(con, "Mia", "child", born_earliest=date(2024, 1, 1))
    (old,) = searched(con, "a", [50])
    said(con, (old, mia, state_, "user"))
    before = words_of(con, old)
    searched(con, "a", places, NEW)
    assert words_of(con, old) == before
    assert len(faces.by_ids(con, EMB, [old])) == 1
    assert overview.counts(con).faces == 1 + len(places)
    assert overview.counts(con).without_faces == 0
    assert overview.left_out(con, mia).empty
    assert check.problems(con) == []


def test_nobody_said_by_the_user_stays_where_no_face_is_found_any_more(con: Connection) -> None:
    person(con, "Mia")
    (old,) = searched(con, "a", [50])
    said(con, (old, None, "rejected", "user"))
    (found,) = searched(con, "a", [300], NEW)
    assert len(journal(con, old)) == 1
    alone = faces.of_photos(con, EMB, [sha_of("a")], NEW).face_ids.tolist()
    assert alone == [found], "a face that is nobody's makes no crowd of a photo"
    assert check.problems(con) == []


def test_a_name_that_a_match_confirmed_after_as_stays_too(con: Connection) -> None:
    mia = person(con, "Mia")
    (old,) = searched(con, "a", [50])
    said(con, (old, mia, "confirmed", "match"))
    searched(con, "a", [300], NEW)
    assert decisions.labels(con, [old])[old].person_id == mia
    assert faces.of_photos(con, EMB, [sha_of("a")], NEW).person_ids.tolist().count(mia) == 1


def test_guesses_about_a_face_that_is_not_found_any_more_go_with_it(con: Connection) -> None:
    mia = person(con, "Mia")
    (old, silent) = searched(con, "a", [50, 400])
    said(con, (old, mia, "proposed", "match"))
    searched(con, "a", [200], NEW)
    assert journal(con, old) == []
    assert len(faces.by_ids(con, EMB, [old, silent])) == 0
    counted = overview.counts(con)
    assert (counted.faces, counted.proposed, counted.unnamed) == (1, 0, 1)
    assert check.problems(con) == []


def test_a_photo_that_waits_for_mia_waits_on_whatever_faces_are_found(con: Connection) -> None:
    mia = person(con, "Mia")
    olds = searched(con, "a", [0, 200])
    said(con, *((old, mia, "waiting", "match") for old in olds))
    news = searched(con, "a", [400, 600], NEW)
    assert [d.face_id for d in decisions.waiting(con, mia)] == news
    assert check.problems(con) == []


def test_a_stranger_added_to_the_cohort_is_there_once(con: Connection) -> None:
    olds = searched(con, "a", [0, 200])
    cohort.add(con, b"/strangers", [Member("one", (olds[0],)), Member("two", (olds[1],))])
    cohort.add(con, b"/others", [Member("one", (olds[0],))])
    news = searched(con, "a", [5, 600], NEW)
    assert cohort.face_ids(con).tolist() == sorted([news[0], olds[1]])
    assert len(cohort.table(con, EMB)) == 3, "two sources named the first"
    assert check.problems(con) == []


def test_what_was_already_said_of_the_new_face_is_the_later_word(con: Connection) -> None:
    """As in a workspace of the days when nothing was handed over."""
    mia, ben = person(con, "Mia"), person(con, "Ben")
    (old,) = searched(con, "a", [50])
    said(con, (old, mia, "confirmed", "user"))
    result = boxed(photo_of("a", 1), [55], NEW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storing, "succeed", lambda *_: None)
        photos.store_batch(con, [result], [], detector=NEW, embedder=EMBEDDER)
    (new,) = (face.face_id for face in result.faces)
    said(con, (new, ben, "confirmed", "user"))
    photos.store_batch(con, [result], [], detector=NEW, embedder=EMBEDDER)
    assert decisions.labels(con, [new])[new].person_id == ben
    assert {d.person_id for d in decisions.standing(con, [new])} == {mia, ben}
    assert overview.counts(con).faces == 1


# --- and nothing twice ----------------------------------------------------------------------------


def test_no_face_counts_twice_anywhere(con: Connection, home: Path) -> None:
    mia = person(con, "Mia", "child", born_earliest=date(2024, 1, 1))
    anna = person(con, "Anna")
    old = searched(con, "a", [0, 200, 400])
    said(con, (old[0], mia, "confirmed", "user"), (old[1], anna, "confirmed", "user"))

    def seen() -> tuple[Any, ...]:
        coverage = faces.month_coverage(con, mia, EMB)
        return (
            overview.counts(con),
            faces.enrolled(con, EMB).person_ids.tolist(),
            coverage.to_numpy().tolist(),
            len(Gallery.open(con, home, EMB)),
            len(faces.child_by_month(con, mia, EMB)),
            [(c.confirmed, c.photo_days) for c in people.all_people(con)],
        )

    before = seen()
    new = searched(con, "a", [5, 205, 405], NEW)
    assert seen() == before
    assert Gallery.open(con, home, EMB).ids.tolist() == sorted(new[:2])
    assert photos.searched(con, DETECTOR) == set()
    assert photos.searched(con, NEW) == photos.searched(con, None) == {sha_of("a")}
    assert photos.embedded(con, NEW, EMB) == {sha_of("a")}


def test_vectors_of_other_embedders_leave_with_their_faces(con: Connection) -> None:
    searched(con, "a", [50])
    other = boxed(photo_of("a", 1, embedder=OTHER), [50], DETECTOR)
    photos.store_batch(con, [other], [], detector=DETECTOR, embedder=OTHER)
    searched(con, "a", [50], NEW)
    assert [number for *_, number in overview.counts(con).vectors] == [1, 0]
    assert photos.unread(con, NEW, OTHER.embedder_id) == {sha_of("a")}, "to be read again"
    assert check.problems(con) == []


def test_a_photo_that_was_not_searched_again_keeps_its_faces(con: Connection) -> None:
    mia = person(con, "Mia")
    (kept,) = searched(con, "b", [50])
    searched(con, "a", [50])
    said(con, (kept, mia, "confirmed", "user"))
    searched(con, "a", [50], NEW)
    assert decisions.labels(con, [kept])[kept].person_id == mia
    assert faces.enrolled(con, EMB).face_ids.tolist() == [kept]
    assert photos.searched(con, DETECTOR) == {sha_of("b")}


def test_storing_the_same_batch_again_changes_nothing(con: Connection) -> None:
    mia, ben = person(con, "Mia"), person(con, "Ben")
    old = searched(con, "a", [0, 20, 300])  # the second overlaps the one face that is left as well
    said(
        con, *((face, who, "confirmed", "user") for face, who in zip(old, (mia, ben), strict=False))
    )
    searched(con, "a", [2], NEW)
    before = everything(con)
    searched(con, "a", [2], NEW)
    assert everything(con) == before
    assert overview.counts(con).faces == 2, "Ben's stays"


def test_back_to_the_old_detector_and_forth_no_word_is_lost(con: Connection) -> None:
    mia, ben = person(con, "Mia"), person(con, "Ben")
    first = searched(con, "a", [0, 300])
    said(con, (first[0], mia, "confirmed", "user"), (first[1], ben, "confirmed", "user"))
    searched(con, "a", [5], NEW)
    assert searched(con, "a", [0, 300]) == first
    labels = decisions.labels(con, first)
    assert [labels[face].person_id for face in first] == [mia, ben]
    assert overview.counts(con).faces == 2
    third = searched(con, "a", [5, 305], "made-up-detector-3")
    assert [decisions.labels(con, third)[face].person_id for face in third] == [mia, ben]
    assert overview.counts(con).faces == 2
    assert check.problems(con) == []


def test_an_interruption_in_the_middle_leaves_the_old_faces_and_words_whole(
    con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = person(con, "Mia")
    (old,) = searched(con, "a", [50])
    said(con, (old, mia, "confirmed", "user"))
    before = everything(con)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("db.succession._leave", interrupted)
        with pytest.raises(KeyboardInterrupt):
            searched(con, "a", [55], NEW)
    assert everything(con) == before
    (new,) = searched(con, "a", [55], NEW)
    assert decisions.labels(con, [new])[new].person_id == mia


def test_reports_and_names_that_were_kept_know_that_the_faces_are_others(con: Connection) -> None:
    searched(con, "a", [50])
    before = state.fingerprint(con), namings.told(con, EMB).everything
    searched(con, "a", [50], NEW)
    after = state.fingerprint(con), namings.told(con, EMB).everything
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_what_was_ignored_stays_so_and_can_still_be_taken_back(con: Connection) -> None:
    anna = person(con, "Anna")
    old = searched(con, "group", [0, 200, 400])
    for answer in (
        [Decision(old[0], None, "ignored", "user")],
        [Decision(old[1], anna, "confirmed", "user"), Decision(old[2], anna, "rejected", "user")],
    ):
        with transaction(con):
            batch = answers.open_batch(con, "answered")
            decisions.decide(con, answer, batch=batch)
    new = searched(con, "group", [0, 200, 400], NEW)
    assert [decisions.labels(con, [face])[face].state for face in new[:2]] == [
        "ignored", "confirmed",
    ]  # fmt: skip
    undone = answers.undo(con)
    assert undone is not None and undone.faces == tuple(sorted(new[1:]))
    assert list(decisions.labels(con, new)) == [new[0]]
    answers.undo(con)
    assert decisions.labels(con, new) == {}
    assert len(answers.history(con, new[0])) == 1
