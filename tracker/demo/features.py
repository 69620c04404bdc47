"""Paints eyes, brows, nostrils and mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tracker.demo.canvas import Canvas, Stamp, curve, cut
from tracker.demo.pigment import Colour, Pigment
from tracker.demo.view import View

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mood:
    """`smile` from -0.4 (earnest) to 1 (laughing), `surprise` in [0, 1] lifts lids and brows,
    `gaze` is where the eyes look, sideways and down, in [-1, 1]."""

    smile: float = 0.3
    surprise: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)


def paint_eyes(canvas: Canvas, view: View, colours: Pigment, mood: Mood, *, lashes: float) -> None:
    """Both eyes: white, iris, pupil, catch-light, lids and lashes."""
    for side in (-1, 1):
        _eye(canvas, view, colours, mood, side=side, lashes=lashes)


def _eye(
    canvas: Canvas, view: View, colours: Pigment, mood: Mood, *, side: int, lashes: float
) -> None:
    head, scale = view.head, view.scale
    half = head.eye_half
    squint = 1 - 0.16 * max(mood.smile, 0) + 0.22 * mood.surprise
    upper, lower = head.eye_open * 1.12 * squint, head.eye_open * 0.78 * squint

    def lid(height: float, power: float) -> list[tuple[float, float]]:
        """From the inner to the outer corner."""
        t = np.linspace(0, 1, 13)
        x = side * (head.eye_x + half * (2 * t - 1))
        y = (
            head.eye_y
            - head.eye_slant * half * 2 * (t - 0.5)
            - height * np.sin(np.pi * t**power) ** 0.85
        )
        return list(zip(x.tolist(), y.tolist(), strict=True))

    top, bottom = lid(upper, 0.90), lid(-lower, 1.08)
    opening = view.on(top + bottom[::-1])
    ball = canvas.polygon(opening, feather=0.004 * scale)
    if ball.cover.size == 0:
        return
    white = np.array([0.955, 0.935, 0.925], np.float32)
    canvas.paint(ball, white * np.float32(0.97))
    radius = 0.098 * (1 + 0.02 * head.neoteny) * (half / 0.142) ** 0.35
    middle = (
        side * head.eye_x + mood.gaze[0] * 0.035,
        head.eye_y - 0.10 * head.eye_open + mood.gaze[1] * 0.02,
    )
    centre = view.at(*middle)
    _iris(canvas, ball, centre, radius * scale, colours.iris)
    # The upper lid throws a shadow on the ball.
    shade = canvas.line(view.on(top), 0.040 * scale, 0.014 * scale)
    canvas.shade(cut(shade, ball), np.array([0.55, 0.48, 0.48], np.float32), 0.8)
    lash = np.array([0.13, 0.09, 0.08], np.float32)
    lash = lash * (1 - 0.4 * head.neoteny) + colours.brows * np.float32(0.25 * head.neoteny)
    thick = (0.018 + 0.012 * lashes) * scale
    canvas.paint(canvas.line(view.on(top), thick, 0.005 * scale), lash, 0.72 + 0.2 * lashes)
    if lashes > 0.5:
        (x, y), (ox, oy) = top[-2], top[-1]
        wing = curve([(x, y), (ox, oy), (ox + side * 0.035, oy - 0.03)])
        canvas.paint(canvas.line(view.on(wing), thick * 0.7, 0.004 * scale), lash, 0.8)
    canvas.shade(
        canvas.line(view.on(bottom[2:]), 0.014 * scale, 0.008 * scale),
        np.array([0.62, 0.48, 0.45]),
        0.7,
    )
    fold = [(x, y - 0.035 - 0.012 * (1 - head.neoteny)) for x, y in lid(upper * 1.12, 0.9)[1:-1]]
    canvas.shade(
        canvas.line(view.on(fold), 0.014 * scale, 0.009 * scale), np.array([0.62, 0.48, 0.45]), 0.75
    )
    corner = view.at(side * (head.eye_x - half * 0.90), head.eye_y + head.eye_slant * half * 0.9)
    canvas.paint(
        canvas.blob(corner, (0.014 * scale, 0.012 * scale)),
        np.array([0.85, 0.56, 0.53], np.float32),
        0.7,
    )


def _iris(canvas: Canvas, ball: Stamp, centre: Floats, radius: float, colour: Colour) -> None:
    """Iris with its dark rim, pupil and catch-light, inside the eye's opening."""
    height, width = ball.cover.shape
    y = np.arange(ball.y, ball.y + height, dtype=np.float32)[:, None] + np.float32(0.5 - centre[1])
    x = np.arange(ball.x, ball.x + width, dtype=np.float32)[None, :] + np.float32(0.5 - centre[0])
    r = np.sqrt(x * x + y * y) / np.float32(radius)
    soft = np.float32(max(radius, 1.0))
    ball_shade = np.clip(1.06 - 0.16 * r / 1.5, 0.7, 1)
    canvas.shade(ball, np.repeat(ball_shade[..., None], 3, axis=2).astype(np.float32))

    def part(share: npt.NDArray[np.floating]) -> Stamp:
        return Stamp(ball.y, ball.x, np.asarray(ball.cover * share, dtype=np.float32))

    disc = np.clip((1 - r) * soft + 0.5, 0, 1)
    rays = 1 + 0.10 * np.sin(np.arctan2(y, x) * 17 + 1.3) * np.clip(r * 1.5 - 0.4, 0, 1)
    glow = 0.82 + 0.42 * np.clip(y / np.float32(radius), -0.6, 1)  # light gathers opposite the lamp
    rim = 1 - 0.62 * np.clip((r - 0.74) / 0.26, 0, 1) ** 2
    shaded = colour * (rays * glow * rim)[..., None]
    canvas.paint(part(disc), np.clip(shaded, 0, 1).astype(np.float32))
    pupil = np.clip((0.40 - r) * soft + 0.5, 0, 1)
    canvas.paint(part(pupil), np.full(3, 0.045, np.float32))
    for dx, dy, size, strength in ((-0.34, -0.38, 0.21, 0.95), (0.30, 0.34, 0.11, 0.40)):
        d = np.sqrt((x - dx * radius) ** 2 + (y - dy * radius) ** 2) / np.float32(radius)
        spot = np.clip((size - d) * soft + 0.5, 0, 1)
        canvas.paint(part(spot), np.ones(3, np.float32), strength)


