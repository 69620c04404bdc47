"""What a chosen engine is, and what an opened network does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Runtime:
    """What networks run on; it can be pickled, so worker processes are told what was chosen.

    `engine` is "openvino", "onnxruntime" or "torch"; `device` "cpu", "mps", "cuda" or "cuda:N".
    `precision`, "bf16" or "f32", is what networks like FaceNet run in, which bear it; others are
    always run in f32. `why` is one plain sentence.
    """

    engine: str
    device: str
    precision: str
    why: str

    @property
    def on_processor(self) -> bool:
        """Whether everything runs on the CPU."""
        return self.device == "cpu"


class Graph(Protocol):
    """An opened network. `run` may be called from several threads at a time."""

    def run(self, *inputs: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """The network's outputs for its inputs, both in the network's own order.

        The arrays given back belong to the caller. Raises ValueError where the network cannot
        take inputs of these shapes or types, MemoryError where there is no room to run it.
        """
        ...

    @property
    def input_shapes(self) -> list[tuple[int | None, ...]]:
        """The shape of each input; None is a side of any length."""
        ...
