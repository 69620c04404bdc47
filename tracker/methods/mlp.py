"""A small neural network: one hidden layer of 32 units, trained by gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tracker.methods._arrays import class_count
from tracker.methods._torch_training import shares, train
from tracker.methods.contract import Floats, Ints


@dataclass
class Mlp:
    """A hidden layer of ReLU units and a softmax, trained on cross-entropy with weight decay."""

    hidden: ClassVar[int] = 32

    own_axes: ClassVar[bool] = True

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Mlp:
        """Learn `layers_`: two pairs of weights and bias, float32."""
        people = class_count(X, y, least_people=2)
        self.layers_ = train(
            X,
            y,
            [X.shape[1], self.hidden, people],
            seed=self.seed,
            steps=100,
            rate=0.02,
            decay=2e-3,
        )
        return self

    def predict_proba(self, X: Floats) -> Floats:
        """Shares: float64 `(m, R)`, rows sum to 1."""
        return shares(X, self.layers_)
