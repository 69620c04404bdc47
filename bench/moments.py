"""How alike the same picture and two different ones look, and what finding moments costs.

With real photos where TRACKER_SAMPLES names a folder of them.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pi_heif
from PIL import Image, ImageEnhance, ImageOps

from bench.figures import Figure
from db import photos
from db.connection import open_workspace
from db.records import Dated, EmbedderRow, Photo, PhotoPath, PhotoResult
from tracker.demo import draw, family
from tracker.demo.draw import Place, Sitter
from tracker.ingest import moments
from tracker.ingest.alike import ALIKE
from tracker.ingest.fingerprint import looks
from tracker.vision.detector import DETECTOR_ID

LIBRARY, NEW, BATCH = 100_000, 256, 4000
LONGEST = 1600
"""Pixels that the longer side of a real photo is brought to, as an ingest reads it."""

DRAWN, FACES = 40, 3000
EMBEDDER = EmbedderRow("none", 4, "eyes-upright", "", "")

Picture = Image.Image


def measure(folder: Path, _count: int) -> list[Figure]:
    """The margins of looks first, then times."""
    pairs = list(_drawn())
    drawn = [looks(image) for image, _ in pairs]
    real = list(_real())
    same: dict[str, list[int]] = {}
    for image in real or [image for image, _ in pairs]:
        own = looks(image)
        for name, other in _again(image):
            same.setdefault(name, []).append(_differ(own, looks(other)))
    rows = [_row(f"the same picture, {name}", bits, f"{ALIKE}") for name, bits in same.items()]
    if real:
        rows.append(_row("two real photos", _apart(map(looks, real))))
    rows.append(_row("two drawn photos", _apart(drawn)))
    if faces := [looks(face) for face in _faces()]:
        rows.append(_row("two faces, cut out alike", _apart(faces)))
    later = [_differ(own, looks(other)) for own, (_, other) in zip(drawn, pairs, strict=True)]
    rows.append(_row("a drawn photo and one a second later", later))
    return [*rows, *_costs(folder)]


def _row(what: str, bits: Sequence[int], wanted: str = "-") -> Figure:
    spread = f"{np.median(bits):.0f}, 95 %: {np.percentile(bits, 95):.0f}"
    return Figure(
        f"{what}, bits they differ by",
        f"{min(bits)} to {max(bits)}, median {spread}",
        wanted,
        f"{len(bits):,} pairs",
    )


def _differ(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def _apart(hashes: Iterable[bytes]) -> list[int]:
    """Of every two, but for those that have the same bits: one photo in several formats."""
    words = np.frombuffer(b"".join(hashes), np.uint64).reshape(-1, 4)
    found: list[int] = []
    for row in range(1, len(words)):
        found += np.bitwise_count(words[row] ^ words[:row]).sum(axis=1, dtype=int).tolist()
    return [bits for bits in found if bits > ALIKE]


# --- pictures ---------------------------------------------------------------------------------


def _real() -> Iterator[Picture]:
    """Real photos, upright, where there are any."""
    pi_heif.register_heif_opener()
    for path in _samples("photos"):
        try:
            with Image.open(path) as opened:
                opened.draft("RGB", (LONGEST, LONGEST))
                image = ImageOps.exif_transpose(opened).convert("RGB")
        except (OSError, ValueError, SyntaxError):
            continue
        image.thumbnail((LONGEST, LONGEST))
        if min(image.size) >= 150 and looks(image):
            yield image


def _faces() -> Iterator[Picture]:
    for path in _samples("faces")[:FACES]:
        if path.suffix in {".jpg", ".png"}:
            with Image.open(path) as opened:
                yield opened.convert("RGB")


def _samples(what: str) -> list[Path]:
    named = os.environ.get("TRACKER_SAMPLES")
    return sorted(p for p in (Path(named) / what).rglob("*") if p.is_file()) if named else []


def _drawn() -> Iterator[tuple[Picture, Picture]]:
    """A drawn photo, and how it would look a second later: everybody moved a little."""
    rng = np.random.default_rng(5)
    shots = family.plan(seed=3).shots
    for number in rng.choice(len(shots), DRAWN, replace=False):
        shot = shots[int(number)]
        places = draw.arrange(len(shot.sitters), shot.size, np.random.default_rng(shot.seed))
        moved = [Place(*(_nudged(rng, 0.015, (p.x, p.y, p.size)))) for p in places]
        sitters = [_a_second_later(rng, sitter) for sitter in shot.sitters]
        one, other = (
            Image.fromarray(
                draw.scene(who, size=shot.size, seed=shot.seed, shot=shot.camera, places=where)
            )
            for who, where in ((shot.sitters, places), (sitters, moved))
        )
        yield one, other


def _a_second_later(rng: np.random.Generator, sitter: Sitter) -> Sitter:
    pose = type(sitter.pose)(
        *_nudged(rng, 0.04, (sitter.pose.yaw, sitter.pose.pitch, sitter.pose.roll))
    )
    smile = float(np.clip(sitter.mood.smile + rng.normal(0, 0.2), -0.4, 1))
    return replace(sitter, pose=pose, mood=replace(sitter.mood, smile=smile))


def _nudged(rng: np.random.Generator, by: float, values: Sequence[float]) -> list[float]:
    return [float(value + rng.normal(0, by)) for value in values]


def _again(image: Picture) -> Iterator[tuple[str, Picture]]:
    """What becomes of a picture."""
    for quality in (30, 50, 70, 85, 95):
        yield "JPEG quality 30 to 95", _saved(image, quality)
    for share in (0.1, 0.2, 0.35, 0.5, 0.75, 0.9):
        if min(image.size) * share >= 60:
            yield "0.1 to 0.9 times the size", _saved(_scaled(image, share), 85)
            yield "0.1 to 0.9 times the size", _saved(_scaled(image, share), 70)
    yield "as messengers send it", _saved(_scaled(image, LONGEST / max(image.size)), 65)
    yield "a screenshot", _scaled(image, 1080 / image.width)
    for factor in (0.9, 1.1):
        yield "10 % darker or brighter", _saved(ImageEnhance.Brightness(image).enhance(factor), 90)
    yield "25 % brighter", _saved(ImageEnhance.Brightness(image).enhance(1.25), 90)
    for factor in (0.8, 1.25):
        yield "less or more contrast", _saved(ImageEnhance.Contrast(image).enhance(factor), 90)
    for percent in (1, 2):
        x, y = round(image.width * percent / 100), round(image.height * percent / 100)
        cut = image.crop((x, y, image.width - x, image.height - y))
        yield f"{percent} % cut off on every side", _saved(cut, 90)


def _saved(image: Picture, quality: int) -> Picture:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def _scaled(image: Picture, share: float) -> Picture:
    return image.resize((round(image.width * share), round(image.height * share)))


# --- times ------------------------------------------------------------------------------------


def _costs(folder: Path) -> list[Figure]:
    grain = np.random.default_rng(0).integers(0, 256, (375, 500, 3)).astype(np.uint8)
    image = Image.fromarray(grain).resize((2000, 1500))
    one = min(_seconds(lambda: looks(image)) for _ in range(20))
    with open_workspace(folder / "moments", create=True) as con:
        _store(con, range(LIBRARY))
        first = _seconds(lambda: moments.update(con, ["all"]))
        _store(con, range(LIBRARY, LIBRARY + NEW))
        again = _seconds(lambda: moments.update(con, ["new"]))
    return [
        Figure("how a picture looks", f"{one * 1e3:.2f} ms", "1.5 ms", "of 3 megapixels"),
        Figure(
            f"the moments after {NEW} new photos",
            f"{again:.2f} s",
            "1 s",
            f"in a library of {LIBRARY:,}",
        ),
        Figure("the moments of all at once", f"{first:.1f} s", "-", f"of {LIBRARY:,} photos"),
    ]


def _store(con: duckdb.DuckDBPyConnection, numbers: range) -> None:
    """Photos without faces; every tenth is nearly the one before, all are of one camera."""
    rng = np.random.default_rng(numbers.start)
    for begin in range(numbers.start, numbers.stop, BATCH):
        results = []
        seen = rng.bytes(32)
        for number in range(begin, min(begin + BATCH, numbers.stop)):
            seen = bytes([seen[0] ^ 1]) + seen[1:] if number % 10 == 0 else rng.bytes(32)
            sha256 = hashlib.sha256(b"%d" % number).hexdigest()
            taken = datetime(2015, 1, 1, 12, 1, 7) + timedelta(seconds=17 * number)
            dated = Dated(taken.date(), taken.date(), "exif", 0.95, taken)
            photo = Photo(sha256, 1000, 4000, 3000, "JPEG", dated, camera="Phone", looks=seen)
            place = PhotoPath(b"/photos/%d.jpg" % number, sha256, 1000, 7, number)
            results.append(PhotoResult(photo, place, (), np.empty((0, EMBEDDER.dim), np.float32)))
        photos.store_batch(con, results, [], detector=DETECTOR_ID, embedder=EMBEDDER)
    con.execute(
        """
        INSERT INTO date_clues (photo_id, source, label, raw, taken_at)
        SELECT photo_id, 'exif', 'EXIF', '', taken_at FROM photos
        WHERE photo_id NOT IN (SELECT photo_id FROM date_clues)
        """
    )


def _seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started
