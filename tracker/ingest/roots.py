"""The folders that photos are taken from: whether they are there, and what has left them.

What `tracker ingest PATH` walks is a **root**, the outermost where one is in another; a photo
that is named alone makes none. Nothing of a photo is ever forgotten because its file is not
there: a disk may be in a drawer. What a walk through a whole root did not meet

- is **moved** where its content is at another place now: the old place is forgotten;
- is **missing** else: the place is marked, and the mark goes when the file is met again. Of more
  than MOST_GONE of a folder a person is asked first.

A folder that is gone or empty is **offline**: a disk that is not connected leaves nothing, or an
empty folder. A root that is there again under another name is recognised by its files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db import roots as stored
from db.roots import Place, Root, is_below
from db.text import many, shown
from tracker.errors import UsageError
from tracker.ingest.scan import INODES
from tracker.ingest.volumes import device_of

if TYPE_CHECKING:
    import duckdb

MOST_GONE = 0.2
"""Of a folder's known files, how many may be gone before a person is asked."""

LOOKED_FOR = 50
"""Files of a root that are looked for where it may be now, spread over all of it."""

SEEN_AGAIN = timedelta(hours=1)
"""Sooner it is not worth a write to the disk that a root was seen once more."""

SAME_TIME_NS = 2_000_000_000
"""FAT, as on memory cards, keeps times to two seconds."""


@dataclass(frozen=True, slots=True)
class RootsNoted:
    """What a walk through known folders showed. `warnings` are sentences for people.

    `moved`: places forgotten as their content is elsewhere now. `missing`: places newly marked as
    missing. `unmarked`: places at which nothing was met, and that are not marked as nobody said
    they may be. `back`: missing ones met again.
    """

    moved: int = 0
    missing: int = 0
    unmarked: int = 0
    back: int = 0
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "files_moved": self.moved,
            "files_missing": self.missing + self.unmarked,
            "files_found_again": self.back,
        }

    def lines(self) -> Iterator[str]:
        """What there is to say, for people."""
        if self.moved:
            yield f"{many(self.moved, 'file was', 'files were')} moved or renamed; recognised."
        if self.missing:
            yield (
                f"{many(self.missing, 'file is', 'files are')} no longer there. Their photos still "
                "count; see: tracker library missing"
            )
        if self.back:
            yield f"{many(self.back, 'missing file is', 'missing files are')} there again."


def check(con: duckdb.DuckDBPyConnection, starts: Sequence[bytes]) -> tuple[str, ...]:
    """What is to be said before a walk: of known folders that are empty, or that moved here.

    A root that moved here is known at its new place from now on. Raises UsageError for a known
    start that is not there.
    """
    warnings = []
    for start in starts:
        if not os.path.exists(start):  # noqa: PTH110  (pathlib cannot hold bytes)
            if known := stored.count(con, start)[0]:
                raise UsageError(offline(start, known), hint=OFFLINE_HINT)
        elif is_empty(start):
            if known := stored.count(con, start)[0]:
                warnings.append(empty(start, known))
        elif old := moved_here(con, start):
            moved = relocate(con, *old)
            warnings.append(
                f"{shown(old[0])} is at {shown(old[1])} now: its {many(moved, 'photo')} were "
                f"recognised. If that is wrong: tracker library moved {shown(old[1])} "
                f"{shown(old[0])}"
            )
    return tuple(warnings)


def note(
    con: duckdb.DuckDBPyConnection,
    starts: Sequence[bytes],
    met: Collection[bytes],
    *,
    filtered: bool,
    now: datetime,
    confirm: Callable[[str], bool] | None = None,
) -> RootsNoted:
    """Remember the folders that were walked, and what of them was not met.

    Call it when everything met is stored. `met`: every path that the walk gave, photo or not.
    `filtered`: the walk left files out, or could not read some folder; then nothing is marked.
    `confirm` asks a person a question that can be answered by yes or no.
    """
    folders = [start for start in starts if os.path.isdir(start)]  # noqa: PTH112
    back = stored.found_again(con, met)
    whole = [folder for folder in folders if not filtered and not is_empty(folder)]
    remember(con, folders, whole, now)
    if len(whole) == len(starts) and stored.all_met(con, whole, len(met)):
        return RootsNoted(back=back)  # as nearly always, and it takes no time
    lost = [p for p in stored.unmet(con, whole, met) if not _is_itself(con, p, met)]
    if not lost:
        return RootsNoted(back=back)
    moved = _moved(con, lost, met)
    stored.drop(con, moved)
    gone = sorted(set(lost) - moved)
    missing, unmarked = 0, 0
    warnings: list[str] = []
    for folder in outermost(whole):
        mine = [path for path in gone if is_below(path, folder)]
        done = _mark(con, folder, mine, now, confirm)
        missing += done.missing
        unmarked += done.unmarked
        warnings += done.warnings
    return RootsNoted(len(moved), missing, unmarked, back, tuple(warnings))


