"""The gallery: a cache that rebuilds itself, and gives exactly the nearest faces."""

from __future__ import annotations

import json
import stat
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from db import faces, people, photos
from db.gallery import FOLDER, Gallery, slug
from tests.support.workspaces import DETECTOR, EMBEDDER, OTHER, photo_of, says, vector_of

Connection = duckdb.DuckDBPyConnection
ME = EMBEDDER.embedder_id
PHOTOS, FACES_EACH = 20, 3


@pytest.fixture
def enrolled(con: Connection) -> list[int]:
    """Sixty faces of three people; their ids."""
    who = [people.add(con, name, "aunt").person_id for name in ("A", "B", "C")]
    results = [photo_of(f"p{n}", FACES_EACH, date(2024, 1, 1)) for n in range(PHOTOS)]
    photos.store_batch(con, results, [], detector=DETECTOR, embedder=EMBEDDER)
    people.decide(
        con,
        [says(face.face_id, who[face.index]) for result in results for face in result.faces],
    )
    return [face.face_id for result in results for face in result.faces]


def file_of(home: Path, embedder_id: str = ME) -> Path:
    return home / FOLDER / f"{slug(embedder_id)}.faiss"


def probes(n: int = 7, dim: int = EMBEDDER.dim) -> np.ndarray[Any, np.dtype[np.float32]]:
    drawn = np.random.default_rng(5).standard_normal((n, dim))
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return np.asarray(unit, np.float32)


def assert_right(con: Connection, gallery: Gallery) -> None:
    """The gallery's answers are those of an exact search over what DuckDB holds."""
    table = faces.enrolled(con, ME)
    near, ids = gallery.search(probes(), 5)
    exact = probes() @ table.vectors.T
    order = np.argsort(-exact, axis=1)[:, :5]
    np.testing.assert_array_equal(ids, table.face_ids[order])
    np.testing.assert_allclose(near, np.take_along_axis(exact, order, 1), atol=1e-6)
    np.testing.assert_array_equal(gallery.person_of(ids), table.person_ids[order])


