"""A report whose every text can be drawn, whatever its names are made of.

Two characters of a name can stop everything: a byte that is no text breaks UTF-8, and a control
character ends the process that turns a drawing into a picture. Both become visible instead.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import pandas as pd

from . import frames

Any_ = TypeVar("Any_")


def cleaned(value: Any_) -> Any_:
    """`value` with `frames.clean_text` applied to each text in it.

    Goes through dataclasses, tuples and frames; what has no text in need of it comes back as it
    is.
    """
    return _cleaned(value)  # type: ignore[no-any-return]


def _cleaned(value: Any) -> Any:  # noqa: ANN401 - any part of a report
    if isinstance(value, str):
        return frames.clean_text(value)
    if isinstance(value, tuple):
        parts = tuple(_cleaned(part) for part in value)
        same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if same else parts
    if isinstance(value, pd.DataFrame):
        return _frame(value)
    if is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: _cleaned(part) for name, part in old.items()}
        changed = {name: part for name, part in new.items() if part is not old[name]}
        return replace(value, **changed) if changed else value
    return value


def _frame(frame: pd.DataFrame) -> pd.DataFrame:
    changed = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype != object and not isinstance(column.dtype, pd.StringDtype):
            continue
        texts = {text for text in column.unique() if isinstance(text, str)}
        other = {text: fit for text in texts if (fit := frames.clean_text(text)) != text}
        if other:
            changed[name] = [
                other.get(value, value) if isinstance(value, str) else value for value in column
            ]
    return frame.assign(**changed) if changed else frame
