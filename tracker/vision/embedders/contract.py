"""What every embedder is."""

from __future__ import annotations

from collections.abc import Sequence
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
    they come from.
    """

    id: str
    dim: int
    input_size: tuple[int, int]
    alignment: str
    licence: str
    source: str

    def embed(self, crops: Sequence[Pixels]) -> npt.NDArray[np.float32]:
        """Embed uint8 RGB crops of `input_size`: float32 `(n, dim)`, unit length, same order.

        n = 0 gives shape `(0, dim)`.
        """
        ...
