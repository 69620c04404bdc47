"""Small pieces of text for the page; every one of them escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

from . import frames


def with_names(text: str, names: Sequence[str]) -> Markup:
    """`text` for HTML, each whole name of a relative in that relative's colour."""
    text = frames.clean_text(text)
    place = {name: i for i, name in enumerate(names) if name.strip()}
    if not place:
        return escape(text)
    longest_first = sorted(place, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    pieces = [
        Markup('<b class="who" style="--c: var(--r{})"><bdi>{}</bdi></b>').format(place[part], part)
        if part in place
        else escape(part)
        for part in pattern.split(text)
    ]
    return Markup("").join(pieces)


def percent(share: float | None) -> str:
    """0.874 as `87%`, nothing as a dash."""
    return "–" if share is None else f"{100 * share:.0f}%"


def long_date(day: date) -> str:
    """A day as people write it: `9 March 2024`."""
    return f"{day.day} {day:%B %Y}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 photo`, `2 photos`, `1,200 photos`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def readable(method: str) -> str:
    """A method's registry name as words: `linear_svm` as `linear svm`."""
    return method.replace("_", " ")
