"""Small drawn photos as ordinary files, and the hand-made features with a count of their work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from tracker.demo.draw import Place, Sitter, scene
from tracker.demo.genome import stranger
from tracker.vision.embedders.contract import Embedder, EmbedderInfo
from tracker.vision.embedders.registry import identify, load
from tracker.vision.engines import Runtime, choose
from tracker.vision.records import Pixels

NOWHERE = Path("/nonexistent")


def sitters(count: int, seed: int = 0) -> list[Sitter]:
    """People who are unrelated: women, men and children in turn."""
    rng = np.random.default_rng([seed, 7])
    return [Sitter(stranger(rng), (30.0, 34.0, 6.0)[i % 3], "fm"[i % 2]) for i in range(count)]


def drawn(people: int = 1, seed: int = 0, size: tuple[int, int] = (480, 360)) -> Pixels:
    """A photo of so many people, uint8 `(h, w, 3)`."""
    return scene(sitters(people, seed), size=size, seed=seed)


def crowd(columns: int = 6, rows: int = 5) -> Pixels:
    """A photo of people in rows and columns, each face about 130 pixels high."""
    places = [
        Place((column + 0.5) / columns, (row + 0.42) / rows, 0.055)
        for row in range(rows)
        for column in range(columns)
    ]
    size = (300 * columns, 300 * rows)
    return scene(sitters(columns * rows), size=size, seed=1, places=places)


def save(
    pixels: Pixels,
    path: Path | bytes,
    *,
    taken: str | None = "2024:03:09 12:00:00",
    orientation: int | None = None,
    quality: int = 90,
    format: str | None = None,
) -> None:
    """Write a photo as a camera does; the suffix decides the format unless it is named."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Drawn"
    if taken is not None:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    written = exif.tobytes()  # of the object itself Pillow loses the inner tags in a TIFF
    image = Image.fromarray(pixels)
    if isinstance(path, bytes):
        with open(path, "wb") as file:  # noqa: PTH123  (pathlib cannot hold bytes)
            image.save(file, format or "JPEG", exif=written, quality=quality)
    else:
        image.save(path, format, exif=written, quality=quality)


@dataclass
class CountedEmbedder:
    """The real hand-made features as the pipeline is given them, counting what is asked of them.

    `name` puts another id in the place of theirs, for a second embedder beside the first.
    """

    name: str | None = None
    faces: int = 0
    loads: int = 0
    proofs: int = 0
    batches: list[int] = field(default_factory=list)

    @property
    def info(self) -> EmbedderInfo:
        info = identify("handcrafted", weights=None, weights_dir=NOWHERE)
        return info if self.name is None else replace(info, id=self.name)

    @property
    def runtime(self) -> Runtime:
        return choose(device="cpu")

    def proven(self) -> None:
        self.proofs += 1

    def load(self) -> Embedder:
        self.loads += 1
        return _Counting(self, load("handcrafted", weights=None, weights_dir=NOWHERE))


class _Counting:
    def __init__(self, counts: CountedEmbedder, embedder: Embedder) -> None:
        self._counts, self._embedder = counts, embedder
        self.id = counts.info.id
        self.dim, self.input_size = embedder.dim, embedder.input_size
        self.alignment, self.wants_landmarks = embedder.alignment, embedder.wants_landmarks
        self.licence, self.source = embedder.licence, embedder.source

    def embed(
        self, crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        self._counts.faces += len(crops)
        self._counts.batches.append(len(crops))
        return self._embedder.embed(crops, landmarks)
