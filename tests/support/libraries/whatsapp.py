"""WhatsApp's folder of an Android phone, and what its other versions save."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.libraries.truth import Library, Shelf, Shot


def whatsapp(folder: Path, *, faces: bool = False) -> Library:
    """Photos without EXIF, named after the day they were sent."""
    shelf = Shelf(folder, faces)
    media = "WhatsApp/Media"
    images = f"{media}/WhatsApp Images"
    for name, people, day in (
        (f"{images}/IMG-20220314-WA0003.jpg", ("Mia",), date(2022, 3, 14)),
        (f"{images}/IMG-20220314-WA0004.jpg", ("Mia", "Oma Rosa"), date(2022, 3, 14)),
        (f"{images}/Sent/IMG-20220402-WA0000.jpg", ("Ben",), date(2022, 4, 2)),
        ("Computer/WhatsApp Image 2022-05-01 at 10.15.02.jpeg", ("Anna",), date(2022, 5, 1)),
    ):
        shelf.photo(name, Shot(people), on=day, source="filename")
    shelf.skip(f"{images}/.nomedia", "hidden", b"")
    shelf.skip(f"{media}/WhatsApp Video/VID-20220314-WA0001.mp4", "video")
    shelf.inside(f"{media}/.Statuses/IMG-20220314-WA0099.jpg")
    shelf.skipped[f"{media}/.Statuses"] = "hidden"
    shelf.skip("WhatsApp/Databases/msgstore.db.crypt14", ".crypt14")
    return shelf.library()
