"""Folders that were sorted with Picasa: what it knows is in one file in each of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.libraries.pictures import Face
from tests.support.libraries.truth import Library, Shelf, Shot, boxed

CAMERA = {"make": "Panasonic", "model": "DMC-FZ7"}

CONTACTS = {"Oma Rosa": "8e62398ebda8c1a5", "Opa Karl": "12a4b6c8d0e1f203", "Anna": "5d0c"}
"""Picasa's number for each person; it writes none of its leading zeros."""


def picasa(folder: Path, *, faces: bool = False) -> Library:
    """Two folders, of Picasa 3.9 and of before, and the originals that it kept."""
    shelf = Shelf(folder, faces)
    _christmas(shelf, "2008-12 Weihnachten")
    here = "2005 Umzug"
    shot = Shot(("Opa Karl",), taken="2005:03:12 15:00:00", **CAMERA)
    shelf.photo(
        f"{here}/P1000001.JPG",
        shot,
        on=date(2005, 3, 12),
        source="exif",
        tags=boxed(shot, "picasa"),
        sidecars=("Picasa.ini",),
    )
    shelf.skip(f"{here}/Picasa.ini", "sidecar", _ini({"P1000001.JPG": _faces(shot.faces)}))
    return shelf.library()


def _christmas(shelf: Shelf, here: str) -> None:
    entries: dict[str, list[str]] = {}
    for number, people in enumerate((("Oma Rosa", "Opa Karl"), ("Anna",), ())):
        name = f"P102000{number}.JPG"
        shot = Shot(people, taken=f"2008:12:24 18:0{number}:00", **CAMERA)
        shelf.photo(
            f"{here}/{name}",
            shot,
            on=date(2008, 12, 24),
            source="exif",
            tags=boxed(shot, "picasa"),
            sidecars=(".picasa.ini",),
        )
        entries[name] = ["star=yes", *_faces(shot.faces)]
    shelf.skip(f"{here}/.picasa.ini", "sidecar", _ini(entries))
    shelf.inside(f"{here}/.picasaoriginals/P1020001.JPG")
    shelf.skipped[f"{here}/.picasaoriginals"] = "originals that Picasa keeps"
    shelf.skip(f"{here}/Thumbs.db", "thumbnails")


def rect64(box: tuple[float, float, float, float]) -> str:
    """A box as Picasa writes it: four times 16 bits in hexadecimal, without leading zeros."""
    left, top, right, bottom = (round(share * 0xFFFF) for share in box)
    return f"rect64({left << 48 | top << 32 | right << 16 | bottom:x})"


def _faces(faces: tuple[Face, ...]) -> list[str]:
    if not faces:
        return []
    return ["faces=" + ";".join(f"{rect64(face.box)},{CONTACTS[face.name]}" for face in faces)]


def _ini(entries: dict[str, list[str]]) -> bytes:
    lines = ["[Picasa]", "name=Familie", "[Contacts2]"]
    lines += [f"{number}={name};;" for name, number in CONTACTS.items()]
    for name, said in entries.items():
        lines += [f"[{name}]", *said, "backuphash=34521"]
    return ("\r\n".join(lines) + "\r\n").encode()