def _mark(
    con: duckdb.DuckDBPyConnection,
    folder: bytes,
    gone: Sequence[bytes],
    now: datetime,
    confirm: Callable[[str], bool] | None,
) -> RootsNoted:
    """Mark what is gone from a folder, after a question where that is much."""
    known, missing = stored.count(con, folder)
    before = {place.path for place in stored.places(con, folder, missing=True)}
    news = [path for path in gone if path not in before]
    if not news:
        return RootsNoted()
    if len(news) > MOST_GONE * (known - missing):
        said = f"{len(news):,} of the {many(known - missing, 'file')} known in {shown(folder)}"
        are = "are" if len(news) > 1 else "is"
        question = (
            f"{said} {are} not there. Were they really deleted or moved away, and not only a disk "
            "or card left out?"
        )
        if confirm is None or not confirm(question):
            return RootsNoted(unmarked=len(news), warnings=(f"{said} {are} not there. {SAFE}",))
    return RootsNoted(missing=stored.mark(con, news, now))


SAFE = (
    "Nothing is forgotten, and nothing was marked, as a disk may be left out. See which: tracker "
    "library missing FOLDER"
)
"""What follows where much is gone."""


def _moved(
    con: duckdb.DuckDBPyConnection, lost: Sequence[bytes], met: Collection[bytes]
) -> set[bytes]:
    """Those of the lost places whose content is at another place now."""
    return {
        found.path
        for found in stored.elsewhere(con, lost)
        if found.other in met or os.path.lexists(found.other)
    }


def _is_itself(con: duckdb.DuckDBPyConnection, path: bytes, met: Collection[bytes]) -> bool:
    """Whether a file is at a path that was not met after all, and not under another name.

    It may have been named itself, whatever its suffix. Where the system takes capitals or accents
    written otherwise for the same name, the old spelling still leads to a file that was renamed.
    """
    if not os.path.lexists(path):
        return False
    return not any(
        found.other in met and _same_file(path, found.other)
        for found in stored.elsewhere(con, [path])
    )


def _same_file(one: bytes, other: bytes) -> bool:
    with suppress(OSError):
        a, b = (os.stat(path, follow_symlinks=False) for path in (one, other))  # noqa: PTH116
        return a.st_nlink == 1 and (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)
    return False


# --- roots ------------------------------------------------------------------------------------


def remember(
    con: duckdb.DuckDBPyConnection,
    folders: Iterable[bytes],
    whole: Collection[bytes],
    now: datetime,
) -> None:
    """Make the folders that were walked roots, the outermost only; of those that were walked
    whole the time is kept."""
    known = stored.all_roots(con)
    come = []
    for folder in outermost(folders):
        around = [root for root in known if is_below(folder, root.path)]
        own = next((root for root in around if root.path == folder), None)
        if around and own is None:
            continue  # in a root
        if own is None or (folder in whole and now - own.seen_at > SEEN_AGAIN):
            come.append(Root(folder, device_of(folder), now))
    gone = [r.path for r in known if any(is_below(r.path, root.path) for root in come)]
    if come:
        stored.put(con, gone, come)


def outermost(folders: Iterable[bytes]) -> list[bytes]:
    """The folders that are in none of the others."""
    found: list[bytes] = []
    for folder in sorted(set(folders)):
        if not any(is_below(folder, outer) for outer in found):
            found.append(folder)
    return found


