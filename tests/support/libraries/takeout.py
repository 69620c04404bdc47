"""A Google Takeout as it is unpacked: real names, and JSON as Google writes it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from tests.support.libraries.truth import Library, Shelf, Shot, named

SUPPLEMENT = ".supplemental-metadata"

PIXEL = {"make": "Google", "model": "Pixel 7"}


def sidecar(
    title: str,
    taken: datetime,
    *,
    people: tuple[str, ...] = (),
    place: tuple[float, float] | None = None,
) -> bytes:
    """The JSON beside a photo. `taken` is in UTC, `place` is latitude and longitude."""
    north, east = place or (0.0, 0.0)
    somewhere = {
        "latitude": north,
        "longitude": east,
        "altitude": 0.0,
        "latitudeSpan": 0.0,
        "longitudeSpan": 0.0,
    }
    uploaded = datetime(2024, 1, 5, 20, 0, 11, tzinfo=UTC)
    told = {
        "title": title,
        "description": "",
        "imageViews": "7",
        "creationTime": _moment(uploaded),
        "photoTakenTime": _moment(taken),
        "geoData": somewhere,
        "geoDataExif": somewhere,
        **({"people": [{"name": name} for name in people]} if people else {}),
        "url": "https://photos.google.com/photo/AF1QipMadeUp",
        "googlePhotosOrigin": {"mobileUpload": {"deviceType": "ANDROID_PHONE"}},
    }
    return json.dumps(told, indent=2, ensure_ascii=False).encode()


def name_of(photo: str, number: int = 0) -> str:
    """What Google calls the JSON of a photo of that name since 2024; `number`: of the second."""
    return f"{(photo + SUPPLEMENT)[:46]}{f'({number})' if number else ''}.json"


def takeout(folder: Path, *, faces: bool = False) -> Library:
    """An account's photos of 2023, an album, and what else Takeout puts there."""
    shelf = Shelf(folder, faces)
    top = "Takeout/Google Photos"
    shelf.skip("Takeout/archive_browser.html", ".html", b"<html></html>")
    for name in ("print-subscriptions", "shared_album_comments", "user-generated-memory-titles"):
        shelf.skip(f"{top}/{name}.json", "album's description", b"{}")
    _year(shelf, f"{top}/Photos from 2023")
    _same_names(shelf, f"{top}/Photos from 2022")
    _album(shelf, f"{top}/Urlaub am Meer")
    shelf.inside(f"{top}/Trash/IMG_20230101_000000.jpg")
    shelf.skipped[f"{top}/Trash"] = "trash"
    return shelf.library()


def _year(shelf: Shelf, here: str) -> None:
    day = date(2023, 7, 14)
    camera = Shot(("Mia", "Anna"), taken="2023:07:14 12:15:02", **PIXEL)
    _with(
        shelf,
        here,
        "IMG_20230714_121502.jpg",
        camera,
        datetime(2023, 7, 14, 10, 15, 2, tzinfo=UTC),
        on=day,
        source="exif",
        people=("Mia", "Anna"),
        edited="IMG_20230714_121502-bearbeitet.jpg",
    )
    # Sent by a messenger: no EXIF, a name that says nothing. Only Google knows.
    _with(
        shelf,
        here,
        "815c2a.jpg",
        Shot(("Mia",)),
        datetime(2023, 3, 2, 14, 0, 0, tzinfo=UTC),
        on=date(2023, 3, 2),
        source="takeout",
        people=("Mia",),
        place=(48.14, 11.58),
    )
    # Late in the evening by UTC, and nobody knows where.
    _with(
        shelf,
        here,
        "photo.jpg",
        Shot(("Ben",)),
        datetime(2023, 3, 2, 22, 30, 0, tzinfo=UTC),
        on=(date(2023, 3, 2), date(2023, 3, 3)),
        source="takeout",
    )
    _with(
        shelf,
        here,
        "Screenshot_20230820-081233_Lieblingsrezepte und mehr.jpg",
        Shot(),
        datetime(2023, 8, 20, 6, 12, 33, tzinfo=UTC),
        on=date(2023, 8, 20),
        source="takeout",
        place=(48.14, 11.58),
    )
    _with(
        shelf,
        here,
        "IMG_4711.JPG",
        Shot(("Mia",), taken="2023:05:06 07:08:09", offset="+02:00", make="Apple", model="iPhone"),
        datetime(2023, 5, 6, 5, 8, 9, tzinfo=UTC),
        on=date(2023, 5, 6),
        source="exif",
    )
    shelf.skip(f"{here}/IMG_4711.MP4", "live photo's video")
    shelf.skip(f"{here}/VID_20230714_101600.mp4", "video")
    clip = sidecar("VID_20230714_101600.mp4", datetime(2023, 7, 14, 8, 16, tzinfo=UTC))
    shelf.skip(f"{here}/{name_of('VID_20230714_101600.mp4')}", "sidecar of a video", clip)
    elsewhere = sidecar("IMG_9999.jpg", datetime(2023, 1, 1, tzinfo=UTC))  # in another archive
    shelf.skip(f"{here}/IMG_9999.jpg.json", "sidecar without its photo", elsewhere)