def test_a_search_gives_exactly_the_nearest_enrolled_faces(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    gallery = Gallery.open(con, home, ME)
    assert len(gallery) == PHOTOS * FACES_EACH
    assert gallery.ids.tolist() == sorted(enrolled)
    assert_right(con, gallery)
    near, ids = gallery.search(probes(), 5)
    assert (near.dtype, ids.dtype, near.shape, ids.shape) == (np.float32, np.int64, (7, 5), (7, 5))


def test_a_face_that_is_enrolled_is_nearest_to_itself(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    table = faces.enrolled(con, ME)
    near, ids = Gallery.open(con, home, ME).search(table.vectors, 1)
    np.testing.assert_array_equal(ids[:, 0], table.face_ids)
    np.testing.assert_allclose(near[:, 0], 1, atol=1e-6)


@pytest.mark.parametrize("count", [7, 600], ids=["few probes", "many probes"])
def test_a_search_among_some_faces_gives_only_those(
    con: Connection, home: Path, enrolled: list[int], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.gallery.AT_ONCE", 4)
    gallery = Gallery.open(con, home, ME)
    table = faces.enrolled(con, ME)
    some = np.array(enrolled[3:13])
    asked = probes(count)
    near, ids = gallery.search(asked, 6, among=np.concatenate([some, some, [12345]]))
    chosen = table.take(np.isin(table.face_ids, some))
    exact = asked @ chosen.vectors.T
    order = np.argsort(-exact, axis=1)[:, :6]
    np.testing.assert_array_equal(ids, chosen.face_ids[order])
    np.testing.assert_allclose(near, np.take_along_axis(exact, order, 1), atol=1e-6)


@pytest.mark.parametrize("count", [7, 600], ids=["few probes", "many probes"])
@pytest.mark.parametrize("among", [None, [0, 1, 2], []], ids=["all", "three", "none"])
def test_where_there_are_fewer_than_asked_for_the_rest_is_marked_empty(
    con: Connection, home: Path, enrolled: list[int], among: list[int] | None, count: int
) -> None:
    gallery = Gallery.open(con, home, ME)
    asked = None if among is None else np.array([enrolled[i] for i in among], np.int64)
    there = len(enrolled) if among is None else len(among)
    near, ids = gallery.search(probes(count), 100, among=asked)
    assert (near.shape, ids.shape) == ((count, 100), (count, 100))
    assert (ids[:, :there] >= 0).all()
    assert (ids[:, there:] == -1).all()
    assert np.isneginf(near[:, there:]).all()
    assert (np.diff(near[:, :there], axis=1) <= 0).all()
    assert (gallery.person_of(ids[:, there:]) == -1).all()


def test_an_empty_gallery_and_no_probes_are_no_errors(con: Connection, home: Path) -> None:
    empty = Gallery.open(con, home, "never used")
    assert len(empty) == 0
    near, ids = empty.search(probes(), 3)
    assert (ids == -1).all()
    assert np.isneginf(near).all()
    assert empty.person_of(np.array([[1, 2]])).tolist() == [[-1, -1]]
    assert not Gallery.open(con, home, "never used").rebuilt


def test_no_probes_are_no_answers(con: Connection, home: Path, enrolled: list[int]) -> None:
    near, ids = Gallery.open(con, home, ME).search(probes(0), 3)
    assert (near.shape, ids.shape) == ((0, 3), (0, 3))


def test_a_question_that_cannot_be_asked_is_refused(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    gallery = Gallery.open(con, home, ME)
    with pytest.raises(ValueError, match="k must be"):
        gallery.search(probes(), 0)
    with pytest.raises(ValueError, match="probes must be"):
        gallery.search(probes(2, 8), 1)


def test_whose_a_face_is_keeps_the_shape_of_the_question(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    gallery = Gallery.open(con, home, ME)
    asked = np.array([[enrolled[0], -1], [enrolled[4], 2**62]])
    assert gallery.person_of(asked).tolist() == [[1, -1], [2, -1]]


def test_the_cache_is_written_once_used_again_and_the_owners_alone(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    assert Gallery.open(con, home, ME).rebuilt
    before = file_of(home).stat()
    again = Gallery.open(con, home, ME)
    assert not again.rebuilt
    assert file_of(home).stat().st_ino == before.st_ino
    assert_right(con, again)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (home / FOLDER).iterdir()}
    assert modes == {file_of(home).name: 0o600, file_of(home).with_suffix(".json").name: 0o600}
    assert stat.S_IMODE((home / FOLDER).stat().st_mode) == 0o700


def test_a_new_face_makes_the_cache_stale(con: Connection, home: Path, enrolled: list[int]) -> None:
    Gallery.open(con, home, ME)
    photo = photo_of("new", 1)
    photos.store_batch(con, [photo], [], detector=DETECTOR, embedder=EMBEDDER)
    assert not Gallery.open(con, home, ME).rebuilt, "nobody's face is not in the gallery"
    people.decide(con, [says(photo.faces[0].face_id, 1)])
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert len(gallery) == len(enrolled) + 1
    assert_right(con, gallery)
    assert not Gallery.open(con, home, ME).rebuilt


def test_a_face_taken_back_or_a_person_removed_is_in_the_gallery_no_more(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    Gallery.open(con, home, ME)
    people.decide(con, [says(enrolled[0], None, "rejected")])
    people.remove(con, 2)
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert len(gallery) == 2 * PHOTOS - 1
    assert set(gallery.people.tolist()) == {1, 3}
    assert_right(con, gallery)


def test_a_face_given_to_another_person_needs_no_new_cache_and_is_told_as_theirs(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    Gallery.open(con, home, ME)
    people.decide(con, [says(enrolled[0], 3)])
    gallery = Gallery.open(con, home, ME)
    assert not gallery.rebuilt
    assert gallery.person_of(np.array(enrolled[:1])).tolist() == [3]


@pytest.mark.parametrize("suffix", [".faiss", ".json"])
def test_a_deleted_file_is_built_again(
    con: Connection, home: Path, enrolled: list[int], suffix: str
) -> None:
    Gallery.open(con, home, ME)
    file_of(home).with_suffix(suffix).unlink()
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert_right(con, gallery)
    assert not Gallery.open(con, home, ME).rebuilt


@pytest.mark.parametrize("place", [0.0, 0.01, 0.3, 0.6, 0.999])
@pytest.mark.parametrize("bit", [0, 6])
def test_a_single_flipped_bit_is_noticed_and_mended(
    con: Connection, home: Path, enrolled: list[int], place: float, bit: int
) -> None:
    Gallery.open(con, home, ME)
    data = bytearray(file_of(home).read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    file_of(home).write_bytes(data)
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert_right(con, gallery)
    assert not Gallery.open(con, home, ME).rebuilt


@pytest.mark.parametrize("keep", [0, 10, 1000])
def test_a_cache_that_was_cut_short_is_built_again(
    con: Connection, home: Path, enrolled: list[int], keep: int
) -> None:
    Gallery.open(con, home, ME)
    file_of(home).write_bytes(file_of(home).read_bytes()[:keep])
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert_right(con, gallery)


@pytest.mark.parametrize(
    "change",
    [
        {"count": 59},
        {"dim": 8},
        {"embedder_id": "another"},
        {"generation": "0" * 64},
        {"format": 999},
        {"sha256": "0" * 64},
        {"sha256": None},
        {"of a later version": 1},
    ],
    ids=lambda change: str(next(iter(change))),
)
def test_a_stamp_that_says_anything_else_is_not_believed(
    con: Connection, home: Path, enrolled: list[int], change: dict[str, object]
) -> None:
    Gallery.open(con, home, ME)
    stamp = file_of(home).with_suffix(".json")
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), **change}))
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert_right(con, gallery)
    assert not Gallery.open(con, home, ME).rebuilt


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b"\xff\xfe", b'"text"'])
def test_a_stamp_that_is_no_stamp_is_not_believed(
    con: Connection, home: Path, enrolled: list[int], content: bytes
) -> None:
    Gallery.open(con, home, ME)
    file_of(home).with_suffix(".json").write_bytes(content)
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert_right(con, gallery)


def test_a_cache_that_cannot_be_written_costs_only_itself(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    (home / FOLDER).write_text("a file where the folder would be")
    gallery = Gallery.open(con, home, ME)
    assert gallery.rebuilt
    assert_right(con, gallery)
    assert (home / FOLDER).read_text() == "a file where the folder would be"


def test_nothing_half_written_is_left_behind(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    (home / FOLDER).mkdir()
    file_of(home).mkdir()  # the file cannot take its place
    (file_of(home) / "x").touch()
    assert_right(con, Gallery.open(con, home, ME))
    assert [p.name for p in (home / FOLDER).iterdir()] == [file_of(home).name]


def test_each_embedder_has_a_gallery_of_its_own(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    results = [photo_of(f"p{n}", FACES_EACH, embedder=OTHER) for n in range(2)]
    photos.store_batch(con, results, [], detector=DETECTOR, embedder=OTHER)
    assert len(Gallery.open(con, home, OTHER.embedder_id)) == 2 * FACES_EACH
    assert len(Gallery.open(con, home, ME)) == PHOTOS * FACES_EACH
    assert len(list((home / FOLDER).iterdir())) == 4
    assert not Gallery.open(con, home, OTHER.embedder_id).rebuilt


def test_the_name_of_a_cache_is_a_plain_file_name_and_differs_for_different_embedders() -> None:
    names = ["../../etc/passwd", "a/b", "a-b", "a b", "", ".hidden", "x" * 500, "ü@1234", "A", "a"]
    slugs = [slug(name) for name in names]
    assert len({s.casefold() for s in slugs}) == len(names)
    assert all(len(s) < 100 and "/" not in s and not s.startswith(".") for s in slugs)


def test_the_vectors_of_enrolled_faces_come_back_as_they_are_stored(
    con: Connection, home: Path, enrolled: list[int]
) -> None:
    gallery = Gallery.open(con, home, ME)
    asked = gallery.ids[[5, 0, 5]]
    np.testing.assert_array_equal(
        gallery.vectors(asked), [vector_of(i, EMBEDDER.dim) for i in asked.tolist()]
    )
    assert gallery.vectors(asked[:0]).shape == (0, EMBEDDER.dim)
    with pytest.raises(KeyError):
        gallery.vectors(np.array([gallery.ids[0], 12345]))


def test_a_gallery_is_the_same_however_its_faces_come_from_the_database(
    con: Connection, home: Path, enrolled: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    Gallery.open(con, home, ME)
    whole = file_of(home).read_bytes()
    file_of(home).unlink()
    monkeypatch.setattr(faces, "STREAMED", 3)
    assert Gallery.open(con, home, ME).rebuilt
    assert file_of(home).read_bytes() == whole
