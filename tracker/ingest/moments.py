"""Which photos are of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def update(con: duckdb.DuckDBPyConnection, photos: Sequence[str]) -> None:
    """Work out the moments anew after these photos (sha256s) came or were dated otherwise."""
