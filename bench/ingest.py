"""The pace of an ingest beside the original loop, careful code and decoding alone.

All on the same 12-megapixel photos, in turns: what is compared runs one after the other, several
times over, so that a busy machine slows all of it down alike.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import decoding, forward
from bench.figures import Figure
from bench.photos import NO_SAMPLES, PhotoSet, copies, drawn, facenet_weights, real, workspace
from bench.processes import Measured, answered, cores, python, tracker

ROUNDS = 3
MANY = 18
"""Copies of every photo in the long ingest."""

CAREFUL = 3
"""Copies of every photo that the careful code is given."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Wall-clock seconds and processor seconds, of one photo or of several."""

    seconds: float
    busy: float

    def over(self, count: int) -> Pace:
        """That of one of `count`."""
        return Pace(self.seconds / count, self.busy / count)


@dataclass(frozen=True, slots=True)
class Paces:
    """A photo's cost in each of them, a face's in FaceNet's forward, and what was seen."""

    loop: Pace
    careful: Pace
    ours: Pace
    decoding: dict[str, Pace]
    forward: float
    faces: float
    """A photo's, on average, as the ingest found them."""
    peak_bytes: int
    photos: int
    megabytes: float

    @property
    def alone(self) -> Pace:
        """The faster way to decode."""
        return min(self.decoding.values(), key=lambda pace: pace.seconds)

    @property
    def limit(self) -> float:
        """Seconds a photo of an ingest that only decodes and runs FaceNet."""
        return self.alone.seconds + self.faces * self.forward


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
    _ingest(warm, many[: len(paths)], weights)  # some of them show a face
    loop: list[Pace] = []
    by_hand: list[Pace] = []
    ours: list[Pace] = []
    decoded: dict[str, list[Pace]] = {way: [] for way in decoding.ways()}
    faces, peak = 0.0, 0
    for number in range(ROUNDS):
        if some := paths[number::ROUNDS]:
            loop.append(_script("bench.original", weights, *some))
        by_hand.append(_script("bench.careful", weights, *careful).over(len(careful)))
        home = place / f"home {number}"
        shutil.copytree(warm, home)  # what is made once for a set of weights is made
        few, _ = _ingest(home, paths, weights)
        long, done = _ingest(home, [place / "many"], weights)
        told = answered(done)
        peak, faces = max(peak, done.peak_bytes), told["faces_found"] / told["photos_new"]
        # Both take equally long to load, and the others' loading is left out as well.
        more = Pace(long.seconds - few.seconds, long.busy - few.busy)
        ours.append(more.over(told["photos_new"] - len(paths)))
        for way, paces in decoded.items():
            paces.append(_script("bench.decoding", way, *many).over(len(many)))
    return Paces(
        loop=Pace(sum(p.seconds for p in loop), sum(p.busy for p in loop)).over(len(paths)),
        careful=_middle(by_hand),
        ours=_middle(ours),
        decoding={way: _middle(paces) for way, paces in decoded.items()},
        forward=forward.compare(folder, weights)["ours"],
        faces=faces,
        peak_bytes=peak,
        photos=len(many),
        megabytes=sum(path.stat().st_size for path in paths) / len(paths) / 1e6,
    )


def _ingest(home: Path, photos: Sequence[Path], weights: Path) -> tuple[Pace, Measured]:
    done = tracker(home, "ingest", *photos, "--weights", weights, "--json")
    return Pace(float(answered(done)["seconds"]), done.busy), done


def _script(module: str, *arguments: str | Path) -> Pace:
    told = answered(python(module, *arguments))
    return Pace(float(told["seconds"]), float(told["busy"]))


def _middle(paces: Sequence[Pace]) -> Pace:
    return Pace(median(p.seconds for p in paces), median(p.busy for p in paces))


def _figures(what: str, paces: Paces) -> list[Figure]:
    alone, ours = paces.alone, paces.ours
    network = paces.faces * paces.forward
    rest = ours.seconds - alone.seconds
    ways = ", ".join(f"{_ms(pace.seconds)} by {way}" for way, pace in paces.decoding.items())
    share = f", {100 * network / rest:.0f} % of the rest" if rest > 0 else ""
    return [
        Figure(
            f"photos/s against the original loop, {what}",
            f"{paces.loop.seconds / ours.seconds:.0f} x",
            "150 x",
            f"{_ms(paces.loop.seconds)} a photo by the loop, {_ms(ours.seconds)} by `tracker "
            f"ingest` of {paces.photos}, loading left out; {paces.megabytes:.1f} MB and "
            f"{paces.faces:.1f} faces a photo, sensor grain added; an ingest that only decodes "
            f"and runs FaceNet would reach {paces.loop.seconds / paces.limit:.0f} x here; in "
            f"processor time {paces.loop.busy / ours.busy:.0f} x",
        ),
        Figure(
            f"photos/s against careful facenet-pytorch, {what}",
            f"{paces.careful.seconds / ours.seconds:.1f} x",
            "4 x",
            f"{_ms(paces.careful.seconds)} a photo by `bench/careful.py`; the limit is "
            f"{paces.careful.seconds / paces.limit:.1f} x; in processor time "
            f"{paces.careful.busy / ours.busy:.1f} x",
        ),
        Figure(
            f"time against decoding alone, {what}",
            f"{ours.seconds / alone.seconds:.2f} x",
            "2.0 x, better 1.5 x",
            f"reading and decoding alone, {cores()} processes, 1/4 of the size: {ways} a photo; "
            f"FaceNet's forward is {_ms(network)} a photo{share}; the limit is "
            f"{paces.limit / alone.seconds:.2f} x; in processor time "
            f"{ours.busy / alone.busy:.2f} x",
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
