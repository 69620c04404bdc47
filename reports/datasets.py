"""A chart's rows, put into it by name as they are.

Altair copies and checks every value of a chart several times over on the way to its JSON, which
takes longer than all the rest of a report. Rows come from `frames.rows` and are plain already.
"""

from __future__ import annotations

from typing import Any, ClassVar

import altair as alt

from .frames import Row


class Datasets:
    """Rows by name, opaque to Altair but for what it asks of a part: `_schema`, `to_dict`."""

    _schema: ClassVar[dict[str, Any]] = {"type": "object"}

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self._rows = rows

    def to_dict(self, *_: object, **__: object) -> dict[str, list[Row]]:
        """The rows, not copied."""
        return self._rows


def holding(chart: alt.LayerChart, rows: dict[str, list[Row]]) -> alt.LayerChart:
    """`chart` with `rows` under the names that its layers read (`alt.NamedData`)."""
    chart["datasets"] = Datasets(rows)
    return chart
