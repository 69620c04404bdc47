"""The report's charts and tables as files, for whoever wants to go on with them.

Tables hold the values as they are. A name or a path that begins with `=`, `+`, `-` or `@` is
left true in the CSV files too: open those as data, not by a double click in a spreadsheet.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import astuple, fields
from pathlib import Path

import altair as alt
import pandas as pd
from pandas.api.types import is_bool

from . import files, frames, theme
from .catalogue import Drawing
from .model import MethodInfo, Range, ReportData

TABLES = (
    "coverage",
    "trend",
    "leads",
    "overall",
    "agreement",
    "projection",
    "child_path",
    "left_out",
    "resemblance",
    "difference",
    "days",
    "curve",
    "specifications",
    "strangers",
)
"""The frames of `ReportData` that are exported, one file each."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "resemblance": (
        "view", "age_months", "age_label", "relative", "percentile", "low", "high", "z",
        "kin_log_odds", "faces", "photo_days",
    ),
    "difference": (
        "view", "age_months", "age_label", "first", "second", "difference", "low", "high", "faces",
        "photo_days",
    ),
    "days": ("view", "age_months", "difference", "faces"),
    "curve": ("view", "age_months", "value", "low", "high"),
    "specifications": (
        "embedder", "view", "method", "first", "second", "lead", "low", "high", "leader", "faces",
        "photo_days", "passed", "primary",
    ),
    "strangers": ("who", "sex", "band", "in_cell", "strangers", "trust"),
}  # fmt: skip
"""The columns of a table that a report may lack altogether, so that its file has a head."""

FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
SCALE = 2
"""Pixels of a PNG for each pixel of the drawing."""


def text_only(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with every text made fit for UTF-8, and dates as dates.

    A column of mixed objects would be refused by Parquet; it becomes text. Yes, no and unknown
    stay what they are.
    """
    fit = frame.copy()
    for name in fit.columns:
        known = fit[name].dropna()
        if fit[name].dtype == object and len(known) and known.map(is_bool).all():
            fit[name] = fit[name].astype("boolean")
        elif fit[name].dtype == object or isinstance(fit[name].dtype, pd.StringDtype):
            fit[name] = [
                None if frames.plain(value) is None else frames.clean_text(str(value))
                for value in fit[name]
            ]
    return fit


def tables(data: ReportData) -> dict[str, pd.DataFrame]:
    """Every table by its file name: the frames of the report, its methods and its relatives."""
    made = {name: getattr(data, name) for name in TABLES}
    for name, columns in COLUMNS.items():
        if not len(made[name].columns):
            made[name] = pd.DataFrame(columns=list(columns))
    made["methods"] = pd.DataFrame(
        [astuple(method) for method in data.methods],
        columns=["method", *(field.name for field in fields(MethodInfo)[1:])],
    )
    made["verdict"] = verdict(data)
    made["leaks"] = pd.DataFrame(
        [(leak.kind, leak.stops, leak.sentence, leak.hint) for leak in data.leaks],
        columns=["kind", "stops", "sentence", "hint"],
    )
    made["relatives"] = pd.DataFrame(
        [(r.name, r.relation, r.photos, r.photo_days) for r in data.relatives],
        columns=["relative", "relation", "photos", "photo_days"],
    )
    return made


def verdict(data: ReportData) -> pd.DataFrame:
    """The verdict and the trend, a number a row: what, value, low, high, says."""
    rows: list[tuple[str, float | None, float | None, float | None, str]] = []

    def add(what: str, said: Range | float | None, says: str = "") -> None:
        if isinstance(said, Range):
            rows.append((what, said.value, said.low, said.high, says))
        else:
            rows.append((what, said, None, None, says))

    judged, drift = data.judgement, data.drift
    if judged is not None:
        add("answer", None, judged.text or "; ".join(judged.stopped))
        for name, found in zip((judged.first, judged.second), judged.percentiles, strict=True):
            add("percentile", found, name)
        add("difference", judged.difference, f"{judged.first} less {judged.second}")
        add("p_value of the difference", judged.p_value)
        add("lean taken off", judged.lean)
        add("standard error of the lean", judged.lean_error)
        add("photo_days", judged.photo_days)
    if drift is not None:
        add("trend", None, drift.withheld or drift.sentence)
        add("slope per month", drift.slope)
        add("p_value of the slope", drift.p_value)
        rows.append(("crossing", drift.crossing, drift.crossing_low, drift.crossing_high, ""))
        add("probability of no crossing", drift.p_none)
    made = pd.DataFrame(rows, columns=["what", "value", "low", "high", "says"])
    return made.astype(dict.fromkeys(("value", "low", "high"), float))


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
