"""`tracker ingest --watch`: an ingest that goes on with what comes, until Ctrl-C.

The workspace is open only while a batch is taken in; other commands run between the batches.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.cli.output import count, emit, flush, note, plain, say, warn, warn_all
from tracker.cli.signals import sigterm_as_ctrl_c

if TYPE_CHECKING:
    from tracker.ingest.follow import Follower
    from tracker.study.taking_in import Taken

RETRY_S = 2.0
"""Between two attempts to open a workspace that another process holds."""

TakeIn = Callable[[Sequence[Path | bytes]], "Taken"]


def follow(paths: Sequence[Path], take_in: TakeIn, *, json: bool) -> bool:
    """Ingest `paths`, then whatever comes into those that are folders, until Ctrl-C.

    Gives whether a photo was rejected on the way. Raises UsageError when none is a folder, what
    an ingest raises, and KeyboardInterrupt when that came in the middle of a batch.
    """
    from tracker.cli.ingest import show
    from tracker.ingest.follow import Follower

    with sigterm_as_ctrl_c(), Follower(_folders(paths), lambda text: warn(plain(text))) as there:
        taken = take_in(paths)
        if json:
            warn_all(taken.warnings)
            emit(taken.as_dict(), in_one_line=True)
        else:
            show(taken, json=False)
        flush()
        rejected = taken.summary.photos_rejected > 0
        note("Watching for new photos; Ctrl-C ends it.")
        while (batch := _next(there)) is not None:
            more = _take_batch(there, batch, take_in)
            if more is not None and more.summary.photos_seen:
                _show_batch(more, json=json)
                rejected |= more.summary.photos_rejected > 0
        return rejected


def _folders(paths: Sequence[Path]) -> list[bytes]:
    from tracker.errors import UsageError
    from tracker.ingest.scan import absolute

    folders = [absolute(path) for path in paths if path.is_dir()]
    if not folders and all(os.path.lexists(path) for path in paths):
        raise UsageError(
            f"--watch follows folders, and {plain(str(paths[0]))} is none.",
            hint="Name the folder that the photos come into.",
        )
    for path in paths:
        if path.exists() and not path.is_dir():
            note(f"{plain(str(path))} is no folder: it is taken in once and not followed.")
    return folders


def _next(there: Follower) -> list[bytes] | None:
    """The next batch, or None on Ctrl-C."""
    try:
        return there.batch()
    except KeyboardInterrupt:
        left = there.waiting
        note("Stopped watching.")
        if left:
            note(
                f"{count(left, 'file')} came a moment ago and may not be whole yet: the next "
                "ingest of the folder takes them in."
            )
        return None


def _take_batch(there: Follower, batch: Sequence[bytes], take_in: TakeIn) -> Taken | None:
    """The batch taken in, when the workspace is free; None where all of it is gone again."""
    from db.errors import WorkspaceInUse
    from tracker.errors import UsageError

    said = False
    while there_still := [path for path in batch if os.path.lexists(path)]:
        try:
            return take_in(there_still)
        except WorkspaceInUse as error:
            if not said:
                note(f"{error} {count(len(batch), 'photo')} will be taken in when it is free.")
            said = True
            time.sleep(RETRY_S)
        except UsageError:
            if all(os.path.lexists(path) for path in there_still):
                raise
    return None


def _show_batch(taken: Taken, *, json: bool) -> None:
    warn_all(taken.warnings)
    if json:
        emit(taken.as_dict(), in_one_line=True)
    else:
        words = [taken.line(), *taken.settled.lines()]
        say(f"{time.strftime('%H:%M:%S')}  {' '.join(map(plain, words))}")
        for path, reason in taken.summary.rejected:
            warn(f"{plain(path)}: {plain(reason)}")
    flush()
