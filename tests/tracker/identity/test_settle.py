"""Giving names to faces: what no birth allows, and photos that wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from db import faces, people
from db.records import Person
from tests.support.made_up_album import BORN, Album


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    made = Album(tmp_path / "w")
    made.enrol(made.mia)
    made.enrol(made.anna)
    yield made
    made.con.close()


def test_a_face_like_the_childs_is_proposed_after_the_birth_only(album: Album) -> None:
    after = album.photo("Mia", day=BORN + timedelta(days=10))
    before = album.photo("Mia", day=BORN - timedelta(days=300))
    undated = album.photo("Mia")
    told = album.settle([after, before, undated])
    assert album.names(after) == [(album.mia.person_id, "proposed")]
    assert album.names(before) == [(0, "")]
    assert album.names(undated) == [(album.mia.person_id, "proposed")]
    assert (told.proposed, told.unknown) == ({"Mia": 2}, 1)


def test_nobody_at_all_is_proposed_before_their_birth(album: Album) -> None:
    old = album.photo("Anna", day=date(1980, 5, 5))
    album.settle([old])
    assert album.names(old) == [(0, "")]


def test_a_proposal_that_a_corrected_birth_rules_out_is_taken_back(album: Album) -> None:
    early = album.photo("Mia", day=BORN + timedelta(days=10))
    album.settle([early])
    later = BORN + timedelta(days=20)
    people.update(album.con, Person(album.mia.person_id, "Mia", "child", later, later))
    album.settle([])
    assert album.names(early) == [(0, "")]
    assert people.all_people(album.con)[0].proposed == 0
    people.update(album.con, Person(album.mia.person_id, "Mia", "child", BORN, BORN))
    album.settle([early])
    assert album.names(early) == [(album.mia.person_id, "proposed")], "corrected back"


def test_the_users_word_stands_before_the_birth_too_and_is_warned_of(album: Album) -> None:
    alone = album.photo("Mia", day=BORN - timedelta(days=300))
    crowd = album.photo("Mia", "Zoe", day=BORN - timedelta(days=300))
    told = album.settle([alone, crowd], album.mia)
    assert (told.enrolled, told.matched) == (1, 1)
    assert any("before Mia was born" in w and "2 of" in w for w in told.warnings)
    reasons = set(faces.excluded(album.con, album.mia.person_id, "made-up")["code"])
    assert reasons == {"before birth"}


def test_photos_that_wait_say_what_to_do_and_are_asked_again(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    crowd = album.photo("Mia", "Zoe", day=BORN + timedelta(days=4))
    told = album.settle([crowd], album.mia)
    assert told.waiting == 1
    assert told.lines()[-1] == (
        "1 photo waits: several faces, none surely Mia's; enrol more photos of Mia alone and "
        "ingest it again."
    )
    album.enrol(album.mia)
    album.enrol(album.anna)
    again = album.settle([crowd])  # without --as: what was said before is not forgotten
    assert again.lines()[0] == "Told Mia from others in 1 photo that waited."
    assert album.names(crowd)[0] == (album.mia.person_id, "confirmed")
    assert album.names(crowd)[1] == (0, "")
    assert again.waiting == 0


def test_a_photo_that_waits_for_two_people_is_asked_about_both(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    crowd = album.photo("Anna", "Mia", "Zoe", day=BORN + timedelta(days=4))
    album.settle([crowd], album.mia)
    album.settle([crowd], album.anna)
    album.enrol(album.mia)
    album.enrol(album.anna)
    album.settle([crowd])
    assert album.names(crowd)[:2] == [
        (album.anna.person_id, "confirmed"),
        (album.mia.person_id, "confirmed"),
    ]


def test_a_photo_that_still_waits_says_so_again(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    crowd = album.photo("Mia", "Zoe", day=BORN + timedelta(days=4))
    album.settle([crowd], album.mia)
    again = album.settle([crowd])
    assert again.waiting == 1
    assert "none surely Mia's" in again.lines()[-1]


def test_one_is_said_as_one(album: Album) -> None:
    alone = album.photo("Mia", day=BORN)
    assert album.settle([alone], album.mia).lines()[0].startswith("Mia: 1 face enrolled (")
    assert album.settle([alone], album.mia).lines()[1] == "1 photo had Mia's face named before."
    told = album.settle([alone], album.anna)
    assert told.warnings[0].startswith(
        "1 of these photos was given as someone else's before; it is"
    )
