"""Faces are cut in the colours that a photo's own profile means."""

from __future__ import annotations

import io
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageCms

from tracker.ingest import colours, decode
from tracker.ingest.decode import Content, Region


def curve(gamma: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(v * 65536) for v in values))


WHITE_D50 = (0.9642, 1.0, 0.8249)


def profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile, version 2, for a monitor. See ICC.1:2001-04."""
    tags = {b"wtpt": xyz(*WHITE_D50), **tags}
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"lcms", 0x02100000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + xyz(*WHITE_D50)[8:]
    return head.ljust(128, b"\0") + table + body


DISPLAY_P3 = profile(
    b"RGB ",
    {
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2920, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
        **{name: curve(2.2) for name in (b"rTRC", b"gTRC", b"bTRC")},
    },
)
ADOBE_RGB = profile(
    b"RGB ",
    {
        b"rXYZ": xyz(0.60974, 0.31111, 0.01947),
        b"gXYZ": xyz(0.20528, 0.62567, 0.06087),
        b"bXYZ": xyz(0.14919, 0.06322, 0.74457),
        **{name: curve(2.2) for name in (b"rTRC", b"gTRC", b"bTRC")},
    },
)
GREY_LINEAR = profile(b"GRAY", {b"kTRC": curve(1.0)})
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

SKIN = (200, 140, 110)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def patch(data: bytes, scale: int = 1) -> npt.NDArray[np.float64]:
    """The mean colour of what is cut of a photo for a face."""
    content = Content(data, "")
    decoded = decode.decode(content, max)
    (found,) = decode.cut_regions(content, decoded, [Region(20, 20, 80, 80, scale)])
    return np.asarray(found.pixels.reshape(-1, 3).mean(axis=0))


@pytest.mark.parametrize("given", [DISPLAY_P3, ADOBE_RGB])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("scale", [1, 2])
def test_a_wider_colour_space_makes_skin_more_colourful(
    given: bytes, kind: str, scale: int
) -> None:
    data = encoded(Image.new("RGB", (100, 100), SKIN), kind, icc_profile=given)
    red, green, blue = patch(data, scale)
    assert red - blue > SKIN[0] - SKIN[2] + 5
    assert abs(green - SKIN[1]) < 6


@pytest.mark.parametrize(
    "given",
    [
        None,
        SRGB,
        b"",
        b"not a profile" * 20,
        DISPLAY_P3[:200],
        DISPLAY_P3[:140] + random.Random(1).randbytes(300),
        GREY_LINEAR,
        DISPLAY_P3 + bytes(5_000_000),
    ],
)
def test_srgb_and_broken_and_foreign_profiles_change_nothing(given: bytes | None) -> None:
    data = encoded(Image.new("RGB", (100, 100), SKIN), "TIFF", icc_profile=given)
    assert np.abs(patch(data) - SKIN).max() <= 2


@pytest.mark.parametrize("mode", ["L", "I;16"])
def test_grey_is_as_bright_as_its_profile_means(mode: str) -> None:
    level = 0x3700 if mode == "I;16" else 0x37
    kind = np.uint16 if mode == "I;16" else np.uint8
    image = Image.fromarray(np.full((100, 100), level, kind))
    plain = encoded(image, "TIFF")
    linear = encoded(image, "TIFF", icc_profile=GREY_LINEAR)
    assert np.abs(patch(plain) - 0x37).max() < 1
    assert np.abs(patch(linear) - 128).max() < 3  # a fifth of the light is half of the scale
    assert np.abs(patch(linear, 2) - 128).max() < 3


def press(cyan: int) -> bytes:
    """A profile of CMYK whose cyan is a grey of that lightness (0 to 100), other ink black."""
    ramp = bytes(range(256))
    lightness = [255, *[0] * 7, round(cyan * 2.55), *[0] * 7]
    lookup = b"".join(bytes([value, 128, 128]) for value in lightness)
    matrix = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + ramp * 4 + lookup + ramp * 3
    made = profile(b"CMYK", {b"A2B0": table})
    return made[:12] + b"prtr" + made[16:20] + b"Lab " + made[24:]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
@pytest.mark.parametrize("scale", [1, 2])
def test_printed_colours_are_those_of_the_press(kind: str, scale: int) -> None:
    printed = Image.new("CMYK", (100, 100), (255, 0, 0, 0))
    assert np.abs(patch(encoded(printed, kind), scale) - (0, 255, 255)).max() < 6
    given = encoded(printed, kind, icc_profile=press(50))
    assert np.abs(patch(given, scale) - 119).max() < 6  # half as light as paper


def test_transparent_and_palette_photos_have_profiles_too() -> None:
    for mode in ("RGBA", "P"):
        image = Image.new("RGB", (100, 100), SKIN).convert(mode)
        red, _, blue = patch(encoded(image, icc_profile=ADOBE_RGB))
        assert red - blue > SKIN[0] - SKIN[2] + 5


def test_lab_colours_are_shown(tmp_path: Path) -> None:
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.createProfile("sRGB")
    image = ImageCms.profileToProfile(
        Image.new("RGB", (100, 100), SKIN), srgb, lab, outputMode="LAB"
    )
    assert image is not None
    assert np.abs(patch(encoded(image, "TIFF")) - SKIN).max() <= 4


def test_a_profile_is_worked_out_once_for_all_photos_of_a_camera() -> None:
    colours._change.cache_clear()
    for _ in range(3):
        patch(encoded(Image.new("RGB", (100, 100), SKIN), icc_profile=DISPLAY_P3))
    assert colours._change.cache_info().misses == 1
