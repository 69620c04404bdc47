"""Paints hair: what hangs behind the head, and what lies on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.demo.canvas import Canvas, Stamp, cloud
from tracker.demo.light import Light
from tracker.demo.pigment import Colour
from tracker.demo.view import View

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cut:
    """How hair is worn: fashion, not inheritance.

    `length` is where it ends (in half head heights below the middle; below 0.3 it stays above the
    ears), `volume` how far it stands off the skull, `fringe` how far it comes down the forehead,
    `parting` how far the parting is to the side, `curl` in [0, 1], `density` in [0, 1] how much
    of the scalp it hides, `bald` in [0, 1] how far the forehead goes up.
    """

    length: float = 0.0
    volume: float = 0.10
    fringe: float = 0.0
    parting: float = 0.25
    curl: float = 0.0
    density: float = 1.0
    bald: float = 0.0
    bun: bool = False


def paint_back(
    canvas: Canvas, view: View, hair: Colour, cut: Cut, light: Light, rng: np.random.Generator
) -> None:
    """Long hair behind neck and shoulders, and a bun."""
    if cut.bun:
        knot = view.place([(0.15 * cut.parting, -1.05 - cut.volume)])[0]
        size = 0.17 * view.scale
        stamp = canvas.blob(knot, (size, size * 0.85))
        cover = np.clip((stamp.cover - 0.35) * 6, 0, 1).astype(np.float32)
        ball = Stamp(stamp.y, stamp.x, cover)
        canvas.paint(ball, hair * np.float32(0.75))
        canvas.paint(
            canvas.blob(knot - size * 0.35, (size * 0.4, size * 0.3)), np.ones(3, np.float32), 0.12
        )
    if cut.length > 0.5:
        _fall(canvas, view, hair, cut, light, rng)


def _fall(
    canvas: Canvas, view: View, hair: Colour, cut: Cut, light: Light, rng: np.random.Generator
) -> None:
    u, v, origin = _window(canvas, view, cut.length + 0.15, 1.6)
    if u.size == 0:
        return
    width = view.head.width
    half = np.interp(
        v, [-0.6, 0.0, 0.7, cut.length - 0.25, cut.length],
        [width, width * 1.10 + cut.volume * 0.5, width * 1.16 + cut.volume, width * 1.2 + cut.volume, width * 0.9],
    )  # fmt: skip
    half = half + cut.curl * 0.04 * np.sin(v * 17 + np.sign(u))
    strands = _strands(u / half, rng)
    ragged = 0.05 * strands
    side = (half - np.abs(u)) + ragged * 0.5
    end = (cut.length - v) + ragged
    cover = _edge(np.minimum(side, end), view.scale) * (v > -0.5)
    tone = 0.52 + 0.16 * strands + 0.12 * np.clip(np.abs(u) / half, 0, 1)
    colour = hair * (tone * light.ambient**0.2)[..., None]
    canvas.paint(Stamp(*origin, cover.astype(np.float32)), np.clip(colour, 0, 1).astype(np.float32))


def paint_front(
    canvas: Canvas, view: View, hair: Colour, cut: Cut, light: Light, rng: np.random.Generator
) -> None:
    """The hair on the skull, down to the hairline, with its shadow on the forehead."""
    head = view.head
    u, v, origin = _window(canvas, view, max(cut.length, 0.4) + 0.15, 1.5)
    if u.size == 0 or cut.density <= 0.02:
        return
    turn = np.float32(0.35 * np.sin(view.pose.yaw) * head.width)
    strands = _strands(np.arctan2(u - cut.parting * 0.4, v + 1.15 + 0 * u) * 1.4, rng)
    if cut.curl > 0:
        curls = cloud((u.shape[0], u.shape[1]), max(2.0, 0.085 * view.scale), rng)
        strands = strands * (1 - cut.curl) + curls * cut.curl
    ragged = strands * (0.010 + 0.05 * cut.curl)

    grown = 1 + cut.volume
    w2, slope = view.outline.squared((v + 0.10) / grown - 0.10)
    w2 = w2 * np.float32((1 + cut.volume * 0.75) ** 2)
    outer = (w2 - u * u) / (np.sqrt(slope * slope + 4 * u * u) + np.float32(0.15))
    below = np.clip(v - 0.1, 0, None)
    if cut.length > 0.5:  # beyond the ears the outline is the hair's own, not the skull's
        half = head.width * (1.03 + cut.volume * 0.8) + 0.05 * np.sin(below * 4)
        outer = np.where(v > -0.1, np.maximum(outer, half - np.abs(u)), outer)
    outer = outer + ragged

    across = (u - turn) / np.float32(head.width)
    aside = across - np.float32(cut.parting * 0.55)
    top = head.hairline - 0.34 * cut.bald + cut.fringe
    lift = (0.10 - 0.22 * cut.fringe) * np.exp(-((aside / 0.42) ** 2))
    rim = top - lift + (0.16 - 0.5 * cut.fringe) * np.abs(across) ** 2
    inner_side = 0.90 - 0.05 * min(cut.length, 1.0) + 0.10 * (cut.length < 0.5)
    temple = np.clip((np.abs(across) - (inner_side - 0.20)) / 0.20, 0, 1) ** 2.2
    reach = cut.length if cut.length > 0.5 else 0.02 + cut.length
    line = rim * (1 - temple) + temple * np.maximum(reach, rim) + ragged * 1.6
    if cut.length > 0.5:
        end = (cut.length - 0.05 - v) + 2.5 * ragged
        inside = np.where(np.abs(across) > inner_side, end, line - v)
    else:
        inside = line - v
    feather = 0.010 + 0.03 * (1 - cut.density) + 0.015 * cut.curl
    cover = _edge(outer, view.scale) * np.clip(inside / np.float32(feather) * 0.5 + 0.5, 0, 1)
    if cut.density < 1:
        thin = np.clip(cut.density * 1.25 + 0.35 * strands, 0, 1)
        cover = cover * thin * np.clip(0.35 + cut.density, 0, 1)

    shadow = (
        np.clip(1 - np.abs(inside - (-0.045)) / 0.065, 0, 1)
        * (outer > 0.04)
        * (np.abs(across) < 0.97)
    )
    canvas.shade(
        Stamp(*origin, (shadow * cut.density).astype(np.float32)),
        np.array([0.66, 0.54, 0.50], np.float32),
        0.45,
    )

    lamp = np.array(light.direction, np.float32)
    lamp /= np.linalg.norm(lamp)
    nx, ny = u / head.width, (v + 0.1) / 1.0
    facing = np.clip(nx * lamp[0] + ny * lamp[1] + 0.7 * lamp[2], -0.3, 1.2)
    round_ = np.sqrt(np.clip(1 - (u / (head.width * (1.08 + cut.volume))) ** 2, 0, 1))
    tone = (0.50 + 0.36 * facing) * (0.62 + 0.38 * round_) * (1 + 0.24 * strands)
    band = np.exp(-(((v + 0.80 - 0.35 * across**2) / 0.10) ** 2)) * (1 - 0.6 * cut.curl)
    gloss = band * np.clip(0.5 + strands, 0, 1.2) * 0.13 * np.clip(0.4 + facing, 0, 1)
    colour = hair * tone[..., None] + gloss[..., None] * (0.5 + 0.5 * hair)
    canvas.paint(Stamp(*origin, cover.astype(np.float32)), np.clip(colour, 0, 1).astype(np.float32))


def _window(
    canvas: Canvas, view: View, low: float, wide: float
) -> tuple[Floats, Floats, tuple[int, int]]:
    """Head-plane coordinates of the part of the picture that hair may reach, and its corner."""
    reach = view.scale
    lean = abs(np.sin(view.pose.roll)) * 0.5 * reach
    window = canvas.clipped(
        view.x - wide * reach - lean,
        view.y - 1.6 * reach,
        view.x + wide * reach + lean,
        view.y + low * reach + lean,
    )
    u, v = view.grid(window)
    return u, v, (window[0][0], window[1][0])


def _edge(distance: Floats, scale: float) -> Floats:
    """How much of a pixel lies inside, from the distance to the edge in head units."""
    return np.clip(distance * np.float32(scale * 0.6) + 0.5, 0, 1)


def _strands(across: Floats, rng: np.random.Generator) -> Floats:
    """Light and dark strands, about [-1, 1], along lines where `across` is the same."""
    fine, wide = rng.uniform(-1, 1, 256), rng.uniform(-1, 1, 48)
    x = np.clip((across + 3.2) / 6.4, 0, 1)
    grid = np.linspace(0, 1, 1024)
    table = 0.6 * np.interp(grid, np.linspace(0, 1, 256), fine) + 0.6 * np.interp(
        grid, np.linspace(0, 1, 48), wide
    )
    return table[(x * 1023).astype(np.int32)].astype(np.float32)
