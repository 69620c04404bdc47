"""A figure and how a table of them looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`what` was measured, what was `reached`, what was to be reached, and how it was taken."""

    what: str
    reached: str
    wanted: str
    how: str


def as_table(figures: Sequence[Figure]) -> str:
    """A Markdown table."""
    rows = [f"| {f.what} | {f.reached} | {f.wanted} | {f.how} |" for f in figures]
    return "\n".join(["| what | reached | to reach | how |", "|---|---|---|---|", *rows])
