"""Frames as JSON-ready rows, and the few shapes that several charts share."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Row = dict[str, Any]
Plain = str | float | int | bool | None


VISIBLE = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n\r"} | {
    0x7F: "\u2421",
    0xFFFE: "\\ufffe",
    0xFFFF: "\\uffff",
}
"""What stands for the characters that XML, and so SVG, cannot hold."""


def clean_text(text: str) -> str:
    """`text` fit for UTF-8 and XML: what is no text in it is made visible.

    That is lone surrogates (bytes of a file name that are no text), control characters but for
    tabs and ends of lines, and the two code points that are never characters in XML.
    """
    if text.isprintable():
        return text
    fit = text.translate(VISIBLE)
    return fit.encode("utf-8", "backslashreplace").decode("utf-8")


def plain(value: object, digits: int = 4) -> Plain:
    """A value that JSON knows: numbers rounded to `digits`, NaN and infinity become None."""
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return round(number, digits) if math.isfinite(number) else None
    return clean_text(str(value))


def rows(frame: pd.DataFrame, columns: Sequence[str] | None = None, digits: int = 4) -> list[Row]:
    """One dict per row, with the `columns` named (all by default)."""
    names = list(frame.columns) if columns is None else list(columns)
    taken = [[plain(value, digits) for value in frame[name]] for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*taken, strict=True)]


def runs(months: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number per month (rising, `(n,)`) that changes wherever a month is missing.

    A line is drawn within a run only, so that a month without photos stays a gap.
    """
    if months.size == 0:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.cumsum(np.diff(months) > 1)]).astype(np.int64)


def gaps(coverage: pd.DataFrame) -> pd.DataFrame:
    """The months of `coverage` in which there is no photo: `age_months`, `age_label`."""
    return coverage.loc[coverage["photo_days"] == 0, ["age_months", "age_label"]]


def dodge(heights: Sequence[float], apart: float) -> list[float]:
    """Heights at least `apart` from each other, in the same order, moved as little as is simple.

    Used for labels beside the ends of lines: two that would overlap are pushed apart evenly.
    """
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    groups: list[tuple[float, list[int]]] = []  # (centre, members in rising order)
    for i in order:
        centre, members = heights[i], [i]
        while groups:
            before, others = groups[-1]
            if centre - before >= apart * (len(members) + len(others)) / 2:
                break
            groups.pop()
            members = others + members
            centre = sum(heights[m] for m in members) / len(members)
        groups.append((centre, members))
    moved = list(heights)
    for centre, members in groups:
        lowest = centre - apart * (len(members) - 1) / 2
        for step, i in enumerate(members):
            moved[i] = lowest + apart * step
    return moved


def first_of(frame: pd.DataFrame, **where: Hashable) -> pd.DataFrame:
    """The rows in which every named column has the value given, index renewed."""
    kept = np.ones(len(frame), dtype=bool)
    for column, value in where.items():
        kept &= (frame[column] == value).to_numpy(dtype=bool)
    return frame.loc[kept].reset_index(drop=True)
