"""Faces by their ids as people type them: 16 hexadecimal digits, or the beginning of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from db import reviewing
from tracker.errors import UsageError
from tracker.identity.review_records import face_key

if TYPE_CHECKING:
    import duckdb

DIGITS = 16


def find_faces(connection: duckdb.DuckDBPyConnection, words: Sequence[str]) -> list[int]:
    """The faces meant by `words`, each once, in their order.

    Raises UsageError for a word that is no id, that no face has, or that more than one begins with.
    """
    return list(dict.fromkeys(_find(connection, word) for word in words))


def _find(connection: duckdb.DuckDBPyConnection, word: str) -> int:
    text = word.strip().lower()
    if not text or len(text) > DIGITS or any(c not in "0123456789abcdef" for c in text):
        raise UsageError(
            f"{word!r} is not the id of a face.",
            hint="`tracker faces list` shows the ids: 16 digits from 0 to f.",
        )
    found: list[int] = []
    if text[0] <= "7":  # ids have 63 bits
        first, last = int(text.ljust(DIGITS, "0"), 16), int(text.ljust(DIGITS, "f"), 16)
        found = reviewing.with_prefix(connection, first, last)
    if not found:
        raise UsageError(
            f"There is no face {word!r} here.", hint="`tracker faces list` shows the ids."
        )
    if len(found) > 1:
        raise UsageError(
            f"More than one face begins with {word!r}: "
            f"{', '.join(map(face_key, found[:2]))}{', …' if len(found) > 2 else ''}.",
            hint="Give more digits of the one that is meant.",
        )
    return found[0]
