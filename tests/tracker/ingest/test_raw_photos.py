"""RAW files: the picture the camera put in, upright, with the dates of the RAW file."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.dng import dng
from tests.support.turned import as_stored
from tracker.errors import PhotoRejected
from tracker.ingest import decode
from tracker.ingest.decode import Content, Decoded, Region

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 30), (30, 30, 220), (240, 240, 240)
SIZE = (600, 400)


def corners(size: tuple[int, int] = SIZE) -> Image.Image:
    width, height = size
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return Image.fromarray(pixels)


def jpeg(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95, **options)
    return file.getvalue()


def stored(orientation: int) -> Image.Image:
    """The upright picture as a camera that was held otherwise stores it: always landscape."""
    return as_stored(corners(SIZE if orientation < 5 else SIZE[::-1]), orientation)


def read(data: bytes, side: int = 600) -> Decoded:
    return decode.decode(Content(data, ""), lambda w, h: side)


def assert_upright(decoded: Decoded, orientation: int) -> None:
    width, height = SIZE if orientation < 5 else SIZE[::-1]
    assert (decoded.width, decoded.height) == (width, height)
    pixels = decoded.pixels.astype(int)
    h, w = pixels.shape[:2]
    for y, x, colour in ((1, 1, RED), (1, 3, GREEN), (3, 1, BLUE), (3, 3, WHITE)):
        assert np.abs(pixels[y * h // 4, x * w // 4] - colour).max() < 40


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("side", [600, 300])
def test_a_preview_is_turned_upright_exactly_once(orientation: int, side: int) -> None:
    picture = stored(orientation)
    data = dng(jpeg(picture), size=picture.size, orientation=orientation)
    decoded = read(data, side)
    assert decoded.format == "DNG"
    assert_upright(decoded, orientation)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_preview_with_an_orientation_of_its_own_is_turned_once_too(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = stored(orientation)
    data = dng(jpeg(picture, exif=exif), size=picture.size, orientation=orientation)
    assert_upright(read(data), orientation)


def test_of_several_previews_the_largest_is_taken() -> None:
    small, large = corners((360, 240)), corners()
    for first, second in ((small, large), (large, small)):
        data = dng(jpeg(second), size=second.size, smaller=jpeg(first), smaller_size=first.size)
        assert (read(data).width, read(data).height) == SIZE


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_preview_without_compression_serves_too(orientation: int) -> None:
    decoded = read(dng(thumbnail=stored(orientation), orientation=orientation))
    assert_upright(decoded, orientation)


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_preview_that_stands_upright_already_is_left_so(orientation: int) -> None:
    picture = corners(SIZE[::-1])
    data = dng(jpeg(picture), size=picture.size, orientation=orientation)
    assert_upright(read(data), orientation)


def test_the_preview_is_taken_and_not_the_thumbnail_that_a_tiff_reader_sees() -> None:
    data = dng(jpeg(corners()), size=SIZE)
    with Image.open(io.BytesIO(data)) as seen:
        assert seen.size == (64, 48)
    assert (read(data).width, read(data).height) == SIZE


def test_faces_are_cut_from_the_preview_at_any_scale() -> None:
    content = Content(dng(jpeg(stored(6)), size=SIZE, orientation=6), "")
    decoded = decode.decode(content, lambda w, h: 300)
    regions = [Region(10, 10, 60, 60, 1), Region(250, 400, 390, 590, 2)]
    first, second = decode.cut_regions(content, decoded, regions)
    assert np.abs(first.pixels.reshape(-1, 3).mean(0) - RED).max() < 12
    assert np.abs(second.pixels.reshape(-1, 3).mean(0) - WHITE).max() < 12
    assert first.pixels.shape == (50, 50, 3)


def test_dates_and_camera_are_those_of_the_raw_file() -> None:
    found = read(dng(jpeg(corners()), size=SIZE)).metadata
    assert found.camera == "Test Camera 1"
    assert [(clue.source, clue.latest) for clue in found.clues] == [
        ("exif", date(2021, 5, 4)),
        ("exif", date(2021, 5, 4)),
        ("modified", date(2023, 1, 1)),
    ]
    assert found.clues[0].taken_at == datetime(2021, 5, 4, 10, 11, 12, 250_000)
    assert found.clues[0].zone == "+02:00"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_that_libraw_does_not_know_has_its_picture_where_tiff_says(
    orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import rawpy

    def unknown(_file: object) -> object:
        raise rawpy.LibRawFileUnsupportedError("of a camera of tomorrow")

    monkeypatch.setattr(rawpy, "imread", unknown)
    picture = stored(orientation)
    small = jpeg(corners((360, 240)))
    data = dng(
        jpeg(picture),
        size=picture.size,
        orientation=orientation,
        smaller=small,
        smaller_size=(360, 240),
    )
    assert_upright(read(data), orientation)
    with pytest.raises(PhotoRejected, match="not known here"):
        read(dng())


def test_a_raw_file_without_a_picture_is_refused_with_what_to_do() -> None:
    for data in (dng(), dng(jpeg(corners((100, 60))), size=(100, 60))):
        with pytest.raises(PhotoRejected, match="export it as a JPEG") as caught:
            read(data)
        assert caught.value.code == "no-preview"


@pytest.mark.parametrize(
    "data",
    [
        b"FUJIFILMCCD-RAW 0201FF" + bytes(2000),
        b"IIRO\x08\0\0\0" + bytes(2000),
        b"IIU\0\x08\0\0\0" + bytes(2000),
        b"\0MRM" + bytes(2000),
        b"FOVb" + bytes(2000),
        b"II*\0\x10\0\0\0CR\2\0" + bytes(2000),
        b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(2000),
        dng(jpeg(corners()), size=SIZE)[:25_000],
    ],
)
def test_a_broken_raw_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(PhotoRejected) as caught:
        read(data)
    assert caught.value.code in {"damaged", "no-preview", "truncated"}
    assert str(caught.value).endswith(".")


def test_a_tiff_whose_first_page_is_a_thumbnail_gives_the_photo(tmp_path: Any) -> None:
    import tifffile  # scikit-image needs it

    path = tmp_path / "scan.tif"
    with tifffile.TiffWriter(path) as file:
        file.write(np.zeros((40, 60, 3), np.uint8), subfiletype=1, photometric="rgb")
        file.write(np.asarray(corners()), photometric="rgb")
    assert_upright(read(path.read_bytes()), 1)


def test_the_first_page_is_the_photo_where_none_is_a_thumbnail(tmp_path: Any) -> None:
    path = tmp_path / "pages.tif"
    corners().save(path, save_all=True, append_images=[Image.new("RGB", (700, 500))])
    assert (read(path.read_bytes()).width, read(path.read_bytes()).height) == SIZE
