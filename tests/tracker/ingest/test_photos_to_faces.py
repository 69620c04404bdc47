"""Every face of every photo: in any format, any orientation, none of them or thirty."""

from __future__ import annotations

import os
import pickle
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from db import faces, photos
from db.records import Face
from tests.support.drawn_photos import crowd, drawn, save
from tests.support.ingest_desk import Desk
from tests.support.turned import as_stored
from tracker.ingest import pipeline, stages
from tracker.ingest.thumbnails import thumbnail_path
from tracker.vision.detector import DETECTOR_ID

Boxes = npt.NDArray[np.float64]


def stored_as(pixels: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """The pixels as a camera held like that writes them, to be turned upright by its tag."""
    return np.asarray(as_stored(Image.fromarray(pixels), orientation))


def boxes(found: Sequence[Face]) -> Boxes:
    return np.array([face.box for face in found], dtype=np.float64).reshape(-1, 4)


def overlap(a: Boxes, b: Boxes) -> npt.NDArray[np.float64]:
    """Intersection over union of each box of a with each of b."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    areas = [np.prod(c[:, 2:] - c[:, :2], axis=1) for c in (a, b)]
    return np.asarray(both / (areas[0][:, None] + areas[1][None, :] - both))


def vectors(desk: Desk, found: Sequence[Face]) -> npt.NDArray[np.float32]:
    """The stored vectors of faces, in their order."""
    table = faces.by_ids(desk.con, "handcrafted", [face.face_id for face in found])
    place = {int(face_id): row for row, face_id in enumerate(table.face_ids)}
    return np.asarray(table.vectors[[place[face.face_id] for face in found]])


# --- how many -------------------------------------------------------------------------------------


def test_a_photo_without_a_face_is_kept_and_not_searched_again(desk: Desk, tmp_path: Path) -> None:
    save(drawn(0), tmp_path / "garden.jpg")
    summary = desk.ingest(tmp_path / "garden.jpg")
    assert (summary.photos_new, summary.faces_found, summary.photos_rejected) == (1, 0, 0)
    assert desk.embedder.loads == 0
    assert desk.face_at(tmp_path / "garden.jpg") == []
    again = desk.ingest(tmp_path / "garden.jpg")
    assert again.photos_known == 1
    assert desk.searched == 1


def test_all_thirty_faces_of_one_photo_are_taken_in_in_small_batches(
    desk: Desk, tmp_path: Path
) -> None:
    save(crowd(), tmp_path / "school.jpg")
    summary = desk.ingest(tmp_path / "school.jpg")
    assert summary.faces_found == summary.faces_embedded == 30
    assert max(desk.embedder.batches) <= 16
    found = desk.face_at(tmp_path / "school.jpg")
    assert [face.index for face in found] == list(range(30))
    assert len({face.face_id for face in found}) == 30
    x, y = (boxes(found)[:, :2] + boxes(found)[:, 2:]).T / 2
    seats = {(int(a // 300), int(b // 300)) for a, b in zip(x, y, strict=True)}
    assert len(seats) == 30  # one in each place
    lengths = np.linalg.norm(vectors(desk, found), axis=1)
    assert lengths == pytest.approx(1, abs=1e-5)


def test_the_largest_face_is_not_the_only_one(desk: Desk, tmp_path: Path) -> None:
    """A parent who holds the baby must not become the baby."""
    save(drawn(3, 2, size=(900, 600)), tmp_path / "three.jpg")
    desk.ingest(tmp_path / "three.jpg")
    found = desk.face_at(tmp_path / "three.jpg")
    assert len(found) == 3
    assert [face.box[0] for face in found] == sorted(face.box[0] for face in found)


def test_a_small_face_in_a_large_photo_is_cut_from_finer_pixels(desk: Desk, tmp_path: Path) -> None:
    """Cut from the searched image it would be a blur: 4,000 pixels are searched at 1,000."""
    large = drawn(2, 5, size=(1800, 1350))
    canvas = np.full((3000, 4000, 3), 128, np.uint8)
    small = np.asarray(Image.fromarray(large).resize((800, 600), Image.Resampling.LANCZOS))
    canvas[1200:1800, 1600:2400] = small
    save(canvas, tmp_path / "far.png")
    save(small, tmp_path / "near.png")
    desk.ingest(tmp_path / "far.png", tmp_path / "near.png")
    far, near = (desk.face_at(tmp_path / name) for name in ("far.png", "near.png"))
    assert len(far) == len(near) == 2
    assert overlap(boxes(far) - [1600, 1200, 1600, 1200], boxes(near)).diagonal().min() > 0.7
    for a, b in zip(far, near, strict=True):
        assert a.sharpness == pytest.approx(b.sharpness, rel=0.5)
    cosines = (vectors(desk, far) * vectors(desk, near)).sum(axis=1)
    assert cosines.min() > 0.8


def test_photos_that_wait_for_the_embedder_hold_no_pixels_but_their_faces(
    desk: Desk, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty-two may wait, and memory must not grow with them."""
    held: list[int] = []

    def embed(stream: Iterable[object], *rest: Any) -> Iterator[object]:
        waiting = [item for item in stream if isinstance(item, stages.Seen)]
        held.extend(len(pickle.dumps(item)) for item in waiting)
        return stages.embed(waiting, *rest)

    monkeypatch.setattr(pipeline, "embed", embed)
    assert desk.ingest(album).faces_embedded == 12
    assert len(held) == 6
    assert max(held) < 3 * 105_000


# --- any format, any orientation ------------------------------------------------------------------


def test_the_same_photo_in_every_format_gives_the_same_faces(desk: Desk, tmp_path: Path) -> None:
    photo = drawn(2, 6, size=(640, 480))
    names = ("a.png", "b.jpg", "c.webp", "d.tif", "e.avif")
    for name in names:
        save(photo, tmp_path / name, quality=95)
    summary = desk.ingest(tmp_path, workers=2)
    assert (summary.photos_new, summary.photos_rejected) == (5, 0)
    reference = desk.face_at(tmp_path / "a.png")
    assert len(reference) == 2
    formats = set()
    for name in names:
        found = desk.face_at(tmp_path / name)
        assert overlap(boxes(found), boxes(reference)).diagonal().min() > 0.9
        assert (vectors(desk, found) * vectors(desk, reference)).sum(axis=1).min() > 0.9
        stored = photos.photo(desk.con, found[0].sha256)
        assert stored is not None
        assert str(stored.dated.earliest) == "2024-03-09", name  # EXIF is read in all of them
        formats.add(stored.format)
    assert formats == {"PNG", "JPEG", "WEBP", "TIFF", "AVIF"}


def same_faces_in_all_orientations(
    desk: Desk, pixels: npt.NDArray[np.uint8], folder: Path, suffix: str
) -> int:
    for orientation in range(1, 9):
        path = folder / f"{orientation}{suffix}"
        save(stored_as(pixels, orientation), path, orientation=orientation, quality=95)
    desk.ingest(folder, workers=2)
    upright = desk.face_at(folder / f"1{suffix}")
    for orientation in range(2, 9):
        found = desk.face_at(folder / f"{orientation}{suffix}")
        assert len(found) == len(upright), orientation
        assert overlap(boxes(found), boxes(upright)).diagonal().min() > 0.85, orientation
        cosines = (vectors(desk, found) * vectors(desk, upright)).sum(axis=1)
        assert cosines.min() > 0.8, orientation
        stored = photos.photo(desk.con, found[0].sha256)
        assert stored is not None
        assert (stored.height, stored.width) == pixels.shape[:2]
    return len(upright)


@pytest.mark.parametrize(
    "suffix",
    [
        ".jpg",
        pytest.param(".png", marks=pytest.mark.slow("eight photos more")),
        pytest.param(".tif", marks=pytest.mark.slow("eight photos more")),
    ],
)
def test_a_photo_held_any_of_eight_ways_gives_the_same_faces(
    desk: Desk, tmp_path: Path, suffix: str
) -> None:
    folder = tmp_path / "turned"
    folder.mkdir()
    assert same_faces_in_all_orientations(desk, drawn(2, 6, size=(640, 480)), folder, suffix) == 2


# --- thumbnails -----------------------------------------------------------------------------------


def test_every_face_has_a_thumbnail_that_only_its_owner_can_read(desk: Desk, album: Path) -> None:
    before = os.umask(0)
    try:
        desk.ingest(album)
    finally:
        os.umask(before)
    folder = desk.home / "thumbnails"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 12
    assert {path.suffix for path in files} == {".jpg"}
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with Image.open(path) as image:
            assert 40 < max(image.size) <= 128
    for level in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        assert stat.S_IMODE(level.stat().st_mode) == 0o700
    for face in desk.face_at(album / "p2.jpg"):
        assert thumbnail_path(folder, face.face_id).is_file()


def test_a_thumbnail_shows_its_face_and_none_of_the_photo_s_metadata(
    desk: Desk, tmp_path: Path
) -> None:
    photo = drawn(1, 6, size=(640, 480))
    save(photo, tmp_path / "p.jpg", quality=95)
    desk.ingest(tmp_path / "p.jpg")
    (face,) = desk.face_at(tmp_path / "p.jpg")
    path = thumbnail_path(desk.home / "thumbnails", face.face_id)
    with Image.open(path) as image:
        assert not image.getexif()
        middle = np.asarray(image.convert("RGB"), np.float64)
    x0, y0, x1, y1 = (round(v) for v in face.box)
    inside = middle[40:88, 40:88].mean(axis=(0, 1))
    assert inside == pytest.approx(photo[y0:y1, x0:x1].mean(axis=(0, 1)), abs=40)


# --- real photos ----------------------------------------------------------------------------------

SURE = 0.9
"""facenet-pytorch also gives a few false alarms, all below this: of the scenes' detections above
80 pixels the one below it is the blurred edge of a jacket."""


@pytest.mark.slow("many real photos in full size")
@pytest.mark.samples
def test_every_face_above_80_pixels_that_facenet_pytorch_finds_at_full_size_is_found(
    desk: Desk, samples: Path
) -> None:
    from tracker.vision.torchvision_shim import facenet_pytorch

    reference = facenet_pytorch().MTCNN(keep_all=True)
    scenes = [p for p in sorted((samples / "photos" / "scenes").iterdir()) if p.suffix != ".txt"]
    desk.ingest(*scenes, workers=2)
    wanted = 0
    for path in scenes:
        with Image.open(path) as image:
            full = image.convert("RGB")
        found, sure = reference.detect(full)
        large = (found[:, 2:] - found[:, :2]).max(axis=1) > 80
        there = found[large & (sure >= SURE)].astype(np.float64)
        wanted += len(there)
        best = overlap(there, boxes(desk.face_at(path))).max(axis=1, initial=0)
        assert best.min() > 0.6, path.name
    assert wanted >= 20


@pytest.mark.slow("many real photos in full size")
@pytest.mark.samples
def test_a_real_family_held_any_of_eight_ways_gives_the_same_four_faces(
    desk: Desk, samples: Path, tmp_path: Path
) -> None:
    (path,) = (samples / "photos" / "scenes").glob("*family.jpg")
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    folder = tmp_path / "turned"
    folder.mkdir()
    assert same_faces_in_all_orientations(desk, pixels, folder, ".jpg") == 4


@pytest.mark.slow("many real photos in full size")
@pytest.mark.samples
def test_photos_of_many_cameras_broken_ones_too_are_all_accounted_for(
    desk: Desk, samples: Path
) -> None:
    folder = samples / "photos" / "quirks"
    summary = desk.ingest(folder, workers=2)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert summary.photos_seen + sum(summary.skipped.values()) == len(files)
    assert summary.photos_seen == (
        summary.photos_new + summary.photos_known + summary.photos_rejected
    )
    assert summary.photos_new >= 100
    assert summary.photos_rejected <= 5
    assert all(reason.endswith(".") for _, reason in summary.rejected)
    again = desk.ingest(folder)
    assert (again.photos_new, again.faces_embedded) == (0, 0)
    assert again.photos_known == summary.photos_new + summary.photos_known
    assert sorted(again.rejected) == sorted(summary.rejected)


@pytest.mark.samples
def test_heic_photos_are_taken_in_upright_and_dated(desk: Desk, samples: Path) -> None:
    folder = samples / "photos" / "quirks" / "formats" / "heic"
    summary = desk.ingest(folder)
    assert summary.photos_rejected == 0
    assert summary.photos_new >= 4
    path = folder / "mobile" / "iphone_13_pro_max.HEIC"
    known = photos.known_paths(desk.con)
    stored = photos.photo(desk.con, known[os.fsencode(path)][3])
    assert stored is not None
    assert (stored.width, stored.height, stored.format) == (3024, 4032, "HEIF")
    assert str(stored.dated.earliest) == "2022-02-16"
    assert len(photos.searched(desk.con, DETECTOR_ID)) == summary.photos_new
