"""A report that is there already, because nothing has changed since it was made."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import db
import reports
import tracker
from db import kept_reports, state

if TYPE_CHECKING:
    import duckdb


def mark_of(connection: duckdb.DuckDBPyConnection, options: Mapping[str, object]) -> str:
    """A fingerprint of everything that a report follows from: the workspace, the program, and
    the `options` (fit for JSON) it was asked for with."""
    told = [state.fingerprint(connection), program_version(), dict(options)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def program_version() -> str:
    """A hash of the program's own files, by size and time of change."""
    digest = hashlib.sha256()
    for package in (db, reports, tracker):
        for folder in package.__path__:
            for file in sorted(Path(folder).rglob("*")):
                if file.suffix in {".py", ".sql", ".html", ".css", ".js"}:
                    seen = file.stat()
                    digest.update(f"{file} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def already_there(
    connection: duckdb.DuckDBPyConnection, folder: Path, mark: str
) -> dict[str, Any] | None:
    """What the report in `folder` printed, if it is the one of `mark` and all its files are as
    they were written."""
    kept = kept_reports.load(connection, os.fsencode(folder), mark)
    if kept is None:
        return None
    printed, files = kept
    return printed if files and sizes(folder, files) == files else None


def keep(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    mark: str,
    *,
    printed: Mapping[str, object],
    files: Iterable[Path],
) -> None:
    """Remember the report that was written into `folder`."""
    names = [str(file.relative_to(folder)) for file in files]
    kept_reports.store(
        connection, os.fsencode(folder), mark, printed=printed, files=sizes(folder, names)
    )


def sizes(folder: Path, names: Iterable[str]) -> dict[str, int]:
    """Size in bytes of each file; -1 of one that is not there."""
    found = {}
    for name in names:
        try:
            found[name] = (folder / name).stat().st_size
        except OSError:
            found[name] = -1
    return found
