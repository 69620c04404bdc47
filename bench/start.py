"""How soon the program answers."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.figures import Figure
from bench.processes import timed, tracker

TIMES = 7


def measure(folder: Path, _count: int) -> list[Figure]:
    """`tracker --help`, beside a Python that does nothing."""
    python = min(timed([sys.executable, "-c", "pass"]).seconds for _ in range(TIMES))
    help_ = min(tracker(folder, "--help").seconds for _ in range(TIMES))
    return [
        Figure(
            "`tracker --help`",
            f"{help_:.2f} s",
            "0.3 s",
            f"best of {TIMES}; an empty Python takes {python:.2f} s",
        )
    ]
