"""Opening a network in ONNX form with the engine that was chosen."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import EngineError
from tracker.vision.engines.contract import Graph, Runtime
from tracker.vision.engines.cores import cores


def open_graph(
    onnx: Path, runtime: Runtime, *, threads: int | None = None, precision: str | None = None
) -> Graph:
    """The network in `onnx`, ready to run; its sides may be of any length where it says so.

    `threads`: None for all the cores there are. `precision`: None for that of `runtime`; "bf16" is
    taken for "f32" where it cannot be had. Raises EngineError for an engine that opens no ONNX
    (torch) or is not installed, WeightsInvalid for a file that it cannot read.
    """
    threads = threads or cores()
    precision = precision or runtime.precision
    try:
        if runtime.engine == "openvino":
            from tracker.vision.engines.openvino import OpenVinoGraph

            return OpenVinoGraph(onnx, threads=threads, precision=precision)
        if runtime.engine == "onnxruntime":
            from tracker.vision.engines.onnxruntime import OnnxRuntimeGraph

            return OnnxRuntimeGraph(onnx, threads=threads)
    except ImportError as error:
        raise EngineError(
            f"the engine {runtime.engine} cannot be loaded: {error}",
            hint="install it anew, or choose another: --engine onnxruntime, --engine torch",
        ) from error
    raise EngineError(
        f"the engine {runtime.engine} opens no ONNX models",
        hint="use --engine openvino or --engine onnxruntime",
    )