def is_empty(folder: bytes) -> bool:
    """Whether it is a folder in which nothing is, or nothing but hidden entries."""
    with suppress(OSError), os.scandir(folder) as listing:
        return all(entry.name.startswith(b".") for entry in listing)
    return False


def state_of(con: duckdb.DuckDBPyConnection, root: Root) -> str:
    """ "here", "offline", "empty", or "another disk"."""
    if not os.path.isdir(root.path):  # noqa: PTH112
        return "offline"
    if is_empty(root.path) and stored.count(con, root.path)[0]:
        return "empty"
    device = device_of(root.path)
    return "another disk" if root.device and device and device != root.device else "here"


OFFLINE_HINT = (
    "Connect the disk or card it is on and run the same command again. If the folder is at "
    "another place now: tracker library moved OLD NEW"
)


def offline(start: bytes, known: int) -> str:
    """A known start that does not exist, in words."""
    are = many(known, "photo is", "photos are")
    return f"{shown(start)} is not there now. {are} known from it; nothing is forgotten."


def empty(start: bytes, known: int) -> str:
    """A known start that is empty, in words."""
    are = many(known, "photo is", "photos are")
    return (
        f"{shown(start)} is empty now, and {are} known from it. Is the disk connected? "
        "Nothing is forgotten."
    )


# --- a root at another place ------------------------------------------------------------------


def moved_here(con: duckdb.DuckDBPyConnection, start: bytes) -> tuple[bytes, bytes] | None:
    """(old, new place) of a root that is not there any more, and whose files are at `start`, or
    in a folder of the root's name in it: with the same names, sizes and times."""
    known = stored.all_roots(con)
    if any(is_below(start, root.path) for root in known):
        return None
    for root in known:
        if os.path.lexists(root.path) and not is_empty(root.path):
            continue
        sought = stored.some(con, root.path, LOOKED_FOR)
        for new in (start, os.path.join(start, os.path.basename(root.path))):  # noqa: PTH118,PTH119
            here = [_found_at(place, root.path, new) for place in sought]
            if here and all(
                place is not None and abs(place.mtime_ns - old.mtime_ns) <= SAME_TIME_NS
                for place, old in zip(here, sought, strict=True)
            ):
                return root.path, new
    return None


def relocate(con: duckdb.DuckDBPyConnection, old: bytes, new: bytes) -> int:
    """Put all that is known below the folder `old` below `new`: no file is touched or read.

    Files that are there with the size and time they had need not be read again. Gives the number
    of places.
    """
    moved = []
    for place in stored.places(con, old):
        there = _found_at(place, old, new)
        same = there is not None and there.mtime_ns == place.mtime_ns
        inode = there.inode if same and there is not None else place.inode
        moved.append((place.path, replace(place, path=_below(place.path, old, new), inode=inode)))
    everything = stored.all_roots(con)
    known = [root for root in everything if is_below(root.path, old)]
    come = [replace(root, path=_below(root.path, old, new)) for root in known]
    around = [root for root in everything if is_below(old, root.path)]
    if around and not any(is_below(new, root.path) for root in (*everything, *come)):
        come.append(Root(new, device_of(new), around[0].seen_at))  # a part of a root, out of all
    stored.replace(con, old, new, moved)
    stored.put(con, [root.path for root in known], come)
    return len(moved)


def found_below(places: Sequence[Place], old: bytes, new: bytes) -> int:
    """How many of the places are below `new` as they were below `old`, with the same size."""
    return sum(_found_at(place, old, new) is not None for place in places)


def _found_at(place: Place, old: bytes, new: bytes) -> Place | None:
    """The file of the same name and size below `new`, as it is there."""
    path = _below(place.path, old, new)
    with suppress(OSError, ValueError):
        status = os.stat(path, follow_symlinks=False)  # noqa: PTH116
        if stat.S_ISREG(status.st_mode) and status.st_size == place.byte_size:
            inode = status.st_ino & INODES
            return replace(place, path=path, mtime_ns=status.st_mtime_ns, inode=inode)
    return None


def _below(path: bytes, old: bytes, new: bytes) -> bytes:
    rest = path[len(old.rstrip(os.fsencode(os.sep))) :].lstrip(os.fsencode(os.sep))
    return os.path.join(new, rest) if rest else new  # noqa: PTH118