def paint_brows(
    canvas: Canvas, view: View, colours: Pigment, mood: Mood, rng: np.random.Generator
) -> None:
    """Both brows: a tapering stroke with single hairs."""
    head, scale = view.head, view.scale
    lift = -0.035 * mood.surprise - 0.012 * max(mood.smile, 0)
    strength = 0.95 - 0.38 * head.neoteny
    for side in (-1, 1):
        t = np.linspace(0, 1, 9)
        x = side * (head.eye_x - head.brow_half * 0.95 + 2 * head.brow_half * t)
        arch = 0.045 * np.sin(np.pi * np.clip(t * 0.92, 0, 1)) * (1 - 0.3 * head.male)
        y = head.brow_y + lift - head.brow_slant * head.brow_half * 2 * (t - 0.45) - arch
        thick = head.brow_thick * np.interp(t, [0, 0.12, 0.55, 1], [0.75, 1.0, 0.9, 0.22])
        line = np.concatenate([np.stack([x, y - thick], 1), np.stack([x, y + thick], 1)[::-1]])
        shape = canvas.polygon(view.on(line.astype(np.float32)), feather=0.010 * scale)
        canvas.paint(shape, colours.brows, strength * 0.85)
        for _ in range(26):
            k = rng.uniform(0.02, 0.95)
            hx = float(np.interp(k, t, x))
            hy = float(np.interp(k, t, y)) + rng.uniform(-0.8, 0.8) * float(np.interp(k, t, thick))
            tip = (hx + side * 0.035, hy - 0.022 * (1 - k) + 0.008)
            hair = canvas.line(view.on([(hx, hy), tip]), max(1.0, 0.006 * scale), 0)
            canvas.paint(hair, colours.brows * np.float32(0.75), 0.5 * strength)


