"""A picture to paint on, and the few brushes that everything is drawn with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Floats = npt.NDArray[np.float32]

SMOOTHING = 3
"""Shapes are drawn this many times as large and reduced, for smooth edges."""


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """How much of each pixel a shape covers: float32 `(h, w)` in [0, 1], at (y, x)."""

    y: int
    x: int
    cover: Floats

    @property
    def window(self) -> tuple[slice, slice]:
        """The part of the picture it covers."""
        height, width = self.cover.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)


class Canvas:
    """float32 `(h, w, 3)` RGB in [0, 1], painted in place."""

    def __init__(self, pixels: Floats) -> None:
        self.pixels = pixels

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def paint(self, stamp: Stamp, colour: Floats, opacity: float = 1.0) -> None:
        """Lay `colour`, one for all or `(h, w, 3)`, over the stamp's window."""
        part = self.pixels[stamp.window]
        part += (colour - part) * (stamp.cover * np.float32(opacity))[..., None]

    def shade(self, stamp: Stamp, factor: Floats | float, opacity: float = 1.0) -> None:
        """Multiply by `factor` (one number, or one per channel) where the stamp covers."""
        part = self.pixels[stamp.window]
        change = np.asarray(factor, dtype=np.float32) - np.float32(1)
        part *= 1 + (stamp.cover * np.float32(opacity))[..., None] * change

    def polygon(self, points: Floats, feather: float = 0.0) -> Stamp:
        """The inside of a closed line through `points` `(n, 2)` x, y; `feather` px of softness."""
        return self._shape(points, feather, None)

    def line(self, points: Floats, width: float, feather: float = 0.0) -> Stamp:
        """An open line through `points`, `width` px thick."""
        return self._shape(points, feather, width)

    def blob(self, centre: Floats, radii: tuple[float, float], angle: float = 0.0) -> Stamp:
        """A soft spot: exp(-d²/2) of the distance in `radii` px, turned by `angle` radians."""
        reach = 2.8 * max(radii)
        x, y = float(centre[0]), float(centre[1])
        window = self.clipped(x - reach, y - reach, x + reach, y + reach)
        (y0, y1), (x0, x1) = window
        dy = np.arange(y0, y1, dtype=np.float32)[:, None] + np.float32(0.5 - y)
        dx = np.arange(x0, x1, dtype=np.float32)[None, :] + np.float32(0.5 - x)
        c, s = np.float32(math.cos(angle)), np.float32(math.sin(angle))
        a = (dx * c + dy * s) / np.float32(max(radii[0], 0.3))
        b = (dy * c - dx * s) / np.float32(max(radii[1], 0.3))
        return Stamp(y0, x0, np.exp(-0.5 * (a * a + b * b)).astype(np.float32))

    def clipped(
        self, x0: float, y0: float, x1: float, y1: float
    ) -> tuple[tuple[int, int], tuple[int, int]]:
        """((y0, y1), (x0, x1)) of the whole pixels of a box that lie in the picture."""
        height, width = self.shape
        left, top = min(max(math.floor(x0), 0), width), min(max(math.floor(y0), 0), height)
        return (
            (top, max(top, min(math.ceil(y1), height))),
            (left, max(left, min(math.ceil(x1), width))),
        )

    def _shape(self, points: Floats, feather: float, width: float | None) -> Stamp:
        margin = 2 + 3 * feather + (width or 0)
        low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
        (y0, y1), (x0, x1) = self.clipped(low[0], low[1], high[0], high[1])
        if y0 == y1 or x0 == x1:
            return Stamp(y0, x0, np.zeros((y1 - y0, x1 - x0), np.float32))
        ss = SMOOTHING if feather < 4 else 1
        mask = Image.new("L", ((x1 - x0) * ss, (y1 - y0) * ss))
        pencil = ImageDraw.Draw(mask)
        flat = [(float(x - x0) * ss, float(y - y0) * ss) for x, y in points]
        if width is None:
            pencil.polygon(flat, fill=255)
        else:
            pencil.line(flat, fill=255, width=max(1, round(width * ss)), joint="curve")
        if ss > 1:
            mask = mask.reduce(ss)
        if feather > 0.2:
            mask = mask.filter(ImageFilter.GaussianBlur(feather))
        return Stamp(y0, x0, np.asarray(mask, dtype=np.float32) / np.float32(255))


def curve(points: list[tuple[float, float]], closed: bool = False, steps: int = 8) -> Floats:
    """A smooth line through `points` (centripetal-free Catmull-Rom): float32 `(n, 2)`."""
    p = np.array(points, dtype=np.float32)
    if closed:
        before, after, last = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    else:
        ends = np.concatenate([p[:1], p, p[-1:]])
        before, p, after = ends[:-3], ends[1:-2], ends[2:-1]
        last = ends[3:]
    t = np.linspace(0, 1, steps, endpoint=False, dtype=np.float32)[None, :, None]
    a, b, c, d = (q[:, None, :] for q in (before, p, after, last))
    found = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    line = found.reshape(-1, 2)
    return line if closed else np.concatenate([line, np.array(points[-1:], dtype=np.float32)])


def cut(stamp: Stamp, limits: Stamp) -> Stamp:
    """`stamp` where `limits` covers."""
    y0, x0 = max(stamp.y, limits.y), max(stamp.x, limits.x)
    y1 = max(y0, min(stamp.y + stamp.cover.shape[0], limits.y + limits.cover.shape[0]))
    x1 = max(x0, min(stamp.x + stamp.cover.shape[1], limits.x + limits.cover.shape[1]))
    a = stamp.cover[y0 - stamp.y : y1 - stamp.y, x0 - stamp.x : x1 - stamp.x]
    b = limits.cover[y0 - limits.y : y1 - limits.y, x0 - limits.x : x1 - limits.x]
    return Stamp(y0, x0, a * b)


def cloud(shape: tuple[int, int], cell: float, rng: np.random.Generator) -> Floats:
    """Smooth random values in about [-1, 1], float32 `shape`, with spots of `cell` pixels."""
    height, width = shape
    rows, columns = max(2, math.ceil(height / cell) + 1), max(2, math.ceil(width / cell) + 1)
    coarse = Image.fromarray(rng.uniform(-1, 1, (rows, columns)).astype(np.float32))
    return np.asarray(coarse.resize((max(width, 1), max(height, 1)), Image.Resampling.BICUBIC))
