"""Which photo shows whom, by where it lies: one folder per person, or each photo somebody else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from db.text import shown

SEPARATOR = os.fsencode(os.sep)

SEX_FOLDERS = {
    b"f": "f", b"female": "f", b"females": "f", b"woman": "f", b"women": "f", b"girl": "f",
    b"girls": "f",
    b"m": "m", b"male": "m", b"males": "m", b"man": "m", b"men": "m", b"boy": "m", b"boys": "m",
}  # fmt: skip
"""Names of a folder of people that say the sex of all of them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The photos that should show one person. `alone`: it is one photo that stands by itself."""

    label: str
    photos: tuple[bytes, ...]
    sex: str | None = None
    alone: bool = False


def who_is_where(source: bytes, photos: Iterable[bytes]) -> list[Shown]:
    """The people of `source`, a folder or a photo, in the order of their first photo.

    `photos` are the absolute paths found at it. The uppermost folder below it that holds photos
    itself is a person, with all that is below; a photo right in it, or right in a folder that
    says the sex, is a person by itself. `source` or folders right in it may say the sex
    (`SEX_FOLDERS`).
    """
    found = [(path, _below(source, path)) for path in photos]
    holders = {parts[:-1] for _, parts in found}
    of_source = SEX_FOLDERS.get(os.path.basename(source).lower())  # noqa: PTH119
    people: dict[tuple[bytes, ...], list[bytes]] = {}
    for path, parts in found:
        people.setdefault(_person(parts, holders), []).append(path)
    return [
        Shown(
            label=_label(source, parts),
            photos=tuple(theirs),
            sex=SEX_FOLDERS.get(parts[0].lower(), of_source) if len(parts) > 1 else of_source,
            alone=theirs == [os.path.join(source, *parts)] or not parts,  # noqa: PTH118
        )
        for parts, theirs in people.items()
    ]


def _below(source: bytes, path: bytes) -> tuple[bytes, ...]:
    """The names from `source` to a photo; none where it is the photo itself."""
    if path == source:
        return ()
    return tuple(path[len(source) :].strip(SEPARATOR).split(SEPARATOR))


def _person(parts: tuple[bytes, ...], holders: set[tuple[bytes, ...]]) -> tuple[bytes, ...]:
    """The names that a person is known by: of a folder, or of a photo that stands alone."""
    folders = parts[:-1]
    first = 1 if folders and folders[0].lower() in SEX_FOLDERS else 0
    for depth in range(first + 1, len(folders) + 1):
        if folders[:depth] in holders:
            return folders[:depth]
    return parts


def _label(source: bytes, parts: tuple[bytes, ...]) -> str:
    return shown(SEPARATOR.join((os.path.basename(source), *parts)))  # noqa: PTH119
