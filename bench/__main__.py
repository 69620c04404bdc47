"""Runs the measurements and prints their tables. See the package's docstring."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import date
from functools import partial
from pathlib import Path

from bench import (
    crops,
    dating,
    forward,
    identity,
    ingest,
    known,
    memory,
    moments,
    recall,
    report,
    review,
    scale,
    sidecars,
    start,
)
from bench.figures import as_table, replaced
from bench.processes import cores

PARTS = {
    "ingest": ingest.measure,
    "recall": recall.measure,
    "crops": crops.measure,
    "forward": forward.measure,
    "memory": memory.measure,
    "known": known.measure,
    "dating": dating.measure,
    "sidecars": sidecars.measure,
    "moments": moments.measure,
    "identity": identity.measure,
    "scale": scale.measure,
    "report": report.measure,
    "review": review.measure,
    "start": start.measure,
}
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument(
        "--write", action="store_true", help="put the tables into docs/performance.md"
    )
    parser.add_argument(
        "--photos", type=int, default=9, help="12-megapixel photos of a kind (from 3 on)"
    )
    parser.add_argument(
        "--memory-photos",
        type=int,
        default=memory.MANY,
        help="small photos in the longer ingest of `memory`: 20000 or 100000 take a while",
    )
    parser.add_argument(
        "--largest", type=int, default=scale.LARGEST, help="embeddings in the last row of `scale`"
    )
    options = parser.parse_args()
    parts = PARTS | {
        "memory": partial(memory.measure, many=options.memory_photos),
        "scale": partial(scale.measure, largest=options.largest),
    }
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        for name in options.parts or parts:
            busy = load()
            figures = parts[name](Path(folder), options.photos)
            table = f"{as_table(figures)}\n\n{machine()}{busy}"
            print(f"## {name}\n\n{table}\n", flush=True)
            if options.write:
                document = DOCUMENT.read_text(encoding="utf-8")
                DOCUMENT.write_text(replaced(document, name, table), encoding="utf-8")


def machine() -> str:
    """On what it was measured."""
    import torch

    return (
        f"Measured on {date.today()}: {cores()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, torch {torch.__version__.partition('+')[0]}."
    )


def load() -> str:
    """What else the machine had to do as the measuring began."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f" Load before it began: {os.getloadavg()[0]:.1f}."


if __name__ == "__main__":
    main()
