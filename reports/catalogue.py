"""The charts there are, found by file name; adding one is adding a file to `charts/`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import altair as alt

from . import charts
from .model import ReportData


class ChartModule(Protocol):
    """What a file in `charts/` offers.

    A docstring: its title on the first line, and below it how to read the drawing. `build`
    draws one chart from frames; `drawings` says which charts a report has, by file name without
    its ending, and gives none where there is nothing to draw.
    """

    build: Any

    def drawings(self, data: ReportData) -> Mapping[str, alt.LayerChart]:
        """The charts of this kind in a report."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart of a report. `spec` is Vega-Lite, as yet without colours."""

    name: str
    kind: str
    title: str
    reading: str
    spec: dict[str, Any]


def names() -> tuple[str, ...]:
    """The charts' file names in order of the alphabet; nothing is imported for it."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(charts.__path__)))


def load(name: str) -> ChartModule:
    """The module of the chart called `name`."""
    return cast(ChartModule, importlib.import_module(f".charts.{name}", __package__))


def described(name: str) -> tuple[str, str]:
    """Title and how-to-read of the chart called `name`, from its docstring."""
    text = inspect.getdoc(load(name)) or name
    title, _, reading = text.partition("\n\n")
    return title.strip().rstrip("."), " ".join(reading.split())


def drawings(data: ReportData) -> dict[str, Drawing]:
    """Every chart that `data` has something to draw for, by name."""
    made: dict[str, Drawing] = {}
    for kind in names():
        title, reading = described(kind)
        for name, chart in load(kind).drawings(data).items():
            # The contract tests hold every chart against Vega-Lite's schema; doing it again for
            # every report would take as long as all the rest.
            spec = chart.to_dict(validate=False)
            spec["description"] = f"{title}. {reading}"
            made[name] = Drawing(name=name, kind=kind, title=title, reading=reading, spec=spec)
    return made
