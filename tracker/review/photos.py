"""Pictures for the page: the workspace's thumbnails; whole photos, and faces cut out of them, on
demand."""

from __future__ import annotations

import asyncio
import os
import stat
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from db.text import shown
from db.whereabouts import FaceIn, Whereabouts
from tracker.errors import EngineError, PhotoRejected
from tracker.ingest.thumbnails import thumbnail_path
from tracker.ingest.workers import Workers
from tracker.review.developing import Box, Wanted, develop
from tracker.review.line import Busy
from tracker.review.problems import NotThere

SIDES = (400, 800, 1600, 3200)
"""Longer sides that a photo is made in: few, so that what is made can be kept."""

FACE_SIDES = (256, 512, 1024)
"""And a face."""

KEPT_BYTES = 64 << 20
MOST_AT_ONCE = 32
READERS = 2
"""Processes. One photo that takes long does not keep the next one waiting."""

WARM_AFTER_S = 1.0
"""After the page was shown for the first time, which has the processor for itself until then."""

LARGEST_THUMBNAIL = 1 << 20

Key = tuple[str, int, Box | None]

HINTS = {
    "offline": "Connect the disk or the share that it is on, or tell where it went: "
    "tracker library moved OLD NEW.",
    "changed": "Take it in again: tracker ingest PATH.",
}


def side_for(wanted: int, sides: Sequence[int] = SIDES) -> int:
    """The smallest of `sides` that has as much, or the largest."""
    return next((side for side in sides if side >= wanted), sides[-1])


def thumbnail(folder: Path, face_id: int) -> bytes:
    """A face's picture. Raises NotThere.

    The file's name is made of the number alone, and what is there must be a file, not a link.
    """
    try:
        descriptor = os.open(
            thumbnail_path(folder, face_id),
            os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0),
        )
    except OSError:
        raise NotThere("There is no picture of that face.") from None
    with open(descriptor, "rb") as file:  # noqa: PTH123
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise NotThere("There is no picture of that face.")
        return file.read(LARGEST_THUMBNAIL)


def is_there(photo: Whereabouts) -> bool:
    """Whether one of the photo's files is; it may be another photo by now."""
    return any(os.path.lexists(path) for path in photo.paths)


class Photos:
    """Makes pictures, one after the other, and keeps the last ones in memory."""

    def __init__(self) -> None:
        """Starts no process yet."""
        # Each by itself: a pool would take a process that is still to be started in turn with one
        # that waits.
        self._readers = [Workers(develop, count=1) for _ in range(READERS)]
        self._busy = [0] * READERS
        self._warm = False
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._size = 0
        self._coming: dict[Key, asyncio.Task[bytes]] = {}

    def warm(self) -> None:
        """Let a process be ready for the first photo, in a moment; call it from an event loop."""
        if not self._warm:
            self._warm = True
            nothing = Wanted("", (), SIDES[0])
            asyncio.get_running_loop().call_later(
                WARM_AFTER_S, lambda: self._readers[0].submit(nothing)
            )

    async def picture(self, where: Whereabouts, side: int) -> bytes:
        """A whole photo, a JPEG file. Raises PhotoRejected with a hint, Busy, or EngineError."""
        return await self._picture(Wanted(where.sha256, where.paths, side))

    async def face(self, face: FaceIn, side: int) -> bytes:
        """A face, a JPEG file. Raises as `picture` does."""
        photo = face.photo
        return await self._picture(Wanted(photo.sha256, photo.paths, side, face.box, face.longer))

    async def _picture(self, wanted: Wanted) -> bytes:
        key = wanted.key
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._coming.get(key)
        if task is None:
            if len(self._coming) >= MOST_AT_ONCE:
                raise Busy("Too many photos are asked for at once.", hint="Wait a moment.")
            task = asyncio.create_task(self._make(wanted))
            task.add_done_callback(_looked_at)
            self._coming[key] = task
        try:
            return await asyncio.shield(task)  # others may be waiting for the same one
        except PhotoRejected as error:
            place = shown(wanted.paths[0]) if wanted.paths else ""
            sentence = f"{place}: {error}" if place else str(error)
            raise PhotoRejected(error.code, sentence, hint=HINTS.get(error.code)) from None

    async def _make(self, wanted: Wanted) -> bytes:
        key = wanted.key
        reader = self._busy.index(min(self._busy))
        self._busy[reader] += 1
        try:
            made = await asyncio.wrap_future(self._readers[reader].submit(wanted))
        except EngineError:
            raise Busy("No process can be started to read the photo.") from None
        finally:
            self._busy[reader] -= 1
            del self._coming[key]
        self._kept[key] = made
        self._size += len(made)
        while self._size > KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)
        return made

    def close(self) -> None:
        """End the processes."""
        for reader in self._readers:
            reader.close()


def _looked_at(task: asyncio.Task[bytes]) -> None:
    """Whoever waited may be gone: an error that nobody meets is no error."""
    if not task.cancelled():
        task.exception()
