"""Runs the measurements and prints a table. See the package's docstring."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from datetime import date
from pathlib import Path

from bench import ingest, known, recall, report, start
from bench.figures import Figure, as_table

PARTS = {
    "ingest": ingest.measure,
    "recall": recall.measure,
    "known": known.measure,
    "report": report.measure,
    "start": start.measure,
}
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="PART")
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md"
    )
    parser.add_argument("--photos", type=int, default=16, help="12-megapixel photos to time")
    options = parser.parse_args()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        for name in options.parts or PARTS:
            figures += PARTS[name](Path(folder), options.photos)
    table = f"{as_table(figures)}\n\n{machine()}"
    print(table)
    if options.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        DOCUMENT.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def machine() -> str:
    """On what it was measured."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"Measured on {date.today()}: {cores} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, torch {torch.__version__.partition('+')[0]}."
    )


if __name__ == "__main__":
    main()
