"""One step of `bench.scale`, in a process of its own: prints its seconds and peak memory as JSON.

python -m bench.vectors store HOME COUNT     a workspace with so many photos of one face each
python -m bench.vectors name HOME            every face is somebody's of four
python -m bench.vectors month HOME           a child's faces of one month of age
python -m bench.vectors nearest HOME         the nearest of all faces, by the gallery
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.library import DAYS, EMBEDDER, File, fill, name_faces, own_peak
from db import DATABASE, people
from db.connection import open_workspace
from db.faces import child_by_month
from db.gallery import Gallery

PROBES, NEAREST, PIECE = 128, 10, 100_000


def store(home: Path, count: int) -> dict[str, float]:
    """Store photos in batches, and close."""
    status = os.stat(__file__)  # noqa: PTH116
    started = time.perf_counter()
    with open_workspace(home, create=True) as con:
        for start in range(0, count, PIECE):
            numbers = range(start, min(start + PIECE, count))
            fill(con, [_file(number, status) for number in numbers], EMBEDDER)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "bytes": (home / DATABASE).stat().st_size / count}


def name(home: Path) -> dict[str, float]:
    """A family, and whose the faces are."""
    with open_workspace(home) as con:
        started = time.perf_counter()
        name_faces(con, [int(i) for (i,) in con.execute("SELECT face_id FROM faces").fetchall()])
        return {"seconds": time.perf_counter() - started}


def _file(number: int, status: os.stat_result) -> File:
    path = b"/home/anna/Pictures/%04d/IMG_%07d.jpg" % (number // 200, number)
    return path, status, hashlib.sha256(path).hexdigest()


def month(home: Path) -> dict[str, float]:
    """Ask for the child's faces of one month of age."""
    with open_workspace(home) as con:
        child = people.primary_child(con)
        assert child is not None  # noqa: S101  it was just added
        middle = DAYS // 2 // 31

        def ask() -> int:
            return len(
                child_by_month(
                    con, child.person_id, EMBEDDER.embedder_id, from_month=middle, to_month=middle
                )
            )

        return {"seconds": best(ask), "faces": ask()}


def nearest(home: Path) -> dict[str, float]:
    """Open the gallery, which is built now, and search it."""
    with open_workspace(home) as con:
        started = time.perf_counter()
        gallery = Gallery.open(con, home, EMBEDDER.embedder_id)
        built = time.perf_counter() - started
        probes = np.random.default_rng(1).standard_normal((PROBES, EMBEDDER.dim))
        probes /= np.linalg.norm(probes, axis=1, keepdims=True)
        seconds = best(lambda: gallery.search(probes, NEAREST))
        return {"seconds": seconds, "opening": built, "faces": len(gallery)}


def best(do: Callable[[], object], *, times: int = 5) -> float:
    """The least seconds of several: the rest is other programs'."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        do()
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    step, home, *rest = sys.argv[1:]
    steps: dict[str, Callable[..., dict[str, float]]] = {
        "store": store,
        "name": name,
        "month": month,
        "nearest": nearest,
    }
    found = steps[step](Path(home), *map(int, rest))
    print(json.dumps({**found, "peak": own_peak()}))


if __name__ == "__main__":
    main()
