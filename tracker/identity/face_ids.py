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
LARGEST = "7"
"""The first digit of an id at most: ids have 63 bits."""


def find_faces(connection: duckdb.DuckDBPyConnection, words: Sequence[str]) -> list[int]:
    """The faces meant by `words`, each once, in their order.

    Raises UsageError for a word that is no id, that no face has, or that more than one begins with.
    """
    texts = dict.fromkeys(map(_digits, words))
    whole = {text: int(text, 16) for text in texts if len(text) == DIGITS and text[0] <= LARGEST}
    there = reviewing.those_of(connection, list(whole.values()))  # thousands in one query
    return list(
        dict.fromkeys(
            whole[text] if whole.get(text) in there else _beginning(connection, text)
            for text in texts
        )
    )


def _digits(word: str) -> str:
    text = word.strip().lower()
    if not text or len(text) > DIGITS or any(c not in "0123456789abcdef" for c in text):
        raise UsageError(
            f"{word!r} is not the id of a face.",
            hint="`tracker faces list` shows the ids: 16 digits from 0 to f.",
        )
    return text


def _beginning(connection: duckdb.DuckDBPyConnection, text: str) -> int:
    found: list[int] = []
    if text[0] <= LARGEST:
        first, last = int(text.ljust(DIGITS, "0"), 16), int(text.ljust(DIGITS, "f"), 16)
        found = reviewing.with_prefix(connection, first, last)
    if not found:
        raise UsageError(
            f"There is no face {text!r} here.", hint="`tracker faces list` shows the ids."
        )
    if len(found) > 1:
        raise UsageError(
            f"More than one face begins with {text!r}: "
            f"{', '.join(map(face_key, found[:2]))}{', …' if len(found) > 2 else ''}.",
            hint="Give more digits of the one that is meant.",
        )
    return found[0]
