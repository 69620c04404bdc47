"""Colours that can be read, and told apart, by everyone in the family."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from reports import theme

PALETTES = {"light": theme.LIGHT, "dark": theme.DARK}

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHT = {
    "full colour": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}


def linear(colour: str) -> npt.NDArray[np.float64]:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2: (lighter + .05) / (darker + .05)."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    a, b = sorted((float(linear(one) @ weights), float(linear(other) @ weights)))
    return (b + 0.05) / (a + 0.05)


def oklab(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Linear RGB in OKLab (Ottosson 2020)."""
    to_lms = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.asarray(to_lab @ np.cbrt(to_lms @ np.clip(rgb, 0, 1)))


@pytest.mark.parametrize("mode", PALETTES)
def test_text_and_names_can_be_read_on_every_ground(mode: str) -> None:
    palette = PALETTES[mode]
    for ground in (palette.paper, palette.card):
        assert contrast(palette.ink, ground) >= 7
        assert contrast(palette.soft, ground) >= 4.5
        for colour in palette.relatives:
            assert contrast(colour, ground) >= 4.5, colour


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("mode", PALETTES)
def test_the_parents_can_be_told_apart_by_colour_alone(mode: str, sight: str) -> None:
    first, second = (SIGHT[sight] @ linear(c) for c in PALETTES[mode].relatives[:2])
    assert np.linalg.norm(oklab(first) - oklab(second)) > 0.12


@pytest.mark.parametrize("mode", PALETTES)
def test_relatives_with_colours_that_look_alike_to_some_differ_in_shape(mode: str) -> None:
    colours = PALETTES[mode].relatives
    for (i, one), (j, other) in combinations(enumerate(colours), 2):
        near = min(
            float(np.linalg.norm(oklab(m @ linear(one)) - oklab(m @ linear(other))))
            for m in SIGHT.values()
        )
        shapes = len(theme.SHAPES)
        assert near > 0.05 or i % shapes != j % shapes, (one, other)


@pytest.mark.parametrize("mode", PALETTES)
def test_the_two_sided_scale_darkens_away_from_the_middle(mode: str) -> None:
    dressed = theme.dressed(PALETTES[mode], 2)
    assert len(dressed.sides) == theme.STEPS
    away = [contrast(colour, dressed.card) for colour in dressed.sides]
    assert away[:4] == sorted(away[:4], reverse=True)
    assert away[3:] == sorted(away[3:])


def test_there_is_a_colour_for_the_tenth_relative_too() -> None:
    assert len(theme.dressed(theme.LIGHT, 10).relatives) == 10
    assert theme.colour_of(theme.LIGHT, 9) == theme.LIGHT.relatives[1]
