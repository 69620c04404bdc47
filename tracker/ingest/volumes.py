"""Which disk a folder is on, as far as the system tells it without being asked for rights.

Nothing is written anywhere: no marker files on other people's disks.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
UUIDS = Path("/dev/disk/by-uuid")

OF_THE_SYSTEM = frozenset({"overlay", "tmpfs", "proc", "sysfs", "devtmpfs", "autofs"})
"""File systems of which no mount is the same one tomorrow."""


def device_of(folder: bytes) -> str:
    """A name for the disk or share that holds an existing folder, the same after it was taken out
    and put in again; "" where there is none.

    Linux: the file system's UUID, or of a network share its address. Windows: the volume's serial
    number. Elsewhere: a volume's own folder, as in /Volumes/NAME.
    """
    with suppress(OSError, ValueError):
        if sys.platform == "win32":
            return f"volume {os.stat(folder).st_dev:x}"  # noqa: PTH116
        real = os.path.realpath(folder)
        if sys.platform.startswith("linux"):
            return _on_linux(real)
        if match := re.match(rb"/Volumes/[^/]+", real):
            return os.fsdecode(match[0]).encode("utf-8", "backslashreplace").decode()
    return ""


def _on_linux(real: bytes) -> str:
    longest, found = b"", ("", "")
    for point, kind, source in mounts(MOUNTS.read_bytes()):
        inside = real == point or real.startswith(point.rstrip(b"/") + b"/")
        if inside and len(point) >= len(longest):  # of two at one place the later is on top
            longest, found = point, (kind, source)
    kind, source = found
    if not source or kind in OF_THE_SYSTEM:
        return ""
    if not source.startswith("/dev/"):
        return f"{kind} {source}"
    target = os.path.realpath(source)
    for link in sorted(UUIDS.iterdir()):
        if os.path.realpath(link) == target:
            return f"uuid {link.name}"
    return ""


def mounts(table: bytes) -> Iterator[tuple[bytes, str, str]]:
    """(mount point, kind of file system, source) of each line of Linux's mountinfo."""
    for line in table.splitlines():
        before, _, after = line.partition(b" - ")
        fields, rest = before.split(b" "), after.split(b" ")
        if len(fields) > 4 and len(rest) > 1:
            point, source = _unescaped(fields[4]), _unescaped(rest[1])
            yield point, rest[0].decode("latin-1"), source.decode("utf-8", "backslashreplace")


def _unescaped(field: bytes) -> bytes:
    r"""The kernel writes blanks and backslashes as \040."""
    return re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8) & 255]), field)
