"""Files that are odd, not broken: they are photos to other programs, and so they are here."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.tracker.metadata.test_embedded_dates import DATED
from tracker.errors import PhotoRejected
from tracker.ingest import bounds, decode
from tracker.ingest.decode import Decoded

TEAL, PURPLE = (0, 128, 128), (128, 0, 128)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def read(data: bytes) -> Decoded:
    return decode.decode(decode.Content(data, ""), max)


def assert_is(decoded: Decoded, colour: tuple[int, int, int]) -> None:
    assert np.abs(decoded.pixels.reshape(-1, 3).mean(axis=0) - colour).max() < 4


def plain(colour: tuple[int, int, int] = TEAL) -> Image.Image:
    return Image.new("RGB", (40, 30), colour)


def mpo() -> bytes:
    return encoded(plain(), "MPO", save_all=True, append_images=[plain(PURPLE)])


def test_of_several_pictures_in_a_jpeg_the_first_is_the_photo() -> None:
    decoded = read(mpo())
    assert decoded.format == "JPEG"
    assert_is(decoded, TEAL)


def test_a_broken_list_of_further_pictures_costs_only_these() -> None:
    good = mpo()
    at = good.index(b"MPF\0")
    for offset in range(4, 60):
        assert_is(read(good[: at + offset] + b"\xff" + good[at + offset + 1 :]), TEAL)


def test_what_stands_behind_a_jpegs_end_is_not_of_it() -> None:
    for behind in (b"\0" * 5000, b"<html>", encoded(plain(PURPLE), "JPEG"), mpo()):
        assert_is(read(encoded(plain(), "JPEG") + behind), TEAL)


@pytest.mark.parametrize("brand", [b"avif", b"mif1", b"msf1"])
def test_an_avif_is_read_whatever_brand_comes_first(brand: bytes) -> None:
    data = encoded(plain(), "AVIF")
    decoded = read(data[:8] + brand + data[12:])
    assert decoded.format == "AVIF"
    assert_is(decoded, TEAL)


def test_an_avifs_broken_exif_data_cost_its_dates_alone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    data = encoded(plain(), "AVIF", exif=exif)
    assert read(data).metadata.camera == "Maker"
    broken = read(data.replace(b"MM\0*", b"XX\0*"))
    assert_is(broken, TEAL)
    assert broken.metadata.camera == ""


def test_when_a_moving_avif_was_made_is_not_when_it_was_taken() -> None:
    data = encoded(plain(), "AVIF", save_all=True, append_images=[plain(PURPLE)])
    assert not read(data).metadata.clues


def with_chunk(data: bytes, kind: bytes, body: bytes, *, damaged: bool) -> bytes:
    """A PNG with one more chunk, before its pixels."""
    checksum = zlib.crc32(kind + body) ^ (1 if damaged else 0)
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)
    at = data.index(b"IDAT") - 4
    return data[:at] + chunk + data[at:]


@pytest.mark.parametrize("kind", [b"tEXt", b"iTXt", b"eXIf", b"iCCP", b"gAMA", b"prVt"])
def test_a_pngs_damaged_notes_cost_the_notes_alone(kind: bytes) -> None:
    data = encoded(plain(), "PNG")
    assert_is(read(with_chunk(data, kind, b"Title\0damaged", damaged=True)), TEAL)


def test_a_pngs_damaged_pixels_are_told() -> None:
    data = bytearray(encoded(plain(), "PNG"))
    data[data.index(b"IDAT") + 4] ^= 0xFF
    with pytest.raises(PhotoRejected) as caught:
        read(bytes(data))
    assert caught.value.code == "damaged"


def test_a_png_may_hold_megabytes_of_xmp() -> None:
    text = PngInfo()
    padded = DATED.decode().replace("</x:xmpmeta>", f"</x:xmpmeta>{' ' * 3_000_000}")
    text.add_itxt("XML:com.adobe.xmp", padded, zip=True)
    decoded = read(encoded(plain(), "PNG", pnginfo=text))
    assert_is(decoded, TEAL)
    assert [clue.source for clue in decoded.metadata.clues] == ["xmp"] * 3


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_of_a_film_of_pictures_the_first_is_the_photo(kind: str) -> None:
    options: dict[str, Any] = {"save_all": True, "append_images": [plain(PURPLE)] * 2}
    assert_is(read(encoded(plain(), kind, **options)), TEAL)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "BMP", "GIF", "JPEG2000", "WEBP", "AVIF"])
def test_every_format_is_read_whatever_its_pixels_are(kind: str) -> None:
    deep = ("I;16", "F") if kind in ("PNG", "TIFF") else ()  # others are written with eight bits
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", *deep):
        image = plain((90, 90, 90)).convert("L" if mode == "I;16" else mode)
        if mode == "I;16":
            image = Image.fromarray(np.asarray(image).astype(np.uint16) << 8)
        try:
            data = encoded(image, kind)
        except (OSError, ValueError, KeyError):  # the format has no such pixels
            continue
        decoded = read(data)
        assert (decoded.width, decoded.height) == (40, 30)
        assert decoded.pixels.shape == (30, 40, 3)
        if mode not in ("1", "F"):
            assert_is(decoded, (90, 90, 90))


@pytest.mark.parametrize("orientation", [1, 6, 7])
def test_what_is_cut_of_a_photo_that_was_kept_whole_is_what_decoding_anew_gives(
    orientation: int,
) -> None:
    """AVIF and HEIC take so long to decode that they are kept until their faces are cut."""
    y, x = np.mgrid[:300, :400]
    picture = Image.fromarray(np.stack((x % 256, y % 256, (x + y) % 256), -1).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = decode.Content(encoded(picture, "AVIF", exif=exif), "")
    decoded = decode.decode(content, lambda w, h: 100)
    assert (decoded.scale, decoded.whole is not None) == (4, True)
    regions = [decode.Region(20, 30, 120, 130, 1), decode.Region(60, 60, 240, 200, 2)]
    kept = decode.cut_regions(content, decoded, regions)
    anew = decode.cut_regions(content, replace(decoded, whole=None), regions)
    for one, other in zip(kept, anew, strict=True):
        assert (one.x, one.y, one.scale) == (other.x, other.y, other.scale)
        assert np.array_equal(one.pixels, other.pixels)


@pytest.mark.parametrize("scale", [1, 2, 4, 8, 16])
def test_a_jpeg_2000_is_decoded_as_small_as_it_serves(scale: int) -> None:
    image = Image.new("RGB", (640, 480), TEAL)
    image.paste(PURPLE, (320, 240, 640, 480))
    for options in ({}, {"num_resolutions": 1}, {"num_resolutions": 3}):
        data = encoded(image, "JPEG2000", **options)
        decoded = decode.decode(decode.Content(data, ""), lambda w, h: max(w, h) // scale)
        assert decoded.scale == min(scale, 8)
        assert decoded.image.reduce(2).size  # not a number that Pillow has by that name
        assert decoded.image.size == (640 // decoded.scale, 480 // decoded.scale)
        w, h = decoded.image.size
        assert decoded.image.getpixel((w // 4, h // 4)) == TEAL
        assert decoded.image.getpixel((3 * w // 4, 3 * h // 4)) == PURPLE


def test_a_webp_is_measured_before_its_decoder_takes_memory_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = Image.new("RGBA", (900, 700), (*TEAL, 128))
    animated = {"save_all": True, "append_images": [image.rotate(9)]}
    for options in ({}, {"lossless": True}, animated, {"icc_profile": b"x" * 200}):
        data = encoded(image.convert("RGB" if not options else "RGBA"), "WEBP", **options)
        assert read(data).width == 900
        monkeypatch.setattr(bounds, "MAX_DECODE_BYTES", 16 * 900 * 700 - 1)
        with pytest.raises(PhotoRejected, match="claims 900 x 700"):
            read(data)
        monkeypatch.undo()


@pytest.mark.parametrize("size", [(20_000, 200), (200, 20_000), (30_000, 2), (1, 40_000)])
def test_a_panorama_of_any_shape_is_decoded(size: tuple[int, int]) -> None:
    for kind in ("PNG", "JPEG"):
        decoded = decode.decode(
            decode.Content(encoded(Image.new("RGB", size, TEAL), kind), ""),
            lambda w, h: max(1500, round(max(w, h) * 0.2)),
        )
        assert (decoded.width, decoded.height) == size
        assert_is(decoded, TEAL)
