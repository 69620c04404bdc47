"""The part of the program that decides who is who, as a fingerprint."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

DECIDING = (
    "acquaintance", "alike", "fitting", "judge", "match", "odds", "once", "proposing", "rules",
    "seeing", "settle", "thresholds", "tracks", "windows",
)  # fmt: skip
"""What a naming comes to depends on what is written in these."""


@cache
def fingerprint() -> str:
    """Another where any of these is written otherwise."""
    digest = hashlib.sha256()
    for name in DECIDING:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()
