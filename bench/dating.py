"""What dates and names cost a photo: reading them in it and around it, and storing them."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from bench.figures import Figure
from bench.sidecars import REGION, XMP, write_takeout
from db import tags
from db.connection import open_workspace
from db.photos import store_batch
from db.records import EmbedderRow, Photo, PhotoPath, PhotoResult
from tracker.dating.resolve import resolve
from tracker.ingest import decode
from tracker.ingest.around import metadata_around
from tracker.ingest.redating import refresh
from tracker.ingest.scan import Found, scan
from tracker.ingest.store import BATCH_PHOTOS
from tracker.metadata.records import Metadata
from tracker.vision.detector import DETECTOR_ID

PHOTOS = 2048
TIMES = 3
"""Reading is measured so often; the quickest counts, as the others were disturbed."""

TODAY = date(2026, 1, 1)
EMBEDDER = EmbedderRow("none", 4, "eyes-upright", "", "")


def measure(folder: Path, _count: int) -> list[Figure]:
    """Photos with EXIF, an XMP of three faces and a Takeout's JSON, step by step."""
    tagged, plain = folder / "dating" / "tagged", folder / "dating" / "plain"
    for top, said in ((tagged, True), (plain, False)):
        top.mkdir(parents=True)
        for number in range(PHOTOS):
            _write(top / f"IMG_20230714_{number // 60:04}{number % 60:02}.jpg", number, said=said)
    without = [entry for entry in scan([plain]) if isinstance(entry, Found)]
    for photo in without:
        write_takeout(tagged / Path(photo.path.decode()).name)
    found = [entry for entry in scan([tagged]) if isinstance(entry, Found)]
    walk = _each(lambda: list(scan([tagged]))) - _each(lambda: list(scan([plain])))
    inside = _each(lambda: _decoded(found)) - _each(lambda: _decoded(without))
    around = _each(lambda: [metadata_around(one, (), (64, 48)) for one in found])
    told = [
        metadata + metadata_around(one, (), (64, 48))
        for metadata, one in zip(_decoded(found), found, strict=True)
    ]
    weighing = _each(lambda: [resolve(metadata.clues, TODAY) for metadata in told])
    storing = _stored(folder / "dating" / "workspace", found, told)
    whole = walk + inside + around + weighing + storing
    clues = sum(len(metadata.clues) for metadata in told) / PHOTOS
    names = sum(len(metadata.tags) for metadata in told) / PHOTOS
    return [
        Figure(
            "dating and sidecars, in all",
            f"{whole:.2f} ms a photo",
            "3 ms",
            f"of a processor; {PHOTOS:,} photos with EXIF, an XMP of three faces and a Takeout's "
            f"JSON: {clues:.1f} clues to the date and {names:.1f} names each",
        ),
        Figure("finding whose the JSON is", f"{walk:.3f} ms", "", "more than a walk without"),
        Figure("reading EXIF, IPTC and XMP", f"{inside:.3f} ms", "", "more than decoding without"),
        Figure("reading name, folders and JSON", f"{around:.3f} ms", "", ""),
        Figure("weighing the clues", f"{weighing:.3f} ms", "", ""),
        Figure(
            "storing clues and names",
            f"{storing:.3f} ms",
            "",
            f"{BATCH_PHOTOS} photos at a time, the date worked out once more from what is stored",
        ),
    ]


def _decoded(found: Sequence[Found]) -> list[Metadata]:
    return [decode.decode(decode.read(one.path), max).metadata for one in found]


def _stored(home: Path, found: Sequence[Found], told: Sequence[Metadata]) -> float:
    """Milliseconds of a processor a photo, for photos that are stored already."""
    hashes = [hashlib.sha256(one.path).hexdigest() for one in found]
    spent = 0.0
    with open_workspace(home, create=True) as con:
        everything = list(zip(hashes, found, told, strict=True))
        for start in range(0, PHOTOS, BATCH_PHOTOS):
            batch = everything[start : start + BATCH_PHOTOS]
            results = [_result(sha256, one, metadata) for sha256, one, metadata in batch]
            store_batch(con, results, [], detector=DETECTOR_ID, embedder=EMBEDDER)
            began = time.process_time()
            refresh(con, {sha256: metadata.clues for sha256, _, metadata in batch}, TODAY)
            tags.add(con, {sha256: metadata.tags for sha256, _, metadata in batch})
            spent += time.process_time() - began
    return spent / len(found) * 1000


def _result(sha256: str, one: Found, metadata: Metadata) -> PhotoResult:
    dated = resolve(metadata.clues, TODAY)
    photo = Photo(sha256, one.byte_size, 64, 48, "JPEG", dated)
    place = PhotoPath(one.path, sha256, one.byte_size, one.mtime_ns, one.inode)
    return PhotoResult(photo, place, (), np.empty((0, EMBEDDER.dim), np.float32))


def _each(work: Callable[[], object]) -> float:
    """Milliseconds of a processor a photo: the least of TIMES."""
    best = float("inf")
    for _ in range(TIMES):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best / PHOTOS * 1000


def _write(path: Path, number: int, *, said: bool) -> None:
    image = Image.new("RGB", (64, 48), (number % 256, number // 256, 90))
    if not said:
        image.save(path, "JPEG")
        return
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Google", "Pixel 7"
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = inner[ExifTags.Base.DateTimeDigitized] = (
        f"2023:07:14 {number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
    )
    inner[ExifTags.Base.SubsecTimeOriginal] = "123"
    inner[ExifTags.Base.OffsetTimeOriginal] = "+02:00"
    held = io.BytesIO()
    xmp = XMP.format("".join(REGION.format(place) for place in (2, 4, 6))).encode()
    image.save(held, "JPEG", exif=exif.tobytes(), xmp=xmp)
    path.write_bytes(held.getvalue())
