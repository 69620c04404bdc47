"""However a photo is stored and in whatever format, it is one picture with the same faces."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support.turned import ORIENTATIONS, as_stored
from tracker.ingest import decode
from tracker.ingest.decode import Content, Decoded, Region
from tracker.ingest.look import least_side
from tracker.vision.detector import Detector, smallest_face

LOSSLESS: dict[str, dict[str, Any]] = {
    "PNG": {"compress_level": 1},
    "TIFF": {},
    "WEBP": {"lossless": True, "method": 0, "quality": 0},
}
LOSSY: dict[str, dict[str, Any]] = {"JPEG": {"quality": 95}, "AVIF": {"quality": 90, "speed": 10}}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(threads=1)


def read(data: bytes) -> Decoded:
    return decode.decode(Content(data, ""), least_side)


def stored(picture: Image.Image, orientation: int, kind: str, options: dict[str, Any]) -> Decoded:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    as_stored(picture, orientation).save(file, kind, exif=exif, **options)
    return read(file.getvalue())


def boxes(detector: Detector, decoded: Decoded) -> npt.NDArray[np.float64]:
    size = (decoded.width, decoded.height)
    found = detector.detect(decoded.image, smallest_face(*size), size=size)
    return np.array([face.box for face in found])


@pytest.fixture(scope="module")
def two_people(samples: Path) -> Image.Image:
    with Image.open(samples / "photos" / "scenes" / "ageitgey_obama_and_biden.jpg") as image:
        picture = image.convert("RGB")
    picture.thumbnail((900, 900))
    return picture


@pytest.mark.samples
@pytest.mark.parametrize("kind", LOSSLESS)
def test_without_losses_pixels_and_faces_are_the_very_same(
    two_people: Image.Image, detector: Detector, kind: str
) -> None:
    faces = boxes(detector, stored(two_people, 1, "PNG", {}))
    assert len(faces) == 2
    for orientation in ORIENTATIONS:
        decoded = stored(two_people, orientation, kind, LOSSLESS[kind])
        assert np.array_equal(decoded.pixels, np.asarray(two_people))
        if orientation in (1, 6, 7):  # the same pixels have the same faces
            assert np.array_equal(boxes(detector, decoded), faces)


@pytest.mark.samples
@pytest.mark.parametrize("kind", LOSSY)
def test_with_losses_they_differ_by_what_the_compression_takes(
    two_people: Image.Image, detector: Detector, kind: str
) -> None:
    """Blocks lie elsewhere in a turned picture: a few steps of 255, a few pixels of a box."""
    upright = np.asarray(two_people).astype(int)
    faces = boxes(detector, stored(two_people, 1, "PNG", {}))
    for orientation in ORIENTATIONS:
        decoded = stored(two_people, orientation, kind, LOSSY[kind])
        assert np.abs(decoded.pixels - upright).mean() < 3
        found = boxes(detector, decoded)
        for face in faces:  # beside them it may see one in a tie, as it nearly does in the original
            assert np.abs(found - face).max(axis=1).min() < 6


def _sets(photos: Path) -> dict[str, list[Path]]:
    own, others = photos / "orientation", photos / "formats" / "jpg" / "orientation"
    return {
        "Landscape": sorted(own.glob("Landscape_?.jpg")),
        "Portrait": sorted(own.glob("Portrait_?.jpg")),
        "landscape": sorted(others.glob("landscape_?.jpg")),
        "portrait": sorted(others.glob("portrait_?.jpg")),
    }


@pytest.mark.samples
@pytest.mark.parametrize("name", ["Landscape", "Portrait", "landscape", "portrait"])
def test_real_photos_in_all_orientations_are_one_picture_with_the_same_faces(
    samples: Path, detector: Detector, name: str
) -> None:
    """Each was compressed anew, some in another colour space: six steps of 255 on average."""
    paths = _sets(samples / "photos" / "quirks")[name]
    assert len(paths) >= 8
    shown = [read(decode.read(os.fsencode(path)).data) for path in paths]
    assert len({(one.width, one.height) for one in shown}) == 1
    pictures = [in_srgb(one) for one in shown]
    for one, picture in zip(shown, pictures, strict=True):
        assert np.abs(picture - pictures[1]).mean() < 6
        assert len(boxes(detector, one)) == len(boxes(detector, shown[1]))


def in_srgb(decoded: Decoded) -> npt.NDArray[np.float64]:
    """The whole picture as a face would be cut from it, small."""
    region = Region(0, 0, decoded.width, decoded.height, decoded.scale)
    (patch,) = decode.cut_regions(Content(decoded.picture.data, ""), decoded, [region])
    return np.asarray(Image.fromarray(patch.pixels).resize((60, 60)), np.float64)
