"""Colours, type and the look of every chart; nothing here knows what a chart shows.

A chart names no colour of its own. On the page its colours are CSS variables, so that light,
dark and print are the style sheet's affair; in an exported picture they are the light palette.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
STEPS = 7
"""Number of classes of the two-sided scale: three per side and an even middle."""

SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "triangle-down",
    "cross",
    "triangle-left",
    "triangle-right",
)
"""A second sign beside the colour: one shape per relative, in the relatives' order."""

ROW = 24
"""Height in px of one method in a chart that lists them."""

LEFT = 46
"""Room for the vertical axis in px: the same in charts that stand above each other."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as CSS text. `relatives` in the order of `ReportData.relatives`.

    `sides` runs from "clearly the second" over even to "clearly the first", `STEPS` of them;
    `ramp` from little to much, six of them.
    """

    paper: str
    card: str
    ink: str
    soft: str
    faint: str
    line: str
    gap: str
    relatives: tuple[str, ...]
    sides: tuple[str, ...] = ()
    ramp: tuple[str, ...] = ()


LIGHT = Palette(
    paper="#faf7f2",
    card="#fffdfa",
    ink="#25282d",
    soft="#5d6269",
    faint="#878b91",
    line="#e5dfd6",
    gap="#f1ece4",
    relatives=(
        "#13708f",
        "#b84f24",
        "#7a5299",
        "#8a6d00",
        "#b04f78",
        "#327a50",
        "#4d60b8",
        "#87583d",
    ),
)

DARK = Palette(
    paper="#15171a",
    card="#1c1f23",
    ink="#ece8e1",
    soft="#a9adb3",
    faint="#7f848b",
    line="#32363c",
    gap="#25282d",
    relatives=(
        "#5cb6d3",
        "#f09263",
        "#ba9edb",
        "#d6b94a",
        "#f0a4c2",
        "#77c596",
        "#98a6f2",
        "#cb9f81",
    ),
)


def mix(one: str, other: str, share: float) -> str:
    """`share` of `one` and the rest of `other`, both `#rrggbb`; mixed in sRGB."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def colour_of(palette: Palette, place: int) -> str:
    """The colour of the relative at `place`; the ninth begins again with the first."""
    return palette.relatives[place % len(palette.relatives)]


def dressed(palette: Palette, relatives: int, sides: tuple[int, int] = (0, 1)) -> Palette:
    """`palette` with a colour for each of `relatives`, and its scales worked out.

    `sides` are the places of the first and the second of the two people compared.
    """
    first, second = (colour_of(palette, place) for place in sides)
    shares = (0.95, 0.62, 0.3)
    middle = mix(palette.line, palette.card, 0.55)
    return Palette(
        paper=palette.paper,
        card=palette.card,
        ink=palette.ink,
        soft=palette.soft,
        faint=palette.faint,
        line=palette.line,
        gap=palette.gap,
        relatives=tuple(colour_of(palette, place) for place in range(max(relatives, 2))),
        sides=(
            *(mix(second, palette.card, share) for share in shares),
            middle,
            *(mix(first, palette.card, share) for share in reversed(shares)),
        ),
        ramp=tuple(
            mix(palette.soft, palette.card, share) for share in (0.06, 0.2, 0.36, 0.54, 0.74, 0.94)
        ),
    )


def variables(palette: Palette) -> dict[str, str]:
    """The palette as CSS custom properties, without their leading dashes."""
    named = {
        name: getattr(palette, name)
        for name in ("paper", "card", "ink", "soft", "faint", "line", "gap")
    }
    named |= {f"r{i}": colour for i, colour in enumerate(palette.relatives)}
    named |= {f"side{i}": colour for i, colour in enumerate(palette.sides)}
    named |= {f"ramp{i}": colour for i, colour in enumerate(palette.ramp)}
    return named


def by_variable(palette: Palette) -> Palette:
    """The same palette, each colour replaced by a reference to its CSS variable."""

    def numbered(name: str, colours: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"var(--{name}{i})" for i in range(len(colours)))

    return Palette(
        paper="var(--paper)",
        card="var(--card)",
        ink="var(--ink)",
        soft="var(--soft)",
        faint="var(--faint)",
        line="var(--line)",
        gap="var(--gap)",
        relatives=numbered("r", palette.relatives),
        sides=numbered("side", palette.sides),
        ramp=numbered("ramp", palette.ramp),
    )


def config(
    palette: Palette, *, background: str = "transparent", font: str = SANS
) -> dict[str, Any]:
    """A Vega-Lite configuration that dresses every chart of this package in `palette`."""
    axis = {
        "domain": False,
        "ticks": False,
        "gridColor": palette.line,
        "labelColor": palette.soft,
        "labelFontSize": 12,
        "labelPadding": 6,
        "titleColor": palette.soft,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "background": background,
        "font": font,
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False, "labelFlush": False},
        "range": {
            "category": list(palette.relatives),
            "diverging": list(palette.sides),
            "ramp": list(palette.ramp),
            "symbol": list(SHAPES),
        },
        "style": {
            "gap": {"color": palette.gap},
            "rule": {"color": palette.faint},
            "quiet": {"color": palette.faint},
            "hollow": {"fill": palette.card},
            "child": {"color": palette.soft},
            "path": {"color": palette.ink},
            "pathpoint": {"color": palette.ink, "stroke": palette.card},
            "cage": {"color": palette.line},
            "note": {"color": palette.soft, "fontSize": 11},
            "name": {"fontSize": 13, "fontWeight": 600},
            "halo": {
                "color": palette.card,
                "stroke": palette.card,
                "strokeWidth": 4,
                "strokeJoin": "round",
            },
            "sure": {"color": palette.ink, "stroke": palette.card},
            "onlight": {"color": palette.ink},
            "ondark": {"color": palette.card},
            "neither": {"color": palette.faint, "stroke": palette.card},
            "neitherline": {"color": palette.faint},
            "pathline": {"color": palette.ink},
            "zero": {"color": palette.soft},
            "day": {"color": palette.soft},
            "band": {"color": palette.ink},
            "turning": {"color": palette.ink, "fontSize": 12, "fontWeight": 600},
            "tick": {"color": palette.soft, "fontSize": 11},
        },
    }


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
