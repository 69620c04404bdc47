"""A digiKam collection: albums with sidecars, and the program's own files beside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.libraries import pictures, xmp_text
from tests.support.libraries.truth import Library, Shelf, Shot, boxed

CAMERA = {"make": "NIKON CORPORATION", "model": "NIKON D90"}


def digikam(folder: Path, *, faces: bool = False) -> Library:
    """Faces named in digiKam: in sidecars, in the photo itself, and of a photo on its side."""
    shelf = Shelf(folder, faces)
    wide, high = pictures.DRAWN if faces else pictures.SMALL
    here = "2019/2019-07 Italien"
    shot = Shot(("Mia", "Jörg Müller"), taken="2019:07:04 10:15:00", **CAMERA)
    _beside(shelf, here, "DSC_0101.JPG", shot, (wide, high), on=date(2019, 7, 4), source="exif")
    shot = Shot(("Anna",), taken="2019:07:05 11:00:00", orientation=6, **CAMERA)
    _beside(shelf, here, "DSC_0102.JPG", shot, (high, wide), on=date(2019, 7, 5), source="exif")
    inside = Shot(("Ben",), taken="2019:07:06 09:30:00", **CAMERA)
    inside = Shot(
        inside.people,
        taken=inside.taken,
        xmp=xmp_text.digikam(inside.faces, (wide, high)),
        **CAMERA,
    )
    shelf.photo(
        f"{here}/DSC_0103.JPG",
        inside,
        on=date(2019, 7, 6),
        source="exif",
        tags=boxed(inside, "mwg"),
    )
    # A slide, dated by hand in digiKam: only the sidecar has the day.
    _beside(
        shelf,
        "Dias",
        "dia-017.jpg",
        Shot(("Opa Karl",)),
        (wide, high),
        on=date(1961, 5, 20),
        source="sidecar",
        taken="1961-05-20T12:00:00",
    )
    for name in ("digikam4.db", "thumbnails-digikam.db", "recognition.db", "similarity.db"):
        shelf.skip(name, "another program's catalogue", b"SQLite format 3\0")
    shelf.inside(".dtrash/files/DSC_0100.JPG")
    shelf.skipped[".dtrash"] = "trash"
    return shelf.library()


def _beside(
    shelf: Shelf,
    here: str,
    name: str,
    shot: Shot,
    size: tuple[int, int],
    *,
    on: date,
    source: str,
    taken: str | None = None,
) -> None:
    shelf.photo(
        f"{here}/{name}",
        shot,
        on=on,
        source=source,
        tags=boxed(shot, "mwg"),
        sidecars=(f"{name}.xmp",),
    )
    text = xmp_text.digikam(shot.faces, size, taken=taken, turn=shot.orientation)
    shelf.skip(f"{here}/{name}.xmp", "sidecar", text)
