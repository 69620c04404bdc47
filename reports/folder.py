"""The folder that a report is written into: whose it is, and what an earlier report left there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from . import files
from .errors import ReportError

GENERATOR = "resemblance-tracker"
"""What a page of ours says in its head that it was made by."""

MANIFEST = ".resemblance-tracker.json"
"""Lists the files of the report that lies in the folder, with their sha256."""

PARTS = ("data", "charts")
"""The folders that a report makes beside its page."""

HEAD = 8192
"""Bytes of a page in which to look for a sign that it is ours."""


def is_ours(index: Path) -> bool:
    """Whether the page `index` was written by a report.

    Pages from before they said so are known by their title and their policy together.
    """
    if not index.is_file():
        return False
    with index.open("rb") as file:
        head = file.read(HEAD).decode("utf-8", "replace")
    if f'<meta name="generator" content="{GENERATOR}"' in head:
        return True
    return "<title>Whom does " in head and 'http-equiv="Content-Security-Policy"' in head


def refuse_what_is_not_ours(out: Path) -> None:
    """Make sure that writing `out/index.html` destroys nobody else's page.

    Raises:
        ReportError: there is an `index.html` that no report wrote.
    """
    index = out / "index.html"
    if (index.exists() or index.is_symlink()) and not is_ours(index):
        raise ReportError(
            f"{index} is there already and is no report of this program; it was left as it is.",
            hint="give another folder with --out FOLDER, or move that file away",
        )


def written_before(out: Path) -> dict[str, str]:
    """What the manifest of an earlier report lists: name within `out` -> sha256."""
    try:
        known = json.loads((out / MANIFEST).read_text("utf-8"))["files"]
        return {str(name): str(digest) for name, digest in known.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def remove_leftovers(out: Path, before: dict[str, str], written: Iterable[Path]) -> list[Path]:
    """Remove what an earlier report wrote (`before`) and this one did not; the files removed.

    A file that was changed since is somebody's work and stays, and so does all that does not lie
    in one of a report's own folders.
    """
    kept = {path.relative_to(out).as_posix() for path in written}
    removed = []
    for name, digest in before.items():
        path = out / name
        if name in kept or not _may_hold(out, name):
            continue
        if path.is_file() and not path.is_symlink() and fingerprint(path) == digest:
            path.unlink()
            removed.append(path)
    for folder in {path.parent for path in removed}:
        with suppress(OSError):  # not empty
            folder.rmdir()
    return removed


def record(out: Path, written: Iterable[Path]) -> Path:
    """Write the manifest of the report that was just written."""
    listed = {path.relative_to(out).as_posix(): fingerprint(path) for path in written}
    text = json.dumps({"by": GENERATOR, "files": dict(sorted(listed.items()))}, indent=1)
    return files.put(out / MANIFEST, text.encode("utf-8"))


def fingerprint(path: Path) -> str:
    """sha256 of a file's content, as hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _may_hold(out: Path, name: str) -> bool:
    """Whether `name` is a file right in a folder of ours, and that folder is no link."""
    parts = PurePosixPath(name).parts
    return (
        len(parts) == 2
        and parts[0] in PARTS
        and parts[1] not in (".", "..")
        and not (out / parts[0]).is_symlink()
    )
