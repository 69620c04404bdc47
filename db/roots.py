"""The folders that photos are taken from, and the places at which nothing is found any more.

A place is a path's bytes. `below` a folder is the folder itself and all that is in it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from .arrow import fetch, one, staged
from .connection import transaction, translated
from .text import shown


@dataclass(frozen=True, slots=True)
class Root:
    """A folder that was walked. `device` identifies the disk it is on, as far as it can be told,
    or is "". `seen_at` is when a walk last found it whole, in UTC."""

    path: bytes
    device: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a photo's file was seen. `missing_since`: when it was first not met, None if it was."""

    path: bytes
    sha256: str
    byte_size: int
    mtime_ns: int
    inode: int
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place whose content is known at `other`, too."""

    path: bytes
    other: bytes


def all_roots(con: duckdb.DuckDBPyConnection) -> list[Root]:
    """Every root, by path."""
    with translated():
        rows = con.execute("SELECT path, device, seen_at FROM roots ORDER BY path").fetchall()
    return [Root(*row) for row in rows]


def put(con: duckdb.DuckDBPyConnection, gone: Iterable[bytes], come: Iterable[Root]) -> None:
    """Take some roots out and put others in, or in their place."""
    come = list(come)
    with transaction(con):
        for path in {*gone, *(root.path for root in come)}:
            con.execute("DELETE FROM roots WHERE path = ?", [path])
        for root in come:
            con.execute(
                "INSERT INTO roots SELECT nextval('root_ids'), ?, ?, ?, ?",
                [root.path, shown(root.path), root.device, root.seen_at],
            )


def count(con: duckdb.DuckDBPyConnection, folder: bytes) -> tuple[int, int]:
    """(known places below the folder, those of them that are missing)."""
    with translated():
        row = one(
            con,
            f"SELECT count(*), count(missing_since) FROM photo_paths WHERE {BELOW}",  # noqa: S608
            below(folder),
        )
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def places(
    con: duckdb.DuckDBPyConnection, folder: bytes | None = None, *, missing: bool | None = None
) -> list[Place]:
    """The known places below the folder (None: all), by path; only missing or found ones."""
    where, params = ("true", []) if folder is None else (BELOW, below(folder))
    if missing is not None:
        where += f" AND missing_since IS {'NOT NULL' if missing else 'NULL'}"
    with translated():
        table = fetch(
            con,
            f"""
            SELECT path, sha256, f.byte_size, mtime_ns, inode, missing_since
            FROM photo_paths f JOIN photos USING (photo_id) WHERE {where} ORDER BY path
            """,  # noqa: S608  made of the constants above and below
            params,
        )
    columns = (column.to_pylist() for column in table.columns)
    return [Place(*row) for row in zip(*columns, strict=True)]


def some(con: duckdb.DuckDBPyConnection, folder: bytes, most: int) -> list[Place]:
    """At most so many of the places below the folder, spread over all of it and the same each
    time; of those that are not missing, where there are any."""
    with translated():
        rows = con.execute(
            f"""
            SELECT path, sha256, f.byte_size, mtime_ns, inode, missing_since
            FROM (SELECT * FROM photo_paths WHERE {BELOW}
                ORDER BY missing_since NULLS FIRST, hash(path) LIMIT ?) f
            JOIN photos USING (photo_id) ORDER BY path
            """,  # noqa: S608
            [*below(folder), most],
        ).fetchall()
    places = [Place(*row) for row in rows]
    return [place for place in places if place.missing_since is None] or places


def all_met(con: duckdb.DuckDBPyConnection, folders: Sequence[bytes], met: int) -> bool:
    """Whether no known place below the folders is unmet, by counting alone.

    `met` is the number of paths that were met there; of these all must be stored by now, as a
    photo's or as rejected, or a place that is unmet may hide behind one that is not.
    """
    where = " OR ".join(f"({BELOW})" for _ in folders) or "false"
    params = [bound for folder in folders for bound in below(folder)]
    with translated():
        row = one(
            con,
            f"""
            SELECT (SELECT count(*) FROM photo_paths WHERE {where})
                + (SELECT count(*) FROM rejections WHERE {where})
            """,  # noqa: S608
            [*params, *params],
        )
    return row is not None and row[0] == met


def unmet(
    con: duckdb.DuckDBPyConnection, folders: Sequence[bytes], met: Collection[bytes]
) -> list[bytes]:
    """The known places below the folders that are not among those `met`, by path."""
    if not folders:
        return []
    where = " OR ".join(f"({BELOW})" for _ in folders)
    with translated(), staged(con, "met_paths", _paths(met)):
        table = fetch(
            con,
            f"""
            SELECT path FROM photo_paths ANTI JOIN met_paths USING (path)
            WHERE {where} ORDER BY path
            """,  # noqa: S608
            [bound for folder in folders for bound in below(folder)],
        )
    found: list[bytes] = table.column(0).to_pylist()
    return found


def elsewhere(con: duckdb.DuckDBPyConnection, paths: Collection[bytes]) -> list[Elsewhere]:
    """Where else the content of these places is known to be, not counting missing ones and
    these themselves; by path."""
    with translated(), staged(con, "asked_paths", _paths(paths)):
        rows = con.execute(
            """
            SELECT a.path, other.path
            FROM asked_paths a JOIN photo_paths here USING (path)
            JOIN photo_paths other ON other.photo_id = here.photo_id
            WHERE other.missing_since IS NULL
              AND other.path NOT IN (SELECT path FROM asked_paths)
            ORDER BY a.path, other.path
            """
        ).fetchall()
    return [Elsewhere(*row) for row in rows]


def found_again(con: duckdb.DuckDBPyConnection, met: Collection[bytes]) -> int:
    """Missing places at which a file was met are missing no more; how many there were."""
    with translated():
        missing = {
            path
            for (path,) in con.execute(
                "SELECT path FROM photo_paths WHERE missing_since IS NOT NULL"
            ).fetchall()
        }
    back = [path for path in missing if path in met]
    mark(con, back, None)
    return len(back)


def mark(con: duckdb.DuckDBPyConnection, paths: Collection[bytes], since: datetime | None) -> int:
    """Say of places that they are missing since then, unless they are already, or (None) found.

    Gives the number of those of which it is news.
    """
    if not paths:
        return 0
    news = "IS NULL" if since is not None else "IS NOT NULL"
    with transaction(con), staged(con, "marked_paths", _paths(paths)):
        row = one(
            con,
            f"""
            UPDATE photo_paths SET missing_since = ?
            WHERE missing_since {news} AND path IN (SELECT path FROM marked_paths)
            """,  # noqa: S608
            [since],
        )
    return 0 if row is None else int(row[0])


def drop(con: duckdb.DuckDBPyConnection, paths: Collection[bytes]) -> None:
    """Forget these places. The photos that were there stay, with all that is known of them."""
    if not paths:
        return
    with transaction(con), staged(con, "dropped_paths", _paths(paths)):
        con.execute("DELETE FROM photo_paths WHERE path IN (SELECT path FROM dropped_paths)")


def replace(
    con: duckdb.DuckDBPyConnection, old: bytes, new: bytes, moved: Sequence[tuple[bytes, Place]]
) -> None:
    """Put places from below the folder `old` to below `new`; all or nothing.

    `moved` gives for each old path what is known of the new one. Where a photo is known at a new
    place already, that stands. Rejected files, files beside photos and the sources of a cohort
    move along by their names.
    """
    table = pa.table(
        {
            "old_path": pa.array([path for path, _ in moved], pa.binary()),
            "path": pa.array([place.path for _, place in moved], pa.binary()),
            "shown": pa.array([shown(place.path) for _, place in moved], pa.string()),
            "inode": pa.array([place.inode for _, place in moved], pa.uint64()),
        }
    )
    with transaction(con), staged(con, "moved_paths", table):
        con.execute(
            """
            DELETE FROM photo_paths WHERE path IN (
                SELECT old_path FROM moved_paths SEMI JOIN photo_paths USING (path))
            """
        )
        con.execute(
            """
            UPDATE photo_paths SET path = m.path, shown = m.shown, inode = m.inode
            FROM moved_paths m WHERE photo_paths.path = m.old_path
            """
        )
        rest = [new, len(old) + 1, *below(old)]
        for name, column in (("sidecars", "path"), ("cohort_members", "source")):
            con.execute(
                f"""
                UPDATE {name} SET {column} = ?::BLOB || {column}[?:]
                WHERE {BELOW.replace("path", column)}
                """,  # noqa: S608
                rest,
            )
        con.execute(
            f"DELETE FROM rejections WHERE {BELOW}",  # noqa: S608  they are tried again
            below(old),
        )


BELOW = "(path = ? OR (path >= ? AND path < ?))"
"""SQL: whether a path is a folder or below it; its parameters are `below(folder)`."""


def below(folder: bytes) -> list[bytes]:
    """What BELOW compares with."""
    separator = os.fsencode(os.sep)
    within = folder if folder.endswith(separator) else folder + separator
    return [folder, within, within[:-1] + bytes([within[-1] + 1])]


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether a path is the folder or below it."""
    return path == folder or path.startswith(below(folder)[1])


def _paths(paths: Collection[bytes]) -> pa.Table:
    return pa.table({"path": pa.array(list(paths), pa.binary())})
