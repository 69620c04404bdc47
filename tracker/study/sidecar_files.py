"""Writing a sidecar where no other program's is: whole or not at all, never over a foreign file."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from enum import Enum

from tracker.metadata import write_xmp, xmp
from tracker.metadata.records import MAX_XMP_BYTES


class Outcome(Enum):
    """What became of a sidecar."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    NOTHING = "nothing"
    FOREIGN = "foreign"


def put(path: bytes, document: bytes | None, mode: int) -> Outcome:
    """Make `document` stand at `path`; with None, take away what we had put there.

    A file that another program wrote, or changed since, is FOREIGN and stays as it is; so does a
    link and whatever else is no file. Raises OSError.
    """
    before = ours(path)
    if before is None:
        return Outcome.FOREIGN
    if document is None:
        if before == b"":
            return Outcome.NOTHING
        os.unlink(path)  # noqa: PTH108  (pathlib cannot hold bytes)
        return Outcome.REMOVED
    if before == document:
        return Outcome.UNCHANGED
    _write(path, document, mode, replace=before != b"")
    return Outcome.WRITTEN


def ours(path: bytes) -> bytes | None:
    """What we wrote at `path` before, b"" where nothing is there, None where it is not ours."""
    try:
        about = os.lstat(path)
        if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_XMP_BYTES:
            return None
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read()
    except FileNotFoundError:
        return b""
    root = xmp.parse(data)
    return data if root is not None and write_xmp.is_untouched(root, data) else None


def _write(path: bytes, document: bytes, mode: int, *, replace: bool) -> None:
    half = path + f".{secrets.token_hex(4)}.part".encode()
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):  # what the disk does not know of
            os.chmod(half, mode)  # noqa: PTH101
        if replace:
            os.replace(half, path)  # noqa: PTH105
        else:
            _place(half, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(half)  # noqa: PTH108


def _place(half: bytes, path: bytes) -> None:
    """Give a file its name, where there is none of that name a moment later either."""
    try:
        os.link(half, path)
    except FileExistsError:
        raise
    except OSError:  # memory cards know no links
        if os.path.lexists(path):
            raise
        os.rename(half, path)  # noqa: PTH104
