"""Whole libraries as other programs leave them, read as an ingest reads them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tests.support import libraries
from tests.support.libraries import Library, TruePhoto
from tracker.dating import clues, folders, names
from tracker.dating.resolve import resolve
from tracker.ingest.decode import decode
from tracker.ingest.decode import read as read_photo
from tracker.ingest.scan import Found, Skipped, scan
from tracker.metadata.records import Metadata
from tracker.metadata.sidecars.read import read
from tracker.metadata.sidecars.records import About

TODAY = date(2026, 1, 1)

Build = Callable[..., Library]


@pytest.fixture(params=libraries.ALL, ids=lambda build: build.__name__)
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    build: Build = request.param
    return build(tmp_path / "library")


def below(library: Library, path: bytes) -> str:
    return os.fsdecode(path)[len(str(library.folder)) + 1 :]


def found(library: Library) -> dict[str, Found]:
    entries = scan([library.folder])
    return {below(library, e.path): e for e in entries if isinstance(e, Found)}


def known(library: Library, photo: TruePhoto, one: Found) -> Metadata:
    decoded = decode(read_photo(one.path), max)
    path = Path(photo.path)
    around = (
        *names.clues(path.name),
        *folders.clues([folder.name for folder in path.parents if folder.name]),
        clues.file_time(one.mtime_ns),
    )
    told = decoded.metadata + Metadata(around)
    about = About(path.name, decoded.width, decoded.height, decoded.orientation)
    for sidecar in one.sidecars:
        told += read(sidecar, about)
    return told


def test_every_file_is_what_it_is(library: Library) -> None:
    entries = list(scan([library.folder]))
    skipped = {below(library, e.path): e.kind for e in entries if isinstance(e, Skipped)}
    assert skipped == library.skipped
    assert set(found(library)) == {photo.path for photo in library.photos}
    assert len(entries) == len(library.photos) + len(library.skipped)


def test_every_photo_has_the_files_that_speak_of_it(library: Library) -> None:
    met = found(library)
    for photo in library.photos:
        own = tuple(Path(os.fsdecode(s.path)).name for s in met[photo.path].sidecars)
        assert own == photo.sidecars, photo.path


def test_every_photo_is_of_its_day(library: Library) -> None:
    met = found(library)
    for photo in library.photos:
        dated = resolve(known(library, photo, met[photo.path]).clues, TODAY)
        assert (dated.earliest, dated.latest, dated.source) == (
            photo.earliest,
            photo.latest,
            photo.source,
        ), (photo.path, dated)


def test_everybody_who_was_named_is_known_where_they_are(library: Library) -> None:
    met = found(library)
    for photo in library.photos:
        tags = {tag.name: tag for tag in known(library, photo, met[photo.path]).tags}
        assert set(tags) == {true.name for true in photo.tags}, photo.path
        for true in photo.tags:
            tag = tags[true.name]
            assert tag.standard == true.standard
            if true.box is None:
                assert tag.boxes == ()
            else:
                assert tag.boxes[0] == pytest.approx(true.box, abs=2e-3), photo.path


def test_the_same_library_is_built_again_byte_for_byte(tmp_path: Path) -> None:
    one, other = (libraries.takeout(tmp_path / name) for name in ("one", "other"))
    assert one.photos == other.photos
    for path in one.folder.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (other.folder / path.relative_to(one.folder)).read_bytes()


def test_drawn_faces_are_found_where_the_truth_has_them(tmp_path: Path) -> None:
    from tracker.vision.detector import Detector
    from tracker.vision.engines import choose

    library = libraries.digikam(tmp_path, faces=True)
    detector = Detector(choose(device="cpu"))
    met = found(library)
    for photo in library.photos:
        decoded = decode(read_photo(met[photo.path].path), max)
        boxes = sorted(tuple(face.box) for face in detector.detect(np.asarray(decoded.image)))
        assert len(boxes) == len(photo.shot.people), photo.path
        for box, true in zip(boxes, sorted(face.box for face in photo.shot.faces), strict=True):
            shares = [
                place / (decoded.height if i % 2 else decoded.width) for i, place in enumerate(box)
            ]
            assert shares == pytest.approx(true, abs=0.05), photo.path
