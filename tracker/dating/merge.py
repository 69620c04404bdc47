"""Clues from several times and places to the date of one photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from db.records import Clue
from db.text import plain
from tracker.dating.clues import BORN
from tracker.dating.read import LONGEST

REPLACED = frozenset({"option", "sidecar", "takeout"})
"""Sources of which the latest word takes the place of all before: what the user says with --date,
and files beside the photo, which people and programs change."""


def merged(stored: Iterable[Clue], new: Iterable[Clue]) -> tuple[Clue, ...]:
    """All that is known now, in no order; a photo met again under other names has all of theirs.

    Of file times only the earliest is kept: each copy has one, and they only get later. Of
    someone's birth the latest word stands.
    """
    fresh = [kept(clue) for clue in new]
    told = {clue.source for clue in fresh} & REPLACED
    births = {clue.label for clue in fresh if clue.source == BORN}
    old = [
        clue
        for clue in stored
        if clue.source not in told and not (clue.source == BORN and clue.label in births)
    ]
    known = dict.fromkeys((*old, *fresh))
    files = [clue for clue in known if clue.source == "file"]
    first = min(files, key=_file_time, default=None)
    return tuple(clue for clue in known if clue.source != "file" or clue == first)


def kept(clue: Clue) -> Clue:
    """The clue as the database gives it back: text is text, and times have no zone of their own."""
    at = clue.taken_at
    return replace(
        clue,
        source=_text(clue.source),
        label=_text(clue.label),
        raw=_text(clue.raw),
        taken_at=None if at is None else at.replace(tzinfo=None),
        zone=None if clue.zone is None else _text(clue.zone),
    )


def _text(text: str) -> str:
    return plain(text[:LONGEST]).replace("\0", "")


def _file_time(clue: Clue) -> tuple[date, str]:
    return clue.latest or date.max, clue.raw
