"""Memory that runs out is told from a network that cannot take what it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tracker.vision.engines import Runtime, open_graph
from tracker.vision.engines.memory import is_about_memory
from tracker.vision.mtcnn.networks import FOLDER


@pytest.mark.parametrize(
    ("error", "about_memory"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("MPS backend out of memory"), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory"), True),
        (RuntimeError("Exception from src/plugins: std::bad_alloc"), True),
        (RuntimeError("Failed to allocate memory for requested buffer of size 9"), True),
        (RuntimeError("[CPU] Convolution node with name 't220' can't alloc"), True),
        (RuntimeError("cpu_memory.cpp:257:\nFailed to allocate 12845056 bytes of memory"), True),
        (RuntimeError("plugin.cpp:54:\nResource temporarily unavailable"), True),  # a thread
        (RuntimeError("the shapes do not match"), False),
        (ValueError("3 is not 4"), False),
    ],
)
def test_a_library_says_in_its_own_words_that_memory_ran_out(
    error: Exception, about_memory: bool
) -> None:
    assert is_about_memory(error) is about_memory


@pytest.mark.parametrize(("engine", "inner"), [("onnxruntime", "_session"), ("openvino", "_mine")])
def test_an_engine_without_memory_says_so(
    engine: str, inner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = open_graph(
        Path(FOLDER / "refinement.onnx"), Runtime(engine, "cpu", "f32", "asked for"), threads=1
    )

    class Full:
        def run(self, *_: Any) -> Any:
            raise RuntimeError("std::bad_alloc")

        infer = None

        class request:  # noqa: N801  it stands in for OpenVINO's
            @staticmethod
            def infer(*_: Any, **__: Any) -> Any:
                raise RuntimeError("std::bad_alloc")

    monkeypatch.setattr(graph, inner, Full())
    with pytest.raises(MemoryError, match="no room"):
        graph.run(np.zeros((1, 24, 24, 3), np.uint8))


@pytest.mark.parametrize(
    ("engine", "opens"),
    [("onnxruntime", "onnxruntime.InferenceSession"), ("openvino", "openvino.Core.compile_model")],
)
def test_a_network_that_memory_is_too_short_to_open_is_not_called_damaged(
    engine: str, opens: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, runtime = Path(FOLDER / "refinement.onnx"), Runtime(engine, "cpu", "f32", "asked for")
    open_graph(network, runtime, threads=1)  # imports the engine

    def full(*_: Any, **__: Any) -> Any:
        raise RuntimeError("plugin.cpp:54:\nstd::bad_alloc")

    monkeypatch.setattr(opens, full)
    with pytest.raises(MemoryError, match="no room"):
        open_graph(network, runtime, threads=1)
