"""The child's faces by complete month of age: what counts, what is a gap, what is left out."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pytest

from db import faces, people, photos
from db.records import Dated, EmbedderRow
from tests.support.workspaces import (
    DETECTOR,
    EMBEDDER,
    OTHER,
    dated,
    photo_of,
    says,
    sha_of,
    vector_of,
)
from tracker.ages import bucket_of

Connection = duckdb.DuckDBPyConnection
ME = EMBEDDER.embedder_id
BORN = date(2023, 1, 30)


@pytest.fixture
def mia(con: Connection) -> int:
    return people.add(con, "Mia", "child", born_earliest=BORN).person_id


def show(
    con: Connection,
    person: int | None,
    when: date | Dated | None,
    *,
    state: str = "confirmed",
    name: str = "",
    embedder: EmbedderRow = EMBEDDER,
) -> int:
    """A photo with one face on which somebody is; the face's id."""
    photo = photo_of(name or f"{person} {when} {state}", 1, when, embedder=embedder)
    photos.store_batch(con, [photo], [], detector=DETECTOR, embedder=embedder)
    face = photo.faces[0].face_id
    if person is not None:
        people.decide(con, [says(face, person, state)])
    return face


def months(con: Connection, child: int) -> list[int]:
    table = faces.child_by_month(con, child, ME)
    assert isinstance(table.age_months, np.ndarray)
    return [int(month) for month in table.age_months]


def reasons(con: Connection, child: int) -> dict[int, str]:
    found = faces.excluded(con, child, ME)
    return dict(zip(found.face_id, found.code, strict=True))


@pytest.mark.parametrize(
    ("born", "day", "month"),
    [
        ("2023-01-30", "2023-01-30", 0),  # the day of birth
        ("2023-01-30", "2023-02-27", 0),
        ("2023-01-30", "2023-02-28", 1),  # 30 January and a month: the last of February
        ("2023-01-30", "2023-03-29", 1),
        ("2023-01-30", "2023-03-30", 2),
        ("2023-01-31", "2023-04-30", 3),
        ("2024-01-30", "2024-02-29", 1),
        ("2024-02-29", "2025-02-27", 11),
        ("2024-02-29", "2025-02-28", 12),  # a birthday where there is no 29 February
        ("2024-02-29", "2028-02-28", 47),
        ("2024-02-29", "2028-02-29", 48),
        ("2023-06-15", "2024-06-14", 11),
        ("2023-06-15", "2024-06-15", 12),  # the birthday
        ("2023-12-31", "2024-01-01", 0),
    ],
)
def test_a_photo_is_in_the_month_of_age_that_people_would_say(
    con: Connection, born: str, day: str, month: int
) -> None:
    child = people.add(con, "C", "child", born_earliest=date.fromisoformat(born)).person_id
    show(con, child, date.fromisoformat(day))
    assert months(con, child) == [month]


@pytest.mark.parametrize(
    "born",
    [("2024-01-31", "2024-01-31"), ("2024-02-29", "2024-02-29"), ("2024-01-01", "2024-12-31")],
)
def test_the_database_and_the_program_count_every_day_alike(
    con: Connection, born: tuple[str, str]
) -> None:
    rows = con.execute(
        """
        SELECT earliest, latest, CASE WHEN a = b THEN a END FROM (
            SELECT earliest, latest, month_of_age($1::DATE, $2::DATE, earliest) AS a,
                month_of_age($1::DATE, $2::DATE, latest) AS b
            FROM (
                SELECT DATE '2023-12-01' + n::INTEGER AS earliest, earliest + span AS latest
                FROM range(1200) days(n), unnest([0, 1, 27, 30]) spans(span)))
        """,
        list(born),
    ).fetchall()
    birth = (date.fromisoformat(born[0]), date.fromisoformat(born[1]))
    assert len(rows) == 4800
    for earliest, latest, month in rows:
        assert month == bucket_of(birth, (earliest, latest))[0], (earliest, latest)


def test_faces_come_by_month_then_day_with_everything_aligned(con: Connection, mia: int) -> None:
    days = [date(2023, 4, 2), date(2023, 2, 1), date(2023, 4, 1), date(2023, 3, 30)]
    ids = {day: show(con, mia, day) for day in days}
    table = faces.child_by_month(con, mia, ME)
    assert table.day_earliest.tolist() == sorted(days)
    assert table.day_latest.tolist() == sorted(days)
    assert table.face_ids.tolist() == [ids[day] for day in sorted(days)]
    assert table.age_months.tolist() == [0, 2, 2, 2]
    assert set(table.person_ids.tolist()) == {mia}
    assert set(table.states) == {"confirmed"}
    assert set(table.sources) == {"user"}
    assert table.photos.tolist() == [sha_of(f"{mia} {day} confirmed") for day in sorted(days)]
    np.testing.assert_array_equal(
        table.vectors, np.stack([vector_of(face) for face in table.face_ids.tolist()])
    )
    assert (table.vectors.dtype, table.face_ids.dtype) == (np.float32, np.int64)
    assert (table.person_ids.dtype, table.age_months.dtype) == (np.int32, np.int32)
    assert table.day_earliest.dtype == np.dtype("datetime64[D]")
    assert table.size_px.dtype == np.float32


