"""Dates that are set in a review: the photo moves to its month, and back with the undo."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from db import dates, people
from db.connection import open_workspace
from db.records import Clue
from tests.support.review_album import Album, family
from tests.support.workspaces import sha_of
from tracker.dating import clues
from tracker.errors import UsageError
from tracker.identity import reviewing as asked
from tracker.study import reviewing
from tracker.study.deciding_dates import set_dates_of, undo_dates

TODAY = date(2025, 1, 1)


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    with open_workspace(tmp_path / "w", create=True) as connection:
        yield family(connection)
    shutil.rmtree(tmp_path / "w")


def months(album: Album) -> dict[int, int]:
    return {m.age_months: m.photo_days for m in asked.state(album.con, None).progress}


def photo_id(album: Album, name: str) -> int:
    return asked.face(album.con, album.faces[name, 0]).face.photo_id


def test_a_date_moves_a_photo_to_its_month_and_undo_brings_it_back(album: Album) -> None:
    said = Clue("exif", "EXIF DateTimeOriginal", "2024:04:12", *[date(2024, 4, 12)] * 2)
    dates.add_clues(album.con, {sha_of("mia-3"): [said]})
    before = months(album)
    done = reviewing.set_date(album.con, photo_id(album, "mia-3"), "2024-02-20", today=TODAY)
    assert (done.words, done.faces) == ("2024-02-20 is a photo's date", 1)
    assert months(album) == {0: 6, 1: 1}
    face = asked.face(album.con, album.faces["mia-3", 0])
    assert (face.face.date, face.date_source) == ("2024-02-20", "user")
    undone = reviewing.undo(album.con, today=TODAY)
    assert undone is not None and undone.photos == (sha_of("mia-3"),)
    assert months(album) == before


def test_the_same_date_again_is_nothing_to_take_back(album: Album) -> None:
    photo = photo_id(album, "mia-3")
    reviewing.set_date(album.con, photo, "2024-02-20", today=TODAY)
    assert reviewing.set_date(album.con, photo, "2024-02-20", today=TODAY).faces == 0
    assert reviewing.undo(album.con, today=TODAY) is not None
    assert reviewing.undo(album.con, today=TODAY) is None


def test_a_date_that_was_set_elsewhere_is_not_taken_back_here(album: Album) -> None:
    set_dates_of(album.con, [sha_of("mia-3")], "2024-02-20", today=TODAY)
    assert reviewing.undo(album.con, today=TODAY) is None
    reviewing.set_date(album.con, photo_id(album, "mia-0-1"), "2024-02-21", today=TODAY)
    undo_dates(album.con, today=TODAY)  # the one of the review, from the command line
    assert reviewing.undo(album.con, today=TODAY) is None
    known = dates.known(album.con, [sha_of("mia-3"), sha_of("mia-0-1")])
    assert [sha for sha, photo in known.items() if photo.decided is not None] == [sha_of("mia-3")]


def test_undo_takes_back_whatever_was_last(album: Album) -> None:
    reviewing.rename(album.con, album.people["Ben"], "Benno", today=TODAY)
    reviewing.set_date(album.con, photo_id(album, "mia-3"), "2024-02-20", today=TODAY)
    asked.decide(album.con, [album.faces["mia-3", 0]], None, "ignored")
    words = []
    while (undone := reviewing.undo(album.con, today=TODAY)) is not None:
        words.append(undone.words)
    assert words == ["1 face ignored", "2024-02-20 is a photo's date", "Ben is called Benno"]
    assert people.find(album.con, "Ben") is not None


@pytest.mark.parametrize("text", ["2026-01-01", "soon", "", "1700"])
def test_a_date_that_cannot_be_changes_nothing(album: Album, text: str) -> None:
    with pytest.raises(UsageError):
        reviewing.set_date(album.con, photo_id(album, "mia-3"), text, today=TODAY)
    with pytest.raises(UsageError):
        reviewing.set_date(album.con, 99999, "2024-01-11", today=TODAY)
    assert asked.next_undo(album.con) is None


def test_nobody_is_proposed_for_a_photo_that_is_older_than_they_are(album: Album) -> None:
    (face,) = album.photo("perhaps", ["Mia"], date(2024, 5, 1))
    album.say(face, "Mia", "proposed")
    photo = photo_id(album, "perhaps")
    reviewing.set_date(album.con, photo, "2019-05-05", today=TODAY)
    assert asked.face(album.con, face).face.state == ""


def test_a_merge_is_followed_and_taken_back(album: Album) -> None:
    rosa = album.add("Rosa", "grandmother", date(1950, 5, 5))
    oma = album.add("Oma", "grandmother")
    reviewing.merge(album.con, rosa, oma, today=TODAY)
    assert people.get(album.con, "Oma").born_earliest == date(1950, 5, 5)
    reviewing.undo(album.con, today=TODAY)
    assert people.get(album.con, "Rosa").person_id == rosa


def test_photos_of_two_who_were_one_for_a_while_keep_to_their_own_births_again(
    album: Album,
) -> None:
    rosa = album.add("Rosa", "grandmother", date(1950, 1, 1))
    oma = album.add("Oma", "grandmother", date(1950, 1, 1))
    shown = {"a": ["Rosa"], "b": ["Rosa", "Oma"], "c": ["Oma"]}
    births = {name: clues.born(name, date(1950, 1, 1)) for name in ("Rosa", "Oma")}
    for name, whom in shown.items():
        album.photo(name, ["x"], None)
        dates.add_clues(album.con, {sha_of(name): [births[one] for one in whom]})
    before = dates.clues_from(album.con, [clues.BORN])
    reviewing.merge(album.con, rosa, oma, today=TODAY)
    merged = dates.clues_from(album.con, [clues.BORN])
    assert {clue.label for clue in merged[sha_of("a")]} == {births["Oma"].label}
    reviewing.undo(album.con, today=TODAY)
    assert dates.clues_from(album.con, [clues.BORN]) == before


def test_somebody_who_is_removed_is_back_with_their_photos_births(album: Album) -> None:
    rosa = album.add("Rosa", "grandmother", date(1950, 1, 1))
    (face,) = album.photo("a", ["Rosa"], None)
    asked.decide(album.con, [face], rosa, "confirmed")
    dates.add_clues(album.con, {sha_of("a"): [clues.born("Rosa", date(1950, 1, 1))]})
    before = dates.clues_from(album.con, [clues.BORN])
    reviewing.remove(album.con, rosa, today=TODAY)
    assert people.find(album.con, "Rosa") is None
    assert dates.clues_from(album.con, [clues.BORN]) == {}
    undone = reviewing.undo(album.con, today=TODAY)
    assert undone is not None and undone.words == "Rosa is removed"
    assert dates.clues_from(album.con, [clues.BORN]) == before
    assert asked.face(album.con, face).face.name == "Rosa"
