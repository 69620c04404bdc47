"""The report's charts and tables as files, for whoever wants to go on with them.

Tables hold the values as they are. A name or a path that begins with `=`, `+`, `-` or `@` is
left true in the CSV files too: open those as data, not by a double click in a spreadsheet.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import altair as alt
import pandas as pd

from . import files, frames, theme
from .catalogue import Drawing
from .model import ReportData

TABLES = (
    "coverage",
    "trend",
    "leads",
    "overall",
    "agreement",
    "projection",
    "child_path",
    "left_out",
)
"""The frames of `ReportData` that are exported, one file each."""

FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
SCALE = 2
"""Pixels of a PNG for each pixel of the drawing."""


def text_only(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with every text made fit for UTF-8, and dates as dates.

    A column of mixed objects would be refused by Parquet; it becomes text.
    """
    fit = frame.copy()
    for name in fit.columns:
        if fit[name].dtype == object or isinstance(fit[name].dtype, pd.StringDtype):
            fit[name] = [
                None if frames.plain(value) is None else frames.clean_text(str(value))
                for value in fit[name]
            ]
    return fit


def tables(data: ReportData) -> dict[str, pd.DataFrame]:
    """Every table by its file name: the frames of the report, its methods and its relatives."""
    made = {name: getattr(data, name) for name in TABLES}
    made["methods"] = pd.DataFrame(
        [(m.name, m.line, m.unit, m.held_out_accuracy) for m in data.methods],
        columns=["method", "line", "unit", "held_out_accuracy"],
    )
    made["relatives"] = pd.DataFrame(
        [(r.name, r.relation, r.photos, r.photo_days) for r in data.relatives],
        columns=["relative", "relation", "photos", "photo_days"],
    )
    return made


def write_tables(data: ReportData, folder: Path) -> list[Path]:
    """`folder/<table>.csv` and `.parquet` for every table, empty ones too."""
    files.make_folder(folder)
    written = []
    for name, frame in tables(data).items():
        fit = text_only(frame)
        parquet = io.BytesIO()
        fit.to_parquet(parquet, index=False)
        csv = fit.to_csv(index=False, lineterminator="\n").encode("utf-8")
        written.append(files.put(folder / f"{name}.csv", csv))
        written.append(files.put(folder / f"{name}.parquet", parquet.getvalue()))
    return written


def vega_lite_version() -> str:
    """The major and minor version of Vega-Lite that the charts are written in: `6.4`."""
    major, minor, *_ = str(alt.SCHEMA_VERSION).lstrip("v").split(".")
    return f"{major}.{minor}"


def pictures(
    drawings: Mapping[str, Drawing], palette: theme.Palette
) -> Iterator[tuple[str, str, bytes]]:
    """(name, SVG, PNG) of each drawing, on a light ground."""
    import vl_convert

    look = theme.config(palette, background=palette.card, font=FONT)
    version = vega_lite_version()
    for name, drawing in drawings.items():
        compiled = vl_convert.vegalite_to_vega(json.dumps(drawing.spec), version, config=look)
        svg = vl_convert.vega_to_svg(compiled)
        yield name, svg, vl_convert.svg_to_png(svg, scale=SCALE)


def write_pictures(
    drawings: Mapping[str, Drawing], palette: theme.Palette, folder: Path
) -> dict[str, str]:
    """`folder/<name>.svg` and `.png` for every drawing; the SVGs by name."""
    files.make_folder(folder)
    kept: dict[str, str] = {}
    for name, svg, png in pictures(drawings, palette):
        files.put(folder / f"{name}.svg", svg.encode("utf-8"))
        files.put(folder / f"{name}.png", png)
        kept[name] = svg
    return kept
