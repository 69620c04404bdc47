"""A Lightroom Classic library: photos with XMP inside, the catalogue and its previews beside."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.libraries import pictures, xmp_text
from tests.support.libraries.truth import Library, Shelf, Shot, boxed

CAMERA = {"make": "Canon", "model": "Canon EOS 6D"}


def lightroom(folder: Path, *, faces: bool = False) -> Library:
    """Faces named in Lightroom, and an XMP that is a RAW photo's instead of its JPEG's.

    The RAW photos are not there: their XMP and the JPEGs were left when the disk grew full.
    """
    shelf = Shelf(folder, faces)
    size = pictures.DRAWN if faces else pictures.SMALL
    here = "2018/2018-09-15"
    for number, people in enumerate((("Mia", "Anna"), ("Oma Rosa", "Ben", "Mia"))):
        taken = f"2018-09-15T14:0{number}:00"
        exif = taken.replace("-", ":").replace("T", " ")
        shot = Shot(people, taken=exif, **CAMERA)
        shot = Shot(
            people, taken=exif, xmp=xmp_text.lightroom(shot.faces, size, taken=taken), **CAMERA
        )
        shelf.photo(
            f"{here}/IMG_700{number}.jpg",
            shot,
            on=date(2018, 9, 15),
            source="exif",
            tags=boxed(shot, "mwg"),
        )
    # Edited and saved without EXIF; Lightroom's sidecar is the only one that knows the day.
    shelf.photo(
        f"{here}/IMG_7002.jpg",
        Shot(("Ben",)),
        on=date(2018, 9, 16),
        source="sidecar",
        sidecars=("IMG_7002.xmp",),
    )
    text = xmp_text.adobe_sidecar(taken="2018-09-16T08:00:00", suffix="CR2")
    shelf.skip(f"{here}/IMG_7002.xmp", "sidecar", text)
    shelf.skip(f"{here}/IMG_7003.xmp", "sidecar without its photo", text)
    shelf.skip("Lightroom/Familie.lrcat", "another program's catalogue", b"SQLite format 3\0")
    previews = "Lightroom/Familie Previews.lrdata"
    shelf.inside(f"{previews}/0/00A1/00A1B2C3-D4E5.lrprev", b"AgHg")
    shelf.skipped[previews] = "previews of Lightroom"
    return shelf.library()
