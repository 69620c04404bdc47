"""Following folders: what watchdog reports, made into batches of photos that are whole.

Watchdog's events are taken as hints where to look. What they can miss is looked for besides: a
folder that is gone, is back, or was put in another's place (a disk unplugged and plugged in
again), events that the kernel dropped, folders for which it had no watch left.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver

from tracker.ingest.neighbours import listed
from tracker.ingest.scan import Found, scan, shown
from tracker.ingest.watch import QUIET_S, Settling, is_followed, mark_of
from tracker.metadata.sidecars.match import kind_of

TICK_S = 0.25
"""How often files that may be changing are looked at."""

ROOTS_EVERY_S = 1.0
"""How often it is checked that the followed folders are still there."""

POLL_S = 3.0
"""How often a folder is walked where the kernel reports nothing."""

EVENTS: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileClosedEvent,
    FileAttribEvent,
    DirCreatedEvent,
    DirMovedEvent,
    DirDeletedEvent,
]
"""Reading a photo is none of them: an ingest would call for the next one."""

NO_WATCH_LEFT = (errno.ENOSPC, errno.EMFILE)

TOO_MANY = "The system watches no more folders (on Linux: fs.inotify.max_user_watches); they are "

OF_OTHERS = frozenset((
    "9p", "afs", "ceph", "cifs", "drvfs", "fuse.rclone", "fuse.sshfs", "glusterfs", "lustre",
    "ncpfs", "nfs", "nfs4", "prl_fs", "smb3", "smbfs", "vboxsf", "virtiofs",
))  # fmt: skip
"""File systems that other machines write to: the kernel here is not told when they do."""

MOUNTS = Path("/proc/self/mounts")

Say = Callable[[str], None]
Identity = tuple[int, int]


@dataclass(slots=True)
class Followed:
    """A folder that is followed. `identity` is None while it is not there.

    `deleted`: it was, whatever is there now; a folder made anew may have the same inode.
    """

    path: bytes
    real: bytes
    identity: Identity | None = None
    watch: ObservedWatch | None = None
    deleted: bool = False


class Follower(FileSystemEventHandler):
    """Follows `folders`, absolute paths' bytes. A context manager.

    `say` is told, in a sentence, when something is not as usual.
    """

    def __init__(
        self,
        folders: Sequence[bytes],
        say: Say,
        *,
        quiet_s: float = QUIET_S,
        observer: Callable[[], BaseObserver] = Observer,
        polling: Callable[[], BaseObserver] = lambda: PollingObserver(timeout=POLL_S),
    ) -> None:
        self._roots = [Followed(folder, folder) for folder in dict.fromkeys(folders)]
        self._say = say
        self._polling = polling
        self._polls = False
        self._follows = False
        self._observer = observer()
        self._settling = Settling(quiet_s)
        self._events: SimpleQueue[FileSystemEvent] = SimpleQueue()
        self._lost = _LostEvents()
        self._roots_checked = 0.0

    def __enter__(self) -> Follower:
        """Follows from here on."""
        # It warns of folders made within folders just made, which it registers twice.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        logging.getLogger("watchdog").addHandler(self._lost)
        self._observer.start()
        for root in self._roots:
            root.identity = _identity(root.path)
            self._follow(root)
        if any(file_system(root.real) in OF_OTHERS for root in self._roots):
            self._poll(
                "Other machines may write to these folders without a word to this one; they are "
            )
        self._must_have_watches_left()
        self._follows = True
        return self

    def __exit__(self, *_: object) -> None:
        """Follows no longer."""
        _stop(self._observer)
        logging.getLogger("watchdog").removeHandler(self._lost)

    def dispatch(self, event: FileSystemEvent) -> None:
        """Take an event of watchdog's; called in its thread."""
        self._events.put(event)

    @property
    def waiting(self) -> int:
        """Files that are not quiet yet."""
        self._take_events(None)
        self._settling.look(mark_of, time.monotonic())
        return len(self._settling)

    def batch(self) -> list[bytes]:
        """The next photos to take in, never none; waits until there are some."""
        while True:
            self._take_events(TICK_S if len(self._settling) else ROOTS_EVERY_S)
            now = time.monotonic()
            if now - self._roots_checked >= ROOTS_EVERY_S:
                self._check_roots()
                self._roots_checked = now
            self._settling.look(mark_of, now)
            if photos := self._photos(self._settling.due(now)):
                return photos

    def _photos(self, due: Sequence[bytes]) -> list[bytes]:
        """The photos among these files, and those of which others among them speak."""
        photos: dict[bytes, None] = {}
        for path in due:
            folder, name = os.path.split(path)
            if not kind_of(name):
                photos[path] = None
                continue
            for photo in listed(folder).photos_of(name):
                beside = os.path.join(folder, photo)  # noqa: PTH118
                if not self._settling.waits_for(beside):
                    photos[beside] = None
        return list(photos)

    def _take_events(self, timeout: float | None) -> None:
        """Wait for an event for up to `timeout` seconds, and take all that are there."""
        new_folders = False
        with suppress(Empty):
            event = self._events.get(timeout is not None, timeout)
            while True:
                new_folders |= self._noticed(event)
                event = self._events.get_nowait()
        if new_folders:
            self._must_have_watches_left()
        if self._lost.take():
            for root in self._roots:
                self._look_through(root.path)

    def _noticed(self, event: FileSystemEvent) -> bool:
        """Look where the event happened; gives whether it was a folder that came."""
        real = os.fsencode(event.dest_path or event.src_path)
        came = isinstance(event, DirCreatedEvent | DirMovedEvent)
        for root in self._roots:
            if isinstance(event, DirDeletedEvent):
                root.deleted |= real == root.real
                continue
            path = _below(root, real)
            if path is None or not is_followed(path, root.path, folder=came):
                continue
            if came:
                self._look_through(path)
            else:
                self._settling.touch(path, time.monotonic())
        return came

    def _look_through(self, folder: bytes) -> None:
        """Everything in this folder may be new. What is known costs nothing later."""
        if not os.path.isdir(folder):  # noqa: PTH112  (pathlib cannot hold bytes)
            return
        now = time.monotonic()
        for entry in scan([folder]):
            if isinstance(entry, Found):
                self._settling.touch(entry.path, now)

    def _check_roots(self) -> None:
        for root in self._roots:
            identity = _identity(root.path)
            if identity == root.identity and not root.deleted:
                continue
            root.deleted = False
            if identity is None and root.identity is not None:
                self._say(f"{shown(root.path)} is not there any more; waiting for it to come back.")
            elif identity is not None and root.identity is None:
                self._say(f"{shown(root.path)} is back.")
            if identity != root.identity:  # what was being read as it went away was rejected
                self._settling.forget(root.path)
            root.identity = identity
            self._follow(root)
            self._look_through(root.path)

    def _follow(self, root: Followed) -> None:
        """Watch the folder as it is now, instead of the one that was there before."""
        if root.watch is not None:
            with suppress(KeyError):
                self._observer.unschedule(root.watch)
            root.watch = None
        if root.identity is None:
            return
        root.real = os.path.realpath(root.path)
        try:
            root.watch = self._schedule(root.real, recursive=True)
        except OSError as error:
            if error.errno in NO_WATCH_LEFT and not self._polls:
                self._poll()
            else:
                root.deleted = True  # gone again, or no right to read it: tried again

    def _schedule(self, folder: bytes, *, recursive: bool) -> ObservedWatch:
        return self._observer.schedule(
            self, os.fsdecode(folder), recursive=recursive, event_filter=EVENTS
        )

    def _must_have_watches_left(self) -> None:
        """Watchdog passes over folders below the first that the kernel has no watch for."""
        if self._polls:
            return
        try:
            with tempfile.TemporaryDirectory(prefix="tracker-watch-") as folder:
                self._observer.unschedule(self._schedule(os.fsencode(folder), recursive=False))
        except OSError as error:
            if error.errno in NO_WATCH_LEFT:
                self._poll()

    def _poll(self, why: str = TOO_MANY) -> None:
        """Walk the folders again and again from now on."""
        if self._polls:
            return
        self._polls = True
        self._say(f"{why}looked through every {POLL_S:.0f} seconds instead.")
        _stop(self._observer)
        self._observer = self._polling()
        self._observer.start()
        for root in self._roots:
            root.watch = None
            self._follow(root)
            if self._follows:  # else whoever begins will look for themselves
                self._look_through(root.path)


