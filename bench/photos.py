"""Photos and weights to measure with, made anew for every run.

Three kinds of 12-megapixel JPEGs, all with a sensor's grain so that they weigh what a telephone's
do, 3 to 4 MB: drawn scenes, mosaics of real photos, and both again with small faces.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from tracker.demo.draw import Pixels, Place, Sitter, arrange, camera, scene
from tracker.demo.genome import stranger
from tracker.vision.torchvision_shim import facenet_pytorch

TWELVE_MEGAPIXELS = (4000, 3000)
FACES = 9
"""Drawn photos go round from none to eight faces."""

GRAIN = 5.0
MOSAIC_GRAIN = 3.5
QUALITY = 94
"""Grey levels of noise and JPEG quality that together give 3 to 4 MB; the real scenes of a mosaic
bring some grain along."""

PANEL = (2000, 1500)
"""Small faces are drawn in quarters of a photo: `scene` paints no larger, it only enlarges."""

ROWS = (1, 2, 1)
SMALL_ROWS = (6, 3, 8)
"""Rows of a mosaic, photo after photo."""

TRIAL = 40
"""Faces that random weights are set right with."""


@dataclass(frozen=True, slots=True, eq=False)
class PhotoSet:
    """Photos of one kind. `heads`: where heads were drawn, float `(n, 4)` boxes per photo; None
    where nobody knows."""

    name: str
    paths: tuple[Path, ...]
    heads: tuple[np.ndarray, ...] | None = None


def drawn(folder: Path, count: int) -> PhotoSet:
    """Scenes with 0 to 8 people, as large as they come."""
    made = [_sitting(number) for number in range(count)]
    paths = _written(
        folder / "drawn",
        [partial(_scene, sitters, places, number) for number, (sitters, places) in enumerate(made)],
    )
    heads = tuple(_heads(places, TWELVE_MEGAPIXELS) for _, places in made)
    return PhotoSet("drawn photos", paths, heads)


def drawn_small(folder: Path, count: int) -> PhotoSet:
    """Crowds whose faces are 60 to 200 pixels, 48 a photo."""
    paths = _written(folder / "drawn small", [partial(_crowd, number) for number in range(count)])
    heads = tuple(
        np.concatenate(
            [_heads(_crowd_places(number, part), PANEL) + _corner(part) for part in range(4)]
        )
        for number in range(count)
    )
    return PhotoSet("drawn crowds", paths, heads)


def real(folder: Path, count: int) -> PhotoSet | None:
    """Mosaics of the sample scenes with large faces; None without TRACKER_SAMPLES."""
    return _mosaics(folder / "real", "mosaics of real photos", ROWS, count)


def real_small(folder: Path, count: int) -> PhotoSet | None:
    """Mosaics in so many rows that most faces are of 60 to 200 pixels."""
    return _mosaics(folder / "real small", "mosaics in many rows", SMALL_ROWS, count)


def samples() -> Path | None:
    """The folder of real samples, if there is one."""
    named = os.environ.get("TRACKER_SAMPLES")
    return Path(named) if named and Path(named, "photos", "scenes").is_dir() else None


NO_SAMPLES = "TRACKER_SAMPLES names no folder with photos/scenes"


def copies(folder: Path, photos: Sequence[Path], count: int) -> list[Path]:
    """`count` files with the photos' pixels and other bytes after the picture's end.

    To the program each is a photo of its own.
    """
    folder.mkdir(parents=True)
    paths = []
    for number in range(count):
        paths.append(folder / f"{number:06}.jpg")
        content = photos[number % len(photos)].read_bytes()
        paths[-1].write_bytes(content + number.to_bytes(4, "little"))
    return paths


def little(folder: Path, count: int) -> list[Path]:
    """`count` photos of 640 x 480 pixels, a face in two of three."""
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    for number in range(30):
        rng = np.random.default_rng([number, 14])
        sitters = [_somebody(rng, i) for i in range(int(number % 3 > 0))]
        picture = Image.fromarray(scene(sitters, size=(640, 480), seed=number))
        picture.save(pictures / f"{number}.jpg", quality=90)
    return copies(folder / "photos", sorted(pictures.iterdir()), count)


def facenet_weights(folder: Path) -> Path:
    """A file of FaceNet's layout with random numbers: it takes the same time as the published.

    It gives all faces nearly the same vector, so it shows no error in a crop.
    """
    import torch

    path = folder / "weights.pt"
    if not path.exists():
        torch.manual_seed(1)
        network = facenet_pytorch().InceptionResnetV1(classify=True, num_classes=8631)
        torch.save(network.state_dict(), path)
    return path


def lively_weights(folder: Path) -> Path:
    """The same, but with its normalisations set by drawn faces.

    Now faces are far apart, and whatever changes a crop shows far more than it would with a
    network that was trained to overlook such things.
    """
    import torch

    path = folder / "lively weights.pt"
    if path.exists():
        return path
    network = facenet_pytorch().InceptionResnetV1(classify=True, num_classes=8631, dropout_prob=0)
    network.load_state_dict(torch.load(facenet_weights(folder), weights_only=True))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            module.momentum = None  # the mean over all batches
    faces = np.stack([trial_face(number) for number in range(TRIAL)])
    with torch.no_grad():
        for half in (faces[: TRIAL // 2], faces[TRIAL // 2 :]):
            batch = torch.from_numpy(half).permute(0, 3, 1, 2).float()
            network.train()((batch - 127.5) / 128.0)
    torch.save(network.state_dict(), path)
    return path


def trial_face(number: int) -> Pixels:
    """A drawn face, uint8 `(160, 160, 3)`."""
    rng = np.random.default_rng([number, 13])
    place = Place(0.5, 0.5, 0.55)
    return scene([_somebody(rng, number)], size=(160, 160), seed=number, places=[place])


def workspace(folder: Path, name: str) -> Path:
    """A new workspace with a child."""
    from bench.processes import tracker

    home = folder / name
    tracker(home, "init", "--child", "Mia", "--born", "2022")
    return home


# --- drawn -------------------------------------------------------------------------------------


def _somebody(rng: np.random.Generator, number: int) -> Sitter:
    return Sitter(stranger(rng), float(rng.choice([1, 6, 34])), "fm"[number % 2])


def _sitting(number: int) -> tuple[list[Sitter], list[Place]]:
    rng = np.random.default_rng([number, 12])
    count = number % FACES
    sitters = [_somebody(rng, i) for i in range(count)]
    return sitters, arrange(count, TWELVE_MEGAPIXELS, rng)


def _scene(sitters: Sequence[Sitter], places: Sequence[Place], number: int) -> Pixels:
    shot = replace(camera(np.random.default_rng([number, 15])), noise=GRAIN)
    return scene(sitters, size=TWELVE_MEGAPIXELS, seed=number, shot=shot, places=places)


def _crowd_places(number: int, part: int) -> list[Place]:
    """Four by three; whoever is nearer is lower and larger, so that nobody hides a face."""
    rng = np.random.default_rng([number, part, 16])
    sizes = np.sort(rng.uniform(0.026, 0.072, 12)).reshape(3, 4)
    return [
        Place(
            x=(column + 0.5) / 4 + float(rng.uniform(-0.03, 0.03)),
            y=(row + 0.42) / 3 + float(rng.uniform(-0.02, 0.02)),
            size=float(sizes[row, column]),
        )
        for row in range(3)
        for column in range(4)
    ]


def _crowd(number: int) -> Pixels:
    out = np.empty((TWELVE_MEGAPIXELS[1], TWELVE_MEGAPIXELS[0], 3), np.uint8)
    for part in range(4):
        rng = np.random.default_rng([number, part, 17])
        places = _crowd_places(number, part)
        people = [_somebody(rng, i) for i in range(len(places))]
        shot = replace(camera(rng), noise=GRAIN)
        x, y = (int(v) for v in _corner(part)[:2])
        out[y : y + PANEL[1], x : x + PANEL[0]] = scene(
            people, size=PANEL, seed=number * 4 + part, shot=shot, places=places
        )
    return out


def _corner(part: int) -> np.ndarray:
    x, y = part % 2 * PANEL[0], part // 2 * PANEL[1]
    return np.array([x, y, x, y], dtype=float)


def _heads(places: Sequence[Place], size: tuple[int, int]) -> np.ndarray:
    """Squares around the heads: float `(n, 4)`."""
    width, height = size
    boxes = [
        (p.x * width - r, p.y * height - r, p.x * width + r, p.y * height + r)
        for p in places
        for r in [p.size * height]
    ]
    return np.array(boxes, dtype=float).reshape(-1, 4)


# --- real --------------------------------------------------------------------------------------


def _mosaics(folder: Path, name: str, rows: Sequence[int], count: int) -> PhotoSet | None:
    root = samples()
    if root is None:
        return None
    scenes = sorted(p for p in (root / "photos" / "scenes").iterdir() if p.suffix != ".txt")
    makers = [partial(_mosaic, scenes, rows[number % len(rows)], number) for number in range(count)]
    return PhotoSet(name, _written(folder, makers))


def _mosaic(scenes: Sequence[Path], rows: int, number: int) -> Pixels:
    """Rows of scenes, each as high as the row; the last of a row is cut off at the edge."""
    rng = np.random.default_rng([number, rows, 18])
    width, height = TWELVE_MEGAPIXELS
    wall = Image.new("RGB", TWELVE_MEGAPIXELS)
    row = height // rows
    for y in range(0, height, row):
        x = 0
        while x < width:
            with Image.open(scenes[int(rng.integers(len(scenes)))]) as file:
                picture = file.convert("RGB")
            tile = picture.resize((max(1, round(picture.width * row / picture.height)), row))
            wall.paste(tile, (x, y))
            x += tile.width
    noisy = np.asarray(wall, np.float32)
    noisy = noisy + rng.standard_normal(noisy.shape, np.float32) * np.float32(MOSAIC_GRAIN)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def _written(folder: Path, makers: Sequence[Callable[[], Pixels]]) -> tuple[Path, ...]:
    """Each picture as a JPEG; those of before are kept."""
    folder.mkdir(exist_ok=True, parents=True)
    paths = tuple(folder / f"{number:03}.jpg" for number in range(len(makers)))
    for path, make in zip(paths, makers, strict=True):
        if not path.exists():
            held = io.BytesIO()
            Image.fromarray(make()).save(held, "JPEG", quality=QUALITY)
            path.write_bytes(held.getvalue())
    return paths
