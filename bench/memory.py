"""Peak memory of an ingest of few and of many photos."""

from __future__ import annotations

from pathlib import Path

from bench.figures import Figure
from bench.photos import facenet_weights, little, workspace
from bench.processes import answered, tracker

FEW, MANY = 1000, 4000


def measure(folder: Path, _count: int, *, many: int = MANY) -> list[Figure]:
    """Small photos, so that many of them fit into a minute; 12 megapixels are in `ingest`."""
    weights = facenet_weights(folder)
    peaks = {}
    pace = 0.0
    for count in sorted({min(FEW, many), many}):
        place = folder / f"memory {count}"
        little(place, count)
        home = workspace(place, "home")
        done = tracker(home, "ingest", place / "photos", "--weights", weights, "--json")
        peaks[count] = done.peak_bytes / 2**30
        pace = count / answered(done)["seconds"]
    few, most = min(peaks), max(peaks)
    figures = [
        Figure(
            f"peak memory of an ingest of {most:,} photos",
            f"{peaks[most]:.2f} GiB",
            "1.5 GB",
            "of the process and its workers together, pages that they share counted once for "
            f"each; small photos, {pace:.0f} a second",
        )
    ]
    if few < most:
        figures.append(
            Figure(
                f"that against {few:,} photos",
                f"{peaks[most] / peaks[few]:.2f} x",
                "flat",
                f"{peaks[few]:.2f} GiB for {few:,}",
            )
        )
    return figures
