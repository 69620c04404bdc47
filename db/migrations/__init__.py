"""The schema's history: `NNNN_name.sql`, each applied once, in order, with its record."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step. `sql` may hold several statements."""

    number: int
    name: str
    sql: str


def known() -> tuple[Migration, ...]:
    """The migrations that come with this version, in order of their numbers from 1."""
    found = []
    for entry in resources.files(__name__).iterdir():
        stem, dot, suffix = entry.name.rpartition(".")
        if dot and suffix == "sql":
            number, _, name = stem.partition("_")
            found.append(Migration(int(number), name, entry.read_text(encoding="utf-8")))
    found.sort(key=lambda step: step.number)
    return tuple(found)
