"""People known to be unrelated: they are compared against, and are nobody's family."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pytest

from db import answers, check, cohort, faces, overview, people, photos
from db.cohort import Member, Source
from db.connection import transaction
from db.records import PhotoResult
from tests.support.workspaces import DETECTOR, EMBEDDER, OTHER, dated, photo_of, says, sha_of

Connection = duckdb.DuckDBPyConnection
DAY = date(2024, 3, 9)
NAME = EMBEDDER.embedder_id
CLUB = b"/photos/club"


def take_in(con: Connection, *taken: PhotoResult) -> list[int]:
    """Store photos; the ids of their faces."""
    photos.store_batch(con, list(taken), [], detector=DETECTOR, embedder=EMBEDDER)
    return [face.face_id for photo in taken for face in photo.faces]


@pytest.fixture
def two(con: Connection) -> list[int]:
    """Jo, with two photos, and Kim, with one, added from one folder."""
    ids = take_in(con, photo_of("jo 1", 1, DAY), photo_of("jo 2"), photo_of("kim", 1, DAY))
    jo = Member("jo", tuple(ids[:2]), "f", date(1994, 3, 9), date(1994, 3, 9))
    cohort.add(con, CLUB, [jo, Member("kim", (ids[2],), years=7.5)])
    cohort.set_aside(con, [sha_of(name) for name in ("jo 1", "jo 2", "kim")])
    return ids


def test_every_face_of_a_stranger_comes_with_its_age_and_sex(
    con: Connection, two: list[int]
) -> None:
    table = cohort.table(con, NAME)
    assert table.labels.tolist() == ["jo", "jo", "kim"]
    assert table.sexes.tolist() == ["f", "f", ""]
    assert sorted(table.face_ids[:2].tolist()) == sorted(two[:2])
    years = dict(zip(table.face_ids.tolist(), table.years.tolist(), strict=True))
    assert years[two[0]] == pytest.approx(30, abs=0.01)
    assert np.isnan(years[two[1]])  # no date, no age
    assert years[two[2]] == 7.5
    assert table.vectors.dtype == np.float32 and table.vectors.shape == (3, EMBEDDER.dim)
    assert table.claimed.tolist() == ["", "", ""]


def test_an_embedder_that_has_not_read_them_has_no_strangers(
    con: Connection, two: list[int]
) -> None:
    assert len(cohort.table(con, "never seen")) == 0
    again = photo_of("other", 1, embedder=OTHER)
    photos.store_batch(con, [again], [], detector=DETECTOR, embedder=OTHER)
    assert len(cohort.table(con, OTHER.embedder_id)) == 0
    assert cohort.read_with(con) == {NAME: 3}


def test_adding_the_same_place_again_replaces_what_it_said(con: Connection, two: list[int]) -> None:
    cohort.add(con, CLUB, [Member("jo", tuple(two[:2]), "m", years=40)])
    table = cohort.table(con, NAME)
    assert table.labels.tolist() == ["jo", "jo"]
    assert table.sexes.tolist() == ["m", "m"]
    assert table.years.tolist() == [40, 40]
    assert cohort.sources(con) == [Source(CLUB, 1, 2)]


def test_adding_the_same_again_gives_the_same_table(con: Connection, two: list[int]) -> None:
    before = cohort.table(con, NAME)
    jo = Member("jo", tuple(two[:2]), "f", date(1994, 3, 9), date(1994, 3, 9))
    cohort.add(con, CLUB, [Member("kim", (two[2],), years=7.5), jo])
    after = cohort.table(con, NAME)
    for column in ("face_ids", "years", "sexes", "labels", "sources"):
        np.testing.assert_array_equal(getattr(before, column), getattr(after, column))


def test_a_face_added_from_two_places_stays_when_one_is_taken_out(
    con: Connection, two: list[int]
) -> None:
    cohort.add(con, b"/elsewhere", [Member("a copy", (two[2],))])
    assert cohort.sources(con) == [Source(b"/elsewhere", 1, 1), Source(CLUB, 2, 3)]
    assert cohort.remove(con, CLUB) == 2
    assert cohort.table(con, NAME).labels.tolist() == ["a copy"]


def test_taking_everything_out_leaves_nobody(con: Connection, two: list[int]) -> None:
    cohort.add(con, b"/elsewhere", [Member("a copy", (two[2],))])
    assert cohort.remove(con, None) == 3
    assert cohort.sources(con) == []
    assert len(cohort.table(con, NAME)) == 0
    assert len(cohort.face_ids(con)) == 0


def test_people_marked_unrelated_are_strangers_by_their_confirmed_faces(con: Connection) -> None:
    ids = take_in(con, photo_of("party", 2, DAY), photo_of("picnic", 1, DAY))
    neighbour = people.add(
        con, "Neighbour", "unrelated", born_earliest=date(1984, 3, 9), sex="m"
    ).person_id
    people.decide(con, [says(ids[0], neighbour), says(ids[2], neighbour, "proposed", "match")])
    table = cohort.table(con, NAME)
    assert table.face_ids.tolist() == [ids[0]]
    assert table.labels.tolist() == ["Neighbour"]
    assert table.sources.tolist() == [b""]
    assert (table.members < 0).all()
    assert table.years.tolist() == [pytest.approx(40, abs=0.01)]
    people.remove(con, neighbour)
    assert len(cohort.table(con, NAME)) == 0


@pytest.mark.parametrize("state", ["confirmed", "proposed"])
def test_a_face_that_is_said_to_be_a_relatives_is_told(
    con: Connection, two: list[int], state: str
) -> None:
    anna = people.add(con, "Anna", "mother").person_id
    people.decide(con, [says(two[2], anna, state)])
    table = cohort.table(con, NAME)
    assert table.claimed.tolist() == ["", "", "Anna"]


def test_strangers_are_nobody_the_family_must_look_at(con: Connection, two: list[int]) -> None:
    mia = people.add(con, "Mia", "child", born_earliest=date(2024, 1, 30)).person_id
    take_in(con, photo_of("landscape of strangers", 0))
    cohort.set_aside(con, [sha_of("landscape of strangers")])
    counts = overview.counts(con)
    assert (counts.undated, counts.without_faces, counts.unnamed) == (0, 0, 0)
    assert (counts.faces, counts.photos, counts.strangers) == (3, 4, 4)
    assert counts.people == 1
    assert len(overview.undated(con)) == 0
    assert len(overview.left_out(con, mia)) == 0
    assert [c.person.name for c in people.all_people(con)] == ["Mia"]


def test_the_familys_own_photos_are_listed_as_before(con: Connection, two: list[int]) -> None:
    mia = people.add(con, "Mia", "child", born_earliest=date(2024, 1, 30)).person_id
    take_in(con, photo_of("undated"), photo_of("sea", 0, dated(DAY)))
    counts = overview.counts(con)
    assert (counts.undated, counts.without_faces, counts.unnamed) == (1, 1, 1)
    assert (counts.photos, counts.strangers) == (5, 3)
    assert overview.undated(con)["path"].tolist() == ["/photos/undated.jpg"]
    assert overview.left_out(con, mia)["path"].tolist() == ["/photos/sea.jpg"]


def test_after_they_are_taken_out_their_photos_are_still_not_the_familys(
    con: Connection, two: list[int]
) -> None:
    cohort.remove(con, None)
    counts = overview.counts(con)
    assert (counts.undated, counts.unnamed) == (0, 0)


def test_photos_ingested_as_the_familys_after_all_are_listed_again(
    con: Connection, two: list[int]
) -> None:
    cohort.take_back(con, [sha_of("jo 2"), sha_of("kim")])
    assert overview.counts(con).undated == 0  # they show a stranger for as long as they are added
    cohort.remove(con, None)
    counts = overview.counts(con)
    assert (counts.undated, counts.unnamed) == (1, 2)


def test_a_photo_with_a_stranger_and_a_relative_is_the_familys(con: Connection) -> None:
    ids = take_in(con, photo_of("both", 2))
    anna = people.add(con, "Anna", "mother").person_id
    people.decide(con, [says(ids[0], anna)])
    cohort.add(con, CLUB, [Member("jo", (ids[1],))])
    counts = overview.counts(con)
    assert (counts.undated, counts.unnamed) == (1, 0)


def test_nothing_is_wrong_with_a_workspace_that_has_strangers(
    con: Connection, two: list[int]
) -> None:
    assert check.problems(con) == []


def test_strangers_are_not_enrolled(con: Connection, two: list[int]) -> None:
    assert len(faces.enrolled(con, NAME)) == 0


def test_a_label_that_is_no_text_is_kept_readable(con: Connection, two: list[int]) -> None:
    cohort.add(con, b"/caf\xe9", [Member("caf\udce9", (two[0],))])
    assert cohort.sources(con)[0].path == b"/caf\xe9"
    assert cohort.table(con, NAME).labels.tolist()[0] == "caf\\udce9"


@pytest.mark.parametrize(
    "harm", ["DELETE FROM cohort_members", "UPDATE cohort_faces SET face_id = face_id + 1"]
)
def test_strangers_whose_rows_contradict_each_other_are_told(
    con: Connection, two: list[int], harm: str
) -> None:
    con.execute(harm)
    (found,) = check.problems(con)
    assert found.startswith("3 faces of unrelated people are not stored")


def test_a_poster_among_the_strangers_is_held_against_nobody(
    con: Connection, two: list[int]
) -> None:
    with transaction(con):
        batch = answers.open_batch(con, "ignored")
        people.decide(con, [says(two[0], None, "ignored")], batch=batch)
    assert two[0] not in cohort.table(con, NAME).face_ids
    answers.undo(con)
    assert two[0] in cohort.table(con, NAME).face_ids
