"""Storing photos: twice is as good as once, a file may move, and a bad batch changes nothing."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from db import check, embedders, overview, photos
from db.connection import open_workspace
from db.errors import Conflict
from db.faces import by_ids
from db.records import Dated, EmbedderRow, PhotoResult, Rejection
from tests.support.workspaces import (
    DETECTOR,
    EMBEDDER,
    OTHER,
    photo_of,
    place_of,
    rejected,
    sha_of,
    vector_of,
)

Connection = duckdb.DuckDBPyConnection
NOT_TEXT = b"/photos/caf\xe9/\xff.jpg"


def store(
    con: Connection,
    *results: PhotoResult,
    rejections: tuple[Rejection, ...] = (),
    embedder: EmbedderRow = EMBEDDER,
) -> None:
    photos.store_batch(con, results, rejections, detector=DETECTOR, embedder=embedder)


def everything(con: Connection) -> dict[str, list[Any]]:
    """Every row of every table, in an order of its own."""
    tables = [
        name
        for (name,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
    ]
    return {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in tables}


def test_what_is_stored_comes_back_as_it_was(con: Connection, home: Path) -> None:
    when = Dated(
        date(2024, 3, 9),
        date(2024, 3, 9),
        "exif",
        0.75,
        datetime(2024, 3, 9, 14, 15, 1),
        "2024:03:09 14:15:01",
        ("the file's name says 2024-03-10",),
    )
    given = photo_of("a", 3, when)
    store(con, given)
    con.close()
    with open_workspace(home) as again:
        assert photos.photo(again, sha_of("a")) == given.photo
        assert photos.photo_faces(again, sha_of("a"), DETECTOR) == list(given.faces)
        vectors = by_ids(again, EMBEDDER.embedder_id, [f.face_id for f in given.faces])
    stored = dict(zip(vectors.face_ids.tolist(), vectors.vectors, strict=True))
    for face, vector in zip(given.faces, given.vectors, strict=True):
        np.testing.assert_array_equal(stored[face.face_id], vector)


def test_a_photo_that_is_not_stored_is_none_and_has_no_faces(con: Connection) -> None:
    assert photos.photo(con, sha_of("nowhere")) is None
    assert photos.photo_faces(con, sha_of("nowhere"), DETECTOR) == []
    assert photos.faces_of_paths(con, [b"/nowhere.jpg"], DETECTOR) == []
    assert photos.faces_of_photos(con, [sha_of("nowhere")], DETECTOR) == {sha_of("nowhere"): []}


def test_storing_the_same_batch_twice_changes_nothing(con: Connection) -> None:
    batch = [photo_of("a", 2, date(2024, 3, 9)), photo_of("b", 0), photo_of("c", 30)]
    refused = (rejected(b"/photos/broken.jpg"),)
    store(con, *batch, rejections=refused)
    before = everything(con)
    store(con, *batch, rejections=refused)
    store(con, *reversed(batch))
    assert everything(con) == before


def test_an_empty_batch_is_no_error(con: Connection) -> None:
    store(con)
    photos.add_paths(con, [])
    photos.redate(con, {})
    assert overview.counts(con).photos == 0


def test_a_photo_that_comes_twice_in_one_batch_is_stored_once_with_both_places(
    con: Connection,
) -> None:
    store(con, photo_of("a", 2), photo_of("a", 2, path=b"/copies/a.jpg"))
    counted = overview.counts(con)
    assert (counted.photos, counted.paths, counted.faces) == (1, 2, 2)
    assert check.problems(con) == []


@pytest.mark.parametrize("faces", [0, 1, 30])
def test_every_number_of_faces_is_kept(con: Connection, faces: int) -> None:
    store(con, photo_of("a", faces))
    assert len(photos.photo_faces(con, sha_of("a"), DETECTOR)) == faces
    assert photos.searched(con, DETECTOR) == {sha_of("a")}
    assert photos.embedded(con, DETECTOR, EMBEDDER.embedder_id) == {sha_of("a")}


def test_a_photo_is_known_as_searched_only_by_the_detector_that_searched_it(
    con: Connection,
) -> None:
    store(con, photo_of("a"))
    assert photos.searched(con, "another-detector") == set()
    assert photos.embedded(con, "another-detector", EMBEDDER.embedder_id) == set()


def test_the_id_of_a_face_does_not_depend_on_the_order_of_ingest() -> None:
    ids = {photos.face_id(sha_of(n), DETECTOR, i) for n in "abcdef" for i in range(50)}
    assert len(ids) == 300
    assert all(0 <= number < 2**63 for number in ids)
    assert photos.face_id("a" * 64, "mtcnn", 0) == 68332360513945230
    assert photos.face_id("a" * 64, "mtcnn", 0) != photos.face_id("a" * 64, "other", 0)


def test_a_moved_file_gains_a_path_and_nothing_else(con: Connection) -> None:
    store(con, photo_of("a", 2))
    before = everything(con)
    photos.add_paths(con, [place_of("a", path=b"/moved/a.jpg")])
    after = everything(con)
    assert photos.known_paths(con) == {
        b"/photos/a.jpg": (1000, 7, 11, sha_of("a")),
        b"/moved/a.jpg": (1000, 7, 11, sha_of("a")),
    }
    assert {n: r for n, r in after.items() if n != "photo_paths"} == {
        n: r for n, r in before.items() if n != "photo_paths"
    }


def test_a_file_that_was_only_touched_is_known_by_its_new_time(con: Connection) -> None:
    store(con, photo_of("a"))
    photos.add_paths(con, [place_of("a", mtime_ns=99)])
    assert photos.known_paths(con) == {b"/photos/a.jpg": (1000, 99, 11, sha_of("a"))}


def test_a_path_whose_content_changed_shows_the_new_photo(con: Connection) -> None:
    store(con, photo_of("old", 2, path=b"/p.jpg"))
    store(con, photo_of("new", 1, path=b"/p.jpg"))
    assert photos.known_paths(con) == {b"/p.jpg": (1000, 7, 11, sha_of("new"))}
    assert [f.sha256 for f in photos.faces_of_paths(con, [b"/p.jpg"], DETECTOR)] == [sha_of("new")]
    assert photos.photo(con, sha_of("old")) is not None, "what was embedded is not lost"
    assert check.problems(con) == []


def test_two_files_that_changed_places_are_known_where_they_are_now(con: Connection) -> None:
    store(con, photo_of("a"), photo_of("b"))
    photos.add_paths(
        con, [place_of("b", path=b"/photos/a.jpg"), place_of("a", path=b"/photos/b.jpg")]
    )
    assert {p: row[3] for p, row in photos.known_paths(con).items()} == {
        b"/photos/a.jpg": sha_of("b"),
        b"/photos/b.jpg": sha_of("a"),
    }


def test_a_path_of_unknown_content_is_refused_and_nothing_of_the_batch_stays(
    con: Connection,
) -> None:
    store(con, photo_of("a"))
    before = everything(con)
    with pytest.raises(Conflict, match=r"/photos/b\.jpg"):
        photos.add_paths(con, [place_of("a", path=b"/copy.jpg"), place_of("b")])
    assert everything(con) == before


def test_a_name_that_is_no_text_is_kept_byte_for_byte_and_shown_with_escapes(
    con: Connection, home: Path
) -> None:
    store(con, photo_of("a", path=NOT_TEXT), rejections=(rejected(NOT_TEXT + b"2"),))
    con.close()
    with open_workspace(home) as again:
        assert list(photos.known_paths(again)) == [NOT_TEXT]
        assert list(photos.known_rejections(again)) == [NOT_TEXT + b"2"]
        assert len(photos.faces_of_paths(again, [NOT_TEXT], DETECTOR)) == 1
        assert overview.undated(again).path.tolist() == [r"/photos/caf\xe9/\xff.jpg"]


@pytest.mark.parametrize(
    "path",
    [
        b"/with 'single' and \"double\"; DROP TABLE photos;--.jpg",
        b"/two\nlines\t.jpg",
        "/Bücher/😀/\u202ertl.jpg".encode(),
        b"/" + b"x" * 4000 + b".jpg",
        os.fsencode("/</script><script>alert(1)</script>.jpg"),
    ],
    ids=["quotes", "newline", "emoji", "long", "script"],
)
def test_a_path_of_any_bytes_is_the_same_path_afterwards(con: Connection, path: bytes) -> None:
    store(con, photo_of("a", path=path))
    assert list(photos.known_paths(con)) == [path]
    assert len(photos.faces_of_paths(con, [path], DETECTOR)) == 1


def test_the_widest_inode_and_time_are_kept(con: Connection) -> None:
    place = replace(place_of("a"), inode=2**64 - 1, mtime_ns=-(2**62))
    store(con, replace(photo_of("a"), path=place))
    assert photos.known_paths(con) == {place.path: (1000, -(2**62), 2**64 - 1, sha_of("a"))}
    photos.add_paths(con, [replace(place, path=b"/wider.jpg", inode=2**64 + 5)])
    assert photos.known_paths(con)[b"/wider.jpg"][2] == 5


def test_faces_of_several_paths_come_in_their_order_and_a_copy_counts_once(
    con: Connection,
) -> None:
    store(con, photo_of("a", 2), photo_of("b", 1), photo_of("c", 0))
    photos.add_paths(con, [place_of("b", path=b"/copy of b.jpg")])
    asked = [
        b"/copy of b.jpg",
        b"/nowhere.jpg",
        b"/photos/c.jpg",
        b"/photos/a.jpg",
        b"/photos/b.jpg",
    ]
    found = photos.faces_of_paths(con, asked, DETECTOR)
    assert [(f.sha256, f.index) for f in found] == [
        (sha_of("b"), 0),
        (sha_of("a"), 0),
        (sha_of("a"), 1),
    ]
    by_photo = photos.faces_of_photos(con, [sha_of("c"), sha_of("a"), sha_of("a")], DETECTOR)
    assert {k: [f.index for f in v] for k, v in by_photo.items()} == {
        sha_of("c"): [],
        sha_of("a"): [0, 1],
    }


def test_a_rejected_file_is_listed_with_its_reason_until_it_is_cured(con: Connection) -> None:
    refused = rejected(b"/photos/a.jpg", "truncated", mtime_ns=1)
    store(con, rejections=(refused,))
    assert photos.known_rejections(con) == {
        b"/photos/a.jpg": (1000, 1, 11, "truncated", "The file is truncated.")
    }
    store(con, rejections=(replace(refused, code="empty", reason="It is empty.", byte_size=0),))
    assert photos.known_rejections(con) == {b"/photos/a.jpg": (0, 1, 11, "empty", "It is empty.")}
    store(con, photo_of("a"))
    assert photos.known_rejections(con) == {}
    assert list(photos.known_paths(con)) == [b"/photos/a.jpg"]


def test_a_rejected_path_is_cured_by_a_copy_of_a_known_photo_too(con: Connection) -> None:
    store(con, photo_of("a"), rejections=(rejected(b"/late.jpg", "empty"),))
    photos.add_paths(con, [place_of("a", path=b"/late.jpg")])
    assert photos.known_rejections(con) == {}


def test_a_photo_that_broke_later_is_rejected_and_its_faces_are_kept(con: Connection) -> None:
    store(con, photo_of("a", 2))
    store(con, rejections=(rejected(b"/photos/a.jpg", mtime_ns=8),))
    assert photos.known_paths(con) == {}
    assert list(photos.known_rejections(con)) == [b"/photos/a.jpg"]
    assert len(photos.photo_faces(con, sha_of("a"), DETECTOR)) == 2
    assert check.problems(con) == []


def test_a_photo_that_cannot_be_read_just_now_is_still_known_where_it_was(con: Connection) -> None:
    store(con, photo_of("a"))
    store(con, rejections=(rejected(b"/photos/a.jpg", "unreadable"),))
    assert list(photos.known_paths(con)) == [b"/photos/a.jpg"]
    assert list(photos.known_rejections(con)) == [b"/photos/a.jpg"]
    assert check.problems(con) == []


def test_a_reason_with_stray_bytes_in_it_is_kept_as_text(con: Connection) -> None:
    stray = os.fsdecode(b"cannot open caf\xe9.jpg")
    store(con, rejections=(replace(rejected(b"/x.jpg"), reason=stray),))
    reason = photos.known_rejections(con)[b"/x.jpg"][4]
    assert reason.encode() == rb"cannot open caf\udce9.jpg"


def test_a_photo_without_a_date_is_kept_and_listed(con: Connection) -> None:
    store(con, photo_of("a"), photo_of("b", 1, date(2024, 3, 9)))
    stored = photos.photo(con, sha_of("a"))
    assert stored is not None
    assert (stored.dated.earliest, stored.dated.latest) == (None, None)
    assert overview.undated(con).path.tolist() == ["/photos/a.jpg"]


def test_a_photo_without_a_date_takes_one_that_is_known_later(con: Connection) -> None:
    store(con, photo_of("a"))
    store(con, photo_of("a", 1, date(2024, 3, 9)))
    stored = photos.photo(con, sha_of("a"))
    assert stored is not None
    assert stored.dated.earliest == date(2024, 3, 9)


def test_a_date_that_is_known_is_not_changed_by_ingesting_again(con: Connection) -> None:
    store(con, photo_of("a", 1, date(2024, 3, 9)))
    store(con, photo_of("a", 1, date(1999, 1, 1)))
    store(con, photo_of("a"))
    stored = photos.photo(con, sha_of("a"))
    assert stored is not None
    assert stored.dated.earliest == date(2024, 3, 9)


def test_a_date_is_corrected_when_that_is_asked_for(con: Connection) -> None:
    store(con, photo_of("a", 1, date(2024, 3, 9)), photo_of("b", 1, date(2024, 3, 9)))
    new = Dated(date(2023, 1, 1), date(2023, 12, 31), "option", 0.5, raw="2023")
    photos.redate(con, {sha_of("a"): new, sha_of("nowhere"): new})
    first, second = photos.photo(con, sha_of("a")), photos.photo(con, sha_of("b"))
    assert first is not None
    assert second is not None
    assert first.dated == new
    assert second.dated.earliest == date(2024, 3, 9)


def test_another_embedder_adds_vectors_and_no_faces(con: Connection) -> None:
    store(con, photo_of("a", 2), photo_of("b", 0))
    assert photos.embedded(con, DETECTOR, OTHER.embedder_id) == {sha_of("b")}
    store(con, photo_of("a", 2, embedder=OTHER), embedder=OTHER)
    assert photos.embedded(con, DETECTOR, OTHER.embedder_id) == {sha_of("a"), sha_of("b")}
    assert overview.counts(con).faces == 2
    assert overview.counts(con).vectors == (
        (EMBEDDER.embedder_id, 16, 2),
        (OTHER.embedder_id, 8, 2),
    )
    ids = [photos.face_id(sha_of("a"), DETECTOR, 0)]
    for embedder in (EMBEDDER, OTHER):
        (vector,) = by_ids(con, embedder.embedder_id, ids).vectors
        np.testing.assert_array_equal(vector, vector_of(ids[0], embedder.dim))


def test_a_photo_counts_as_embedded_only_when_every_face_of_it_is(con: Connection) -> None:
    store(con, photo_of("a", 2), photo_of("b", 1))
    con.execute(
        "DELETE FROM embeddings_1 WHERE face_id = ?", [photos.face_id(sha_of("a"), DETECTOR, 1)]
    )
    assert photos.embedded(con, DETECTOR, EMBEDDER.embedder_id) == {sha_of("b")}
    assert photos.unread(con, DETECTOR, EMBEDDER.embedder_id) == {sha_of("a")}
    store(con, photo_of("a", 2))
    assert photos.embedded(con, DETECTOR, EMBEDDER.embedder_id) == {sha_of("a"), sha_of("b")}
    assert photos.unread(con, DETECTOR, EMBEDDER.embedder_id) == set()


@pytest.mark.parametrize("detector", [DETECTOR, "another-detector"])
@pytest.mark.parametrize("embedder", [EMBEDDER, OTHER, EmbedderRow("new", 4, "box", "", "")])
def test_every_photo_is_either_embedded_or_unread(
    con: Connection, detector: str, embedder: EmbedderRow
) -> None:
    store(con, photo_of("a", 2), photo_of("b", 0), photo_of("c", 1))
    store(con, photo_of("a", 2, embedder=OTHER), embedder=OTHER)
    embedded = photos.embedded(con, detector, embedder.embedder_id)
    unread = photos.unread(con, detector, embedder.embedder_id)
    assert embedded | unread == {sha_of(name) for name in "abc"}
    assert not embedded & unread


@pytest.mark.parametrize("change", [{"dim": 8}, {"alignment": "eyes"}], ids=["dim", "alignment"])
def test_other_vectors_under_a_known_embedders_name_are_refused_and_cost_nothing(
    con: Connection, change: dict[str, Any]
) -> None:
    store(con, photo_of("a"))
    before = everything(con)
    impostor = replace(EMBEDDER, **change)
    with pytest.raises(Conflict, match="made-up") as told:
        store(
            con,
            photo_of("b", embedder=impostor),
            rejections=(rejected(b"/x.jpg"),),
            embedder=impostor,
        )
    assert told.value.hint is not None
    assert everything(con) == before


def test_vectors_that_do_not_fit_the_faces_are_refused_and_cost_nothing(con: Connection) -> None:
    store(con, photo_of("a"))
    before = everything(con)
    good = photo_of("b", 2)
    for vectors in (
        good.vectors[:1],
        good.vectors[:, :4],
        np.full_like(good.vectors, np.nan),
    ):
        with pytest.raises(Conflict, match="made-up"):
            store(con, photo_of("c"), replace(good, vectors=vectors))
    assert everything(con) == before


def test_the_embedders_of_a_workspace_are_listed_in_the_order_of_first_use(
    con: Connection,
) -> None:
    assert embedders.all_embedders(con) == []
    store(con, photo_of("a", embedder=OTHER), embedder=OTHER)
    store(con, photo_of("a"))
    assert embedders.all_embedders(con) == [OTHER, EMBEDDER]
    assert embedders.key_of(con, EMBEDDER.embedder_id) == (2, 16)
    assert embedders.key_of(con, "never used") is None


def test_an_embedder_whose_name_could_be_sql_is_a_name(con: Connection) -> None:
    odd = EmbedderRow("x'; DROP TABLE photos; --", 4, "box", "none", "test")
    store(con, photo_of("a", embedder=odd), embedder=odd)
    assert overview.counts(con).vectors == ((odd.embedder_id, 4, 1),)