def test_a_range_of_months_has_both_its_ends(con: Connection, mia: int) -> None:
    for month in range(1, 7):
        show(con, mia, date(2023, month, 30) if month != 2 else date(2023, 2, 28))
    assert months(con, mia) == [0, 1, 2, 3, 4, 5]
    for first, last, expected in [(2, 4, [2, 3, 4]), (None, 0, [0]), (5, None, [5]), (9, None, [])]:
        table = faces.child_by_month(con, mia, ME, from_month=first, to_month=last)
        assert table.age_months.tolist() == expected


def test_only_certain_faces_are_asked_for_when_only_they_are_wanted(
    con: Connection, mia: int
) -> None:
    sure = show(con, mia, date(2023, 5, 1))
    guessed = show(con, mia, date(2023, 5, 2), state="proposed")
    show(con, mia, date(2023, 5, 3), state="waiting")
    show(con, mia, date(2023, 5, 4), state="rejected")
    show(con, None, date(2023, 5, 5))
    assert faces.child_by_month(con, mia, ME).face_ids.tolist() == [sure, guessed]
    only = faces.child_by_month(con, mia, ME, states=faces.CONFIRMED)
    assert only.face_ids.tolist() == [sure]


def test_what_is_left_out_is_listed_with_its_reason(con: Connection, mia: int) -> None:
    kept = show(con, mia, date(2023, 5, 1))
    expected = {
        show(con, mia, None): "undated",
        show(con, mia, date(2023, 1, 29)): "before birth",
        show(con, mia, dated(date(2023, 1, 1), date(2023, 1, 31))): "perhaps before birth",
        show(con, mia, dated(date(2023, 4, 1), date(2023, 4, 30))): "two months",
        show(con, mia, date(2023, 5, 2), state="waiting"): "waiting",
        show(con, mia, date(2023, 5, 3), embedder=OTHER): "not embedded",
    }
    assert reasons(con, mia) == expected
    assert faces.child_by_month(con, mia, ME).face_ids.tolist() == [kept]
    rows = faces.excluded(con, mia, ME)
    assert list(rows.columns) == ["what", "face_id", "path", "date", "who", "code", "reason"]
    assert set(rows.who) == {"Mia"}
    assert "2023-04-01 to 2023-04-30" in set(rows.date)
    assert all(rows.reason.str.len() > 10)


def test_a_span_of_days_within_one_month_of_age_counts(con: Connection, mia: int) -> None:
    show(con, mia, dated(date(2023, 3, 30), date(2023, 4, 29)))
    show(con, mia, dated(date(2023, 3, 30), date(2023, 4, 30)), name="a day too long")
    assert months(con, mia) == [2]


def test_a_child_without_a_birth_date_has_no_months(con: Connection) -> None:
    child = people.add(con, "C", "child").person_id
    face = show(con, child, date(2023, 5, 1))
    assert months(con, child) == []
    assert reasons(con, child) == {face: "no birth date"}
    assert len(faces.month_coverage(con, child, ME)) == 0


def test_a_birth_known_to_the_month_counts_from_its_middle(con: Connection) -> None:
    child = people.add(
        con, "C", "child", born_earliest=date(2023, 1, 1), born_latest=date(2023, 1, 31)
    ).person_id
    days = [date(2022, 12, 31), date(2023, 1, 1), date(2023, 2, 15), date(2023, 2, 16)]
    ids = {day: show(con, child, day) for day in days}
    assert months(con, child) == [0, 0, 1]
    assert reasons(con, child) == {ids[days[0]]: "before birth"}


def test_months_without_photos_are_gaps_with_zeros(con: Connection, mia: int) -> None:
    for day in (date(2023, 2, 1), date(2023, 2, 1), date(2023, 2, 2), date(2023, 6, 30)):
        for shot in range(2):
            show(con, mia, day, name=f"{day} {shot}")
    show(con, mia, None)
    show(con, mia, date(2023, 8, 1), state="waiting")
    coverage = faces.month_coverage(con, mia, ME)
    assert list(coverage.columns) == ["age_months", "faces", "photo_days"]
    assert coverage.to_numpy().tolist() == [
        [0, 4, 2],
        [1, 0, 0],
        [2, 0, 0],
        [3, 0, 0],
        [4, 0, 0],
        [5, 2, 1],
    ]


def test_no_photos_are_no_months(con: Connection, mia: int) -> None:
    assert len(faces.month_coverage(con, mia, ME)) == 0
    assert len(faces.excluded(con, mia, ME)) == 0
    table = faces.child_by_month(con, mia, ME)
    assert len(table) == 0
    assert table.vectors.shape == (0, 0)
    show(con, mia, date(2023, 5, 1), embedder=OTHER)
    assert len(faces.child_by_month(con, mia, ME)) == 0
    assert faces.child_by_month(con, 99, OTHER.embedder_id).vectors.shape == (0, OTHER.dim)


