"""The camera's folder of an Android phone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.libraries.truth import Library, Shelf, Shot

PIXEL = {"make": "Google", "model": "Pixel 7"}


def phone(folder: Path, *, faces: bool = False) -> Library:
    """Photos, moving ones, screenshots, what was deleted, and the gallery's thumbnails."""
    shelf = Shelf(folder, faces)
    camera = "DCIM/Camera"
    shot = Shot(("Mia",), taken="2023:07:14 23:30:00", offset="+02:00", **PIXEL)
    shelf.photo(f"{camera}/PXL_20230714_213000123.jpg", shot, on=date(2023, 7, 14), source="exif")
    shot = Shot(("Mia", "Ben"), taken="2019:10:03 12:00:00", **PIXEL)
    shelf.photo(f"{camera}/MVIMG_20191003_120000.jpg", shot, on=date(2019, 10, 3), source="exif")
    shelf.skip(f"{camera}/MVIMG_20191003_120000.MP4", "live photo's video")
    shot = Shot(("Anna",), taken="2023:07:15 09:00:00", offset="+02:00", **PIXEL)
    shelf.photo(
        f"{camera}/PXL_20230715_070000000.MP.jpg", shot, on=date(2023, 7, 15), source="exif"
    )
    shelf.skip(f"{camera}/PXL_20230715_070000000.MP", "live photo's video")
    shelf.skip(f"{camera}/.trashed-1712345678-IMG_20240301_101010.jpg", "trash")
    shelf.inside("DCIM/.thumbnails/1.jpg")
    shelf.skipped["DCIM/.thumbnails"] = "thumbnails"
    shelf.photo(
        "Pictures/Screenshots/Screenshot_20230820-081233_Maps.jpg",
        Shot(),
        on=date(2023, 8, 20),
        source="filename",
    )
    return shelf.library()
