"""Pictures of faces that are already aligned, made into embeddings by any embedder.

The pictures hold a face on ArcFace's template (five landmarks at fixed places). An embedder that
wants another crop gets it cut from there, the landmarks being known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tracker.resemblance.evidence import Mask, Vectors
from tracker.vision import align
from tracker.vision.embedders.contract import Embedder
from tracker.vision.records import Detection, Pixels

BATCH = 64
LEAST_SIDE = 16
MOST_SIDE = 4096
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")

Embed = Callable[[Sequence[Path]], tuple[Vectors, Mask]]
"""Pictures to float32 `(n, d)` of unit length, and which of them could be read: rows of the
others are NaN."""


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Reads and embeds pictures in batches; `on_faces(done, total)` is told how far it is."""

    embedder: Embedder
    on_faces: Callable[[int, int], None] | None = None

    def __call__(self, paths: Sequence[Path]) -> tuple[Vectors, Mask]:
        """See `Embed`. What is no picture, or gets a vector that is not finite, is left out."""
        vectors = np.full((len(paths), self.embedder.dim), np.nan, dtype=np.float32)
        with ThreadPoolExecutor(2) as pool:  # Pillow decodes outside of the interpreter's lock
            done = 0
            for batch, crops in _batches(paths, pool, self._read):
                rows = np.array([n for n, crop in zip(batch, crops, strict=True) if crop])
                if len(rows):
                    both = [crop for crop in crops if crop]
                    faces = [face for face, _ in both]
                    landmarks = np.stack([points for _, points in both])
                    vectors[rows] = self.embedder.embed(faces, landmarks)
                done += len(batch)
                if self.on_faces is not None:
                    self.on_faces(done, len(paths))
        length = np.linalg.norm(vectors, axis=1)
        read = np.isfinite(length) & (length > 0.5)
        vectors[~read] = np.nan
        return vectors, np.asarray(read)

    def _read(self, path: Path) -> tuple[Pixels, npt.NDArray[np.float32]] | None:
        picture = read_picture(path)
        return None if picture is None else recut(picture, self.embedder)


def _batches(
    paths: Sequence[Path],
    pool: ThreadPoolExecutor,
    read: Callable[[Path], tuple[Pixels, npt.NDArray[np.float32]] | None],
) -> Iterator[tuple[range, list[tuple[Pixels, npt.NDArray[np.float32]] | None]]]:
    for start in range(0, len(paths), BATCH):
        batch = range(start, min(start + BATCH, len(paths)))
        yield batch, list(pool.map(read, [paths[n] for n in batch]))


def read_picture(path: Path) -> Pixels | None:
    """uint8 RGB `(height, width, 3)`; None where it is no picture, broken, or of no usable size."""
    from PIL import Image

    try:
        with Image.open(path, formats=FORMATS) as opened:
            if not LEAST_SIDE <= min(opened.size) <= max(opened.size) <= MOST_SIDE:
                return None
            return np.asarray(opened.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def recut(picture: Pixels, embedder: Embedder) -> tuple[Pixels, npt.NDArray[np.float32]]:
    """An aligned picture as the crop that `embedder` wants, and the landmarks `(5, 2)` in it."""
    height, width = picture.shape[:2]
    points = align.template("arcface-112", (width, height))
    if embedder.alignment == "arcface-112" and embedder.input_size == (width, height):
        return picture, points
    face = Detection(_box(points), points, 1.0)
    wanted = (embedder.alignment, embedder.input_size)
    return align.crop(picture, face, *wanted), align.crop_landmarks(picture, face, *wanted)


def _box(landmarks: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The box in which a detector would have seen these landmarks, float32 `(4,)`.

    The ordinary places of landmarks in a box, brought nearest to these along each axis.
    """
    shares = align.template("facenet-box", (1, 1)).astype(np.float64)
    lines = [np.polyfit(shares[:, axis], landmarks[:, axis], 1) for axis in (0, 1)]
    (wide, left), (high, top) = lines
    return np.array([left, top, left + wide, top + high], dtype=np.float32)
