"""What a drawn person can pass on, and how a child's is mixed from two parents'."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np


@dataclass(frozen=True, slots=True)
class Genome:
    """The heritable parameters. Each is about 0 for an ordinary face and within [-1, 1].

    Colours: `skin` light to dark, `undertone` rosy to golden, `hair` blond to black, `red` how
    coppery it is, `iris` pale to dark, `iris_hue` blue over green to amber. All others are sizes
    and angles: smaller, narrower or drooping to larger, wider or rising.
    """

    skin: float = 0.0
    undertone: float = 0.0
    hair: float = 0.0
    red: float = -0.6
    iris: float = 0.0
    iris_hue: float = 0.0
    face_width: float = 0.0
    jaw: float = 0.0
    eye_spacing: float = 0.0
    eye_size: float = 0.0
    eye_slant: float = 0.0
    brow_thickness: float = 0.0
    brow_slant: float = 0.0
    brow_height: float = 0.0
    nose_length: float = 0.0
    nose_width: float = 0.0
    mouth_width: float = 0.0
    mouth_height: float = 0.0
    lips: float = 0.0
    ears: float = 0.0
    freckles: float = -1.0


NAMES = tuple(field.name for field in fields(Genome))


def blend(first: Genome, second: Genome, share: float) -> Genome:
    """The genome a `share` of the way, in [0, 1], from `second` (0) to `first` (1)."""
    mixed = share * np.array(astuple(first)) + (1 - share) * np.array(astuple(second))
    return Genome(*(float(value) for value in mixed))


def moved(genome: Genome, rng: np.random.Generator, spread: float) -> Genome:
    """`genome` with every parameter moved by a normal step of `spread`: what is one's own."""
    steps = rng.normal(0, spread, len(NAMES))
    values = np.clip(np.array(astuple(genome)) + steps, -1.15, 1.15)
    return Genome(*(float(value) for value in values))


def stranger(rng: np.random.Generator) -> Genome:
    """Somebody unrelated to everybody."""
    values = np.clip(rng.normal(0, 0.6, len(NAMES)), -1, 1)
    values[NAMES.index("skin")] = np.clip(rng.normal(-0.35, 0.5), -1, 1)
    values[NAMES.index("red")] = rng.choice([-0.8, -0.5, 0.6], p=[0.5, 0.35, 0.15])
    values[NAMES.index("freckles")] = rng.choice([-1.0, 0.5], p=[0.8, 0.2])
    return Genome(*(float(value) for value in values))
