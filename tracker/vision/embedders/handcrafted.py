"""Hand-made features: five-landmark geometry, colours, HOG and LBP. Needs no download."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tracker.errors import EmbedderError
from tracker.vision import align
from tracker.vision.embedders import _features
from tracker.vision.embedders._crops import stacked
from tracker.vision.embedders.contract import EmbedderInfo
from tracker.vision.engines import Runtime
from tracker.vision.records import Pixels

NAMES = ("handcrafted",)
ALIGNMENT = "eyes-upright"
INPUT_SIZE = _features.SIZE
LICENCE = "MIT, as the program itself; no weights are used"
SOURCE = "the program itself"


def identify(name: str, *, weights: Path | None, weights_dir: Path) -> EmbedderInfo:
    """What it is. It has no weights: giving it some raises EmbedderError."""
    del weights_dir
    if weights is not None:
        raise EmbedderError(
            f"{name} has no weights, so --weights does not go with it", hint="leave --weights out"
        )
    return EmbedderInfo(
        name=name,
        id=name,
        line="hand-made features: geometry, HOG, LBP, skin, eye and hair colour; no download",
        licence=LICENCE,
        source=SOURCE,
        dim=_features.DIM,
        alignment=ALIGNMENT,
        input_size=INPUT_SIZE,
        wants_landmarks=True,
        present=True,
        published=True,
        download_bytes=0,
    )


def load(
    name: str, *, weights: Path | None, weights_dir: Path, runtime: Runtime | None = None
) -> Handcrafted:
    """The embedder, ready. It is no network, so it does not look at `runtime`."""
    del runtime
    return Handcrafted(identify(name, weights=weights, weights_dir=weights_dir))


class Handcrafted:
    """Measurements of a face, standardised, weighted and brought to unit length."""

    dim = _features.DIM
    input_size = INPUT_SIZE
    alignment = ALIGNMENT
    licence = LICENCE
    source = SOURCE
    wants_landmarks = True

    def __init__(self, info: EmbedderInfo) -> None:
        """Nothing is loaded."""
        self.id = info.id

    def embed(
        self, crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """See `Embedder.embed`. Without `landmarks` an ordinary face's places are assumed."""
        pixels = stacked(crops, self.input_size)
        if landmarks is None:
            usual = align.template(ALIGNMENT, self.input_size)
            landmarks = np.repeat(usual[None], len(pixels), axis=0)
        if landmarks.shape != (len(pixels), 5, 2):
            raise ValueError(f"landmarks are {landmarks.shape}, not ({len(pixels)}, 5, 2)")
        vectors = np.empty((len(pixels), self.dim), dtype=np.float32)
        for row, crop, points in zip(vectors, pixels, landmarks, strict=True):
            row[:] = _features.vector(crop, points)
        return vectors
