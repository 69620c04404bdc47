"""Writes the three networks from facenet-pytorch's weights.

Run it by `python -m tracker.vision.mtcnn.convert`. What comes out is `proposal.onnx`,
`refinement.onnx` and `output.onnx` beside this file. They differ from facenet-pytorch's modules in
form only, never in a weight:

- they take the pixels as they are, uint8 `(n, h, w, 3)`; bringing them to -1 to 1 is part of the
  first convolution, which is exact, for none of them pads its input;
- the two numbers "no face" and "face", of which a softmax makes a probability, are one here: their
  difference, the log-odds of a face;
- everything a network says comes as one output: log-odds, four corrections of the box, and from
  the last network ten shares for the landmarks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tracker.vision.torchvision_shim import facenet_pytorch

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]

FOLDER = Path(__file__).parent
OPSET = 17
IR_VERSION = 8
MIDDLE, STEPS = 127.5, 128.0
"""facenet-pytorch's `(pixel - 127.5) * 0.0078125`."""


def main() -> None:
    """Write the three files."""
    library = facenet_pytorch()
    proposal = Graph(library.PNet(), ["n", "h", "w", 3], ["n", 5, "rows", "columns"])
    proposal.convolutions([(1, 2), (2, 0), (3, 0)])
    proposal.heads(["conv4_1", "conv4_2"], "Conv")
    proposal.save(FOLDER / "proposal.onnx")

    refinement = Graph(library.RNet(), ["n", 24, 24, 3], ["n", 5])
    refinement.convolutions([(1, 3), (2, 3), (3, 0)])
    refinement.dense(4)
    refinement.heads(["dense5_1", "dense5_2"], "Gemm")
    refinement.save(FOLDER / "refinement.onnx")

    output = Graph(library.ONet(), ["n", 48, 48, 3], ["n", 15])
    output.convolutions([(1, 3), (2, 3), (3, 2), (4, 0)])
    output.dense(5)
    output.heads(["dense6_1", "dense6_2", "dense6_3"], "Gemm")
    output.save(FOLDER / "output.onnx")


class Graph:
    """An ONNX graph that grows at its end."""

    def __init__(
        self, network: torch.nn.Module, takes: Sequence[str | int], gives: Sequence[str | int]
    ) -> None:
        """`takes` is the shape of the pixels, `gives` that of what comes out."""
        self._weights = {k: v.numpy() for k, v in network.state_dict().items()}
        self._takes, self._gives = takes, gives
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._last = "pixels"
        self._add("Cast", to=1)
        self._add("Transpose", perm=[0, 3, 1, 2])

    def convolutions(self, layers: Sequence[tuple[int, int]]) -> None:
        """Each (number, window of the pooling after it, or 0); it pools in steps of 2."""
        for number, window in layers:
            weight = self._weights[f"conv{number}.weight"]
            bias = self._weights[f"conv{number}.bias"]
            if number == 1:
                bias = bias - weight.sum(axis=(1, 2, 3)) * np.float32(MIDDLE / STEPS)
                weight = weight / np.float32(STEPS)
            self._add("Conv", weight, bias)
            self._add("PRelu", self._weights[f"prelu{number}.weight"].reshape(-1, 1, 1))
            if window:
                self._add("MaxPool", kernel_shape=[window] * 2, strides=[2, 2], ceil_mode=1)

    def dense(self, number: int) -> None:
        """The layer that sees everything, in facenet-pytorch's order of axes."""
        self._add("Transpose", perm=[0, 3, 2, 1])
        self._add("Flatten", axis=1)
        name = f"dense{number}"
        self._add("Gemm", self._weights[f"{name}.weight"], self._weights[f"{name}.bias"], transB=1)
        self._add("PRelu", self._weights[f"prelu{number}.weight"])

    def heads(self, names: Sequence[str], kind: str) -> None:
        """The last layers side by side; the first one's two outputs become their difference."""
        weights = [self._weights[f"{name}.weight"] for name in names]
        biases = [self._weights[f"{name}.bias"] for name in names]
        weights[0] = weights[0][1:] - weights[0][:1]
        biases[0] = biases[0][1:] - biases[0][:1]
        how = {"transB": 1} if kind == "Gemm" else {}
        self._add(kind, np.concatenate(weights), np.concatenate(biases), **how)

    def save(self, path: Path) -> None:
        """Check the graph and write it."""
        from onnx import TensorProto, checker, helper, save

        self._nodes[-1].output[0] = "found"
        pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, list(self._takes))
        found = helper.make_tensor_value_info("found", TensorProto.FLOAT, list(self._gives))
        graph = helper.make_graph(self._nodes, path.stem, [pixels], [found], self._constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="",
            doc_string="MTCNN's weights as in facenet-pytorch 2.5.3 (MIT).",
        )
        checker.check_model(model, full_check=True)
        save(model, path)

    def _add(self, kind: str, *constants: Floats, **attributes: Any) -> None:  # noqa: ANN401
        from onnx import helper, numpy_helper

        names = []
        for value in constants:
            names.append(f"c{len(self._constants)}")
            array = np.ascontiguousarray(value, dtype=np.float32)
            self._constants.append(numpy_helper.from_array(array, names[-1]))
        name = f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, [self._last, *names], [name], **attributes))
        self._last = name


if __name__ == "__main__":
    main()
