"""Paints what lies behind people: out of focus, as in a photo taken for the faces."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Floats = npt.NDArray[np.float32]
Rgb = tuple[int, int, int]

PLACES = ("garden", "living room", "beach", "kitchen", "park", "bedroom")
_COARSE = 260
"""Long side it is painted at: it is blurred anyway."""

_LEAST = 40
"""Shortest side it is painted at: in less the furniture has no room."""


def backdrop(size: tuple[int, int], place: str, rng: np.random.Generator) -> Floats:
    """float32 `(height, width, 3)` RGB in [0, 1] of one of PLACES."""
    shrink = _COARSE / max(size)
    w, h = (max(_LEAST, round(side * shrink)) for side in size)
    image = Image.new("RGB", (w, h))
    _PAINTERS[place](ImageDraw.Draw(image), w, h, rng)
    image = image.filter(ImageFilter.GaussianBlur(_COARSE / 75))
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC), dtype=np.float32) / np.float32(
        255
    )


def _vertical(
    pencil: ImageDraw.ImageDraw, w: int, y0: float, y1: float, *, top: Rgb, low: Rgb
) -> None:
    for y in range(int(y0), math.ceil(y1)):
        t = (y - y0) / max(y1 - y0, 1)
        pencil.line([(0, y), (w, y)], fill=_between(top, low, t))


def _between(a: Rgb, b: Rgb, t: float) -> Rgb:
    return (
        round(a[0] + (b[0] - a[0]) * t),
        round(a[1] + (b[1] - a[1]) * t),
        round(a[2] + (b[2] - a[2]) * t),
    )


def _varied(colour: Rgb, rng: np.random.Generator, by: int = 14) -> Rgb:
    r, g, b = (int(np.clip(c + rng.integers(-by, by + 1), 0, 255)) for c in colour)
    return r, g, b


def _spots(
    pencil: ImageDraw.ImageDraw, rng: np.random.Generator, count: int, colours: list[Rgb],
    *, x: tuple[float, float], y: tuple[float, float], r: tuple[float, float],
) -> None:  # fmt: skip
    for _ in range(count):
        cx, cy, radius = rng.uniform(*x), rng.uniform(*y), rng.uniform(*r)
        colour = _varied(colours[int(rng.integers(len(colours)))], rng)
        pencil.ellipse([cx - radius, cy - radius, cx + radius, cy + radius], fill=colour)


def _garden(pencil: ImageDraw.ImageDraw, w: int, h: int, rng: np.random.Generator) -> None:
    _vertical(pencil, w, 0, h * 0.4, top=(198, 222, 240), low=(222, 236, 226))
    _vertical(pencil, w, h * 0.4, h, top=(128, 164, 96), low=(92, 136, 70))
    _spots(
        pencil,
        rng,
        70,
        [(84, 128, 72), (110, 152, 84), (146, 178, 104), (66, 108, 66)],
        x=(0, w),
        y=(h * 0.1, h * 0.6),
        r=(6, 26),
    )
    _spots(pencil, rng, 14, [(232, 226, 160), (240, 244, 220)], x=(0, w), y=(0, h * 0.5), r=(3, 9))
    _spots(
        pencil,
        rng,
        16,
        [(214, 96, 110), (238, 190, 84), (196, 140, 204)],
        x=(0, w),
        y=(h * 0.5, h),
        r=(2, 6),
    )


def _park(pencil: ImageDraw.ImageDraw, w: int, h: int, rng: np.random.Generator) -> None:
    _vertical(pencil, w, 0, h * 0.55, top=(170, 204, 234), low=(226, 232, 228))
    _vertical(pencil, w, h * 0.55, h, top=(152, 172, 108), low=(124, 146, 84))
    pencil.polygon(
        [(w * 0.3, h), (w * 0.46, h * 0.56), (w * 0.54, h * 0.56), (w * 0.95, h)],
        fill=(206, 192, 166),
    )
    for _ in range(6):
        x, trunk = rng.uniform(0, w), rng.uniform(3, 7)
        pencil.rectangle([x, h * 0.2, x + trunk, h * 0.66], fill=(96, 76, 60))
        _spots(
            pencil,
            rng,
            9,
            [(122, 150, 78), (176, 150, 70), (98, 132, 72)],
            x=(x - 26, x + 26),
            y=(0, h * 0.34),
            r=(8, 20),
        )


def _beach(pencil: ImageDraw.ImageDraw, w: int, h: int, rng: np.random.Generator) -> None:
    _vertical(pencil, w, 0, h * 0.42, top=(126, 178, 222), low=(214, 230, 236))
    _vertical(pencil, w, h * 0.42, h * 0.62, top=(74, 140, 170), low=(138, 188, 196))
    _vertical(pencil, w, h * 0.62, h, top=(232, 216, 184), low=(212, 190, 150))
    for _ in range(7):
        y = rng.uniform(h * 0.45, h * 0.64)
        pencil.line([(0, y), (w, y + rng.uniform(-3, 3))], fill=(232, 242, 242), width=2)
    x = rng.uniform(0.05, 0.9) * w
    pencil.pieslice(
        [x - 32, h * 0.34, x + 32, h * 0.66], 180, 360, fill=_varied((220, 96, 84), rng)
    )


def _living_room(pencil: ImageDraw.ImageDraw, w: int, h: int, rng: np.random.Generator) -> None:
    wall = _varied((226, 212, 192), rng)
    _vertical(pencil, w, 0, h, top=wall, low=_between(wall, (178, 158, 138), 0.7))
    x = rng.uniform(0.02, 0.7) * w
    pencil.rectangle(
        [x, h * 0.06, x + w * 0.26, h * 0.5], fill=(236, 244, 248), outline=(250, 248, 244), width=4
    )
    shelf = (x + w * rng.uniform(0.35, 0.5)) % (w * 0.8)
    pencil.rectangle([shelf, h * 0.10, shelf + w * 0.24, h * 0.62], fill=(150, 112, 80))
    for row in range(3):
        y, place = h * (0.13 + row * 0.165), shelf + 3.0
        while place < shelf + w * 0.22:
            thick = rng.uniform(2, 6)
            colour = _varied(
                ((172, 74, 66), (72, 108, 132), (206, 170, 96), (98, 124, 92))[
                    int(rng.integers(4))
                ],
                rng,
                25,
            )
            pencil.rectangle(
                [place, y + rng.uniform(0, 6), place + thick, y + h * 0.125], fill=colour
            )
            place += thick + 1
    sofa = _varied(((112, 132, 140), (168, 128, 104), (130, 140, 108))[int(rng.integers(3))], rng)
    pencil.rounded_rectangle([-20, h * 0.64, w + 20, h + 30], 24, fill=sofa)
    _spots(
        pencil,
        rng,
        3,
        [(226, 188, 112), (196, 108, 96)],
        x=(0, w),
        y=(h * 0.7, h * 0.85),
        r=(12, 20),
    )


def _kitchen(pencil: ImageDraw.ImageDraw, w: int, h: int, rng: np.random.Generator) -> None:
    _vertical(pencil, w, 0, h, top=(234, 236, 232), low=(208, 206, 198))
    front = _varied(((122, 148, 146), (206, 196, 176), (150, 166, 184))[int(rng.integers(3))], rng)
    for k in range(5):
        pencil.rectangle([k * w / 5 + 2, -4, (k + 1) * w / 5 - 2, h * 0.24], fill=front)
    for k in range(14):
        for row in range(3):
            x, y = k * w / 14, h * (0.28 + row * 0.09)
            pencil.rectangle(
                [x + 1, y + 1, x + w / 14 - 1, y + h * 0.085], fill=_varied((222, 226, 222), rng, 8)
            )
    pencil.rectangle([0, h * 0.58, w, h * 0.64], fill=(172, 138, 102))
    pencil.rectangle([0, h * 0.64, w, h], fill=_between(front, (90, 90, 90), 0.25))
    _spots(
        pencil,
        rng,
        7,
        [(214, 84, 62), (236, 184, 72), (110, 150, 80)],
        x=(0, w),
        y=(h * 0.53, h * 0.57),
        r=(5, 9),
    )


def _bedroom(pencil: ImageDraw.ImageDraw, w: int, h: int, rng: np.random.Generator) -> None:
    wall = _varied(
        ((186, 204, 214), (222, 202, 204), (206, 214, 190), (228, 216, 186))[int(rng.integers(4))],
        rng,
        8,
    )
    _vertical(pencil, w, 0, h, top=wall, low=_between(wall, (150, 146, 146), 0.35))
    _spots(pencil, rng, 18, [(244, 240, 228)], x=(0, w), y=(0, h * 0.55), r=(2, 4))
    pencil.rounded_rectangle([-10, h * 0.66, w + 10, h + 20], 14, fill=(238, 234, 226))
    _spots(
        pencil,
        rng,
        8,
        [(220, 150, 130), (140, 176, 190), (228, 206, 140)],
        x=(0, w),
        y=(h * 0.7, h),
        r=(8, 18),
    )
    x = rng.uniform(0.05, 0.9) * w
    _spots(pencil, rng, 1, [(184, 134, 92)], x=(x, x + 1), y=(h * 0.56, h * 0.58), r=(12, 13))
    _spots(pencil, rng, 1, [(184, 134, 92)], x=(x, x + 1), y=(h * 0.42, h * 0.44), r=(8, 9))


_PAINTERS = {
    "garden": _garden, "living room": _living_room, "beach": _beach,
    "kitchen": _kitchen, "park": _park, "bedroom": _bedroom,
}  # fmt: skip
