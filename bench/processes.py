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


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall-clock seconds, the most memory of the process and its children together, its output."""

    seconds: float
    peak_bytes: int
    out: str


def timed(arguments: Sequence[str | Path]) -> Measured:
    """Run it to its end. Pages that processes share count once for each: an upper bound."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:  # a pipe would fill up
        started = time.perf_counter()
        running = subprocess.Popen(
            list(arguments),
            stdout=out,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TRACKER_OFFLINE": "1"},
        )
        watched = psutil.Process(running.pid)
        peak = 0
        while running.poll() is None:
            peak = max(peak, _memory(watched))
            time.sleep(0.05)
        seconds = time.perf_counter() - started
        out.seek(0)
        return Measured(seconds, peak, out.read())


def tracker(home: Path, *arguments: str | Path) -> Measured:
    """A command of the program on a workspace."""
    code = "from tracker.cli import main; main()"
    return timed([sys.executable, "-c", code, "--home", home, *arguments])


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
