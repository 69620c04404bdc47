"""A second ingest of photos that are all known."""

from __future__ import annotations

import io
import json
from pathlib import Path

from PIL import Image

from bench.figures import Figure
from bench.photos import workspace
from bench.processes import tracker
from tracker.demo.draw import scene

KNOWN = 2000


def measure(folder: Path, _count: int) -> list[Figure]:
    """Take in 2,000 small photos, then again."""
    photos = folder / "known"
    photos.mkdir()
    held = io.BytesIO()
    Image.fromarray(scene([], size=(96, 72), seed=1)).save(held, "JPEG")
    for number in range(KNOWN):
        (photos / f"{number}.jpg").write_bytes(held.getvalue() + number.to_bytes(4, "little"))
    home = workspace(folder, "known workspace")
    options = ("--embedder", "handcrafted", "--json")
    tracker(home, "ingest", photos, *options)
    again = tracker(home, "ingest", photos, *options)
    values = json.loads(again.out)
    return [
        Figure(
            f"a second ingest of {KNOWN:,} known photos",
            f"{values['seconds']:.2f} s",
            "1 s",
            f"after start-up; the whole command took {again.seconds:.2f} s",
        )
    ]
