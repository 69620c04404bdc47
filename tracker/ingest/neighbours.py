"""What the files of one folder are to each other: a photo's sidecars, a photo's moving part."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from db.text import shown
from tracker.ingest.entries import Skipped
from tracker.ingest.formats import PHOTO_SUFFIXES
from tracker.ingest.passed_over import passed_over
from tracker.metadata.sidecars.match import Matches, kind_of, match
from tracker.metadata.sidecars.names import (
    VIDEOS,
    Media,
    is_video_of_a_photo,
    media,
    suffix_of,
)
from tracker.metadata.sidecars.read import whose
from tracker.metadata.sidecars.records import KnownSidecars, Sidecar

AMBIGUOUS = "ambiguous sidecar"


@dataclass
class Neighbours:
    """The files of `folder` among its `entries`. What is asked is worked out once; no more is.

    `speak`: whether there are sidecars among them at all. `all_known`: whether each of them was
    read before, for a photo of this folder, and is as it was then.
    """

    folder: bytes
    entries: Sequence[os.DirEntry[bytes]]
    speak: bool
    all_known: bool = False
    _stated: dict[bytes, Sidecar | None] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[bytes]:
        """Of those that are files, not links, and not passed over."""
        return [
            entry.name
            for entry in self.entries
            if _is_file(entry) and (kind_of(entry.name) == "picasa" or not passed_over(entry.name))
        ]

    @cached_property
    def matches(self) -> Matches:
        """Whose each sidecar is."""
        return match(self.names, lambda name: whose(self._path(name), kind_of(name)))

    @cached_property
    def _media(self) -> Media:
        return media(self.names)

    def compare(self, known: KnownSidecars) -> None:
        """Find out whether all are known; mostly they are, and then nobody asks whose they are."""
        for entry in self.entries:
            if kind := kind_of(entry.name):
                one = self._stated[entry.name] = _sidecar(entry, kind)
                if one is None or known.get(one.path) != (one.byte_size, one.mtime_ns):
                    return
        self.all_known = True

    def sidecars_of(self, photo: bytes) -> tuple[Sidecar, ...]:
        """Those of the photo of this name, as they are now."""
        if not self.speak:
            return ()
        own = self.matches.of.get(photo, ())
        found = (self._sidecar(name) for name in (*own, *self.matches.shared))
        return tuple(one for one in found if one is not None)

    def photos_of(self, sidecar: bytes) -> list[bytes]:
        """The names of the photos that it speaks of."""
        if sidecar in self.matches.shared:
            return [name for name in self.names if suffix_of(name).encode() in PHOTO_SUFFIXES]
        return [photo for photo, own in self.matches.of.items() if sidecar in own]

    def skipped(self, name: bytes, path: bytes) -> Skipped:
        """What a file is that no photo is called like."""
        suffix = suffix_of(name)
        if suffix == ".aae":
            return Skipped(path, "edit instructions (AAE)")
        if suffix in VIDEOS:
            return Skipped(path, "live photo's video" if self._moves_a_photo(name) else "video")
        if self.speak and self._sidecar(name) is not None:
            if self.all_known:
                return Skipped(path, "sidecar")
            if why := self.matches.refused.get(name):
                return Skipped(path, AMBIGUOUS, why)
            return Skipped(path, self.matches.others.get(name, "sidecar"))
        written = shown(os.path.splitext(name.lower())[1])  # noqa: PTH122
        return Skipped(path, written or "no suffix")

    def read(self, name: bytes) -> bool:
        """Whether this hidden file speaks of the photos here."""
        return self.speak and kind_of(name) == "picasa" and self._sidecar(name) is not None

    def _moves_a_photo(self, video: bytes) -> bool:
        ((one,),) = media([video]).by_name.values()
        return is_video_of_a_photo(one, self._media)

    def _sidecar(self, name: bytes) -> Sidecar | None:
        if name not in self._stated:
            kind = kind_of(name)
            self._stated[name] = _sidecar(self._by_name[name], kind) if kind else None
        return self._stated[name]

    @cached_property
    def _by_name(self) -> dict[bytes, os.DirEntry[bytes]]:
        return {entry.name: entry for entry in self.entries}

    def _path(self, name: bytes) -> bytes:
        return os.path.join(self.folder, name)  # noqa: PTH118  (pathlib cannot hold bytes)


def listed(folder: bytes) -> Neighbours:
    """Those of a folder that is not walked through."""
    try:
        with os.scandir(folder) as listing:
            entries = list(listing)
    except OSError:
        entries = []
    return Neighbours(folder, entries, may_speak(entries))


def may_speak(entries: Iterable[os.DirEntry[bytes]]) -> bool:
    """Whether any of them is called as sidecars are."""
    return any(entry.name.lower().endswith((b".json", b".xmp", b"picasa.ini")) for entry in entries)


def _sidecar(entry: os.DirEntry[bytes], kind: str) -> Sidecar | None:
    """The file as it is now; None for what is no file, or has gone: the photo is there."""
    if not _is_file(entry):
        return None
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return Sidecar(entry.path, kind, status.st_size, status.st_mtime_ns)


def _is_file(entry: os.DirEntry[bytes]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError:
        return False
