"""Keeps the libraries' remarks from the reader of a report, and their threads from the machine."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings from inside, and one thread. Enter it after scikit-learn has been imported.

    On a handful of photos scikit-learn remarks on convergence, on fewer distinct points than
    clusters and the like; whether a method held up is told by its held-out accuracy instead.
    A fit takes milliseconds: threads that wait for each other in it made it ten times as long.
    """
    with warnings.catch_warnings(), _threads().limit(limits=1):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Products and decompositions in one thread, for work that has many small ones: to share each
    of them took half as much again of the processor, and beside other work several times the
    time. Searches have threads of their own and keep them.
    """
    import scipy.linalg  # noqa: F401  it brings another copy of the library than numpy's

    with _threads().limit(limits=1, user_api="blas"):
        yield


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """The same for torch, which counts its threads for itself."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def one_thread_each() -> Iterator[None]:
    """For callers that bring threads of their own: the libraries use one in each, and what is
    set inside by several at once is put back in the end."""
    import sklearn  # noqa: F401  its thread pools are there to be found

    with quiet(), one_torch_thread():
        yield


@cache
def _threads() -> ThreadpoolController:
    """Every thread pool of the numeric libraries; finding them takes longer than many a fit."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
