"""What people get out of an iPhone and out of Apple Photos: an export, and the library itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.libraries import xmp_text
from tests.support.libraries.truth import Library, Shelf, Shot

IPHONE = {"make": "Apple", "model": "iPhone 12", "software": "17.1"}

AAE = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>adjustmentBaseVersion</key><integer>0</integer></dict></plist>
"""


def apple_export(folder: Path, *, faces: bool = False) -> Library:
    """Photos copied from a phone, photos exported with their XMP, and a Photos library."""
    shelf = Shelf(folder, faces)
    phone = "iPhone/100APPLE"
    shot = Shot(("Mia",), taken="2021:06:05 10:11:12", offset="+02:00", orientation=6, **IPHONE)
    shelf.photo(f"{phone}/IMG_0001.JPG", shot, on=date(2021, 6, 5), source="exif")
    shelf.skip(f"{phone}/IMG_0001.MOV", "live photo's video")
    shelf.skip(f"{phone}/._IMG_0001.JPG", "AppleDouble (._)", b"\0\5\x16\7\0\2\0\0Mac OS X")
    for name in ("IMG_0002.JPG", "IMG_E0002.JPG"):  # as taken, and as edited on the phone
        shot = Shot(("Mia", "Ben"), taken="2021:06:06 17:00:00", offset="+02:00", **IPHONE)
        shelf.photo(f"{phone}/{name}", shot, on=date(2021, 6, 6), source="exif")
    for name in ("IMG_0002.AAE", "IMG_O0002.AAE"):
        shelf.skip(f"{phone}/{name}", "edit instructions (AAE)", AAE)
    shelf.skip(f"{phone}/IMG_0003.MOV", "video")
    shelf.skip(f"{phone}/.DS_Store", "hidden", b"\0\0\0\1Bud1")

    export = "Export/Besuch bei Oma"
    # A print photographed with the phone, and dated in Photos since: the XMP knows better.
    shot = Shot(("Oma Rosa",), taken="2021:08:08 12:00:00", offset="+02:00", **IPHONE)
    shelf.photo(
        f"{export}/IMG_0815.jpeg",
        shot,
        on=date(1968, 8, 17),
        source="sidecar",
        sidecars=("IMG_0815.xmp",),
    )
    text = xmp_text.apple(taken="1968-08-17T12:00:00+01:00", title="Oma als Braut")
    shelf.skip(f"{export}/IMG_0815.xmp", "sidecar", text)

    library = "Fotos-Mediathek.photoslibrary"
    shot = Shot(("Anna",), taken="2020:12:24 18:00:00", offset="+01:00", **IPHONE)
    uuid = "0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9"
    shelf.photo(f"{library}/originals/0/{uuid}.jpeg", shot, on=date(2020, 12, 24), source="exif")
    shelf.inside(f"{library}/resources/derivatives/0/{uuid}_1_105_c.jpeg")
    shelf.inside(f"{library}/database/Photos.sqlite", b"SQLite format 3\0")
    for name in ("resources", "database"):
        shelf.skipped[f"{library}/{name}"] = "a photo library's own files"
    shelf.inside("iCloud/Recently Deleted/IMG_0666.JPG")
    shelf.skipped["iCloud/Recently Deleted"] = "trash"
    return shelf.library()
