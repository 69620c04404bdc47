"""Keeps the libraries' remarks from the reader of a report."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings from inside, and none of them counted as shown.

    On a handful of photos scikit-learn remarks on convergence, on fewer distinct points than
    clusters and the like; whether a method held up is told by its held-out accuracy instead.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
