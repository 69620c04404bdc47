"""The charts of an evaluation as files, and a page that holds them beside their tables.

The page is one file without scripts: it works offline and shows the same to everybody.
"""

from __future__ import annotations

import html
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import altair as alt
import pandas as pd

from .. import export, files, theme
from ..catalogue import Drawing
from ..errors import translated
from . import coverage, crossing, false_claims, parents_told, strangers_lean

SYNTHETIC: tuple[ModuleType, ...] = (coverage, false_claims, crossing)
FAMILIES: tuple[tuple[ModuleType, str], ...] = ((parents_told, "aucs"), (strangers_lean, "leans"))

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = """
:root { color-scheme: light }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
  color: %(ink)s; background: %(paper)s; margin: 0 auto; padding: 24px 16px 64px; max-width: 860px }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 8px }
h2 { font-size: 19px; margin: 40px 0 4px }
p { color: %(soft)s; margin: 4px 0 12px }
figure { background: %(card)s; margin: 0; padding: 12px; border-radius: 10px; overflow-x: auto }
svg { max-width: 100%%; height: auto }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums;
  background: %(card)s }
caption { text-align: left; font-weight: 600; padding: 18px 0 4px }
th, td { text-align: left; padding: 3px 12px 3px 0; border-bottom: 1px solid %(line)s }
.missed { font-weight: 700 }
"""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table of texts."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def synthetic_drawings(gates: pd.DataFrame) -> dict[str, Drawing]:
    """The charts of the gate table, those that have something to draw."""
    return _drawn({module: module.drawing(gates) for module in SYNTHETIC})


def family_drawings(tables: Mapping[str, pd.DataFrame]) -> dict[str, Drawing]:
    """The charts of the real families; `tables` holds `aucs` and `leans`."""
    return _drawn({module: module.drawing(tables[name]) for module, name in FAMILIES})


def _drawn(charts: Mapping[ModuleType, alt.LayerChart | None]) -> dict[str, Drawing]:
    made = {}
    for module, chart in charts.items():
        if chart is None:
            continue
        name = module.__name__.rsplit(".", 1)[-1]
        title, _, reading = (inspect.getdoc(module) or name).partition("\n\n")
        title, reading = title.strip().rstrip("."), " ".join(reading.split())
        spec = chart.to_dict(validate=False)
        spec["description"] = f"{title}. {reading}"
        made[name] = Drawing(name=name, kind=name, title=title, reading=reading, spec=spec)
    return made


def write(
    out: Path,
    *,
    title: str,
    words: Sequence[str],
    drawings: Mapping[str, Drawing],
    tables: Sequence[Listing],
    data: Mapping[str, pd.DataFrame],
) -> list[Path]:
    """`out/evidence.html`, `out/charts/*.svg|png` and `out/data/*.csv`: what was written.

    Raises:
        ReportError: the folder cannot be written into.
    """
    with translated(out):
        files.make_folder(out)
        svgs = export.write_pictures(drawings, theme.dressed(theme.LIGHT, 2), out / "charts")
        written = [out / "charts" / f"{name}{end}" for name in svgs for end in (".svg", ".png")]
        files.make_folder(out / "data")
        for name, frame in data.items():
            csv = frame.to_csv(index=False, lineterminator="\n").encode("utf-8", "replace")
            written.append(files.put(out / "data" / f"{name}.csv", csv))
        page = _page(title, words, drawings, svgs, tables)
        written.append(files.put(out / "evidence.html", page.encode("utf-8", "replace")))
    return written


def _page(
    title: str,
    words: Sequence[str],
    drawings: Mapping[str, Drawing],
    svgs: Mapping[str, str],
    tables: Sequence[Listing],
) -> str:
    look = {name: getattr(theme.LIGHT, name) for name in ("ink", "soft", "paper", "card", "line")}
    figures = [
        f"<h2>{html.escape(drawing.title)}</h2><p>{html.escape(drawing.reading)}</p>"
        f"<figure>{_labelled(svgs[name], drawing)}</figure>"
        for name, drawing in drawings.items()
    ]
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(title)}</title><style>{STYLE % look}</style></head><body>",
            f"<h1>{html.escape(title)}</h1>",
            *(f"<p>{html.escape(line)}</p>" for line in words),
            *figures,
            *(_table(table) for table in tables),
            "</body></html>",
        ]
    )


def _labelled(svg: str, drawing: Drawing) -> str:
    label = html.escape(f"{drawing.title}. {drawing.reading}", quote=True)
    return svg[svg.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def _table(table: Listing) -> str:
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in table.header)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="missed">{html.escape(cell)}</td>'
            if cell == "missed"
            else f"<td>{html.escape(cell)}</td>"
            for cell in row
        )
        + "</tr>"
        for row in table.rows
    )
    return (
        f"<table><caption>{html.escape(table.title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
