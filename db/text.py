"""Paths and words as text that a database, a terminal and a page can hold."""

from __future__ import annotations


def plain(text: str) -> str:
    """The text, with what is no text (half a surrogate pair, from stray bytes) as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(path: bytes) -> str:
    """A path for people: bytes that are no text become escapes like \\xff."""
    return path.decode("utf-8", "backslashreplace")
