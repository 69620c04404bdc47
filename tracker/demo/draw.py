"""Draws photos of people: `portrait` of one, `scene` of any number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from tracker.demo.anatomy import Outline, anatomy
from tracker.demo.backdrop import PLACES, backdrop
from tracker.demo.body import paint_body, upright
from tracker.demo.canvas import Canvas
from tracker.demo.features import Mood, paint_brows, paint_eyes, paint_mouth, paint_nostrils
from tracker.demo.genome import Genome
from tracker.demo.hair import Cut, paint_back, paint_front
from tracker.demo.head import paint_age, paint_ears, paint_freckles, paint_neck, paint_skin
from tracker.demo.light import Light, taken
from tracker.demo.pigment import pigment
from tracker.demo.view import Pose, View

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

PAINTED = 1800
"""Longest side that is painted; a larger photo is a painting enlarged, with the grain at its own
size, as a telephone's small lens gives."""


KNEE = 0.80
"""Brightness from which highlights are compressed."""

SPECK = 3.0
"""Half the height, in pixels, from which a head is drawn."""

BAND = 24
"""Rows developed at once: few enough to stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """Someone in a photo: who they are, their age in years, and how they look that moment.

    `outfit` numbers what they wear.
    """

    genome: Genome
    years: float
    sex: str
    cut: Cut = field(default_factory=Cut)
    mood: Mood = field(default_factory=Mood)
    pose: Pose = field(default_factory=Pose)
    outfit: int = 0


@dataclass(frozen=True, slots=True)
class Camera:
    """What a photo does to what is in front of it.

    `blur` is in pixels of a photo 1,000 wide, `noise` in grey levels of 255.
    """

    light: Light
    place: str
    blur: float = 0.5
    noise: float = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a head is: its middle and half its height, as shares of the photo's width, height
    and height."""

    x: float
    y: float
    size: float


def camera(rng: np.random.Generator) -> Camera:
    """Some day's light and place."""
    return Camera(
        light=taken(rng),
        place=str(rng.choice(PLACES)),
        blur=float(rng.uniform(0.2, 0.8)),
        noise=float(rng.uniform(1.5, 5)),
    )


def portrait(sitter: Sitter, *, size: tuple[int, int] = (800, 1000), seed: int = 0) -> Pixels:
    """One person, uint8 `(height, width, 3)` RGB; `size` is (width, height) in pixels."""
    return scene([sitter], size=size, seed=seed)


def scene(
    people: Sequence[Sitter],
    *,
    size: tuple[int, int] = (1000, 750),
    seed: int = 0,
    shot: Camera | None = None,
    places: Sequence[Place] | None = None,
) -> Pixels:
    """A photo of `people` side by side (in two rows from five on), or of nobody.

    uint8 `(height, width, 3)` RGB; `size` is (width, height) in pixels, of any size. The same
    arguments give the same pixels. `shot` and `places` are drawn from `seed` when not given.
    """
    rng = np.random.default_rng([seed, 20])
    shot = camera(rng) if shot is None else shot
    places = arrange(len(people), size, rng) if places is None else places
    shrink = min(1.0, PAINTED / max(size))
    small = (max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink)))
    canvas = Canvas(backdrop(small, shot.place, rng))
    far_first = sorted(zip(people, places, strict=True), key=lambda one: one[1].size)
    for sitter, where in far_first:
        _person(canvas, sitter, where, shot.light, rng)
    return _exposed(canvas, size, shot, rng)


def arrange(count: int, size: tuple[int, int], rng: np.random.Generator) -> list[Place]:
    """Places for `count` people that keep every face whole and clear of the others."""
    if count == 0:
        return []
    rows = 1 if count < 5 else 2
    per_row = -(-count // rows)
    width, height = size
    head = (
        min(0.25, 0.31 / per_row * width / height)
        if rows == 1
        else min(0.135, 0.27 / per_row * width / height)
    )
    places = []
    for i in range(count):
        row, column = divmod(i, per_row)
        in_row = min(per_row, count - row * per_row)
        x = (column + 0.5 + (0.25 if row else 0) * (in_row < per_row)) / max(
            in_row, per_row if row else in_row
        )
        y = 0.46 if rows == 1 else (0.26, 0.68)[row]
        places.append(
            Place(
                x=float(np.clip(x + rng.uniform(-0.02, 0.02), 0.12, 0.88)),
                y=y + float(rng.uniform(-0.03, 0.03)),
                size=head * float(rng.uniform(0.90, 1.0)),
            )
        )
    return places


def _person(
    canvas: Canvas, sitter: Sitter, where: Place, light: Light, rng: np.random.Generator
) -> None:
    height, width = canvas.shape
    if where.size * height < SPECK:
        return
    head = anatomy(sitter.genome, sitter.years, sitter.sex)
    view = View(
        head, Outline(head), sitter.pose, where.x * width, where.y * height, where.size * height
    )
    colours = pigment(sitter.genome, sitter.years)
    paint_back(canvas, view, colours.hair, sitter.cut, rng)
    torso = upright(view)
    paint_neck(canvas, torso, colours.skin)
    paint_body(canvas, torso, np.random.default_rng([sitter.outfit, 21]))
    paint_ears(canvas, view, colours.skin)
    paint_skin(canvas, view, colours.skin, light)
    paint_freckles(canvas, view, sitter.genome.freckles * (sitter.years > 1.5), rng)
    paint_age(canvas, view)
    paint_nostrils(canvas, view)
    paint_mouth(canvas, view, colours, sitter.mood)
    paint_eyes(canvas, view, colours, sitter.mood, lashes=(1 - head.neoteny) * (1 - head.male))
    paint_brows(canvas, view, colours, sitter.mood, rng)
    paint_front(canvas, view, colours.hair, sitter.cut, light, rng=rng)


def _exposed(
    canvas: Canvas, size: tuple[int, int], shot: Camera, rng: np.random.Generator
) -> Pixels:
    """Light, focus and grain, at the photo's own size."""
    image = Image.fromarray(_developed(canvas.pixels, shot.light.cast))
    blur = shot.blur * image.width / 1000
    if blur > 0.25:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    if image.size != size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    return _grained(np.asarray(image), shot.noise, rng)


def _developed(pixels: Floats, cast: Floats) -> Pixels:
    """Light falls on `pixels`; highlights are compressed, not cut off."""
    out = np.empty(pixels.shape, dtype=np.uint8)
    room = np.float32(1 - KNEE)
    for y in range(0, len(pixels), BAND):
        bright = np.maximum(pixels[y : y + BAND] * cast, 0)
        over = np.maximum(bright - np.float32(KNEE), 0)
        bright = np.minimum(bright, np.float32(KNEE)) + room * (over / (over + room))
        out[y : y + BAND] = bright * 255 + 0.5
    return out


def _grained(pixels: Pixels, noise: float, rng: np.random.Generator) -> Pixels:
    """`pixels` with normal noise of `noise` grey levels, repeated in tiles no eye can tell."""
    tile = 256
    grain = np.rint(rng.normal(0, noise, (tile, tile, 3))).astype(np.int16)
    height, width = pixels.shape[:2]
    out = np.empty_like(pixels)
    for y in range(0, height, tile):
        for x in range(0, width, tile):
            part = pixels[y : y + tile, x : x + tile].astype(np.int16)
            shift = (int(rng.integers(tile)), int(rng.integers(tile)))
            moved = np.roll(grain, shift, (0, 1))[: part.shape[0], : part.shape[1]]
            out[y : y + tile, x : x + tile] = np.clip(part + moved, 0, 255)
    return out
