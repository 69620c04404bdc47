"""Confetti: where each piece comes to lie, and how it falls. The style sheet does the rest."""

from __future__ import annotations

import random
from dataclasses import dataclass

PIECES = 90
COLOURS = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """`left` in %, `bottom` and `size` in px, `late` and `takes` in s, `turn` in degrees."""

    left: float
    bottom: int
    size: int
    late: float
    takes: float
    turn: int
    colour: int
    round: bool


def pieces(count: int = PIECES, seed: int = 3) -> list[Piece]:
    """`count` pieces, the same every time; they lie along the foot of the banner."""
    rng = random.Random(seed)  # noqa: S311 - it only throws paper
    return [
        Piece(
            left=round(rng.uniform(0.5, 98.5), 1),
            bottom=round(min(rng.expovariate(0.12), 34)),
            size=rng.randint(6, 11),
            late=round(rng.uniform(0, 1.1), 2),
            takes=round(rng.uniform(1.4, 2.6), 2),
            turn=rng.randint(0, 179),
            colour=number % COLOURS,
            round=rng.random() < 0.25,
        )
        for number in range(count)
    ]
