"""Training of small torch networks: full batch, fixed seed, no trace left in torch's own state."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tracker.methods._arrays import one_hot, softmax
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
        layers.append((weights, torch.zeros(narrow)))
    return layers


def train(
    X: Floats, y: Ints, sizes: list[int], *, seed: int, steps: int, rate: float, decay: float
) -> list[tuple[Floats, Floats]]:
    """Train a network on cross-entropy plus `decay`/2 x squared weights; its layers as float32.

    `X` float `(n, sizes[0])`, `y` int `(n,)` in 0..sizes[-1]-1. All faces in every one of the
    `steps`, by Adam (Kingma and Ba 2015) at learning rate `rate`.

    Gradients and steps are written out: torch's own bookkeeping for them takes ten times as long
    as the arithmetic of so small a network, and three seconds to be imported.
    """
    import torch

    # Faces and units lie in columns and weights are `(out, in)`: with so few units torch
    # multiplies the other way round four times as slowly.
    layers = [
        (weights.T.contiguous(), bias[:, None]) for weights, bias in initial_layers(sizes, seed)
    ]
    faces = torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32)).T
    truth = torch.from_numpy(one_hot(y, sizes[-1]).astype(np.float32)).T
    with one_torch_thread(), torch.no_grad():
        moves = [(_Adam(weights, rate, decay), _Adam(bias, rate, 0.0)) for weights, bias in layers]
        for _ in range(steps):
            for (weights, bias), (by_weights, by_bias) in zip(
                moves, _gradients(faces, truth, layers), strict=True
            ):
                weights.step(by_weights)
                bias.step(by_bias)
    return [(weights.T.numpy(), bias[:, 0].numpy()) for weights, bias in layers]


def shares(X: Floats, layers: list[tuple[Floats, Floats]]) -> Floats:
    """The trained network's answer: `(m, R)`, rows sum to 1."""
    hidden = X
    for weights, bias in layers[:-1]:
        hidden = np.maximum(hidden @ weights + bias, 0)
    weights, bias = layers[-1]
    return softmax(np.asarray(hidden @ weights + bias, dtype=np.float64))


def _gradients(faces: torch.Tensor, truth: torch.Tensor, layers: Layers) -> Layers:
    """Of the mean cross-entropy by every layer's weights and bias: faces `(d, n)`, truth `(R, n)`,
    weights `(out, in)`, biases `(out, 1)`."""
    inputs = [faces]
    for weights, bias in layers[:-1]:
        inputs.append((weights @ inputs[-1]).add_(bias).relu_())
    weights, bias = layers[-1]
    off = (weights @ inputs[-1]).add_(bias).softmax(dim=0).sub_(truth).div_(faces.shape[1])
    found: Layers = []
    for place in reversed(range(len(layers))):
        found.append((off @ inputs[place].T, off.sum(dim=1, keepdim=True)))
        if place:
            off = (layers[place][0].T @ off).mul_(inputs[place] > 0)
    return found[::-1]


class _Adam:
    """Moves one tensor against its gradients."""

    KEPT, KEPT_SQUARES, TINY = 0.9, 0.999, 1e-8

    def __init__(self, moved: torch.Tensor, rate: float, decay: float) -> None:
        self._moved, self._rate, self._decay = moved, rate, decay
        self._mean, self._squares = moved.new_zeros(moved.shape), moved.new_zeros(moved.shape)
        self._steps = 0

    def step(self, gradient: torch.Tensor) -> None:
        """One step."""
        self._steps += 1
        if self._decay:
            gradient = gradient.add(self._moved, alpha=self._decay)
        self._mean.lerp_(gradient, 1 - self.KEPT)
        self._squares.mul_(self.KEPT_SQUARES)
        self._squares.addcmul_(gradient, gradient, value=1 - self.KEPT_SQUARES)
        unbiased = 1 - self.KEPT_SQUARES**self._steps
        spread = self._squares.sqrt().div_(unbiased**0.5).add_(self.TINY)
        self._moved.addcdiv_(self._mean, spread, value=-self._rate / (1 - self.KEPT**self._steps))
