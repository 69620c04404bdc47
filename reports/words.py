"""Small pieces of text for the page; every one of them escaped."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date

from markupsafe import Markup, escape

from . import frames
from .model import Range


def with_names(text: str, names: Sequence[str]) -> Markup:
    """`text` for HTML: names of relatives in their colours, and `in backquotes` what to type."""
    pieces = frames.clean_text(text).split("`")
    if len(pieces) % 2 == 0:
        pieces = ["`".join(pieces)]
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if place % 2 else coloured(piece, names)
        for place, piece in enumerate(pieces)
    )


def coloured(text: str, names: Sequence[str]) -> Markup:
    """`text` for HTML, each whole name of a relative in that relative's colour."""
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


def sentence(text: str) -> str:
    """`text` with a capital in front and a full stop behind, if it has neither."""
    text = text.strip()
    if not text:
        return ""
    capital = text if text[0] == "`" else text[0].upper() + text[1:]
    return capital if capital[-1] in ".!?…" else capital + "."


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


def p_value(value: float | None) -> str:
    """A probability of chance: `0.03`, `0.004`, `below 0.001`, nothing as a dash."""
    if value is None or not math.isfinite(value):
        return "–"
    if value < 0.001:
        return "below 0.001"
    return f"{value:.3f}" if value < 0.0095 else f"{value:.2f}"


def signed(value: float | None, digits: int = 2) -> str:
    """A number with its sign, and a true minus: `+0.61`, `−0.20`, nothing as a dash."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:+.{digits}f}".replace("-", "−")
    return text[1:] if not float(f"{value:.{digits}f}") else text


def ranged(said: Range, write: Callable[[float], str]) -> str:
    """A number with its interval, each written by `write`: `+0.61 (+0.18 to +1.04)`."""
    if not (math.isfinite(said.low) and math.isfinite(said.high)):
        return write(said.value)
    return f"{write(said.value)} ({write(said.low)} to {write(said.high)})"


def percentile(value: float) -> str:
    """A percentile as a whole number, nothing as a dash."""
    return f"{value:.0f}" if math.isfinite(value) else "–"
