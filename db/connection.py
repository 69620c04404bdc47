"""Opening a workspace: one process at a time, hardened, migrated, for its owner's eyes only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from . import migrations
from .errors import WorkspaceMissing
from .translate import damaged, newer, translated

__all__ = ["DATABASE", "open_workspace", "transaction", "translated", "utc_now"]

DATABASE = "tracker.duckdb"

# Storage written by a later DuckDB stays readable by the oldest one that pyproject allows.
STORAGE_VERSION = "v2.0.0"

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    # Nothing is fetched, loaded or read from outside the file: the network stays untouched, a
    # photo's path in a query stays a string, and a Python variable is never taken for a table.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "enable_external_access": "false",
    "python_enable_replacements": "false",
    # Sorts and joins beyond this go to the temporary folder beside the file.
    "memory_limit": "1GB",
    # The default of 16 MB checkpoints every few hundred photos, and each partial block stays in
    # the file as a hole: 20,000 vectors of 512 took 2,137 bytes a row at 16 MB, 1,796 at 64.
    "wal_autocheckpoint": "64MB",
}


def open_workspace(home: Path, *, create: bool = False) -> duckdb.DuckDBPyConnection:
    """Open the workspace in the folder `home`; a context manager that closes it.

    `create` makes the folder and the database where there are none; an existing workspace is
    opened as it is. Pending migrations are applied. The file is locked until it is closed.

    Raises WorkspaceMissing, WorkspaceInUse (with the PID), WorkspaceDamaged, WorkspaceNewer,
    WorkspaceReadOnly or DiskFull.

    While it is open this process must not open the same file in another way: closing that
    second handle would drop the lock (POSIX locks belong to the process, not to the handle).
    """
    home = Path(home)
    what = f"the workspace in {printable(home)}"
    file = home / DATABASE
    with translated(what):
        _prepare(home, file, create=create)
        with _private():
            con = duckdb.connect(os.fspath(file), config=_CONFIG)
    try:
        with translated(what):
            con.execute("SET lock_configuration = true")
            _migrate(con, what)
            _close_to_others(file)
    except BaseException:
        con.close()
        raise
    return con


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: commits at the end, rolls back on any error, which is translated."""
    with translated(), _private():
        con.execute("BEGIN TRANSACTION")
        try:
            yield
            con.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # the first error is the one to tell
                con.execute("ROLLBACK")
            raise


def utc_now() -> datetime:
    """Now, in UTC, without a zone: what the TIMESTAMP columns hold."""
    return datetime.now(UTC).replace(tzinfo=None)


def printable(path: Path) -> str:
    """A path for a message: bytes that are no text become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _prepare(home: Path, file: Path, *, create: bool) -> None:
    """Make the folder, or say that there is no workspace."""
    empty = file.exists() and file.stat().st_size == 0
    wal = file.with_name(file.name + ".wal")
    left_over = wal.exists() and wal.stat().st_size > 0
    if empty and left_over:
        raise damaged(f"the workspace in {printable(home)}", "tracker.duckdb is empty")
    if file.exists() and not empty:
        return
    if left_over and not file.exists():
        raise damaged(
            f"the workspace in {printable(home)}",
            "tracker.duckdb is gone, and its journal tracker.duckdb.wal is still there",
        )
    if not create:
        raise WorkspaceMissing(
            f"There is no workspace in {printable(home)}.",
            hint="make one: tracker init --child NAME --born DATE",
        )
    if not home.exists():
        home.mkdir(mode=0o700, parents=True)
    elif not any(home.iterdir()):
        home.chmod(0o700)  # an empty folder was made for this; one with other things was not
    if empty:
        file.unlink()  # a creation that was interrupted before the first byte


def _migrate(con: duckdb.DuckDBPyConnection, what: str) -> None:
    """Apply the migrations that the database does not have, each with its record."""
    tables = _tables(con)
    if "schema_migrations" not in tables:
        if tables:
            raise damaged(what, "tracker.duckdb is a database of something else")
        with transaction(con):
            con.execute(
                "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL,"
                " applied_at TIMESTAMP NOT NULL)"
            )
    done = {n for (n,) in con.execute("SELECT number FROM schema_migrations").fetchall()}
    steps = migrations.known()
    if done - {step.number for step in steps}:
        raise newer(what)
    for step in steps:
        if step.number not in done:
            _apply(con, step)


def _apply(con: duckdb.DuckDBPyConnection, step: migrations.Migration) -> None:
    with transaction(con):
        con.execute(step.sql)
        con.execute(
            "INSERT INTO schema_migrations VALUES (?, ?, ?)", [step.number, step.name, utc_now()]
        )


def _tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    found: Sequence[tuple[str]] = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE NOT internal"
    ).fetchall()
    return {name for (name,) in found}


def _close_to_others(file: Path) -> None:
    """Take away what group and others may do with the file; leave it where that is refused."""
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        with suppress(PermissionError):
            file.chmod(mode & ~0o077)


@contextmanager
def _private() -> Iterator[None]:
    """Files made inside are readable by their owner only (DuckDB sets no mode of its own)."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