class _LostEvents(logging.Handler):
    """Hears from watchdog's log that the kernel dropped events; keeps the log off the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._some = False

    def emit(self, record: logging.LogRecord) -> None:
        self._some |= "overflow" in record.getMessage()

    def take(self) -> bool:
        """Whether events were lost since this was asked last."""
        some, self._some = self._some, False
        return some


def _stop(observer: BaseObserver) -> None:
    observer.stop()
    if observer.is_alive():
        observer.join(timeout=5.0)


def _identity(folder: bytes) -> Identity | None:
    """Another one when another folder or disk is at this place; None where there is none."""
    try:
        status = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def file_system(folder: bytes, mounts: Path = MOUNTS) -> str:
    """The kind of file system that the folder, a real path, lies on; "" where it cannot be told."""
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:  # not Linux
        return ""
    best, kind = b"", ""
    for line in lines:
        _, place, what, *_ = line.split(b" ")
        for octal, char in (
            (b"\\040", b" "),
            (b"\\011", b"\t"),
            (b"\\012", b"\n"),
            (b"\\134", b"\\"),
        ):
            place = place.replace(octal, char)  # as in getmntent(3)
        within = folder == place or folder.startswith(os.path.join(place, b""))  # noqa: PTH118
        if within and len(place) >= len(best):
            best, kind = place, what.decode()
    return kind


def _below(root: Followed, real: bytes) -> bytes | None:
    """The path by the folder's name as the user gave it."""
    start = os.path.join(root.real, b"")  # noqa: PTH118
    return os.path.join(root.path, real[len(start) :]) if real.startswith(start) else None  # noqa: PTH118
