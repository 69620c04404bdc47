"""Colours of skin, hair and eyes. All are float32 RGB in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.demo.genome import Genome

Colour = npt.NDArray[np.float32]

_SKIN = ((247, 219, 201), (243, 203, 176), (222, 169, 134), (172, 120, 84), (108, 72, 52))
_HAIR = ((232, 198, 138), (178, 134, 84), (112, 74, 46), (62, 42, 32), (30, 25, 26))
_COPPER = ((236, 170, 104), (206, 116, 56), (164, 76, 36), (112, 48, 28), (70, 34, 26))
_IRIS = ((112, 158, 204), (104, 156, 150), (118, 146, 84), (150, 124, 66), (170, 112, 52))
_DARK_IRIS = (62, 38, 24)
_GREY = (196, 193, 190)


@dataclass(frozen=True, slots=True, eq=False)
class Pigment:
    """One person's colours on one day: skin, hair, brows, iris, lips."""

    skin: Colour
    hair: Colour
    brows: Colour
    iris: Colour
    lips: Colour


def rgb(values: tuple[float, float, float]) -> Colour:
    """A colour given in 0..255, as float32 in [0, 1]."""
    return np.array(values, dtype=np.float32) / np.float32(255)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of `second`, the rest `first`."""
    return (first * (1 - share) + second * share).astype(np.float32)


def pigment(genome: Genome, years: float) -> Pigment:
    """The colours of `genome` at an age. A baby's hair is a little lighter, an old one's grey."""
    skin = _along(_SKIN, (genome.skin + 1) / 2)
    skin = np.clip(skin * (1 + genome.undertone * np.array([-0.012, 0.022, -0.075])), 0, 1)
    depth = (genome.hair + 1) / 2 - 0.06 * (years < 6)
    hair = mix(_along(_HAIR, depth), _along(_COPPER, depth), float(np.clip(genome.red + 0.5, 0, 1)))
    grey = float(np.clip((years - 45) / 25, 0, 0.92))
    dark = float(np.clip((genome.iris - 0.05) * 1.1, 0, 1))
    iris = mix(_along(_IRIS, (genome.iris_hue + 1) / 2), rgb(_DARK_IRIS), dark)
    rosy = np.array([0.80, 0.44, 0.44], dtype=np.float32)
    return Pigment(
        skin=skin.astype(np.float32),
        hair=mix(hair, rgb(_GREY), grey),
        brows=mix(mix(hair, skin.astype(np.float32) * 0.3, 0.35), rgb(_GREY) * 0.75, grey * 0.7),
        iris=iris,
        lips=(skin * (0.30 + 0.70 * rosy)).astype(np.float32),
    )


def _along(palette: tuple[tuple[int, int, int], ...], position: float) -> Colour:
    """The colour at `position` in [0, 1] along the palette, in linear light."""
    stops = (np.array(palette) / 255.0) ** 2.2
    place = float(np.clip(position, 0, 1)) * (len(stops) - 1)
    i = min(int(place), len(stops) - 2)
    linear = stops[i] * (1 - (place - i)) + stops[i + 1] * (place - i)
    return np.asarray(linear ** (1 / 2.2), dtype=np.float32)
