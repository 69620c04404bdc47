"""Networks run by ONNX Runtime on the processor, in f32."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tracker.errors import WeightsInvalid
from tracker.vision.engines.memory import is_about_memory

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}


class OnnxRuntimeGraph:
    """See `Graph`."""

    def __init__(self, onnx: Path, *, threads: int) -> None:
        """The file is read and checked here."""
        import onnxruntime

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what it says is told by the exception, in our words
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # threads that wait by spinning take the cores from those that decode photos
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(onnx), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime's own exceptions share no public base
            if is_about_memory(error):
                raise MemoryError("there is no room for the network") from error
            raise WeightsInvalid(
                f"{onnx} cannot be read as an ONNX model", hint="put the right file in its place"
            ) from error
        ports = self._session.get_inputs()
        self._names = [port.name for port in ports]
        self._types = [_TYPES.get(port.type, np.float32) for port in ports]
        self._shapes = [
            tuple(side if isinstance(side, int) and side > 0 else None for side in port.shape)
            for port in ports
        ]

    @property
    def input_shapes(self) -> list[tuple[int | None, ...]]:
        """See `Graph.input_shapes`."""
        return self._shapes

    def run(self, *inputs: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
        """See `Graph.run`."""
        given = {
            name: np.ascontiguousarray(array, dtype=kind)
            for name, array, kind in zip(self._names, inputs, self._types, strict=True)
        }
        try:
            return [np.asarray(output) for output in self._session.run(None, given)]
        except Exception as error:  # ONNX Runtime's own exceptions share no public base
            if is_about_memory(error):
                raise MemoryError("the network has no room to run") from error
            shapes = [array.shape for array in given.values()]
            raise ValueError(f"the network cannot take {shapes}") from error
