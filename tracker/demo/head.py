"""Paints a head: neck, ears, and the skin of the face in relief."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tracker.demo.anatomy import Anatomy
from tracker.demo.canvas import Canvas, Stamp, curve, cut
from tracker.demo.light import Light
from tracker.demo.pigment import Colour
from tracker.demo.view import DEPTH, View

Floats = npt.NDArray[np.float32]


def paint_neck(canvas: Canvas, view: View, skin: Colour) -> None:
    """The neck and the shadow that the chin throws on it."""
    head = view.head
    half = head.width * (0.60 - 0.10 * head.neoteny + 0.10 * head.male)
    shift = 0.25 * np.sin(view.pose.yaw) * head.width
    side = [(-half, 0.3), (-half * 0.98, 0.95), (-half * 1.15, 1.25), (-half * 1.9, 1.55)]
    points = [(x + shift, y) for x, y in side] + [(-x + shift, y) for x, y in reversed(side)]
    neck = canvas.polygon(view.place(curve(points, closed=True)))
    canvas.paint(neck, skin * np.float32(0.86))
    chin = canvas.blob(view.place([(shift, 0.98)])[0], (half * view.scale, 0.16 * view.scale))
    part = cut(chin, neck)
    canvas.shade(part, np.array([0.68, 0.56, 0.52], np.float32), 0.85)


def paint_ears(canvas: Canvas, view: View, skin: Colour) -> None:
    """Both ears; the head is painted over their inner half."""
    head = view.head
    y = head.eye_y + 0.16
    for side in (-1, 1):
        x = side * (view.outline.half(y) + 0.045) * (1 - 0.10 * side * np.sin(view.pose.yaw))
        tall, wide = head.ear, head.ear * 0.52
        rim = curve(
            [
                (x - side * wide, y - tall * 0.75), (x + side * wide * 0.3, y - tall * 0.98),
                (x + side * wide, y - tall * 0.55), (x + side * wide * 0.75, y + tall * 0.15),
                (x + side * wide * 0.05, y + tall * 0.85), (x - side * wide, y + tall * 0.9),
            ],
            closed=True,
        )  # fmt: skip
        canvas.paint(
            canvas.polygon(view.place(rim)), skin * np.array([0.97, 0.90, 0.88], np.float32)
        )
        inner = canvas.blob(
            view.place([(x + side * wide * 0.05, y - tall * 0.1)])[0],
            (wide * 0.36 * view.scale, tall * 0.42 * view.scale),
            view.pose.roll,
        )
        canvas.shade(inner, np.array([0.74, 0.60, 0.57], np.float32), 0.75)


def paint_skin(canvas: Canvas, view: View, skin: Colour, light: Light) -> Stamp:
    """The face without eyes, brows and mouth. Gives the part that the head covers."""
    reach = 1.12 * view.scale
    window = canvas.clipped(view.x - reach, view.y - reach, view.x + reach, view.y + reach)
    u, v = view.grid(window)
    w2, slope = view.outline.squared(v)
    inside = w2 - u * u
    steep = np.sqrt(slope * slope + 4 * u * u) + np.float32(1e-3)
    cover = np.clip(inside / steep * np.float32(view.scale) + 0.5, 0, 1).astype(np.float32)
    relief = np.float32(DEPTH) * np.sqrt(np.maximum(inside, 0) + np.float32(0.004))
    relief += _bumps(view, u, v)
    normal = _normals(relief, view)
    lit = light.on(normal)
    shadow = np.array([0.80, 1.06, 1.12], dtype=np.float32)  # shaded skin turns redder
    colour = skin * np.power(np.maximum(lit, 0.05)[..., None], shadow)
    half_way = np.array(light.direction, np.float32) + np.array([0, 0, 1], np.float32)
    half_way /= np.linalg.norm(half_way)
    shine = np.maximum(normal @ half_way, 0) ** 20
    colour += (np.float32(0.055) * shine)[..., None]
    (y0, _), (x0, _) = window
    stamp = Stamp(y0, x0, cover)
    canvas.paint(stamp, np.clip(colour, 0, 1).astype(np.float32))
    _blush(canvas, view)
    return stamp


def paint_freckles(canvas: Canvas, view: View, amount: float, rng: np.random.Generator) -> None:
    """Freckles over nose and cheeks; `amount` is the heritable parameter."""
    count = int(max(0.0, amount + 0.5) * 60)
    for _ in range(count):
        x = rng.normal(0, 0.27)
        y = view.head.eye_y + 0.24 + rng.normal(0, 0.075) + 0.12 * abs(x)
        if abs(x) > view.outline.half(y) * 0.85:
            continue
        radius = view.scale * rng.uniform(0.005, 0.011)
        canvas.shade(
            canvas.blob(view.at(x, y), (radius, radius)), np.array([0.80, 0.66, 0.55]), 0.6
        )


def paint_age(canvas: Canvas, view: View) -> None:
    """Lines of an older face."""
    head = view.head
    age = float(np.clip((head.years - 38) / 35, 0, 1))
    if age == 0:
        return
    thin = max(1.0, 0.016 * view.scale)
    colour = np.array([0.74, 0.63, 0.58], np.float32)
    for side in (-1, 1):
        fold = curve([
            (side * head.nose_half * 1.35, head.nose_y - 0.06),
            (side * (head.mouth_half + 0.06), head.mouth_y - 0.10),
            (side * (head.mouth_half + 0.09), head.mouth_y + 0.04),
        ])  # fmt: skip
        canvas.shade(canvas.line(view.on(fold), thin * 1.3, thin), colour, 0.75 * age)
        bag = curve([
            (side * (head.eye_x - head.eye_half * 0.8), head.eye_y + 0.10),
            (side * head.eye_x, head.eye_y + 0.135),
            (side * (head.eye_x + head.eye_half * 0.9), head.eye_y + 0.09),
        ])  # fmt: skip
        canvas.shade(canvas.line(view.on(bag), thin, thin), colour, 0.6 * age)
        corner = head.eye_x + head.eye_half
        for k in (-1, 0, 1):
            crow = [(side * (corner + 0.045), head.eye_y + k * 0.025),
                    (side * (corner + 0.12), head.eye_y + k * 0.065)]  # fmt: skip
            canvas.shade(canvas.line(view.on(crow), thin * 0.8, thin * 0.6), colour, 0.55 * age)
    for k in range(3):
        y = head.brow_y - 0.12 - 0.085 * k
        crease = curve([(-0.32, y + 0.02), (-0.12, y), (0.1, y + 0.01), (0.32, y + 0.02)])
        canvas.shade(canvas.line(view.on(crease), thin * 0.8, thin), colour, 0.5 * age)


def _bumps(view: View, u: Floats, v: Floats) -> Floats:
    """The relief of brow, eye sockets, nose, cheeks, lips and chin over the smooth skull."""
    head = view.head
    relief = np.zeros_like(u)

    def bump(x: float, y: float, rx: float, ry: float, height: float) -> None:
        ((cx, cy),) = view.face([(x, y)])
        a, b = (u - cx) / np.float32(rx), (v - cy) / np.float32(ry)
        np.add(relief, np.float32(height) * np.exp(-0.5 * (a * a + b * b)), out=relief)

    soft = 1 - 0.35 * head.neoteny
    for side in (-1, 1):
        x = side * head.eye_x
        bump(x, head.brow_y + 0.03, 0.17, 0.05, (0.018 + 0.02 * head.male) * soft)
        bump(x, head.eye_y - 0.01, 0.14, 0.085, -0.050 * soft)
        bump(side * 0.40, head.eye_y + 0.33, 0.16, 0.13, 0.030 + 0.035 * head.neoteny)
        bump(side * head.nose_half * 0.74, head.nose_y - 0.005, 0.042, 0.045, 0.050)
    bump(0, head.mouth_y, head.mouth_half * 0.9, 0.085, 0.050)
    bump(0, head.mouth_y + 0.155, 0.13, 0.03, -0.018)
    bump(0, 0.87, 0.14, 0.08, 0.045)
    relief += _nose(view, u, v)
    return relief


def _nose(view: View, u: Floats, v: Floats) -> Floats:
    head = view.head
    (x0, y0), (x1, y1) = view.face([(0, head.eye_y - 0.04), (0, head.nose_y - 0.035)], 0.0)
    x1 += head.nose_relief * np.sin(view.pose.yaw)
    along = (v - y0) / np.float32(max(float(y1 - y0), 1e-3))
    t = np.clip(along, 0, 1)
    eased = t * t * (3 - 2 * t)
    bridge = np.clip(along * np.float32(1.6) + np.float32(0.25), 0, 1)
    bridge = bridge * bridge * (3 - 2 * bridge)
    under = (v - y1) / np.float32(0.042)
    profile = np.where(v < y1, 0.24 * bridge + 0.76 * eased * t**0.3, np.exp(-0.5 * under * under))
    middle = x0 + (x1 - x0) * t
    half = np.float32(head.nose_half) * (np.float32(0.50) + np.float32(0.12) * t * t)
    sideways = (u - middle) / half
    height = np.float32(head.nose_relief * 0.72)
    return np.asarray(height * profile * np.exp(-0.5 * sideways * sideways), np.float32)


def _normals(relief: Floats, view: View) -> Floats:
    """Unit normals of the relief, in the picture's axes: float32 `(h, w, 3)`."""
    dy, dx = np.gradient(relief * np.float32(view.scale))
    length = np.sqrt(dx * dx + dy * dy + 1)
    return np.stack([-dx / length, -dy / length, 1 / length], axis=-1).astype(np.float32)


def _blush(canvas: Canvas, view: View) -> None:
    head: Anatomy = view.head
    for side in (-1, 1):
        spot = view.at(side * 0.42, head.eye_y + 0.34)
        size = (0.17 * view.scale, 0.13 * view.scale)
        canvas.shade(
            canvas.blob(spot, size), np.array([1.0, 0.86, 0.86]), 0.55 + 0.4 * head.neoteny
        )
        socket = view.at(side * head.eye_x * 0.97, head.eye_y - 0.03)
        canvas.shade(
            canvas.blob(socket, (0.15 * view.scale, 0.085 * view.scale)),
            np.array([0.86, 0.76, 0.74]), 0.55 * (1 - 0.4 * head.neoteny),
        )  # fmt: skip
