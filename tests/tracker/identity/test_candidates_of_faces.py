"""Candidates, thresholds, proposals and groups in a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from db import decisions, people, photos
from db.records import Decision
from tests.support.made_up_album import BORN, LOOKS, Album
from tracker.errors import UsageError
from tracker.identity.candidates import Candidate, candidates
from tracker.identity.proposing import propose_again
from tracker.identity.strictness import LEVELS, USUAL, set_strictness, strictness
from tracker.identity.thresholds import thresholds
from tracker.identity.unknown import cluster, groups
from tracker.vision.detector import DETECTOR_ID

MADE_UP = "made-up"


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    made = Album(tmp_path / "w")
    made.enrol(made.mia)
    made.enrol(made.anna)
    yield made
    made.con.close()


def faces_of(album: Album, photo: str) -> list[int]:
    return [face.face_id for face in photos.photo_faces(album.con, photo, DETECTOR_ID)]


def best(album: Album, photo: str) -> list[tuple[Candidate, ...]]:
    ids = faces_of(album, photo)
    found = candidates(album.con, album.home, MADE_UP, ids)
    return [found[face] for face in ids]


def test_the_best_candidate_comes_first_and_says_why(album: Album) -> None:
    (found,) = best(album, album.photo("Mia", day=BORN + timedelta(days=20)))
    assert found[0].name == "Mia"
    assert found[0].chance > 0.9
    assert found[0].why.startswith("as like Mia as a newborn ")
    assert sum(one.chance for one in found) <= 1


def test_a_stranger_has_no_likely_candidate(album: Album) -> None:
    (found,) = best(album, album.photo("Zoe", day=BORN + timedelta(days=20)))
    assert sum(one.chance for one in found) < 0.2


def test_nobody_is_a_candidate_before_birth_nor_where_you_said_no(album: Album) -> None:
    before = album.photo("Mia", day=BORN - timedelta(days=400))
    assert "Mia" not in [one.name for one in best(album, before)[0]]
    after = album.photo("Mia", day=BORN + timedelta(days=20))
    no = Decision(faces_of(album, after)[0], album.mia.person_id, "rejected", "user")
    people.decide(album.con, [no])
    assert "Mia" not in [one.name for one in best(album, after)[0]]


def test_the_other_faces_of_a_photo_are_not_who_was_named_in_it(album: Album) -> None:
    photo = album.photo("Mia", "Mia", day=BORN + timedelta(days=20))
    first, _ = faces_of(album, photo)
    people.decide(album.con, [Decision(first, album.mia.person_id, "confirmed", "user")])
    named, other = best(album, photo)
    assert [(one.name, one.chance, one.why) for one in named] == [("Mia", 1.0, "you said so")]
    assert "Mia" not in [one.name for one in other]


def test_a_face_that_was_never_read_has_no_candidates(album: Album) -> None:
    assert candidates(album.con, album.home, MADE_UP, [123]) == {123: ()}
    assert candidates(album.con, album.home, "another", [123]) == {123: ()}


def test_the_strictness_is_kept_and_must_be_a_share(album: Album) -> None:
    assert strictness(album.con) == USUAL
    for level in LEVELS:
        set_strictness(album.con, level)
        assert strictness(album.con) == level
    for wrong in (0.0, 1.0, float("nan")):
        with pytest.raises(UsageError):
            set_strictness(album.con, wrong)


def test_thresholds_are_shown_with_rates_counted_in_days(album: Album) -> None:
    shown = thresholds(album.con, album.home, MADE_UP)
    assert [line.name for line in shown.people] == ["Mia", "Anna"]
    for line in shown.people:
        assert line.false_match.days == 8
        assert line.false_non_match.days == 8
        assert line.false_match.low <= line.false_match.value <= line.false_match.high
        assert line.false_match.value == 0
        assert line.false_match.high > 0.2, "eight days prove little"
        assert line.too_like == ()
    assert shown.as_dict()["strictness"] == USUAL


def test_stricter_is_never_more_names(album: Album) -> None:
    for number in range(10):
        album.photo("Mia", "Anna", "Zoe", day=BORN + timedelta(days=20 + number))
    named = []
    for level in sorted(LEVELS):
        set_strictness(album.con, level)
        named.append(set(propose_again(album.con, MADE_UP)))
    assert named[0] <= named[1] <= named[2]


def test_a_proposal_that_new_answers_make_doubtful_is_taken_back(album: Album) -> None:
    photo = album.photo("Mia", day=BORN + timedelta(days=20))
    album.settle([photo])
    assert album.names(photo) == [(album.mia.person_id, "proposed")]
    lia = people.add(album.con, "Lia", "sister", born_earliest=BORN)
    LOOKS["Lia"] = LOOKS["Mia"]  # her twin
    try:
        album.enrol(lia, start=BORN + timedelta(days=40))
    finally:
        del LOOKS["Lia"]
    assert propose_again(album.con, MADE_UP) == {}
    assert album.names(photo) == [(0, "")]
    (found,) = best(album, photo)
    assert {one.name for one in found[:2]} == {"Mia", "Lia"}
    assert "cannot be told from" in found[0].why
    shown = thresholds(album.con, album.home, MADE_UP).people
    assert {line.name: line.too_like for line in shown}["Mia"] == ("Lia",)


def test_what_you_said_is_never_taken_back(album: Album) -> None:
    photo = album.photo("Zoe", day=BORN + timedelta(days=20))
    (face,) = faces_of(album, photo)
    people.decide(album.con, [Decision(face, album.mia.person_id, "confirmed", "user")])
    propose_again(album.con, MADE_UP)
    assert album.names(photo) == [(album.mia.person_id, "confirmed")]


def test_a_removed_persons_faces_are_asked_about_again(album: Album) -> None:
    photo = album.photo("Anna", day=BORN + timedelta(days=20))
    people.remove(album.con, album.anna.person_id)
    assert "Anna" not in [one.name for one in best(album, photo)[0]]


def test_unknown_faces_are_grouped_by_person(album: Album) -> None:
    zoe = [album.photo("Zoe", day=date(2024, 5, 1 + i)) for i in range(5)]
    ben = [album.photo("Ben", "Mia", day=date(2024, 5, 1 + i)) for i in range(4)]
    album.settle([*zoe, *ben])
    found = groups(album.con, album.home, MADE_UP)
    assert [set(group.face_ids) for group in found[:2]] == [
        {faces_of(album, photo)[0] for photo in zoe},
        {faces_of(album, photo)[0] for photo in ben},
    ]
    assert all(group.group_id == min(group.face_ids) for group in found)
    nobody = [Decision(face, None, "rejected", "user") for face in found[0].face_ids]
    people.decide(album.con, nobody)
    assert groups(album.con, album.home, MADE_UP) == found[1:], "they are not asked about again"
    assert decisions.labels(album.con, found[0].face_ids) == {}


def test_groups_do_not_depend_on_the_order_and_hold_one_face_of_a_photo() -> None:
    rng = np.random.default_rng(2)
    middles = rng.standard_normal((40, 32))
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    own = rng.integers(40, size=600)
    vectors = middles[own] + 0.08 * rng.standard_normal((600, 32))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    where = rng.integers(300, size=600)
    found = cluster(vectors, where, least=0.5)
    assert all(len(set(where[group])) == len(group) for group in found)
    assert np.mean([len(set(own[group])) == 1 for group in found]) > 0.95
    order = rng.permutation(600)
    again = cluster(vectors[order], where[order], least=0.5)
    assert {frozenset(g.tolist()) for g in found} == {frozenset(order[g].tolist()) for g in again}


def test_no_faces_are_no_groups() -> None:
    none = np.empty(0, np.int64)
    assert cluster(np.empty((0, 8), np.float32), none, least=0.5) == []
    alone = np.eye(8, dtype=np.float32)
    assert cluster(alone, np.arange(8), least=0.5) == []
