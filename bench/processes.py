"""Timing a command as a process, with the memory of all its children."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK = 0.2
"""Seconds between looks at the memory. Looking costs some milliseconds of a core each time."""

FINE = (0, 3)
"""Done, and done but for some photos that were rejected."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall-clock seconds, the most memory of the process and its children together, its output."""

    seconds: float
    peak_bytes: int
    out: str


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def timed(arguments: Sequence[str | Path]) -> Measured:
    """Run it to its end. Pages that processes share count once for each: an upper bound."""
    # What the shell says of threads would hold for some of those compared and not for others.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OMP_")}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,  # a pipe would fill up
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        started = time.perf_counter()
        running = subprocess.Popen(
            list(arguments), stdout=out, stderr=err, env={**environment, "TRACKER_OFFLINE": "1"}
        )
        peak = _watched(running)
        seconds = time.perf_counter() - started
        out.seek(0)
        if running.returncode not in FINE:
            err.seek(0)
            said = err.read().strip().splitlines()[-12:]
            raise SystemExit("\n".join([f"This ended with {running.returncode}:", *said]))
        return Measured(seconds, peak, out.read())


def python(module: str, *arguments: str | Path) -> Measured:
    """`python -m module arguments`."""
    return timed([sys.executable, "-m", module, *arguments])


def tracker(home: Path, *arguments: str | Path) -> Measured:
    """A command of the program on a workspace."""
    code = "from tracker.cli import main; main()"
    return timed([sys.executable, "-c", code, "--home", home, *arguments])


def _watched(running: subprocess.Popen[bytes]) -> int:
    """Wait for its end; the most bytes seen."""
    watched = psutil.Process(running.pid)
    peak = 0
    while True:
        try:
            running.wait(LOOK)
        except subprocess.TimeoutExpired:
            peak = max(peak, _memory(watched))
            continue
        return peak


def _memory(process: psutil.Process) -> int:
    total = 0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return 0
    for member in family:
        try:
            total += member.memory_info().rss
        except psutil.Error:  # it has just ended
            continue
    return total
