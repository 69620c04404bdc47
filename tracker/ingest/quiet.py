"""Keeps codecs from writing to the terminal: libtiff and LibRaw tell their troubles there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2

_one_at_a_time = threading.RLock()
"""Two threads that take turns would each put back what the other had put there."""


@contextmanager
def quiet() -> Iterator[None]:
    """Nothing is written to this process's standard error meanwhile, not by C code either.

    What went wrong is in the exception that Pillow or rawpy raises.
    """
    with _one_at_a_time:
        try:
            kept = os.dup(STDERR)
        except OSError:  # it is closed: nobody can be bothered
            yield
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, STDERR)
            os.close(nowhere)
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)
