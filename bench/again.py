"""A second ingest of a library, as the command does it once it has started: prints JSON.

python -m bench.again HOME FOLDER WEIGHTS TIMES

Beside it, in turn, the least that any program must do: `os.scandir` and `stat` over the same
files. Imports come before the clock starts; opening and closing the workspace do not.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time

import pyarrow.compute  # noqa: F401  what the command imports on its way

import tracker.identity.settle
import tracker.ingest.choose
import tracker.ingest.pipeline  # noqa: F401
from bench.library import own_peak
from tracker.cli.commands import app


def walk(top: bytes) -> int:
    """Every file's size and time, and nothing else."""
    files, folders = 0, [top]
    while folders:
        with os.scandir(folders.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    files += 1
    return files


def ingest(home: str, folder: str, weights: str) -> str:
    """`tracker ingest`, in this process."""
    words = ["--home", home, "ingest", folder, "--weights", weights, "--json"]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()):
        app(words, standalone_mode=False)
    return said.getvalue()


def main() -> None:
    home, folder, weights, times = sys.argv[1:]
    bare, ours = [], []
    said = ""
    for _ in range(int(times)):
        started = time.perf_counter()
        walk(os.fsencode(folder))
        between = time.perf_counter()
        said = ingest(home, folder, weights)
        bare.append(between - started)
        ours.append(time.perf_counter() - between)
    print(
        json.dumps(
            {
                "walk": min(bare),
                "ingest": min(ours),
                "known": json.loads(said)["photos_known"],
                "new": json.loads(said)["photos_new"],
                "peak": own_peak(),
            }
        )
    )


if __name__ == "__main__":
    main()
