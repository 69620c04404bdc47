"""InceptionResnetV1 as an ONNX graph, which every engine reads without torch.

It is written here node by node, from facenet-pytorch's modules: torch's own exporter needs a
further library and ten seconds for what takes one. Batch normalisations and the blocks' scales are
folded into the convolutions before them, worked out in float64; the preparation of the pixels is
part of the graph, so it takes crops as they are: uint8 `(n, 160, 160, 3)`, RGB. Its output,
float32 `(n, 512)`, is not yet of unit length.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

VERSION = 1
"""Goes up whenever another graph is written for the same weights."""

OPSET = 17
IR_VERSION = 8

Doubles = npt.NDArray[np.float64]


def write(network: torch.nn.Module, path: Path) -> None:
    """Write the graph of facenet-pytorch's InceptionResnetV1 in evaluation mode."""
    _Writer(network).write(path)


class _Writer:
    """Goes through the network once, in the order of its `forward`."""

    def __init__(self, network: torch.nn.Module) -> None:
        self._modules: dict[str, Any] = dict(network.named_modules())
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def write(self, path: Path) -> None:
        from onnx import TensorProto, helper, save

        x = self._whole("crops")
        graph = helper.make_graph(
            self._nodes,
            "InceptionResnetV1",
            [helper.make_tensor_value_info("crops", TensorProto.UINT8, ["n", 160, 160, 3])],
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["n", 512])],
            self._constants,
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        save(model, str(path))

    def _whole(self, crops: str) -> str:
        from onnx import TensorProto

        x = self._node("Cast", crops, to=TensorProto.FLOAT)
        x = self._node("Transpose", x, perm=[0, 3, 1, 2])
        # facenet-pytorch's fixed_image_standardization
        x = self._node("Sub", x, self._constant(np.array(127.5)))
        x = self._node("Mul", x, self._constant(np.array(1 / 128)))
        for name in ("conv2d_1a", "conv2d_2a", "conv2d_2b"):
            x = self._unit(name, x)
        x = self._pool(x)
        for name in ("conv2d_3b", "conv2d_4a", "conv2d_4b"):
            x = self._unit(name, x)
        x = self._blocks("repeat_1", x)
        x = self._joined("mixed_6a", x)
        x = self._blocks("repeat_2", x)
        x = self._joined("mixed_7a", x)
        x = self._blocks("repeat_3", x)
        x = self._block("block8", x)
        x = self._node("GlobalAveragePool", x)
        x = self._node("Flatten", x, axis=1)
        scale, shift = _normalisation(self._modules["last_bn"])
        weight = _array(self._modules["last_linear"].weight) * scale[:, None]
        return self._node("Gemm", x, self._constant(weight), self._constant(shift), transB=1)

    def _blocks(self, name: str, x: str) -> str:
        for number in range(len(self._modules[name])):
            x = self._block(f"{name}.{number}", x)
        return x

    def _block(self, name: str, x: str) -> str:
        """Branches, joined, brought to the width of `x` and added to it."""
        joined = self._joined(name, x)
        block = self._modules[name]
        last = block.conv2d
        weight, bias = _array(last.weight) * block.scale, _array(last.bias) * block.scale
        x = self._node("Add", self._convolution(last, joined, weight, bias), x)
        return x if getattr(block, "noReLU", False) else self._node("Relu", x)

    def _joined(self, name: str, x: str) -> str:
        ends = []
        for branch in (f"{name}.branch{number}" for number in range(4)):
            if branch in self._modules:
                ends.append(self._branch(branch, x))
        return self._node("Concat", *ends, axis=1)

    def _branch(self, name: str, x: str) -> str:
        module = self._modules[name]
        if hasattr(module, "conv"):
            return self._unit(name, x)
        if not list(module.children()):
            return self._pool(x)
        for number in range(len(module)):
            x = self._unit(f"{name}.{number}", x)
        return x

    def _unit(self, name: str, x: str) -> str:
        """A convolution, the normalisation after it, and what is above zero."""
        unit = self._modules[name]
        scale, shift = _normalisation(unit.bn)
        weight = _array(unit.conv.weight) * scale[:, None, None, None]
        return self._node("Relu", self._convolution(unit.conv, x, weight, shift))

    def _convolution(self, like: Any, x: str, weight: Doubles, bias: Doubles) -> str:  # noqa: ANN401
        tall, wide = like.padding
        return self._node(
            "Conv",
            x,
            self._constant(weight),
            self._constant(bias),
            kernel_shape=list(like.kernel_size),
            strides=list(like.stride),
            pads=[tall, wide, tall, wide],
        )

    def _pool(self, x: str) -> str:
        return self._node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2])

    def _constant(self, values: Doubles) -> str:
        from onnx import numpy_helper

        name = f"c{len(self._constants)}"
        array = np.ascontiguousarray(values, dtype=np.float32).reshape(values.shape)
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def _node(self, kind: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401
        from onnx import helper

        name = f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name


def _normalisation(module: Any) -> tuple[Doubles, Doubles]:  # noqa: ANN401
    """(scale, shift) that do what the batch normalisation does in evaluation."""
    scale = _array(module.weight) / np.sqrt(_array(module.running_var) + module.eps)
    return scale, _array(module.bias) - _array(module.running_mean) * scale


def _array(tensor: torch.Tensor) -> Doubles:
    return np.asarray(tensor.numpy(), dtype=np.float64)
