"""Paints hair: what hangs behind the head, and what lies on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.demo.anatomy import Anatomy
from tracker.demo.canvas import Canvas, Stamp, cloud
from tracker.demo.light import Light
from tracker.demo.pigment import Colour
from tracker.demo.view import View

Floats = npt.NDArray[np.float32]

LONG = 0.5
"""Hair that ends lower than this falls beside the face."""

_SHADOW = np.array([0.66, 0.54, 0.50], np.float32)


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
    canvas: Canvas, view: View, hair: Colour, cut: Cut, rng: np.random.Generator
) -> None:
    """Long hair behind neck and shoulders, and a bun."""
    if cut.bun:
        knot = view.place([(0.15 * cut.parting, -1.05 - cut.volume)])[0]
        size = 0.17 * view.scale
        stamp = canvas.blob(knot, (size, size * 0.85))
        ball = Stamp(stamp.y, stamp.x, np.clip((stamp.cover - np.float32(0.35)) * 6, 0, 1))
        canvas.paint(ball, hair * np.float32(0.75))
        shine = canvas.blob(knot - size * 0.35, (size * 0.4, size * 0.3))
        canvas.paint(shine, np.ones(3, np.float32), 0.12)
    if cut.length <= LONG:
        return
    u, v, corner = _window(canvas, view, -0.5, cut.length + 0.15)
    half = _half(view.head, cut, v)
    strands = _strands(u / half, rng)
    wave = np.float32(cut.curl * 0.04) * np.sin(v * 17 + np.sign(u))
    inside = np.minimum(half + wave - np.abs(u), (cut.length - v) * np.float32(0.8))
    cover = _edge(inside + strands * np.float32(0.03), view.scale)
    tone = 0.50 + 0.14 * strands + 0.10 * np.clip(np.abs(u) / half, 0, 1)
    canvas.paint(Stamp(*corner, cover), np.clip(hair * tone[..., None], 0, 1))


def paint_front(
    canvas: Canvas, view: View, hair: Colour, cut: Cut, light: Light, *, rng: np.random.Generator
) -> None:
    """The hair on the skull, down to the hairline, with its shadow on the forehead."""
    if cut.density <= 0.02:
        return
    head = view.head
    is_long = cut.length > LONG
    u, v, corner = _window(canvas, view, -1.6, cut.length + 0.15 if is_long else 0.35)
    if u.size == 0:
        return
    turn = np.float32(0.35 * np.sin(view.pose.yaw) * head.width)
    across = (u - turn) / np.float32(head.width)
    outward = np.abs(across)
    strands = _strands(np.arctan2(u - np.float32(cut.parting * 0.4), v + np.float32(1.15)), rng)
    if is_long:
        down = np.clip(v * 2 + 0.4, 0, 1)
        strands = strands * (1 - down) + down * _strands(across, rng)
    if cut.curl > 0:
        curls = cloud((u.shape[0], u.shape[1]), max(2.0, 0.085 * view.scale), rng)
        strands = strands * np.float32(1 - cut.curl) + curls * np.float32(cut.curl)
    ragged = strands * np.float32(0.010 + 0.05 * cut.curl)

    outer = _skull(view, cut, u, v)
    if is_long:  # beyond the ears the outline is the hair's own, not the skull's
        outer = np.where(v > -0.25, np.maximum(outer, _half(head, cut, v) - np.abs(u)), outer)
    rim = _hairline(head, cut, across)
    inside = _joined(rim - v + ragged * np.float32(1.6), _sides(cut, outward, v) + ragged)
    feather = np.float32(0.5 / (0.016 + 0.03 * (1 - cut.density) + 0.015 * cut.curl))
    cover = _edge(outer + ragged, view.scale) * np.clip(inside * feather + 0.5, 0, 1)
    if is_long:  # the locks lose themselves in the hair behind
        cover = cover * np.clip((cut.length - v) * np.float32(2.5), 0, 1)
    if cut.density < 1:
        cover = cover * np.clip(np.float32(cut.density * 1.25) + np.float32(0.35) * strands, 0, 1)

    shadow = np.clip(1 - np.abs(inside + np.float32(0.04)) / np.float32(0.065), 0, 1)
    shadow = shadow * ((outer > 0.04) & (outward < 0.97) & (v < 0.6))
    canvas.shade(Stamp(*corner, shadow), _SHADOW, 0.45 * cut.density)

    tone, gloss = _sheen(view, cut, light, across=across, u=u, v=v)
    tone = tone * (1 + np.float32(0.24) * strands)
    gloss = gloss * np.clip(0.5 + strands, 0, 1.2)
    colour = hair * tone[..., None] + gloss[..., None] * (np.float32(0.5) + np.float32(0.5) * hair)
    canvas.paint(Stamp(*corner, cover), np.clip(colour, 0, 1))


def _skull(view: View, cut: Cut, u: Floats, v: Floats) -> Floats:
    """About the distance inside the outline of the hair on the skull, in head units."""
    w2, slope = view.outline.squared((v + np.float32(0.1)) / np.float32(1 + cut.volume) - 0.1)
    w2 = w2 * np.float32((1 + cut.volume * 0.75) ** 2)
    steep = np.sqrt(slope * slope + 4 * u * u) + np.float32(0.15)
    return np.asarray((w2 - u * u) / steep, np.float32)


def _hairline(head: Anatomy, cut: Cut, across: Floats) -> Floats:
    """The height of the hairline, rising at the parting, falling to the temples."""
    top = head.hairline - 0.34 * cut.bald + cut.fringe
    aside = (across - np.float32(cut.parting * 0.55)) / np.float32(0.42)
    lift = np.float32(0.10 - 0.22 * cut.fringe) * np.exp(-aside * aside)
    return np.asarray(np.float32(top) - lift + np.float32(0.16 - 0.5 * cut.fringe) * across**2)


def _sides(cut: Cut, outward: Floats, v: Floats) -> Floats:
    """How far inside the hair beside the face: sideburns, or locks that open downwards."""
    if cut.length > LONG:
        opening = 0.86 + 0.20 * np.clip((v + 0.15) / 1.1, 0, 1) ** 1.5
        return np.asarray(outward - opening, np.float32)
    burn = np.minimum(outward - np.float32(0.885), (np.float32(0.05 + cut.length) - v) * 0.35)
    return np.asarray(burn, np.float32)


def _joined(first: Floats, second: Floats) -> Floats:
    """The union of two shapes given by their inner distances, with the corner rounded off."""
    soft = np.float32(0.05)
    near = np.clip(0.5 + 0.5 * (first - second) / soft, 0, 1)
    return np.asarray(second + (first - second) * near + soft * near * (1 - near), np.float32)


def _sheen(
    view: View, cut: Cut, light: Light, *, across: Floats, u: Floats, v: Floats
) -> tuple[Floats, Floats]:
    """Brightness of hair in the light, and the band of gloss around the crown."""
    lamp = np.array(light.direction, np.float32)
    lamp /= np.linalg.norm(lamp)
    width = np.float32(view.head.width)
    side, down = np.clip(u / width, -1.2, 1.2), np.clip(v + np.float32(0.1), -1.2, 0.5)
    facing = np.clip(side * lamp[0] + down * lamp[1] + np.float32(0.7) * lamp[2], -0.3, 1.2)
    edge = u / (width * np.float32(1.08 + cut.volume))
    round_ = np.sqrt(np.clip(1 - edge * edge, 0, 1))
    tone = (0.50 + 0.36 * facing) * (0.62 + 0.38 * round_)
    tone = tone * (1 - np.float32(0.22) * np.clip(v * 1.2, 0, 1))
    ring = (v + np.float32(0.80) - np.float32(0.35) * across * across) / np.float32(0.10)
    band = np.exp(-ring * ring) * np.float32(0.13 * (1 - 0.6 * cut.curl))
    return tone, band * np.clip(0.4 + facing, 0, 1)


def _half(head: Anatomy, cut: Cut, v: Floats) -> Floats:
    """Half the width of long hair at heights `v`."""
    wide = head.width * 1.12 + cut.volume * 0.9
    heights = [-0.6, -0.1, 0.7, cut.length - 0.30, cut.length]
    halves = [
        head.width * 0.95,
        head.width * 1.04 + cut.volume * 0.7,
        wide,
        wide * 1.02,
        wide * 0.84,
    ]
    return np.interp(v, heights, halves).astype(np.float32)


def _window(
    canvas: Canvas, view: View, high: float, low: float
) -> tuple[Floats, Floats, tuple[int, int]]:
    """Head-plane coordinates of the part of the picture that hair may reach, and its corner."""
    wide = np.array([-1.25, 1.25])
    corners = view.place([(x, y) for x in wide for y in (high, low)])
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    window = canvas.clipped(float(x0), float(y0), float(x1), float(y1))
    u, v = view.grid(window)
    return u, v, (window[0][0], window[1][0])


def _edge(distance: Floats, scale: float) -> Floats:
    """How much of a pixel lies inside, from the distance to the edge in head units."""
    return np.asarray(np.clip(distance * np.float32(scale * 0.6) + 0.5, 0, 1), np.float32)


def _strands(across: Floats, rng: np.random.Generator) -> Floats:
    """Light and dark strands, about [-1, 1], along lines where `across` (-pi to pi) is the same."""
    grid = np.linspace(0, 1, 2048)
    fine, wide = rng.uniform(-1, 1, 360), rng.uniform(-1, 1, 60)
    table = 0.6 * np.interp(grid, np.linspace(0, 1, 360), fine)
    table += 0.6 * np.interp(grid, np.linspace(0, 1, 60), wide)
    place = np.clip((across + np.float32(np.pi)) * np.float32(2047 / (2 * np.pi)), 0, 2047)
    return np.asarray(table.astype(np.float32)[place.astype(np.int32)])
