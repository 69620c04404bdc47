"""Training of small torch networks: full batch, fixed seed, no trace left in torch's own state."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from tracker.methods._arrays import softmax
from tracker.methods._quiet import one_torch_thread
from tracker.methods.contract import Floats, Ints

if TYPE_CHECKING:
    import torch

Layers = list[tuple["torch.Tensor", "torch.Tensor"]]


def initial_layers(sizes: list[int], seed: int) -> Layers:
    """Random layers of the given widths: weights `(in, out)` ~ N(0, 1/in), biases zero."""
    import torch

    dice = torch.Generator().manual_seed(seed)
    layers = []
    for wide, narrow in pairwise(sizes):
        weights = torch.randn(wide, narrow, generator=dice) / wide**0.5
        layers.append((weights.requires_grad_(), torch.zeros(narrow, requires_grad=True)))
    return layers


def train(
    X: Floats, y: Ints, sizes: list[int], *, seed: int, steps: int, rate: float, decay: float
) -> list[tuple[Floats, Floats]]:
    """Train a network on cross-entropy plus `decay`/2 x squared weights; its layers as float32.

    `X` float `(n, sizes[0])`, `y` int `(n,)` in 0..sizes[-1]-1. All faces in every one of the
    `steps`, by Adam (Kingma and Ba 2015) at learning rate `rate`.
    """
    import torch

    layers = initial_layers(sizes, seed)
    faces = torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))
    labels = torch.from_numpy(np.asarray(y, dtype=np.int64))
    decayed: dict[str, Any] = {"params": [w for w, _ in layers], "weight_decay": decay}
    free: dict[str, Any] = {"params": [bias for _, bias in layers]}
    adam = torch.optim.Adam([decayed, free], lr=rate, fused=True)
    with one_torch_thread(), torch.enable_grad():
        for _ in range(steps):
            adam.zero_grad()
            loss = torch.nn.functional.cross_entropy(_forward(faces, layers), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            adam.step()
    return [(weights.detach().numpy(), bias.detach().numpy()) for weights, bias in layers]


def shares(X: Floats, layers: list[tuple[Floats, Floats]]) -> Floats:
    """The trained network's answer: `(m, R)`, rows sum to 1."""
    hidden = X
    for weights, bias in layers[:-1]:
        hidden = np.maximum(hidden @ weights + bias, 0)
    weights, bias = layers[-1]
    return softmax(np.asarray(hidden @ weights + bias, dtype=np.float64))


def _forward(faces: torch.Tensor, layers: Layers) -> torch.Tensor:
    hidden = faces
    for weights, bias in layers[:-1]:
        hidden = (hidden @ weights + bias).relu()
    weights, bias = layers[-1]
    return hidden @ weights + bias
