"""A figure, how a table of them looks, and where it stands in the document."""

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


def replaced(document: str, part: str, table: str) -> str:
    """`document` with `table` between the marks of `part`; at its end where it has none."""
    begin, end = f"<!-- figures: {part} -->", f"<!-- end of figures: {part} -->"
    block = f"{begin}\n{table}\n{end}"
    if begin not in document:
        return f"{document.rstrip()}\n\n{block}\n"
    before, _, rest = document.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{begin} has no end in the document.")
    return f"{before}{block}{after}"
