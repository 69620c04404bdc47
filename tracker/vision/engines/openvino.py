"""Networks run by OpenVINO on the processor."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tracker.errors import WeightsInvalid
from tracker.vision.engines.memory import is_about_memory

if TYPE_CHECKING:
    from openvino import Core, PartialShape


def imported() -> ModuleType:
    """The module `openvino`, silenced. Nothing else may import it.

    Its import sends a usage event and writes an id under the user's home folder, unless its
    telemetry cannot be imported: then it takes a stub of its own that does neither.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    module: ModuleType = openvino
    return module


KEPT_KERNELS = 300
"""Of each network. OpenVINO writes code for every shape that a layer meets, and of itself keeps it
for 5,000 of them: a library of photos of many sizes would fill gigabytes of address space. A photo
of one size meets some eighty."""


@cache
def core() -> Core:
    """OpenVINO's own core, made once: it loads the plugin for the processor."""
    made: Core = imported().Core()
    made.get_property("CPU", "FULL_DEVICE_NAME")  # loads it: only then a refusal comes at once
    with suppress(RuntimeError):  # the property is OpenVINO's own affair, and may go one day
        made.set_property("CPU", {"CPU_RUNTIME_CACHE_CAPACITY": KEPT_KERNELS})
    return made


@cache
def capabilities() -> frozenset[str]:
    """What the processor can do, in OpenVINO's words: "FP32", "BF16", "INT8", ..."""
    return frozenset(core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


class OpenVinoGraph:
    """See `Graph`. Each thread has its own room for what is being worked out."""

    def __init__(self, onnx: Path, *, threads: int, precision: str) -> None:
        """`precision` "bf16" becomes "f32" where the processor has no bf16."""
        if precision == "bf16" and "BF16" not in capabilities():
            precision = "f32"
        try:
            model = core().read_model(str(onnx))
            self._compiled = core().compile_model(
                model,
                "CPU",
                {
                    "NUM_STREAMS": 1,
                    "INFERENCE_NUM_THREADS": threads,
                    # pinned threads of several processes would all sit on the same cores
                    "ENABLE_CPU_PINNING": False,
                    "INFERENCE_PRECISION_HINT": precision,
                },
            )
        except Exception as error:  # whatever a damaged file makes it trip over
            if is_about_memory(error):
                raise MemoryError("there is no room for the network") from error
            raise WeightsInvalid(
                f"{onnx} cannot be read as an ONNX model", hint="put the right file in its place"
            ) from error
        self._shapes = [_shape(port.get_partial_shape()) for port in self._compiled.inputs]
        self._types = [port.get_element_type().to_dtype() for port in self._compiled.inputs]
        self._mine = threading.local()

    @property
    def input_shapes(self) -> list[tuple[int | None, ...]]:
        """See `Graph.input_shapes`."""
        return self._shapes

    def run(self, *inputs: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """See `Graph.run`."""
        if not hasattr(self._mine, "request"):
            self._mine.request = self._compiled.create_infer_request()
        given = [
            np.ascontiguousarray(array, dtype=kind)
            for array, kind in zip(inputs, self._types, strict=True)
        ]
        try:
            # shared: it reads the caller's arrays where they lie, for as long as this call lasts
            results = self._mine.request.infer(given, share_inputs=True, share_outputs=True)
        except RuntimeError as error:
            if is_about_memory(error):
                raise MemoryError("the network has no room to run") from error
            raise ValueError(f"the network cannot take {[a.shape for a in given]}") from error
        return [np.array(results[port]) for port in self._compiled.outputs]


def _shape(partial: PartialShape) -> tuple[int | None, ...]:
    return tuple(side.get_length() if side.is_static else None for side in partial)
