"""Names that other programs gave to faces: what they come to here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db import people, tags
from db.faces import enrolled
from tests.support.made_up_album import BORN, Album
from tests.support.tagged_album import LEFT, MIDDLE, RIGHT, TaggedAlbum, box_of, journal, tag
from tracker.errors import UsageError
from tracker.identity.tags import answer, undo
from tracker.metadata.records import Tag
from tracker.metadata.turns import turned, turned_back

NOTHING = ("", "", "")
ROSA = ("Oma Rosa", "confirmed", "tag")


@pytest.fixture
def album(tmp_path: Path) -> Iterator[TaggedAlbum]:
    made = TaggedAlbum(tmp_path / "w")
    yield made
    made.con.close()


def test_a_name_names_nobody_until_it_is_answered_for(album: TaggedAlbum) -> None:
    photo = album.photo(2, tag("Oma Rosa", LEFT))
    told = album.settle(photo)
    assert album.names(photo) == [NOTHING, NOTHING], "not even one of the same spelling"
    assert [(line.name, line.photos) for line in told.asks] == [("Oma Rosa", 1)]
    assert told.lines() == [
        "Other programs wrote 1 name that you did not tell me about yet: Oma Rosa (digiKam, "
        "1 photo). To say who they are: tracker tags ask"
    ]


def test_an_answer_names_the_faces_here_and_those_that_come_later(album: TaggedAlbum) -> None:
    before = album.photo(2, tag("Oma", RIGHT - 1))
    told = answer(album.con, "oma", album.rosa)
    assert told.named == {"Oma Rosa": 1}
    assert album.names(before) == [NOTHING, ROSA]
    later = album.photo(3, tag("OMA", RIGHT))
    assert album.settle(later).named == {"Oma Rosa": 1}
    assert album.names(later) == [NOTHING, NOTHING, ROSA]
    assert album.settle(before, later).lines() == []


def test_asking_again_writes_nothing_more(album: TaggedAlbum) -> None:
    photo = album.photo(
        3, tag("Oma", LEFT), tag("Opa", MIDDLE), tag("Oma", by="", standard="takeout")
    )
    album.says(photo, RIGHT, album.rosa, "proposed", "match")
    answer(album.con, "Oma", album.rosa)
    answer(album.con, "Opa", album.karl)
    before = journal(album.con)
    album.settle(photo)
    album.settle(photo)
    assert journal(album.con) == before


def test_a_face_named_by_a_tag_is_enrolled_like_one_the_user_named(album: TaggedAlbum) -> None:
    album.photo(1, tag("Oma", LEFT))
    answer(album.con, "Oma", album.rosa)
    table = enrolled(album.con, "made-up")
    assert table.person_ids.tolist() == [album.rosa.person_id]
    assert table.sources.tolist() == ["tag"]
    assert journal(album.con)[0][5] == "tagged as Oma by digiKam"


def test_an_ignored_name_names_nobody_and_is_not_asked_about(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Erna", LEFT))
    told = answer(album.con, "Erna", None)
    assert album.names(photo) == [NOTHING]
    assert told.asks == ()
    assert album.settle(photo).lines() == []


def test_undo_takes_back_the_last_answer_with_what_it_decided(album: TaggedAlbum) -> None:
    first, second = album.photo(1, tag("Oma", LEFT)), album.photo(1, tag("Opa", LEFT))
    answer(album.con, "Oma", album.rosa)
    answer(album.con, "Opa", album.karl)
    taken, told = undo(album.con)
    assert (taken.name, told.taken_back) == ("Opa", 1)
    assert album.names(first) == [ROSA]
    assert album.names(second) == [NOTHING]
    undo(album.con)
    assert album.names(first) == [NOTHING]
    with pytest.raises(UsageError, match="no answer"):
        undo(album.con)


def test_undo_brings_back_the_answer_before(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Oma", LEFT))
    answer(album.con, "Oma", album.karl)
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [ROSA]
    undo(album.con)
    assert album.names(photo) == [("Karl", "confirmed", "tag")]
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [ROSA], "said again after it was taken back"


def test_undo_brings_back_what_the_tracker_had_guessed(album: TaggedAlbum) -> None:
    photo = album.photo(2, tag("Oma", LEFT))
    album.says(photo, LEFT, album.karl, "proposed", "match")
    album.says(photo, MIDDLE, album.rosa, "confirmed", "match", "named with --as")
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [ROSA, NOTHING], "she is in the photo once"
    undo(album.con)
    assert album.names(photo) == [
        ("Karl", "proposed", "match"),
        ("Oma Rosa", "confirmed", "match"),
    ]
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [ROSA, NOTHING]


def test_a_tag_outranks_what_the_tracker_guessed(album: TaggedAlbum) -> None:
    photo = album.photo(2, tag("Oma", LEFT))
    album.says(photo, LEFT, album.karl, "confirmed", "match")
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo)[LEFT] == ROSA


def test_the_users_own_word_outranks_a_tag(album: TaggedAlbum) -> None:
    said_karl = album.photo(1, tag("Oma", LEFT))
    album.says(said_karl, LEFT, album.karl)
    said_not = album.photo(1, tag("Oma", LEFT))
    album.says(said_not, LEFT, album.rosa, "rejected")
    said_nobody = album.photo(1, tag("Oma", LEFT))
    album.says(said_nobody, LEFT, None, "rejected")
    said_other = album.photo(2, tag("Oma", LEFT))
    album.says(said_other, MIDDLE, album.rosa)
    told = answer(album.con, "Oma", album.rosa)
    assert told.overruled == 4
    assert told.named == {}
    assert album.names(said_karl) == [("Karl", "confirmed", "user")]
    assert album.names(said_not) == [NOTHING]
    assert album.names(said_nobody) == [NOTHING]
    assert album.names(said_other) == [NOTHING, ("Oma Rosa", "confirmed", "user")]


def test_of_the_users_own_words_the_last_counts(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Oma", LEFT))
    for person in (album.rosa, album.karl, album.rosa):
        album.says(photo, LEFT, person)
    assert answer(album.con, "Oma", album.rosa).overruled == 0
    album.says(photo, LEFT, album.karl)
    assert album.settle(photo).overruled == 1


def test_the_users_word_after_a_tag_outranks_it_too(album: TaggedAlbum) -> None:
    photo = album.photo(2, tag("Oma", LEFT))
    answer(album.con, "Oma", album.rosa)
    album.says(photo, MIDDLE, album.rosa)
    album.settle(photo)
    assert album.names(photo) == [NOTHING, ("Oma Rosa", "confirmed", "user")]


def test_two_programs_that_agree_name_a_face_once(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Oma", LEFT), tag("Rosa M.", LEFT, by="Picasa", standard="picasa"))
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [NOTHING], "the other name may be somebody else"
    answer(album.con, "Rosa M.", album.rosa)
    assert album.names(photo) == [ROSA]
    assert journal(album.con)[-1][5] == "tagged as Oma by digiKam; tagged as Rosa M. by Picasa"


@pytest.mark.parametrize("other", ["Karl", None])
def test_a_face_tagged_as_two_people_is_nobodys_and_listed(
    album: TaggedAlbum, other: str | None
) -> None:
    photo = album.photo(1, tag("Oma", LEFT), tag("Opa", LEFT, by="Picasa", standard="picasa"))
    answer(album.con, "Oma", album.rosa)
    told = answer(album.con, "Opa", album.karl if other else None)
    assert album.names(photo) == [NOTHING]
    assert told.disputed == 2
    assert "tracker tags list --problems" in told.lines()[0]
    assert album.outcomes(photo) == ["disputed", "disputed"]


def test_one_program_that_names_one_face_twice_is_a_dispute_too(album: TaggedAlbum) -> None:
    photo = album.photo(2, tag("Oma", LEFT), tag("Opa", LEFT))
    answer(album.con, "Oma", album.rosa)
    answer(album.con, "Opa", album.karl)
    assert album.names(photo) == [NOTHING, NOTHING]


def test_somebody_tagged_on_two_faces_of_a_photo_is_on_neither(album: TaggedAlbum) -> None:
    photo = album.photo(2, tag("Oma", LEFT), tag("Oma", MIDDLE))
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [NOTHING, NOTHING]
    assert album.outcomes(photo) == ["twice in the photo"] * 2


def test_a_tag_that_meets_no_face_stays_listed(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Oma", RIGHT))
    told = answer(album.con, "Oma", album.rosa)
    assert (told.no_face, told.named) == (1, {})
    assert album.outcomes(photo) == ["no face there"]


def test_the_name_of_a_whole_photo_is_a_proposal_where_there_is_one_face(
    album: TaggedAlbum,
) -> None:
    weak = tag("Oma", by="", standard="takeout")
    alone, crowd, none = album.photo(1, weak), album.photo(2, weak), album.photo(0, weak)
    told = answer(album.con, "Oma", album.rosa)
    assert told.proposed == {"Oma Rosa": 1}
    assert album.names(alone) == [("Oma Rosa", "proposed", "tag")]
    assert album.names(crowd) == [NOTHING, NOTHING]
    assert album.outcomes(none) == ["which face is not said"]
    undo(album.con)
    assert album.names(alone) == [NOTHING]


def test_two_names_of_a_whole_photo_propose_nobody(album: TaggedAlbum) -> None:
    names = (tag("Oma", by="", standard="takeout"), tag("Opa", by="", standard="takeout"))
    photo = album.photo(1, *names)
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [NOTHING]
    answer(album.con, "Opa", album.karl)
    assert album.names(photo) == [NOTHING]


def test_a_name_without_a_box_adds_nothing_to_the_same_with_one(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Oma", LEFT), tag("Oma", by="", standard="takeout"))
    answer(album.con, "Oma", album.rosa)
    assert album.names(photo) == [ROSA]
    assert album.outcomes(photo) == ["decided", "known"]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_the_reading_that_meets_the_faces_counts_for_the_whole_photo(
    album: TaggedAlbum, orientation: int
) -> None:
    boxes = [box_of(LEFT), box_of(RIGHT)]
    wrong = [turned(turned_back(box, orientation), 1) for box in boxes]
    names = ["Oma", "Opa"]
    said = [Tag(n, "mwg", "", (w, b)) for n, w, b in zip(names, wrong, boxes, strict=True)]
    photo = album.photo(3, *said)
    answer(album.con, "Oma", album.rosa)
    answer(album.con, "Opa", album.karl)
    assert album.names(photo) == [ROSA, NOTHING, ("Karl", "confirmed", "tag")]


def test_a_name_that_was_corrected_in_the_other_program_is_corrected_here(
    album: TaggedAlbum,
) -> None:
    photo = album.photo(1, tag("Oma", LEFT))
    answer(album.con, "Oma", album.rosa)
    tags.add(album.con, {photo: [tag("Opa", LEFT, by="digiKam-8.2")]})
    told = album.settle(photo)
    assert told.taken_back == 1
    assert album.names(photo) == [NOTHING]
    answer(album.con, "Opa", album.karl)
    assert album.names(photo) == [("Karl", "confirmed", "tag")]


def test_another_programs_words_take_nothing_back(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Oma", LEFT))
    answer(album.con, "Oma", album.rosa)
    tags.add(album.con, {photo: [tag("Oma", by="", standard="takeout")]})
    album.settle(photo)
    assert album.names(photo) == [ROSA]


def test_a_name_follows_its_person_into_another_entry(album: TaggedAlbum) -> None:
    answered = album.photo(1, tag("Opa", LEFT))
    answer(album.con, "Opa", album.karl)
    people.merge(album.con, album.karl.person_id, album.rosa.person_id)
    before = journal(album.con)
    album.settle(answered)
    assert journal(album.con) == before
    assert album.names(album.photo(0)) == []
    later = album.photo(1, tag("Opa", LEFT))
    album.settle(later)
    assert album.names(later) == [ROSA]


def test_a_name_of_somebody_who_was_removed_names_nobody(album: TaggedAlbum) -> None:
    photo = album.photo(1, tag("Opa", LEFT))
    answer(album.con, "Opa", album.karl)
    people.remove(album.con, album.karl.person_id)
    album.settle(photo)
    assert album.names(photo) == [NOTHING]
    assert album.outcomes(photo) == ["removed person"]


def test_an_answer_about_a_name_nobody_wrote_is_refused_with_the_nearest(
    album: TaggedAlbum,
) -> None:
    album.photo(1, tag("Oma Rosa", LEFT))
    with pytest.raises(UsageError) as refused:
        answer(album.con, "Oma Rsoa", album.rosa)
    assert "Did you mean 'Oma Rosa'?" in str(refused.value.hint)


def test_faces_that_tags_named_let_the_tracker_recognise_others(tmp_path: Path) -> None:
    photos = Album(tmp_path / "album")
    photos.enrol(photos.mia)
    corner = Tag("Mama", "mwg", "digiKam", ((0.0, 0.0, 100 / 640, 100 / 480),))
    tagged = [photos.photo("Anna", day=BORN + timedelta(days=day)) for day in range(8)]
    tags.add(photos.con, {sha256: [corner] for sha256 in tagged})
    assert answer(photos.con, "Mama", photos.anna).named == {"Anna": 8}
    other = photos.photo("Anna", day=BORN + timedelta(days=30))
    photos.settle([*tagged, other])
    assert photos.names(other) == [(photos.anna.person_id, "proposed")]
    assert {photos.names(sha256)[0] for sha256 in tagged} == {(photos.anna.person_id, "confirmed")}
    photos.con.close()


def test_whom_a_tag_names_is_not_asked_for_among_the_other_faces(tmp_path: Path) -> None:
    photos = Album(tmp_path / "album")
    crowd = photos.photo("Mia", "Zoe", day=BORN + timedelta(days=4))
    photos.con.execute("UPDATE faces SET box = [300, 200, 400, 300] WHERE face_index = 1")
    tags.add(
        photos.con,
        {crowd: [Tag("Mimi", "mwg", "", ((300 / 640, 200 / 480, 400 / 640, 300 / 480),))]},
    )
    assert photos.settle([crowd], photos.mia).waiting == 1
    answer(photos.con, "Mimi", photos.mia)
    assert photos.names(crowd) == [(0, ""), (photos.mia.person_id, "confirmed")]
    assert photos.settle([crowd], photos.mia).waiting == 0
    undo(photos.con)
    assert {state for _, state in photos.names(crowd)} == {"waiting"}, "as it was before"
    photos.con.close()
