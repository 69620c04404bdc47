"""Small pictures of faces for the report: a cache beside the database."""

from __future__ import annotations

import os
from pathlib import Path

from db.translate import translated


def thumbnail_path(folder: Path, face_id: int) -> Path:
    """Where a face's thumbnail is: `folder/<2 hex>/<16 hex>.jpg`."""
    name = f"{face_id:016x}"
    return folder / name[-2:] / f"{name}.jpg"


def write_thumbnail(folder: Path, face_id: int, jpeg: bytes) -> None:
    """Put a thumbnail in its place, whole or not at all, readable by its owner only.

    One that is there already stays. Raises DiskFull or WorkspaceReadOnly.
    """
    path = thumbnail_path(folder, face_id)
    half = path.with_suffix(".part")
    with translated(f"the thumbnails in {folder}"):
        if path.exists():
            return
        for level in (folder, path.parent):
            level.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123
                file.write(jpeg)
            half.replace(path)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
