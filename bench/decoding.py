"""Reading and decoding photos, and nothing else: the limit of any ingest.

As many processes as cores, each taking the next photo, at the smallest scale that the search for
faces is content with: a quarter of a 12-megapixel photo.
"""

from __future__ import annotations

import importlib
import importlib.util
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from PIL import Image

from bench.processes import cores

LONG_SIDE, SHORT_SIDE = 1000, 750


def by_pillow(path: Path) -> object:
    """Pillow's draft mode; what an ingest would go on with."""
    with Image.open(path) as image:
        image.draft("RGB", (LONG_SIDE, SHORT_SIDE))
        return image.convert("RGB")


def by_simplejpeg(path: Path) -> object:
    """libjpeg-turbo by simplejpeg."""
    simplejpeg: Any = importlib.import_module("simplejpeg")
    pixels: object = simplejpeg.decode_jpeg(
        path.read_bytes(), min_width=LONG_SIDE, min_height=SHORT_SIDE, min_factor=4
    )
    return pixels


WAYS: dict[str, Callable[[Path], object]] = {"pillow": by_pillow, "simplejpeg": by_simplejpeg}


def ways() -> tuple[str, ...]:
    """Those that are installed."""
    return tuple(way for way in WAYS if way != "simplejpeg" or importlib.util.find_spec(way))


def _ready(way: str, photo: Path, everybody: Barrier) -> None:
    WAYS[way](photo)
    everybody.wait()


def _decode(job: tuple[str, Path]) -> float:
    """Processor seconds."""
    before = time.process_time()
    WAYS[job[0]](job[1])
    return time.process_time() - before


def main() -> None:
    """`python -m bench.decoding WAY PHOTO…`: seconds for all, start of the processes left out."""
    import json
    import sys

    way, photos = sys.argv[1], [Path(argument) for argument in sys.argv[2:]]
    context = multiprocessing.get_context("spawn")
    everybody = context.Barrier(cores() + 1)
    with context.Pool(cores(), _ready, (way, photos[0], everybody)) as pool:
        everybody.wait()
        started = time.perf_counter()
        busy = sum(pool.imap_unordered(_decode, [(way, photo) for photo in photos]))
        print(json.dumps({"seconds": time.perf_counter() - started, "busy": busy}))


if __name__ == "__main__":
    main()
