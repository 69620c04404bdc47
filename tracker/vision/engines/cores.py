"""How many cores there are to work on, and what they can do."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})


QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""In a container on Linux: how long of each period all its processes together may work."""


def cores() -> int:
    """The cores that this process may use, and no more than its container may keep busy."""
    affinity = getattr(os, "sched_getaffinity", None)
    there = len(affinity(0)) if affinity else os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text(encoding="ascii").split()
        return max(1, min(there, round(int(quota) / int(period))))
    except (OSError, ValueError, ZeroDivisionError):  # no container, or one without a bound: "max"
        return there


@cache
def has_bf16() -> bool:
    """Whether this machine's processor multiplies bf16 numbers itself.

    Linux says so in a file. OpenVINO is asked only where there is no such file: it takes a moment,
    and calls the instruction set its own even where it imitates it, slowly.
    """
    if sys.platform == "darwin":
        return False
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        from tracker.vision.engines.openvino import capabilities

        return "BF16" in capabilities()
    for line in text.splitlines():
        if line.startswith("flags"):
            return not BF16_FLAGS.isdisjoint(line.split())
    return False
