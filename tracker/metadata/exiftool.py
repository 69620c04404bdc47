"""Asks exiftool, where it is installed, when a photo was taken that nothing else dates.

It knows hundreds of cameras' own notes. It is another program, so it stays optional: used where
`exiftool` is on the path and new enough, for photos without a date alone, many in one call. Who
does not want it takes it off the path; there is no switch besides. Files are only read.

See https://exiftool.org/exiftool_pod.html
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from db.records import Clue
from tracker.dating import read

LEAST_VERSION = (12, 24)
"""Before it, a hostile photo could make it run commands (CVE-2021-22204)."""

BATCH = 100
TIME_LIMIT_S = 60.0
"""For one batch; it takes about a tenth of a second to start, and some milliseconds a photo."""

_VERSION_LIMIT_S = 10.0
_MAX_ANSWER = 10_000_000

DATES = ("DateTimeOriginal", "CreateDate", "DateCreated", "ContentCreateDate")
"""The tags asked for, the surest first. Never the file's own times, nor when it was last saved."""

_OPTIONS = (
    "-config", "",  # must come first: no file of the user's is run
    "-json",
    "-quiet", "-quiet",
    "-ignoreMinorErrors",
    "-charset", "filename=utf8",
)  # fmt: skip


@cache
def program() -> str | None:
    """Where a usable exiftool is, None for none. Asked once a process."""
    found = shutil.which("exiftool")
    if found is None:
        return None
    answer = _run([found, "-ver"], _VERSION_LIMIT_S)
    return found if _version(answer) >= LEAST_VERSION else None


def clues(paths: Iterable[bytes]) -> Mapping[bytes, tuple[Clue, ...]]:
    """What it says of when each of the photos was taken; nothing for those it does not know.

    `paths` are absolute. Never raises: without exiftool, or where it fails or takes too long, what
    it did not say is simply not known. A name with a line break in it cannot be asked for.
    """
    tool = program()
    if tool is None:
        return {}
    asked = [path for path in paths if not {10, 13} & set(path)]
    found: dict[bytes, tuple[Clue, ...]] = {}
    for begin in range(0, len(asked), BATCH):
        found.update(_ask(tool, asked[begin : begin + BATCH]))
    return found


def _ask(tool: str, paths: Sequence[bytes]) -> Mapping[bytes, tuple[Clue, ...]]:
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        # In a file no name can be taken for an option, and no command line is too long.
        names = Path(folder) / "names"
        names.write_bytes(b"".join(os.path.abspath(path) + b"\n" for path in paths))  # noqa: PTH100
        tags = [f"-{tag}" for tag in DATES]
        answer = _run([tool, *_OPTIONS, *tags, "-@", str(names)], TIME_LIMIT_S)
    try:
        rows = json.loads(answer[:_MAX_ANSWER] or b"[]")
    except (ValueError, RecursionError):
        return {}
    told = {
        os.fsencode(row["SourceFile"]): row
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and isinstance(row.get("SourceFile"), str)
    }
    answers = ((path, _clues(told.get(os.path.abspath(path), {}))) for path in paths)  # noqa: PTH100
    return {path: found for path, found in answers if found}


def _clues(row: Mapping[str, Any]) -> tuple[Clue, ...]:
    """Of the least source that dates a photo: in which of many places it looked it does not say."""
    texts = ((tag, row.get(tag)) for tag in DATES)
    return tuple(
        read.exif(text).clue("modified", f"exiftool {tag}", text)
        for tag, text in texts
        if isinstance(text, str) and any(character in "123456789" for character in text)
    )


def _run(command: Sequence[str], limit: float) -> bytes:
    """What the command prints; b"" where it cannot be run or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603  a program of the user's own, its options ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limit,
            check=False,  # it returns 1 where one of the files was bad
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return b""
    return done.stdout


def _version(answer: bytes) -> tuple[int, ...]:
    parts = answer.decode("ascii", "replace").strip().split(".")
    return tuple(int(part) for part in parts if part.isdecimal())
