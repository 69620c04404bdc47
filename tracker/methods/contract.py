"""What every method is: scikit-learn's shape, over unit vectors.

A method's constructor only stores its settings. `fit(X, y)` learns from the relatives' faces
(`X`: float32 `(n, d)`, unit length; `y`: int `(n,)`, class numbers 0..R-1, each present) and
keeps what it learned in attributes that end in `_`. It then offers one of

- `predict_proba(X)`: float `(m, R)`, rows of shares that sum to 1;
- `decision_scores(X)`: float `(m, R)`, a similarity per relative, higher is closer.

A method whose answer depends on the axes that faces are given in, and not on their lengths and
angles alone, says so by `own_axes = True` and sees them as the embedder gave them.

`seed` fixes whatever is random. A method that cannot be fitted on so little data raises
`CannotFit` with the reason.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]


class CannotFit(ValueError):
    """There is too little, or the wrong kind of, data for this method; the message says what."""


class Neighbours(Protocol):
    """Nearest-neighbour search over enrolled faces (the gallery, or an array)."""

    def search(self, probes: Floats, k: int, among: Ints) -> tuple[Floats, Ints]:
        """The `k` most similar of the faces `among`: (similarities, ids), each `(m, k)`.

        Rows are in falling order of similarity; where there are fewer than k, ids are -1.
        """
        ...


class Method(Protocol):
    """A classifier or clusterer over faces. See the module's docstring."""

    def fit(self, X: Floats, y: Ints) -> Method:
        """Learn from the relatives' faces."""
        ...
