"""Where a command writes when nobody says. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

REPORT = "report"
LONGEST_SLUG = 40


def report_folder(home: Path, child: str, children: Sequence[str]) -> Path:
    """The folder for a child's report: `report` for the only one, else `report-<name>`.

    `children` are the names of all children in the workspace. Two whose names are alike in plain
    letters, or that have none, are told apart by eight digits of the name's hash.
    """
    if len(children) <= 1:
        return home / REPORT
    word = slug(child)
    if not word or sum(slug(other) == word for other in children) > 1:
        digits = hashlib.sha256(child.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        word = f"{word}-{digits}".strip("-")
    return home / f"{REPORT}-{word}"


def slug(name: str) -> str:
    """The name in lower-case plain letters, digits and hyphens; "" where it has none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-")
