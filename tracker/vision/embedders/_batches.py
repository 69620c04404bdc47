"""Running a network over many crops in batches of one size, so that no vector depends on company.

Libraries choose how to multiply by the shape of what they are given, so the same crop's vector may
differ in its last bits from batch size to batch size. A batch that is not full is therefore filled
up with its last crop.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from tracker.errors import EngineError
from tracker.vision.engines.memory import is_about_memory
from tracker.vision.records import Pixels

Floats = npt.NDArray[np.float32]
Network = Callable[[Pixels], Floats]


class Batches:
    """A network with the size of its batches.

    Where the device has no memory left, the batches become half as large, and stay so: vectors may
    then differ in their last bits from those of the larger batches, on a graphics card alone.
    """

    def __init__(
        self, network: Network, size: int, *, make_room: Callable[[], None] | None = None
    ) -> None:
        """`make_room` is called before a batch is tried again with half its size."""
        self.size = size
        self._network = network
        self._make_room = make_room

    def __call__(self, pixels: Pixels) -> Floats:
        """What the network gives for uint8 `(n, h, w, 3)`, n >= 1: float32 `(n, dim)`.

        Raises EngineError where there is no memory for a single crop.
        """
        done: list[Floats] = []
        start = 0
        while start < len(pixels):
            batch = pixels[start : start + self.size]
            try:
                out = self._network(_filled(batch, self.size))
            except (RuntimeError, MemoryError) as error:
                if not is_about_memory(error):
                    raise
                self._halve(error)
                continue
            done.append(np.asarray(out, dtype=np.float32)[: len(batch)].reshape(len(batch), -1))
            start += len(batch)
        return np.concatenate(done)

    def _halve(self, error: Exception) -> None:
        if self.size == 1:
            raise EngineError(
                "the device has no memory left for a single face",
                hint="close other programs that use it, or let the processor do it: --device cpu",
            ) from error
        self.size //= 2
        if self._make_room is not None:
            self._make_room()


def unit(vectors: Floats) -> Floats:
    """The rows brought to length 1; a row of zeros stays one. Worked out in float64, row by row."""
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64))
    return np.asarray(vectors / np.maximum(lengths, 1e-12)[:, None], dtype=np.float32)


def _filled(batch: Pixels, size: int) -> Pixels:
    missing = size - len(batch)
    return np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)]) if missing else batch
