"""Paths and words as text that a database, a terminal and a page can hold."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """The text, with what is no text (half a surrogate pair, from stray bytes) as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(path: bytes) -> str:
    """A path for people: bytes that are no text become escapes like \\xff."""
    return path.decode("utf-8", "backslashreplace")


def folded(text: str) -> str:
    """The same for all spellings that some file systems and programs take for one name: those in
    capitals or not, and with accents composed or apart."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def many(number: int, one: str, more: str | None = None) -> str:
    """ "1 photo is", "3,000 photos are": the number with what agrees with it.

    `more` defaults to `one` with an s.
    """
    return f"{number:,} {one if number == 1 else more or one + 's'}"
