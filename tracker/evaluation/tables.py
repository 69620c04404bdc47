"""The results as rows of text: the same for the terminal and for docs/evidence.md."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from tracker.evaluation.families import FamilyResults, gates

NOTHING = "-"
MET, MISSED, NOT_MEASURED = "ok", "missed", "not measured"


@dataclass(frozen=True, slots=True)
class Table:
    """`title` may be empty. Every row is as long as `header`."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


GATE_HEADER = ("measure", "value", "error", "has to be", "gate")


def of_gates(table: pd.DataFrame) -> list[Table]:
    """The gate table, one for each scenario. Columns of `table` as in `gates.GATES`."""
    made = []
    for scenario, rows in table.groupby("scenario", sort=False):
        cells = tuple(
            (
                str(row["measure"]),
                number(row["value"]),
                number(row["error"]),
                NOTHING if row["passed"] is None else within(row["low"], row["high"]),
                verdict_of(row["passed"]),
            )
            for row in rows.to_dict("records")
        )
        made.append(Table(str(scenario), GATE_HEADER, cells))
    return made


def passed(table: pd.DataFrame) -> tuple[int, int]:
    """How many gates are met, and of how many."""
    asked = [value for value in table["passed"] if value is not None]
    return sum(bool(value) for value in asked), len(asked)


def of_families(results: FamilyResults) -> list[Table]:
    """AUCs with the gain over raw photos, the lean, and the gates."""
    aucs = tuple(
        (
            str(row["measure"]),
            number(row["auc"]),
            between(row["low"], row["high"]),
            NOTHING if row["measure"] == results.aucs["measure"].iloc[0] else signed(row["gain"]),
            NOTHING
            if row["measure"] == results.aucs["measure"].iloc[0]
            else between(row["gain_low"], row["gain_high"], signs=True),
        )
        for row in results.aucs.to_dict("records")
    )
    leans = tuple(
        (str(row["measure"]), number(row["to_mother"]), between(row["low"], row["high"]))
        for row in results.leans.to_dict("records")
    )
    asked = tuple(
        (str(row["gate"]), number(row["value"]), within(row["low"], row["high"]),
         verdict_of(row["passed"]))
        for row in gates(results).to_dict("records")
    )  # fmt: skip
    return [
        Table(
            "True parents told from strangers",
            ("measure", "AUC", "95% range", "gain", "95% range of the gain"),
            aucs,
        ),
        Table(
            "Stranger children nearer to the mother than to the father beside her",
            ("measure", "share", "95% range"),
            leans,
        ),
        Table("Gates of the score", ("gate", "value", "has to be", "gate met"), asked),
    ]


def number(value: float | None) -> str:
    """Three digits, "-" where there is none."""
    if value is None or math.isnan(value):
        return NOTHING
    return "none" if math.isinf(value) else f"{value:.3f}"


def signed(value: float) -> str:
    """Three digits with a sign."""
    return NOTHING if math.isnan(value) else f"{value:+.3f}"


def between(low: float, high: float, *, signs: bool = False) -> str:
    """An interval, "-" where it is withheld."""
    if math.isnan(low) or math.isnan(high):
        return NOTHING
    write = signed if signs else number
    return f"{write(low)} to {write(high)}"


def within(low: float, high: float) -> str:
    """Limits in words, without those that hold anyway."""
    if low <= 0:
        return "> 0" if high == 1 else f"<= {high:.3f}"
    return f">= {low:.3f}" if high == 1 else f"{low:.3f} to {high:.3f}"


def verdict_of(met: bool | None) -> str:
    """A gate's state in a word."""
    return NOTHING if met is None else MET if met else MISSED


def markdown(table: Table, *, bold_title: bool = True) -> str:
    """As a Markdown table; numbers to the right."""
    numeric = [
        all(row[n] == NOTHING or row[n].lstrip("+-")[:1].isdigit() for row in table.rows)
        for n in range(len(table.header))
    ]
    lines = [_line(table.header), _line(["--:" if right else "---" for right in numeric])]
    lines += [_line(row) for row in table.rows]
    title = [f"**{table.title}**", ""] if table.title and bold_title else []
    return "\n".join([*title, *lines])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
