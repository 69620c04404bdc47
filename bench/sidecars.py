"""What the files beside photos cost: finding whose they are, and reading them."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure
from tracker.ingest.scan import Found, scan
from tracker.metadata.sidecars.read import read
from tracker.metadata.sidecars.records import About

PHOTOS = 5000
PER_FOLDER = 500
TIMES = 3
"""Each is measured so often; the quickest counts, as the others were disturbed."""

WANTED = "together with dating under 3 ms"

XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
 xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
 xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
 photoshop:DateCreated="2019-07-04T10:15:00">
<mwg-rs:Regions rdf:parseType="Resource">
<mwg-rs:AppliedToDimensions stDim:w="4000" stDim:h="3000" stDim:unit="pixel"/>
<mwg-rs:RegionList><rdf:Bag>{}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""

REGION = """<rdf:li><rdf:Description mwg-rs:Name="Person {0}" mwg-rs:Type="Face">
<mwg-rs:Area stArea:x="0.{0}" stArea:y="0.4" stArea:w="0.08" stArea:h="0.1"
 stArea:unit="normalized"/></rdf:Description></rdf:li>"""


def measure(folder: Path, _count: int) -> list[Figure]:
    """Of photos with a Takeout's JSON, with an XMP of three faces, with Picasa's ini."""
    plain = _milliseconds(lambda: list(scan([_photos(folder, "plain")])))
    rows = [
        Figure(
            "walking through photos",
            f"{plain:.3f} ms a photo",
            "",
            f"{PHOTOS:,} photos, {PER_FOLDER} in a folder, no file beside them",
        )
    ]
    for name, write in (
        ("a Takeout's JSON", write_takeout),
        ("an XMP with three faces", _xmp),
        ("Picasa's ini", _picasa),
    ):
        rows += _with(folder, name, write, plain)
    return rows


def _with(folder: Path, name: str, write: Callable[[Path], None], plain: float) -> list[Figure]:
    top = _photos(folder, name)
    for photo in sorted(top.rglob("*.jpg")):
        write(photo)
    found = [entry for entry in scan([top]) if isinstance(entry, Found)]
    if sum(len(one.sidecars) for one in found) != PHOTOS:
        raise SystemExit(f"Not every photo has {name}.")
    walked = max(0.0, _milliseconds(lambda: list(scan([top]))) - plain)
    known = {one.path: (one.byte_size, one.mtime_ns, one.inode, "") for one in found}
    were = {s.path: (s.byte_size, s.mtime_ns) for one in found for s in one.sidecars}
    again = _milliseconds(lambda: list(scan([top]).beside(known, {}, were)))
    about = [About(one.path.rpartition(b"/")[2].decode(), 4000, 3000) for one in found]
    reading = _milliseconds(
        lambda: [read(one.sidecars[0], its) for one, its in zip(found, about, strict=True)]
    )
    return [
        Figure(
            f"{name}: found and read",
            f"{walked + reading:.3f} ms a photo",
            WANTED,
            f"more than a walk without: {walked:.3f} to find whose it is, {reading:.3f} to read it",
        ),
        Figure(
            f"{name}: known, in a second walk",
            f"{again:.3f} ms a photo",
            "",
            f"without a file beside the photo {plain:.3f} in a first walk",
        ),
    ]


def _milliseconds(work: Callable[[], object]) -> float:
    """Of the quickest of TIMES, a photo."""
    best = float("inf")
    for _ in range(TIMES):
        gc.collect()
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best / PHOTOS * 1000


def _photos(folder: Path, name: str) -> Path:
    """Empty files: nobody opens them here."""
    top = folder / "sidecars" / name
    for number in range(PHOTOS):
        path = top / f"{number // PER_FOLDER}" / f"IMG_{number:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return top


def write_takeout(photo: Path) -> None:
    place = {"latitude": 48.1, "longitude": 11.6, "altitude": 0.0}
    told = {
        "title": photo.name,
        "creationTime": {"timestamp": "1704484811", "formatted": "05.01.2024, 20:00:11 UTC"},
        "photoTakenTime": {"timestamp": "1689322502", "formatted": "14.07.2023, 08:15:02 UTC"},
        "geoData": place,
        "geoDataExif": place,
        "people": [{"name": "Mia"}, {"name": "Anna"}],
        "url": "https://photos.google.com/photo/AF1QipMadeUp",
    }
    path = photo.with_name(f"{photo.name}.supplemental-metadata.json")
    path.write_text(json.dumps(told, indent=2), encoding="utf-8")


def _xmp(photo: Path) -> None:
    text = XMP.format("".join(REGION.format(number) for number in (2, 4, 6)))
    photo.with_name(f"{photo.name}.xmp").write_text(text, encoding="utf-8")


def _picasa(photo: Path) -> None:
    said = f"[{photo.name}]\nfaces=rect64(3f845bcb59418507),8e62398ebda8c1a5\nbackuphash=1\n"
    with (photo.parent / ".picasa.ini").open("a", encoding="utf-8") as file:
        if file.tell() == 0:
            file.write("[Contacts2]\n8e62398ebda8c1a5=Oma Rosa;;\n")
        file.write(said)
