"""Ingest beside the original script's loop, on the same 12-megapixel photos."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.figures import Figure
from bench.photos import facenet_weights, twelve_megapixels, workspace
from bench.processes import timed, tracker

MANY = 10
"""Copies of every photo in the long ingest, which shows the pace once everything is loaded."""


def measure(folder: Path, count: int) -> list[Figure]:
    """Time both as processes, and the tracker's pace and memory on ten times the photos."""
    photos = twelve_megapixels(folder / "twelve", count)
    weights = facenet_weights(folder)
    script = timed([sys.executable, "-m", "bench.original", weights, *photos])
    loop = json.loads(script.out)["seconds"]
    home = workspace(folder, "ingest")
    options = ("--weights", weights, "--json")
    ours = tracker(home, "ingest", *photos, *options)
    many = folder / "many"
    many.mkdir()
    for number in range(MANY * count):  # other bytes after the picture's end: another photo
        content = photos[number % count].read_bytes() + number.to_bytes(4, "little")
        (many / f"{number:04}.jpg").write_bytes(content)
    long = tracker(home, "ingest", many, *options)
    # Both take equally long to load, and the loop's loading is left out as well.
    more = json.loads(long.out)["seconds"] - json.loads(ours.out)["seconds"]
    pace = more / ((MANY - 1) * count)
    return [
        Figure(
            "photos/s against the original loop",
            f"{loop / count / pace:.0f} x",
            "15 x",
            f"{count} drawn 12-megapixel photos with 0-4 faces: {loop / count:.2f} s a photo by "
            f"the loop and {pace * 1000:.0f} ms by `tracker ingest` of {MANY * count}, once the "
            "networks of each are loaded",
        ),
        Figure(
            "the same, whole commands on few photos",
            f"{script.seconds / ours.seconds:.1f} x",
            "-",
            f"{count} photos, start and loading of both included: {script.seconds:.1f} s against "
            f"{ours.seconds:.1f} s",
        ),
        Figure(
            "peak memory of an ingest",
            f"{long.peak_bytes / 2**30:.2f} GiB",
            "1.5 GB",
            f"process and workers together; {ours.peak_bytes / 2**30:.2f} GiB for {count} photos, "
            f"{long.peak_bytes / 2**30:.2f} GiB for {MANY * count}; the original loop "
            f"{script.peak_bytes / 2**30:.2f} GiB",
        ),
    ]
