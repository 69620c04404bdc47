"""Timing a command as a process, with the memory of all its children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

LOOK = 0.2
"""Seconds between looks at the memory. Looking costs some milliseconds of a core each time."""

FINE = (0, 3)
"""Done, and done but for some photos that were rejected."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall-clock seconds and processor seconds, the latter of its children too; the most memory
    of all of them together; what it printed."""

    seconds: float
    busy: float
    peak_bytes: int
    out: str


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def timed(arguments: Sequence[str | Path]) -> Measured:
    """Run it to its end. Pages that processes share count once for each: an upper bound."""
    # What the shell says of threads would hold for some of those compared and not for others.
    # Threads that wait sleep, in all of them: as torch is by itself, they spin, which beside
    # anything else that runs makes the originals up to ten times slower.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OMP_")}
    environment |= {"OMP_WAIT_POLICY": "PASSIVE", "TRACKER_OFFLINE": "1"}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,  # a pipe would fill up
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        started, before = time.perf_counter(), _busy()
        running = subprocess.Popen(list(arguments), stdout=out, stderr=err, env=environment)
        peak = _watched(running)
        seconds = time.perf_counter() - started
        out.seek(0)
        if running.returncode not in FINE:
            err.seek(0)
            said = err.read().strip().splitlines()[-12:]
            raise SystemExit("\n".join([f"This ended with {running.returncode}:", *said]))
        return Measured(seconds, _busy() - before, peak, out.read())


def answered(done: Measured) -> dict[str, Any]:
    """The JSON object that it printed."""
    try:
        values: dict[str, Any] = json.loads(done.out)
    except ValueError:
        raise SystemExit(f"This is no JSON object: {done.out[:2000]}") from None
    return values


def python(module: str, *arguments: str | Path) -> Measured:
    """`python -m module arguments`."""
    return timed([sys.executable, "-m", module, *arguments])


def tracker(home: Path, *arguments: str | Path) -> Measured:
    """A command of the program on a workspace."""
    code = "from tracker.cli import main; main()"
    return timed([sys.executable, "-c", code, "--home", home, *arguments])


def _busy() -> float:
    """Processor seconds of all that has ended here."""
    times = os.times()
    return times.children_user + times.children_system


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
