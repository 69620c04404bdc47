"""A real ONNX face embedder that fits on a screen: a few random sums over 8 x 8 fields."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SIDE = 32
DIM = 24


def tiny_model(folder: Path, *, batch: int | str = "n", toml: str | None = None) -> Path:
    """Write model.onnx and its model.toml into `folder`; gives the model.toml.

    `batch` is the size of the model's batches where it is fixed. `toml` are lines that replace
    those of the same key.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    weights = rng.normal(0, 0.01, (3 * 16, DIM)).astype(np.float32)
    nodes = [
        helper.make_node("AveragePool", ["data"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["vectors"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, [batch, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [batch, DIM])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.save(model, str(folder / "model.onnx"))
    lines = {
        "name": '"tiny"',
        "file": '"model.onnx"',
        "licence": '"MIT"',
        "source": '"made by a test"',
        "dim": str(DIM),
        "input_size": f"[{SIDE}, {SIDE}]",
        "colour": '"BGR"',
        "mean": "[100.0, 110.0, 120.0]",
        "scale": "0.01",
        "alignment": '"arcface-112"',
    }
    for line in (toml or "").splitlines():
        key, _, value = line.partition("=")
        lines[key.strip()] = value.strip()
    path = folder / "model.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in lines.items() if value))
    return path
