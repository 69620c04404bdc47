"""From heritable parameters and an age to the sizes of a head.

Lengths are in half head heights: the top of the skull is at y = -1, the chin at y = +1, the
middle of the face at x = 0; x grows to the picture's right, y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.demo.genome import Genome

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Where everything lies. `*_y` are heights, `*_x` distances from the middle line."""

    width: float
    cheek: float
    jaw: float
    chin: float
    eye_x: float
    eye_y: float
    eye_half: float
    eye_open: float
    eye_slant: float
    brow_y: float
    brow_half: float
    brow_thick: float
    brow_slant: float
    nose_y: float
    nose_half: float
    nose_relief: float
    mouth_y: float
    mouth_half: float
    lip: float
    ear: float
    hairline: float
    neoteny: float
    years: float
    male: float


def neoteny(years: float) -> float:
    """How childlike a head is: 1 at birth, about .85 at two years, 0 when grown up."""
    return float(np.clip(1 - years / 18, 0, 1) ** 1.4)


def anatomy(genome: Genome, years: float, sex: str) -> Anatomy:
    """The head of `genome` at an age in years. `sex` is "f" or "m" and matters once grown up."""
    n = neoteny(years)
    male = (1.0 if sex == "m" else 0.0) * (1 - n)
    old = float(np.clip((years - 50) / 30, 0, 1))

    def size(grown: float, newborn: float, effect: float, value: float) -> float:
        """Grown-up and newborn size, then the heritable share of it."""
        return (grown + (newborn - grown) * n) * (1 + effect * value)

    width = size(0.735 + 0.015 * male, 0.83, 0.065, genome.face_width)
    eye_y = 0.00 + 0.15 * n
    mouth_y = size(0.600, 0.655, 0.0, 0.0) + 0.035 * genome.mouth_height
    return Anatomy(
        width=width,
        cheek=width * (0.895 + 0.06 * n + 0.02 * genome.jaw),
        jaw=width * (0.70 + 0.05 * n + 0.055 * male + 0.065 * genome.jaw),
        chin=width * (0.40 + 0.04 * male + 0.05 * genome.jaw),
        eye_x=size(0.315, 0.350, 0.095, genome.eye_spacing),
        eye_y=eye_y,
        eye_half=size(0.142, 0.165, 0.11, genome.eye_size),
        eye_open=size(0.062, 0.100, 0.16, genome.eye_size) * (1 - 0.15 * old),
        eye_slant=0.035 + 0.105 * genome.eye_slant - 0.05 * old,
        brow_y=eye_y - size(0.190 - 0.02 * male, 0.205, 0.16, genome.brow_height),
        brow_half=size(0.185, 0.155, 0.05, genome.brow_thickness),
        brow_thick=size(0.030 + 0.012 * male, 0.022, 0.50, genome.brow_thickness),
        brow_slant=0.05 + 0.17 * genome.brow_slant,
        nose_y=eye_y + size(0.400, 0.270, 0.14, genome.nose_length),
        nose_half=size(0.125 + 0.012 * male, 0.108, 0.22, genome.nose_width),
        nose_relief=size(0.205 + 0.02 * male, 0.120, 0.15, genome.nose_length),
        mouth_y=mouth_y,
        mouth_half=size(0.245, 0.200, 0.14, genome.mouth_width),
        lip=size(0.062 - 0.008 * male, 0.056, 0.42, genome.lips) * (1 - 0.25 * old),
        ear=size(0.235, 0.215, 0.20, genome.ears),
        hairline=-0.60 - 0.08 * n,
        neoteny=n,
        years=years,
        male=male,
    )


class Outline:
    """The outline of a head: half width as a function of height."""

    def __init__(self, head: Anatomy) -> None:
        knots = [-1.0, -0.62, -0.22, 0.12, 0.45, 0.70, 0.90, 1.0]
        top = 0.79 + 0.03 * head.neoteny
        halves = [
            0.0, head.width * top, head.width, head.width * 0.985,
            head.cheek, head.jaw, head.chin, 0.0,
        ]  # fmt: skip
        # Squared widths have a finite slope where the outline closes, so the ends come out round.
        self._y = np.linspace(-1, 1, 257, dtype=np.float32)
        self._w2 = np.maximum(_smooth(np.array(knots), np.square(halves), self._y), 0)
        self._slope = np.gradient(self._w2, self._y)

    def squared(self, y: Floats) -> tuple[Floats, Floats]:
        """Squared half width at heights `y`, below 0 outside, and its derivative."""
        beyond = np.maximum(np.abs(y) - 1, 0)
        value = np.interp(y, self._y, self._w2) - beyond * 2.0
        return value.astype(np.float32), np.interp(y, self._y, self._slope).astype(np.float32)

    def half(self, y: float) -> float:
        """Half width at height `y`; 0 outside."""
        return float(np.sqrt(np.interp(y, self._y, self._w2)))


def _smooth(knots: Floats, values: Floats, at: Floats) -> Floats:
    """Monotone cubic interpolation (Fritsch and Carlson 1980, in the harmonic-mean form)."""
    steps = np.diff(knots)
    slopes = np.diff(values) / steps
    tangents = np.empty_like(values)
    tangents[0], tangents[-1] = slopes[0] * 1.5, slopes[-1] * 1.5
    before, after = slopes[:-1], slopes[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        harmonic = 2 / (1 / before + 1 / after)
    tangents[1:-1] = np.where(before * after > 0, harmonic, 0)
    i = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(steps) - 1)
    t = (at - knots[i]) / steps[i]
    return np.asarray(
        (1 + 2 * t) * (1 - t) ** 2 * values[i]
        + t * (1 - t) ** 2 * steps[i] * tangents[i]
        + t**2 * (3 - 2 * t) * values[i + 1]
        + t**2 * (t - 1) * steps[i] * tangents[i + 1]
    )
