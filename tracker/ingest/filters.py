"""Which of the photos in a folder are wanted: by the path below it, and by album.

Names are compared without regard to case, and composed (NFC) whichever way the file system has
them. A pattern is matched part by part: `*`, `?` and `[abc]` stand for characters of one name,
`**` for any number of folders. It means the photo it matches, and every photo in a folder that it
matches; without a slash it may be the name of any of them ("*.png", "Screenshots").
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from db import text
from tracker.errors import UsageError
from tracker.metadata.sidecars import takeout, takeout_names

Part = Callable[[str], object] | None
"""Whether a pattern's part matches a name; None for `**`."""


def folded(name: bytes | str) -> str:
    """The name as it is compared: composed, and without regard to case."""
    return text.folded(os.fsdecode(name) if isinstance(name, bytes) else name)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is wanted of the photos that are met. Empty: all of them.

    `include`: only what one of these patterns means. `exclude`: nothing that one of these means,
    also where it is included. `albums`: only what is in a folder of one of these names, or in one
    that a Google Takeout calls so.

    Raises UsageError for a pattern that means nothing, and for an album without a name.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for pattern in (*self.include, *self.exclude):
            _parts(pattern)
        for album in self.albums:
            if not album.strip():
                raise UsageError(
                    "An album without a name cannot be asked for.",
                    hint='Write for example --album "Holidays 2019".',
                )

    def __bool__(self) -> bool:
        """Whether anything is left out at all."""
        return bool(self.include or self.exclude or self.albums)

    def wants(self, path: Sequence[str]) -> bool:
        """Whether a photo is wanted; `path`: its folders below the start and its name, `folded`.

        Of albums nothing is asked here, see `is_album`.
        """
        if self.include and not any(_means(_parts(p), path) for p in self.include):
            return False
        return not any(_means(_parts(p), path) for p in self.exclude)

    def is_album(self, titles: Iterable[str]) -> bool:
        """Whether a folder that has these names is one of the albums; True where none is named."""
        return not self.albums or not {folded(album) for album in self.albums}.isdisjoint(
            folded(title) for title in titles
        )


EVERYTHING = Filters()


def titles_of(folder: bytes) -> Iterator[str]:
    """What a folder is called: its name, and the title that a Google Takeout gives it."""
    yield os.fsdecode(os.path.basename(folder))  # noqa: PTH119  (pathlib cannot hold bytes)
    try:
        with os.scandir(folder) as listing:
            paths = [entry.path for entry in listing if _describes_it(entry)]
    except OSError:
        return
    for path in sorted(paths):
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                title = takeout.album_title(file.read(takeout.MAX_BYTES))
        except OSError:
            continue
        if title:
            yield title


def _describes_it(entry: os.DirEntry[bytes]) -> bool:
    return (
        entry.name.lower().endswith(b".json")
        and takeout_names.is_albums(entry.name)
        and entry.is_file(follow_symlinks=False)
    )


_LETTERS = re.compile(r"\[!?+.[^\]]*\]")
"""`[abc]`, as fnmatch reads it; any other `[` would be the letter itself, which nobody means."""


@lru_cache(maxsize=256)
def _parts(pattern: str) -> tuple[Part, ...]:
    parts = [part for part in folded(pattern).split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        raise UsageError(
            f"{pattern!r} is not a pattern of names below a folder.",
            hint='Write for example "*.png", "Screenshots" or "2019/**/*.jpg".',
        )
    if any("[" in _LETTERS.sub("", part) for part in parts):
        raise UsageError(
            f"{pattern!r} opens a [ that no ] closes.",
            hint="[abc] stands for one of these letters; write [[] for a [ in a name.",
        )
    if len(parts) == 1 and not pattern.startswith("/"):
        parts.insert(0, "**")
    return tuple(None if part == "**" else re.compile(translate(part)).match for part in parts)


def _means(parts: Sequence[Part], path: Sequence[str]) -> bool:
    """Whether the pattern matches the path, or the beginning of it that is a folder."""
    places = {0}  # how many names may have been used up so far
    for part in parts:
        if part is None:
            places = set(range(min(places), len(path) + 1))
        else:
            places = {p + 1 for p in places if p < len(path) and part(path[p])}
        if not places:
            return False
    return places != {0}
