"""What is known costs nothing, and what was interrupted goes on where it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db import embedders, overview, photos
from db.connection import open_workspace
from tests.support.drawn_photos import CountedEmbedder, drawn, save
from tests.support.ingest_desk import Desk
from tracker.ingest import store, thumbnails
from tracker.ingest.summary import Progress
from tracker.ingest.wish import Wish
from tracker.vision.detector import DETECTOR_ID

FACES = 12  # of the album


def test_photos_go_in_with_their_faces_vectors_dates_and_places(desk: Desk, album: Path) -> None:
    summary = desk.ingest(album)
    assert (summary.photos_seen, summary.photos_new, summary.photos_known) == (6, 6, 0)
    assert (summary.photos_rejected, summary.faces_found, summary.faces_embedded) == (
        0,
        FACES,
        FACES,
    )
    assert desk.embedder.faces == FACES
    assert desk.embedder.loads == 1
    assert len(summary.photos) == 6
    counts = overview.counts(desk.con)
    assert (counts.photos, counts.faces) == (6, FACES)
    assert overview.undated(desk.con).empty
    known = photos.known_paths(desk.con)
    assert sorted(known) == sorted(os.fsencode(path) for path in album.iterdir())
    assert [row.embedder_id for row in embedders.all_embedders(desk.con)] == ["handcrafted"]
    (face,) = desk.face_at(album / "p0.jpg")
    assert face.size_px > 80
    assert face.confidence > 0.9
    assert face.sharpness > 0
    x0, y0, x1, y1 = face.box
    assert 0 < x0 < x1 < 480
    assert 0 < y0 < y1 < 360


def test_run_twice_the_second_run_embeds_nothing_and_opens_nothing(
    desk: Desk, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.ingest(album)
    monkeypatch.setattr("tracker.ingest.workers.Workers.submit", None)  # would fail if called
    again = desk.ingest(album)
    assert (again.photos_new, again.photos_known, again.faces_embedded) == (0, 6, 0)
    assert len(again.photos) == 6
    assert desk.embedder.faces == FACES
    assert desk.embedder.loads == 1
    assert desk.searched == 6


def test_known_photos_are_told_of_at_once_and_start_no_process(
    desk: Desk, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.ingest(album)
    monkeypatch.setattr("tracker.ingest.pipeline.Workers", None)  # would fail if called
    told: list[Progress] = []
    again = desk.ingest(album, on_progress=told.append)
    assert [(p.done, p.total, Path(p.path).name) for p in told] == [(6, 6, "p5.jpg")]
    assert sorted(again.photos) == sorted(first.photos)


def test_moved_renamed_and_duplicated_files_embed_nothing(
    desk: Desk, album: Path, tmp_path: Path
) -> None:
    mine = Path(shutil.copytree(album, tmp_path / "mine"))
    desk.ingest(mine)
    moved = mine.rename(tmp_path / "moved")
    (moved / "p0.jpg").rename(moved / "Grandma's birthday.jpg")
    shutil.copy(moved / "p1.jpg", moved / "p1 (copy).jpg")
    (moved / "deep" / "down").mkdir(parents=True)
    (moved / "p2.jpg").rename(moved / "deep" / "down" / "p2.jpg")
    os.utime(moved / "p3.jpg", (1, 1))
    again = desk.ingest(moved)
    assert (again.photos_seen, again.photos_new, again.photos_known) == (7, 0, 7)
    assert again.faces_embedded == again.faces_found == 0
    assert desk.embedder.faces == FACES
    assert desk.searched == 6
    assert overview.counts(desk.con).photos == 6
    assert len(desk.face_at(moved / "deep" / "down" / "p2.jpg")) == 3
    third = desk.ingest(moved)  # the new places are known now
    assert third.photos_known == 7
    assert desk.embedder.loads == 1


def test_copies_in_one_go_are_embedded_once(desk: Desk, album: Path, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        shutil.copy(album / "p2.jpg", tmp_path / name)
    summary = desk.ingest(tmp_path / "a.jpg", tmp_path / "b.jpg", tmp_path / "c.jpg", workers=2)
    assert (summary.photos_new, summary.photos_known) == (1, 2)
    assert desk.embedder.faces == 3
    assert len(photos.known_paths(desk.con)) == 3


def test_a_photo_that_was_edited_is_a_new_photo(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    save(drawn(1, 1), path)
    before = desk.ingest(path).photos
    save(drawn(2, 2), path)
    again = desk.ingest(path)
    assert again.photos_new == 1
    assert again.photos != before
    assert len(desk.face_at(path)) == 2


@pytest.mark.parametrize("after", [1, 4])
def test_interrupted_and_run_again_it_goes_on_where_it_was(
    desk: Desk, album: Path, after: int
) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.ingest(album, on_progress=interrupt, workers=2)
    stored = overview.counts(desk.con).photos
    assert stored == after  # what was complete is kept
    before = desk.embedder.faces
    rest = desk.ingest(album)
    assert (rest.photos_known, rest.photos_new) == (after, 6 - after)
    assert desk.embedder.faces - before == rest.faces_embedded
    assert overview.counts(desk.con).photos == 6
    assert overview.counts(desk.con).faces == FACES
    assert desk.ingest(album).faces_embedded == 0


def test_interrupted_while_the_last_photos_are_stored_nothing_is_lost(
    desk: Desk, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def write(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        thumbnails.write_thumbnail(*arguments)

    monkeypatch.setattr(store, "write_thumbnail", write)
    with pytest.raises(KeyboardInterrupt):
        desk.ingest(album)
    assert overview.counts(desk.con).photos == 6
    assert overview.counts(desk.con).faces == FACES


def test_photos_taken_in_one_by_one_and_backwards_give_the_same_faces(
    desk: Desk, album: Path, tmp_path: Path
) -> None:
    for path in sorted(album.iterdir(), reverse=True)[:3]:
        desk.ingest(path)
    desk.ingest(album)
    ids = {face.face_id for path in album.iterdir() for face in desk.face_at(path)}
    with open_workspace(tmp_path / "other", create=True) as con:
        other = Desk(con, tmp_path / "other")
        other.ingest(album)
        assert {face.face_id for path in album.iterdir() for face in other.face_at(path)} == ids


def test_a_new_embedder_embeds_without_searching_for_faces_again(desk: Desk, album: Path) -> None:
    desk.ingest(album)
    other = CountedEmbedder("handcrafted-2")
    summary = desk.ingest(album, embedder=other)
    assert (summary.photos_new, summary.photos_known) == (0, 6)
    assert (summary.faces_found, summary.faces_embedded) == (0, FACES)
    assert other.faces == FACES
    assert desk.searched == 6
    for name in ("handcrafted", "handcrafted-2"):
        assert len(photos.embedded(desk.con, DETECTOR_ID, name)) == 6
    assert desk.ingest(album, embedder=other).faces_embedded == 0


def test_sharpness_does_not_depend_on_which_embedder_came_first(desk: Desk, album: Path) -> None:
    desk.ingest(album / "p1.jpg")
    before = [face.sharpness for face in desk.face_at(album / "p1.jpg")]
    desk.ingest(album / "p1.jpg", embedder=CountedEmbedder("handcrafted-2"))
    assert [face.sharpness for face in desk.face_at(album / "p1.jpg")] == before


def test_a_known_ingest_imports_neither_torch_nor_the_features(desk: Desk, album: Path) -> None:
    desk.ingest(album)
    desk.con.close()
    program = """
