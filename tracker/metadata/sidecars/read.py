"""What a sidecar says of a photo."""

from __future__ import annotations

import re
from functools import lru_cache

from tracker.metadata.records import MAX_XMP_BYTES, Metadata
from tracker.metadata.sidecars import takeout
from tracker.metadata.sidecars.records import About, Sidecar

LARGEST = {"xmp": MAX_XMP_BYTES, "takeout": takeout.MAX_BYTES, "picasa": 16 << 20}
"""Bytes of a sidecar that are read, by its kind: a larger one is nothing that a program wrote. The
Picasa ini of a folder of 100,000 photos has about so many."""

_MADE_FOR = re.compile(rb"SidecarForExtension\s*(?:=\s*[\"']|>)\s*([A-Za-z0-9]{1,8})")


def read(sidecar: Sidecar, about: About) -> Metadata:
    """What this file says of that photo: nothing where it cannot be read. Raises nothing."""
    if sidecar.kind == "picasa":
        from tracker.metadata import picasa

        ini = _kept(sidecar)
        size = (about.width, about.height)
        return picasa.tags(ini, about.name, size, about.orientation) if ini else Metadata()
    data = _bytes(sidecar.path, LARGEST[sidecar.kind])
    return takeout.metadata(data) if sidecar.kind == "takeout" else _xmp(data, about)


def whose(path: bytes, kind: str) -> str:
    """What a sidecar says of whose it is: a Takeout JSON the photo's name, an XMP its suffix."""
    data = _bytes(path, LARGEST[kind])
    if kind == "takeout":
        return takeout.title(data)
    found = _MADE_FOR.search(data)
    return found[1].decode() if found else ""


def _xmp(data: bytes, about: About) -> Metadata:
    from tracker.metadata import regions, xmp

    root = xmp.parse(data) if data else None
    if root is None:
        return Metadata()
    tags = regions.from_xmp(root, (about.width, about.height), about.orientation)
    return Metadata(xmp.clues(root, "sidecar"), tags)


@lru_cache(maxsize=2)
def _kept(sidecar: Sidecar) -> bytes:
    """The same object for each photo of a folder, so that it is taken apart once."""
    return _bytes(sidecar.path, LARGEST[sidecar.kind])


def _bytes(path: bytes, largest: int) -> bytes:
    """The file; empty where it cannot be read, or is too large."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123  (pathlib cannot hold bytes)
            data = file.read(largest + 1)
    except (OSError, ValueError):
        return b""
    return data if len(data) <= largest else b""
