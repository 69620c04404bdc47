"""The pace of an ingest beside the original loop, careful code and decoding alone.

All on the same 12-megapixel photos, in turns: what is compared runs one after the other, several
times over, so that a busy machine slows all of it down alike.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import decoding, forward
from bench.figures import Figure
from bench.photos import NO_SAMPLES, PhotoSet, copies, drawn, facenet_weights, real, workspace
from bench.processes import cores, python, tracker

ROUNDS = 3
MANY = 18
"""Copies of every photo in the long ingest."""

CAREFUL = 3
"""Copies of every photo that the careful code is given."""


@dataclass(frozen=True, slots=True)
class Paces:
    """Seconds a photo of each, seconds a face of FaceNet's forward, and what was seen."""

    loop: float
    careful: float
    ours: float
    decoding: dict[str, float]
    forward: float
    faces: float
    """A photo's, on average, as the ingest found them."""
    peak_bytes: int
    photos: int
    megabytes: float

    @property
    def decoder(self) -> str:
        """The faster way to decode."""
        return min(self.decoding, key=lambda way: self.decoding[way])

    @property
    def limit(self) -> float:
        """Seconds a photo of an ingest that only decodes and runs FaceNet."""
        return self.decoding[self.decoder] + self.faces * self.forward


def measure(folder: Path, count: int) -> list[Figure]:
    """Ratios on drawn photos, and on mosaics of real ones where TRACKER_SAMPLES names some."""
    figures = _figures("drawn photos with 0-8 faces", _paces(folder, drawn(folder, count)))
    mosaics = real(folder, count)
    if mosaics is None:
        return [*figures, Figure("the same, mosaics of real photos", "-", "-", NO_SAMPLES)]
    return figures + _figures("mosaics of real photos", _paces(folder, mosaics))


def _paces(folder: Path, photos: PhotoSet) -> Paces:
    weights, paths = facenet_weights(folder), photos.paths
    place = folder / f"pace {photos.name}"
    many = copies(place / "many", paths, MANY * len(paths))
    careful = many[: CAREFUL * len(paths)]
    warm = workspace(place, "warm")
    tracker(warm, "ingest", many[0], "--weights", weights, "--json")
    loop = 0.0
    rounds: list[tuple[float, float, dict[str, float]]] = []
    peaks, faces = [], 0
    for number in range(ROUNDS):
        if slow := paths[number::ROUNDS]:
            loop += _seconds("bench.original", weights, *slow)
        by_hand = _seconds("bench.careful", weights, *careful) / len(careful)
        home = place / f"home {number}"
        shutil.copytree(warm, home)  # what is made once for a set of weights is made
        few = _ingest(home, paths, weights)
        long = tracker(home, "ingest", place / "many", "--weights", weights, "--json")
        told = json.loads(long.out)
        peaks.append(long.peak_bytes)
        faces = told["faces_found"]
        # Both take equally long to load, and the others' loading is left out as well.
        ours = (told["seconds"] - few) / (told["photos_new"] - len(paths))
        decoded = {
            way: _seconds("bench.decoding", way, *many) / len(many) for way in decoding.ways()
        }
        rounds.append((by_hand, ours, decoded))
    return Paces(
        loop=loop / len(paths),
        careful=median(by_hand for by_hand, _, _ in rounds),
        ours=median(ours for _, ours, _ in rounds),
        decoding={way: median(d[way] for _, _, d in rounds) for way in decoding.ways()},
        forward=forward.compare(folder)["ours"],
        faces=faces / told["photos_new"],
        peak_bytes=max(peaks),
        photos=len(many),
        megabytes=sum(path.stat().st_size for path in paths) / len(paths) / 1e6,
    )


def _ingest(home: Path, photos: Sequence[Path], weights: Path) -> float:
    told = json.loads(tracker(home, "ingest", *photos, "--weights", weights, "--json").out)
    return float(told["seconds"])


def _seconds(module: str, *arguments: str | Path) -> float:
    return float(json.loads(python(module, *arguments).out)["seconds"])


def _figures(what: str, paces: Paces) -> list[Figure]:
    alone = paces.decoding[paces.decoder]
    rest = paces.ours - alone
    network = paces.faces * paces.forward
    ways = ", ".join(f"{_ms(seconds)} by {way}" for way, seconds in paces.decoding.items())
    return [
        Figure(
            f"photos/s against the original loop, {what}",
            f"{paces.loop / paces.ours:.0f} x",
            "150 x",
            f"{_ms(paces.loop)} a photo by the loop, {_ms(paces.ours)} by `tracker ingest` of "
            f"{paces.photos}, loading left out; {paces.megabytes:.1f} MB and {paces.faces:.1f} "
            f"faces a photo, sensor grain added; an ingest that only decodes and runs FaceNet "
            f"would reach {paces.loop / paces.limit:.0f} x here",
        ),
        Figure(
            f"photos/s against careful facenet-pytorch, {what}",
            f"{paces.careful / paces.ours:.1f} x",
            "4 x",
            f"{_ms(paces.careful)} a photo by `bench/careful.py`; the limit is "
            f"{paces.careful / paces.limit:.1f} x",
        ),
        Figure(
            f"time against decoding alone, {what}",
            f"{paces.ours / alone:.2f} x",
            "2.0 x, better 1.5 x",
            f"reading and decoding alone, {cores()} processes, 1/4 of the size: {ways} a photo; "
            f"FaceNet's forward is {_ms(network)} a photo, {100 * network / rest:.0f} % of the "
            f"rest; the limit is {paces.limit / alone:.2f} x",
        ),
        Figure(
            f"peak memory on 12-megapixel photos, {what}",
            f"{paces.peak_bytes / 2**30:.2f} GiB",
            "1.5 GB",
            f"of the process and its workers together, {paces.photos} photos",
        ),
    ]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.{0 if seconds > 0.1 else 1}f} ms"