def test_two_children_are_counted_from_their_own_births(con: Connection, mia: int) -> None:
    tom = people.add(con, "Tom", "child", born_earliest=date(2021, 1, 30)).person_id
    day = date(2023, 3, 30)
    show(con, mia, day)
    show(con, tom, day)
    assert (months(con, mia), months(con, tom)) == ([2], [26])


def test_the_enrolled_are_the_confirmed_faces_of_those_who_are_still_there(
    con: Connection, mia: int
) -> None:
    anna = people.add(con, "Anna", "mother").person_id
    gone = people.add(con, "Gone", "aunt").person_id
    hers = [show(con, anna, None), show(con, anna, date(2020, 1, 1))]
    guessed = show(con, anna, date(2020, 1, 2), state="proposed")
    childs = show(con, mia, date(2023, 5, 1))
    show(con, gone, date(2020, 1, 1))
    people.remove(con, gone)
    everybody = faces.enrolled(con, ME)
    assert everybody.face_ids.tolist() == [childs, hers[1], hers[0]], "by person, then day"
    assert everybody.person_ids.tolist() == [mia, anna, anna]
    assert everybody.age_months.tolist() == [3, faces.NO_AGE, faces.NO_AGE]
    assert np.isnat(everybody.day_earliest).tolist() == [False, False, True]
    some = faces.enrolled(con, ME, person_ids=[anna], states=faces.CONFIRMED_AND_PROPOSED)
    assert set(some.face_ids.tolist()) == {*hers, guessed}
    assert len(faces.enrolled(con, ME, person_ids=[])) == 0
    assert len(faces.enrolled(con, "never used")) == 0


def test_a_merged_persons_faces_are_enrolled_as_the_one_that_is_kept(
    con: Connection, mia: int
) -> None:
    twice = people.add(con, "Maria", "child").person_id
    show(con, mia, date(2023, 5, 1))
    show(con, twice, date(2023, 6, 1))
    people.merge(con, twice, mia)
    assert faces.enrolled(con, ME).person_ids.tolist() == [mia, mia]
    assert months(con, mia) == [3, 4]


def test_faces_of_nobody_are_found_too(con: Connection, mia: int) -> None:
    unknown, known = show(con, None, date(2023, 5, 1)), show(con, mia, date(2023, 5, 2))
    assert faces.unnamed(con, ME).face_ids.tolist() == [unknown]
    both = faces.by_ids(con, ME, [known, unknown, 12345])
    assert both.face_ids.tolist() == [unknown, known]
    assert both.person_ids.tolist() == [-1, mia]
    assert both.states.tolist() == ["", "confirmed"]


def test_a_part_of_a_table_keeps_its_columns_aligned(con: Connection, mia: int) -> None:
    for day in (1, 2, 3):
        show(con, mia, date(2023, 5, day))
    table = faces.child_by_month(con, mia, ME)
    part = table.take(np.array([True, False, True]))
    assert len(part) == 2
    assert part.face_ids.tolist() == table.face_ids[[0, 2]].tolist()
    np.testing.assert_array_equal(table.take(np.array([2])).vectors, table.vectors[2:])


def test_the_faces_of_photos_come_without_vectors_and_vectors_on_their_own(
    con: Connection, mia: int
) -> None:
    mine = [photo_of("a", 2, date(2024, 3, 9)), photo_of("b", 0), photo_of("c"), photo_of("d")]
    photos.store_batch(con, mine, [], detector=DETECTOR, embedder=EMBEDDER)
    other = photo_of("e", embedder=OTHER)
    photos.store_batch(con, [other], [], detector=DETECTOR, embedder=OTHER)
    asked = [sha_of(name) for name in "aabce"]
    table = faces.of_photos(con, ME, asked, DETECTOR)
    assert sorted(table.photos.tolist()) == sorted([sha_of("a"), sha_of("a"), sha_of("c")])
    assert table.vectors.shape == (3, 0)
    whole = faces.by_ids(con, ME, table.face_ids.tolist())
    for column in set(faces.FaceTable.__slots__) - {"vectors"}:
        np.testing.assert_array_equal(getattr(table, column), getattr(whole, column))
    turned = table.face_ids[[2, 0, 1]]
    vectors = faces.vectors_of(con, ME, turned)
    np.testing.assert_array_equal(vectors, whole.vectors[[2, 0, 1]])
    assert faces.vectors_of(con, ME, turned[:0]).shape == (0, EMBEDDER.dim)
    assert len(faces.of_photos(con, "unknown", asked, DETECTOR)) == 0
    assert len(faces.of_photos(con, ME, asked, "another-detector")) == 0


def test_the_enrolled_are_the_same_without_their_vectors(con: Connection, mia: int) -> None:
    show(con, mia, date(2024, 3, 9))
    show(con, mia, date(2024, 4, 9))
    whole = faces.enrolled(con, ME)
    light = faces.enrolled(con, ME, with_vectors=False)
    assert light.vectors.shape == (2, 0)
    assert light.face_ids.tolist() == whole.face_ids.tolist()
