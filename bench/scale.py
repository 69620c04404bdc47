"""A second ingest of a large library, and storing and searching up to a million embeddings.

python -m bench scale [--largest N]
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.figures import Figure
from bench.library import EMBEDDER, fill, name_faces, some, tree
from bench.processes import python
from db import DATABASE
from db.connection import open_workspace
from db.records import EmbedderRow
from tracker.vision.embedders.registry import identify

LARGEST = 1_000_000
LARGEST_LIBRARY = 100_000
SMALLEST = 1000
TIMES = 5


def measure(folder: Path, _count: int, *, largest: int = LARGEST) -> list[Figure]:
    """The library first: it needs the quieter machine."""
    return [*library(folder, min(largest, LARGEST_LIBRARY)), *vectors(folder, largest)]


def library(folder: Path, count: int) -> list[Figure]:
    """Ingest a library of `count` known photos again, and one of SMALLEST."""
    few, many = (_again(folder / f"library {n}", n) for n in (SMALLEST, count))
    return [
        Figure(
            f"a second ingest of {count:,} known photos, against `os.scandir` and `stat`",
            f"{many['ingest'] / many['walk']:.2f} x",
            "2 x",
            f"{many['ingest']:.2f} s from opening the workspace to closing it, against "
            f"{many['walk']:.2f} s, in turn, the best of {TIMES} each; start-up and imports of "
            "both are left out",
        ),
        Figure(
            "its peak memory",
            f"{many['peak'] / 1e9:.2f} GB",
            "1.5 GB",
            f"{few['peak'] / 1e9:.2f} GB for {SMALLEST:,} photos; the first of them, which "
            "proposes names for all faces, included",
        ),
        Figure(
            "database per face, against the vector's own bytes",
            f"{many['bytes'] / (4 * EMBEDDER.dim):.2f} x",
            "1.3 x",
            f"the whole file of {count:,} photos with a face each, {many['bytes']:,.0f} bytes a "
            "face: vector, photo, paths, box, landmarks and all",
        ),
    ]


def _again(place: Path, count: int) -> dict[str, Any]:
    """Make the library, ingest it until nothing is new about it, and once more on the clock."""
    place.mkdir()
    weights = place / "weights.pt"
    weights.write_bytes(b"never loaded: there is nothing to embed")
    info = identify("facenet-vggface2", weights=weights, weights_dir=place)
    embedder = EmbedderRow(info.id, info.dim, info.alignment, info.licence, info.source)
    home, photos = place / "home", place / "photos"
    files = tree(photos, count)
    with open_workspace(home, create=True) as con:
        name_faces(con, some(fill(con, files, embedder)))
    size = (home / DATABASE).stat().st_size
    first = json.loads(python("bench.again", home, photos, weights, "1").out)
    found = json.loads(python("bench.again", home, photos, weights, str(TIMES)).out)
    if (found["known"], found["new"]) != (count, 0):
        raise SystemExit(f"{found} is no second ingest of {count} photos.")
    return {**found, "peak": max(first["peak"], found["peak"]), "bytes": size / count}


def vectors(folder: Path, largest: int) -> list[Figure]:
    """Store, select and search 10^3 to `largest` embeddings."""
    sizes = [10**power for power in range(3, 1 + round(math.log10(largest)))]
    found = {size: _steps(folder / f"vectors {size}", size) for size in sizes}
    rows = []
    for step, what, how in (
        ("store", "storing", f"photos with a face each, {EMBEDDER.dim} numbers a face"),
        ("month", "a month's faces", "the child's faces of one month; it has a quarter of all"),
        (
            "nearest",
            "the 10 nearest of all faces, for 128",
            "exact search by FAISS, a product of matrices",
        ),
        ("open", "the gallery, built from the database", "once after faces were named"),
    ):
        times = {size: found[size][step]["seconds"] for size in sizes}
        peaks = {size: found[size][step]["peak"] for size in sizes}
        rows.append(
            Figure(
                f"{what}: growth from {sizes[0]:,} to {sizes[-1]:,} embeddings",
                f"exponent {exponent(times):.2f}, of memory {exponent(peaks):.2f}",
                "1.1",
                how,
            )
        )
        rows += [
            Figure(
                f"{what}, {size:,} embeddings",
                f"{_seconds(times[size])}, {peaks[size] / 1e9:.2f} GB",
                "-",
                f"{times[size] / size * 1e6:,.2f} µs for each that is stored",
            )
            for size in sizes
        ]
    return rows


def exponent(values: Mapping[int, float]) -> float:
    """The b of a * size^b that fits best: the slope on logarithmic scales."""
    sizes = np.log(np.array(list(values)))
    return float(np.polyfit(sizes, np.log(np.array(list(values.values()))), 1)[0])


def _steps(home: Path, count: int) -> dict[str, dict[str, float]]:
    steps: Sequence[tuple[str, ...]] = (("store", str(count)), ("name",), ("month",), ("nearest",))
    found = {
        step: json.loads(python("bench.vectors", step, home, *more).out) for step, *more in steps
    }
    nearest = found["nearest"]
    found["open"] = {"seconds": nearest["opening"], "peak": nearest["peak"]}
    shutil.rmtree(home)  # 4 GB at a million
    return found


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 1 else f"{value * 1000:.1f} ms"
