"""Progress on stderr: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tracker.cli.output import note, plain

LINE_EVERY_S = 10.0


@contextmanager
def photo_bar(title: str) -> Iterator[Callable[[int, int, int | None], None]]:
    """Yield `advance(done, total, faces)` for photos; draws nothing until it is called."""
    if sys.stderr.isatty():
        with _bar(title, unit="photos") as advance:
            yield lambda done, total, faces: advance(done, total, _faces(faces))
        return
    started = last = time.monotonic()

    def line(done: int, total: int, faces: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < LINE_EVERY_S and done != total:
            return
        last = now
        rate = done / max(now - started, 1e-6)
        left = (total - done) / rate if rate else 0
        found = "" if faces is None else f" {_faces(faces)},"
        note(f"{title}: {done}/{total} photos,{found} {rate:.1f} photos/s, {left:.0f} s left")

    yield line


@contextmanager
def step_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield `advance(done, total)` for a computation; one line where there is no terminal."""
    if sys.stderr.isatty():
        with _bar(title, unit="steps") as advance:
            yield lambda done, total: advance(done, total, "")
        return
    said = False

    def line(_done: int, _total: int) -> None:
        nonlocal said
        if not said:
            note(title)
        said = True

    yield line


def _faces(number: int | None) -> str:
    return "" if number is None else f"{number} {'face' if number == 1 else 'faces'}"


@contextmanager
def download_bar(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """Yield `advance(bytes_done, bytes_total)` for a download."""
    if sys.stderr.isatty():
        with _bar(title, unit="bytes") as advance:
            yield lambda done, total: advance(done, total or 0, "")
        return
    last = -1

    def line(done: int, total: int | None) -> None:
        nonlocal last
        tenth = 10 * done // total if total else done // 10_000_000
        if tenth != last:
            last = tenth
            note(
                f"{title}: {done / 1e6:.0f} of {total / 1e6:.0f} MB"
                if total
                else f"{title}: {done / 1e6:.0f} MB"
            )

    yield line


@contextmanager
def _bar(title: str, *, unit: str) -> Iterator[Callable[[int, int, str], None]]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns: list[ProgressColumn] = [TextColumn("{task.description}"), BarColumn(bar_width=None)]
    if unit == "bytes":
        columns += [DownloadColumn(), TransferSpeedColumn()]
    else:
        columns += [MofNCompleteColumn(), TextColumn("{task.fields[rate]}/s {task.fields[extra]}")]
    columns.append(TimeRemainingColumn())
    started = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def advance(done: int, total: int, extra: str) -> None:
            if not progress.task_ids:  # what never began is not shown
                progress.add_task(escape(plain(title)), total=None, rate="-", extra="")
            rate = done / max(time.monotonic() - started, 1e-6)
            progress.update(
                progress.task_ids[0],
                completed=done,
                total=total or None,
                rate=f"{rate:.1f}",
                extra=extra,
            )

        yield advance
