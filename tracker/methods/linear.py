"""A single torch layer, trained by gradient descent: the seed's linear layer, with its training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tracker.methods._arrays import class_count
from tracker.methods._torch_training import shares, train
from tracker.methods.contract import Floats, Ints


@dataclass
class Linear:
    """One linear layer with a softmax, trained on cross-entropy with weight decay.

    The script that this program grew from never trained its layer and celebrated the output of
    random weights; `tests/tracker/methods` keeps that from coming back.
    """

    own_axes: ClassVar[bool] = True

    seed: int = 0

    def fit(self, X: Floats, y: Ints) -> Linear:
        """Learn `layers_`: weights `(d, R)` and bias `(R,)`, float32."""
        people = class_count(X, y, least_people=2)
        self.layers_ = train(
            X, y, [X.shape[1], people], seed=self.seed, steps=100, rate=0.05, decay=2e-3
        )
        return self

    def predict_proba(self, X: Floats) -> Floats:
        """Shares: float64 `(m, R)`, rows sum to 1."""
        return shares(X, self.layers_)