import sys
from pathlib import Path
from typing import Any
from db.connection import open_workspace
from tests.support.drawn_photos import CountedEmbedder
from tracker.ingest.pipeline import ingest
def main():
    with open_workspace(Path(sys.argv[1])) as con:
        summary = ingest(con, Path(sys.argv[1]), [sys.argv[2]], embedder=CountedEmbedder())
    print(summary.photos_known, "torch" in sys.modules, "facenet_pytorch" in sys.modules)
if __name__ == "__main__":
    main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program, desk.home, album],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["6", "False", "False"], done.stderr


# --- dates and progress ---------------------------------------------------------------------------


def test_a_photo_without_a_date_is_kept_and_listed_as_undated(desk: Desk, tmp_path: Path) -> None:
    save(drawn(1, 3), tmp_path / "scan.jpg", taken=None)
    summary = desk.ingest(tmp_path / "scan.jpg")
    assert summary.photos_new == 1
    assert summary.photos_rejected == 0
    assert len(desk.face_at(tmp_path / "scan.jpg")) == 1
    assert len(overview.undated(desk.con)) == 1


def test_the_date_option_dates_a_known_photo_without_embedding_it_again(
    desk: Desk, tmp_path: Path
) -> None:
    save(drawn(1, 3), tmp_path / "scan.jpg", taken=None)
    (sha256,) = desk.ingest(tmp_path / "scan.jpg").photos
    summer = (date(1994, 6, 1), date(1994, 8, 31))
    again = desk.ingest(tmp_path / "scan.jpg", wish=Wish(dated=summer))
    assert again.faces_embedded == 0
    stored = photos.photo(desk.con, sha256)
    assert stored is not None
    assert (stored.dated.earliest, stored.dated.latest) == summer
    assert overview.undated(desk.con).empty


def test_a_copy_whose_name_carries_the_date_dates_the_photo(desk: Desk, tmp_path: Path) -> None:
    save(drawn(1, 3), tmp_path / "scan.jpg", taken=None)
    (sha256,) = desk.ingest(tmp_path / "scan.jpg").photos
    shutil.copy(tmp_path / "scan.jpg", tmp_path / "IMG_20240309_141500.jpg")
    assert desk.ingest(tmp_path / "IMG_20240309_141500.jpg").faces_embedded == 0
    stored = photos.photo(desk.con, sha256)
    assert stored is not None
    assert str(stored.dated.earliest) == "2024-03-09"


def test_progress_counts_every_photo_up_to_the_total(
    desk: Desk, album: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"no photo")
    desk.ingest(album / "p0.jpg")
    told: list[Progress] = []
    desk.ingest(album, tmp_path / "bad.jpg", on_progress=told.append)
    assert [progress.done for progress in told] == list(range(1, 8))
    assert {progress.total for progress in told} == {7}
    assert told[-1].faces == FACES - 1
    assert {Path(progress.path).name for progress in told} >= {"p5.jpg", "bad.jpg"}