def paint_nostrils(canvas: Canvas, view: View) -> None:
    """Nostrils, the wings' edges and the shadow under the nose."""
    head, scale = view.head, view.scale
    y = head.nose_y
    dark = np.array([0.50, 0.33, 0.30], np.float32)
    under = view.at(0, y + 0.045, 0.03)
    canvas.shade(
        canvas.blob(under, (head.nose_half * 0.85 * scale, 0.026 * scale), view.pose.roll),
        np.array([0.78, 0.66, 0.62], np.float32), 0.8,
    )  # fmt: skip
    for side in (-1, 1):
        hole = view.at(side * head.nose_half * 0.42, y + 0.018, head.nose_relief * 0.35)
        size = (head.nose_half * 0.22 * scale, 0.017 * scale)
        canvas.shade(canvas.blob(hole, size, view.pose.roll - side * 0.35), dark, 0.95)
        wing = curve([
            (side * head.nose_half * 0.92, y - 0.075), (side * head.nose_half * 1.08, y - 0.02),
            (side * head.nose_half * 0.95, y + 0.025), (side * head.nose_half * 0.70, y + 0.035),
        ])  # fmt: skip
        edge = canvas.line(view.on(wing, head.nose_relief * 0.2), 0.016 * scale, 0.012 * scale)
        canvas.shade(edge, np.array([0.70, 0.54, 0.50], np.float32), 0.8 - 0.25 * head.neoteny)


def paint_mouth(canvas: Canvas, view: View, colours: Pigment, mood: Mood) -> None:
    """Lips, the line between them, and teeth in a laugh."""
    head, scale = view.head, view.scale
    smile = mood.smile
    half = head.mouth_half * (1 + 0.10 * smile)
    y, lip = head.mouth_y, head.lip
    rise = 0.055 * smile
    open_ = max(0.0, smile - 0.62) * 0.16 + 0.05 * mood.surprise
    up = lip * (0.92 - 0.15 * max(smile, 0))
    low = lip * (1.20 - 0.10 * max(smile, 0))

    def line(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Points given in half mouth widths and heights from the middle line."""
        return [(k * half, y - rise * abs(k) ** 1.6 + dy) for k, dy in points]

    top = curve(line([(-1, 0), (-0.62, -up * 0.55), (-0.22, -up), (0, -up * 0.82),
                      (0.22, -up), (0.62, -up * 0.55), (1, 0)]))  # fmt: skip
    seam_up = curve(line([(-1, 0), (-0.5, 0.004), (0, 0.010), (0.5, 0.004), (1, 0)]))
    seam_low = curve(
        line([(-1, 0), (-0.5, open_ * 0.8), (0, open_ + 0.010), (0.5, open_ * 0.8), (1, 0)])
    )
    bottom = curve(line([(-1, 0), (-0.6, low * 0.72 + open_ * 0.75), (0, low + open_),
                         (0.6, low * 0.72 + open_ * 0.75), (1, 0)]))  # fmt: skip
    feather = 0.010 * scale
    if open_ > 0.006:
        hole = canvas.polygon(view.on(np.concatenate([seam_up, seam_low[::-1]])), 0.004 * scale)
        canvas.paint(hole, np.array([0.30, 0.12, 0.12], np.float32))
        if head.years > 1:
            edge = seam_up + np.array([0, open_ * 0.62], np.float32)
            teeth = canvas.polygon(
                view.on(np.concatenate([seam_up[6:-6], edge[6:-6][::-1]])), 0.004 * scale
            )
            canvas.paint(cut(teeth, hole), np.array([0.93, 0.91, 0.87], np.float32), 0.92)
    upper = canvas.polygon(view.on(np.concatenate([top, seam_up[::-1]])), feather)
    lower = canvas.polygon(view.on(np.concatenate([seam_low, bottom[::-1]])), feather)
    canvas.paint(upper, colours.lips * np.float32(0.90), 0.80)
    canvas.paint(lower, colours.lips, 0.76)
    gloss = canvas.blob(
        view.at(0, y + open_ + low * 0.55),
        (half * 0.30 * scale, low * 0.20 * scale),
        view.pose.roll,
    )
    canvas.paint(gloss, np.ones(3, np.float32), 0.14)
    seam = canvas.line(view.on(seam_up), max(1.0, 0.013 * scale), 0.006 * scale)
    canvas.shade(seam, np.array([0.40, 0.24, 0.24], np.float32), 0.85)
    for side in (-1, 1):
        corner = view.at(side * half, y - rise)
        canvas.shade(
            canvas.blob(corner, (0.022 * scale, 0.016 * scale)), np.array([0.6, 0.45, 0.43]), 0.7
        )
    chin = view.at(0, y + low + open_ + 0.045)
    below = canvas.blob(chin, (half * 0.5 * scale, 0.026 * scale), view.pose.roll)
    canvas.shade(below, np.array([0.80, 0.70, 0.67], np.float32), 0.7)
