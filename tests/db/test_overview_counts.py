"""What is in the workspace, and what of it gives a report nothing."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from db import overview, people, photos, runs
from db.records import PhotoResult
from tests.support.workspaces import (
    DETECTOR,
    EMBEDDER,
    dated,
    photo_of,
    place_of,
    rejected,
    says,
)

Connection = duckdb.DuckDBPyConnection
DAY = date(2024, 3, 9)


@pytest.fixture
def group() -> PhotoResult:
    return photo_of("group", 4, DAY)


@pytest.fixture
def child(con: Connection, group: PhotoResult) -> int:
    """A workspace with a bit of everything; the child's number."""
    mia = people.add(con, "Mia", "child", born_earliest=date(2023, 1, 30)).person_id
    anna = people.add(con, "Anna", "mother").person_id
    gone = people.add(con, "Gone", "aunt").person_id
    undated = photo_of("undated", 1)
    photos.store_batch(
        con,
        [group, undated, photo_of("empty", 0, dated(date(2024, 1, 1), date(2024, 1, 31)))],
        [rejected(b"/broken.jpg"), rejected(b"/caf\xe9.jpg", "empty")],
        detector=DETECTOR,
        embedder=EMBEDDER,
    )
    photos.add_paths(con, [place_of("group", path=b"/a copy.jpg")])
    faces = [face.face_id for face in group.faces]
    people.decide(
        con,
        [
            says(faces[0], mia),
            says(faces[1], anna, "proposed", "match"),
            says(faces[2], anna, "waiting"),
            says(faces[3], gone),
            says(undated.faces[0].face_id, mia),
        ],
    )
    people.remove(con, gone)
    return mia


def test_everything_is_counted(con: Connection, child: int) -> None:
    runs.store(
        con,
        fingerprint="f",
        child_id=child,
        embedder_id=EMBEDDER.embedder_id,
        settings={},
        results=overview.undated(con)[[]],
    )
    assert overview.counts(con) == overview.Counts(
        photos=3,
        paths=4,
        undated=1,
        without_faces=1,
        rejected=2,
        faces=5,
        confirmed=2,
        proposed=1,
        waiting=1,
        unnamed=1,
        people=2,
        runs=1,
        strangers=0,
        set_aside=0,
        missing=0,
        vectors=((EMBEDDER.embedder_id, 16, 5),),
    )


def test_a_new_workspace_is_empty(con: Connection) -> None:
    counted = overview.counts(con)
    assert counted.vectors == ()
    assert (counted.photos, counted.faces, counted.people, counted.unnamed) == (0, 0, 0, 0)
    assert len(overview.undated(con)) == 0
    assert len(overview.left_out(con, 1)) == 0
    assert len(overview.described(con, [])) == 0


def test_photos_that_give_the_report_nothing_are_listed_with_the_reason(
    con: Connection, child: int
) -> None:
    found = overview.left_out(con, child)
    assert list(found.columns) == ["what", "path", "date", "who", "reason"]
    assert found.to_numpy().tolist() == [
        ["photo", r"/caf\xe9.jpg", "", "", "The file is empty."],
        ["photo", "/broken.jpg", "", "", "The file is truncated."],
        ["photo", "/photos/empty.jpg", "2024-01-01 to 2024-01-31", "", "no face was found"],
        ["photo", "/photos/undated.jpg", "", "Mia", "the photo has no date"],
    ]


def test_an_undated_photo_is_left_out_of_the_report_on_its_own_child_only(
    con: Connection, child: int
) -> None:
    tom = people.add(con, "Tom", "child").person_id
    assert "the photo has no date" not in set(overview.left_out(con, tom).reason)
    assert overview.undated(con).path.tolist() == ["/photos/undated.jpg"]


def test_faces_are_described_by_where_and_when_and_who(
    con: Connection, child: int, group: PhotoResult
) -> None:
    asked = [group.faces[0].face_id, group.faces[3].face_id, 12345]
    found = overview.described(con, asked)
    assert sorted(zip(found.face_id, found.path, found.date, found.who, strict=True)) == sorted(
        [
            (asked[0], "/a copy.jpg", "2024-03-09", "Mia"),
            (asked[1], "/a copy.jpg", "2024-03-09", ""),
        ]
    )
