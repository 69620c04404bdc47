"""What every embedder is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from tracker.vision.records import Pixels


@runtime_checkable
class Embedder(Protocol):
    """Turns aligned crops into unit vectors.

    `id` names everything that changes a vector (architecture, weights' hash where it is not
    the published one, preprocessing version), so vectors under one id may be compared.
    `alignment` names the crop it wants (see `tracker.vision.align`); `input_size` is that
    crop's (width, height) in pixels. `licence` is that of the weights in use; `source` where
    they come from. An embedder with `wants_landmarks` also looks at where the eyes, nose and mouth
    lie in the crop; without them it assumes an ordinary face, which is legal but worse.
    """

    id: str
    dim: int
    input_size: tuple[int, int]
    alignment: str
    licence: str
    source: str
    wants_landmarks: bool

    def embed(
        self, crops: Sequence[Pixels], landmarks: npt.NDArray[np.float32] | None = None
    ) -> npt.NDArray[np.float32]:
        """Embed uint8 RGB crops of `input_size`: float32 `(n, dim)`, unit length, same order.

        `landmarks` are float32 `(n, 5, 2)` in crop pixels, from `align.crop_landmarks`; any
        embedder may be given them, only one with `wants_landmarks` looks. n = 0 gives shape
        `(0, dim)`. A crop of another size or type raises ValueError.
        """
        ...


@dataclass(frozen=True, slots=True)
class EmbedderInfo:
    """What can be told of an embedder without loading it.

    `name` is what the user types, `id` what vectors are stored under: they differ where the
    weights are not the published ones (`published` is False then). `line` says in one line what it
    is. `present` tells whether it could be loaded now; `download_bytes` what fetching it would
    cost, 0 when there is nothing to fetch, None when the size is not known.
    """

    name: str
    id: str
    line: str
    licence: str
    source: str
    dim: int
    alignment: str
    input_size: tuple[int, int]
    wants_landmarks: bool
    present: bool
    published: bool
    download_bytes: int | None
