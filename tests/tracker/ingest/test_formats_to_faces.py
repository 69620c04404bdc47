"""A face is found, dated and cut in every format, and nearly the same one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.support.dng import dng
from tests.support.drawn_photos import drawn
from tests.support.ingest_desk import Desk

EXIF = Image.Exif()
EXIF[0x010F] = "Drawn"  # without it Pillow writes no EXIF into some formats
EXIF.get_ifd(0x8769)[0x9003] = "2024:03:09 12:00:00"
SIZE = (480, 360)


def saved(kind: str, **options: Any) -> Callable[[Image.Image], bytes]:
    def save(image: Image.Image) -> bytes:
        file = io.BytesIO()
        image.copy().save(file, kind, **options)
        return file.getvalue()

    return save


def deep(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)


JPEG, PNG, TIFF = saved("JPEG", quality=95, exif=EXIF), saved("PNG", exif=EXIF), saved("TIFF")

FILES: dict[str, tuple[str, Callable[[Image.Image], bytes]]] = {
    "a.jpg": ("JPEG", JPEG),
    "progressive.jpg": ("JPEG", saved("JPEG", progressive=True, exif=EXIF)),
    "cmyk.jpg": ("JPEG", lambda image: JPEG(image.convert("CMYK"))),
    "grey.jpg": ("JPEG", lambda image: JPEG(image.convert("L"))),
    "several.mpo": ("JPEG", saved("MPO", exif=EXIF)),
    "a.png": ("PNG", PNG),
    "deep.png": ("PNG", lambda image: PNG(deep(image))),
    "alpha.png": ("PNG", lambda image: PNG(image.convert("RGBA"))),
    "palette.png": ("PNG", lambda image: PNG(image.quantize(200))),
    "a.webp": ("WEBP", saved("WEBP", exif=EXIF)),
    "a.avif": ("AVIF", saved("AVIF", exif=EXIF)),
    "a.tif": ("TIFF", TIFF),
    "packed.tiff": ("TIFF", saved("TIFF", compression="tiff_lzw")),
    "deep.tif": ("TIFF", lambda image: TIFF(deep(image))),
    "a.gif": ("GIF", saved("GIF")),
    "a.bmp": ("BMP", saved("BMP")),
    "a.jp2": ("JPEG2000", saved("JPEG2000")),
    "a.dng": ("DNG", lambda image: dng(saved("JPEG", quality=95)(image), size=SIZE)),
    "really a.png.jpg": ("PNG", PNG),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One drawn photo in every format, and what is no photo at all."""
    made = tmp_path_factory.mktemp("formats")
    picture = Image.fromarray(drawn(1, 3, SIZE))
    for name, (_, encode) in FILES.items():
        (made / name).write_bytes(encode(picture))
    (made / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    (made / "IMG_1.AAE").write_bytes(b"<plist/>")
    (made / "film.jpg").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    return made


def test_a_face_is_found_in_every_format_and_every_file_is_accounted_for(
    desk: Desk, folder: Path
) -> None:
    summary = desk.ingest(folder, workers=2)
    names = list(FILES)
    # Two files may have the same bytes: then they are one photo, in two places.
    distinct = len({(folder / name).read_bytes() for name in names})
    assert (summary.photos_new, summary.photos_rejected) == (distinct, 1)
    assert summary.photos_seen + sum(summary.skipped.values()) == len(names) + 3
    boxes = {name: desk.face_at(folder / name) for name in names}
    assert {name: len(found) for name, found in boxes.items()} == dict.fromkeys(names, 1)
    (wanted,) = boxes["a.png"]
    for (found,) in boxes.values():
        assert np.abs(np.subtract(found.box, wanted.box)).max() < 12
        assert found.sharpness > 0
    ((path, reason),) = summary.rejected
    assert (Path(path).name, reason) == ("film.jpg", "It is not a photo but a video.")


def test_each_format_keeps_its_name_and_its_date(desk: Desk, folder: Path) -> None:
    desk.ingest(folder, workers=2)
    rows = desk.con.execute(
        "SELECT shown, format, earliest FROM photo_paths JOIN photos USING (photo_id)"
    ).fetchall()
    formats = {Path(shown).name: (format, day) for shown, format, day in rows}
    for name, (format, _) in FILES.items():
        assert formats[name][0] == format
        has_exif = name.endswith((".jpg", ".mpo", ".png", ".webp", ".avif"))
        expected = "2024-03-09" if has_exif else "2021-05-04" if name == "a.dng" else "None"
        assert str(formats[name][1]) == expected, name