def _same_names(shelf: Shelf, here: str) -> None:
    """Three photos that were all called DSC_0001.JPG, and two of which nobody can tell whose."""
    name = "DSC_0001.JPG"
    for number, month in enumerate((4, 5, 6)):
        taken = datetime(2022, month, 10, 12, 0, tzinfo=UTC)
        numbered = f"DSC_0001({number}).JPG" if number else name
        json_name = f"{name}({number}).json" if number == 2 else name_of(name, number)
        shelf.photo(
            f"{here}/{numbered}",
            Shot(("Anna",)),
            on=date(2022, month, 10),
            source="takeout",
            sidecars=(json_name,),
        )
        text = sidecar(name, taken, place=(48.14, 11.58))
        shelf.skip(f"{here}/{json_name}", "sidecar", text)
    for suffix in ("jpg", "png"):
        shelf.photo(
            f"{here}/Karte.{suffix}",
            Shot(),
            on=(date(2022, 1, 1), date(2022, 12, 31)),
            source="folder",
        )
    unclear = sidecar("Karte", datetime(2022, 9, 9, tzinfo=UTC))
    shelf.skip(f"{here}/Karte.json", "ambiguous sidecar", unclear)


def _album(shelf: Shelf, here: str) -> None:
    title = {"title": "Urlaub am Meer 🏖", "description": "", "access": "protected"}
    text = json.dumps(title, ensure_ascii=False).encode()
    shelf.skip(f"{here}/Metadaten.json", "album's description", text)
    name = "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_PXL_20230801.jpg"
    _with(
        shelf,
        here,
        name,
        Shot(("Mia", "Ben"), taken="2023:08:01 16:00:00", **PIXEL),
        datetime(2023, 8, 1, 14, 0, tzinfo=UTC),
        on=date(2023, 8, 1),
        source="exif",
    )


def _with(
    shelf: Shelf,
    here: str,
    name: str,
    shot: Shot,
    taken: datetime,
    *,
    on: date | tuple[date, date],
    source: str,
    people: tuple[str, ...] = (),
    place: tuple[float, float] | None = None,
    edited: str = "",
) -> None:
    """A photo with its JSON; `edited`: the name of its edited version, which shares that."""
    tags = tuple(tag for tag in named(shot, "takeout") if tag.name in people)
    for one in (name, edited) if edited else (name,):
        shelf.photo(
            f"{here}/{one}", shot, on=on, source=source, tags=tags, sidecars=(name_of(name),)
        )
    text = sidecar(name, taken, people=people, place=place)
    shelf.skip(f"{here}/{name_of(name)}", "sidecar", text)


def _moment(moment: datetime) -> dict[str, str]:
    formatted = f"{moment.day:02}.{moment.month:02}.{moment.year}, {moment:%H:%M:%S} UTC"
    return {"timestamp": str(int(moment.timestamp())), "formatted": formatted}
