"""Opening a workspace: one process at a time, hardened, migrated, for its owner's eyes only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from . import DATABASE, migrations
from .arrow import one
from .errors import StoreError, WorkspaceMissing
from .text import shown
from .translate import damaged, newer, read_only, translated

__all__ = ["beside", "open_workspace", "transaction", "translated", "utc_now"]

# Storage written by a later DuckDB stays readable by the oldest one that pyproject allows.
STORAGE_VERSION = "v2.0.0"

BELONGS_TO_FACES = ("gallery", "thumbnails")
"""Folders that are made when the first faces are stored."""

NAME = "workspace"
"""What the file is called in SQL; nothing needs to say it."""

ROW_GROUP = 16384
"""Rows. A checkpoint writes the last group of a table anew, and the place of the old one stays as
a hole. With DuckDB's 122,880 rows of 2 KB, 250,000 vectors took 3,692 bytes each; so, 1,897."""

_HEADERS = 3 * 4096  # what a DuckDB file holds before its first block

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": STORAGE_VERSION,
    # Nothing is fetched, loaded or read from outside the file: the network stays untouched, a
    # photo's path in a query stays a string, and a Python variable is never taken for a table.
    # Access to other files ends where the workspace's own is open.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
    "python_enable_replacements": "false",
    # Sorts and joins beyond this go to the temporary folder beside the file. Pages that were read
    # are kept up to it as well, so that an ingest of a large library would come to hold all of it.
    "memory_limit": "512MB",
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
    file = home / DATABASE
    what = _named(home)
    _must_be_text(home)
    with translated(what):
        if not _exists(home, file):
            if not create:
                raise WorkspaceMissing(
                    f"There is no workspace in {shown(os.fsencode(home))}.",
                    hint="make one: tracker init --child NAME --born DATE",
                )
            _create(home, file)
        _must_be_writable(home)
        return _connect(file, what)


def beside(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second connection to an open workspace, for another thread of this process.

    What it reads in a transaction stays as it was at its start, whatever the first one stores
    meanwhile. Close it before the first.
    """
    with translated():
        second = con.cursor()
        second.execute(f"USE {NAME}")
    return second


def _connect(file: Path, what: str) -> duckdb.DuckDBPyConnection:
    with translated(what):
        con = duckdb.connect(":memory:", config=_CONFIG)
        try:
            with _private():
                _attach(con, file)
            _must_be_whole(con, file, what)
            _migrate(con, what)
            _close_to_others(file)
        except BaseException:
            con.close()
            raise
    return con


def _attach(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Open the file in a connection of no file: only so can the size of a row group be told."""
    path, spill = os.path.abspath(file), f"{file}.tmp"  # noqa: PTH100  `~` is a name like any other
    con.execute(f"SET temp_directory = {_quoted(spill)}")
    con.execute(f"ATTACH {_quoted(path)} AS {NAME} (TYPE duckdb, ROW_GROUP_SIZE {ROW_GROUP})")
    con.execute(f"USE {NAME}")
    con.execute("SET enable_progress_bar = false")  # on stdout, in Python that runs no script
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing: commits at the end, rolls back on any error, which is translated.

    One within another is a part of it: what is stored together is stored by several functions,
    and each of them is whole by itself.
    """
    if id(con) in _begun:
        with translated():
            yield
        return
    with translated(), _private():
        try:
            _begun.add(id(con))
            con.execute("BEGIN TRANSACTION")
            yield
            con.execute("COMMIT")
        except BaseException:  # an interrupt may come at any point, after the first line too
            _roll_back(con)
            raise
        finally:
            _begun.discard(id(con))


_begun: set[int] = set()
"""The connections, by their `id`, that are in a transaction."""


def _roll_back(con: duckdb.DuckDBPyConnection) -> None:
    """Undo what is open, and say nothing: the first error is the one to tell.

    After an interrupt DuckDB may answer the first statement with the interrupt again; a
    transaction left open by that would refuse all that comes after.
    """
    for _ in range(3):
        try:
            con.execute("ROLLBACK")
        except duckdb.TransactionException:  # there is nothing to undo
            return
        except (duckdb.Error, RuntimeError):
            continue
        return


def utc_now() -> datetime:
    """Now, in UTC, without a zone: what the TIMESTAMP columns hold."""
    return datetime.now(UTC).replace(tzinfo=None)


def _named(home: Path) -> str:
    return f"the workspace in {shown(os.fsencode(home))}"


def _exists(home: Path, file: Path) -> bool:
    """Whether there is a workspace; raises where only a part of one is left."""
    journal = file.with_name(file.name + ".wal")
    if file.is_dir():
        raise damaged(
            _named(home),
            "tracker.duckdb is a folder, not a file.",
            hint="move that folder away and put a backup of tracker.duckdb in its place, or run: "
            "tracker init --child NAME --born DATE, and ingest your photos again.",
        )
    there = file.exists() and file.stat().st_size > 0
    if not there and journal.exists() and journal.stat().st_size > 0:
        raise damaged(
            _named(home),
            "tracker.duckdb is gone or empty, and its journal tracker.duckdb.wal is still there.",
        )
    if not there and file.exists() and any((home / name).is_dir() for name in BELONGS_TO_FACES):
        raise damaged(
            _named(home),
            "tracker.duckdb is empty, and the pictures of faces that were in it are still there.",
            hint="put a backup of tracker.duckdb in its place. Without one, delete the empty file "
            "and run: tracker init --child NAME --born DATE, and ingest your photos again.",
        )
    return there


def _create(home: Path, file: Path) -> None:
    """Make the folder and the database, whole or not at all."""
    if not home.exists():
        home.mkdir(mode=0o700, parents=True)
    elif not any(home.iterdir()):
        home.chmod(0o700)  # an empty folder was made for this; one with other things was not
    _must_be_writable(home)
    # Made under another name: a creation that is cut short leaves no half of a workspace.
    draft = home / f".{DATABASE}.{os.getpid()}.new"
    try:
        _connect(draft, _named(home)).close()
        draft.replace(file)
    finally:
        for left_over in home.glob(f".{DATABASE}.*.new*"):
            left_over.unlink(missing_ok=True)


def _must_be_writable(home: Path) -> None:
    """DuckDB opens a database in a folder where it cannot make its journal; this does not."""
    effective = os.access in os.supports_effective_ids
    if not os.access(home, os.W_OK | os.X_OK, effective_ids=effective):
        raise read_only(_named(home))


def _must_be_whole(con: duckdb.DuckDBPyConnection, file: Path, what: str) -> None:
    """DuckDB opens a file that was cut short, and misses the end when somebody asks for it."""
    row = one(con, _USED)
    least = _HEADERS + int(row[0]) if row else 0
    size = file.stat().st_size
    if size < least:
        raise damaged(what, f"tracker.duckdb was cut short: {least - size:,} bytes are missing.")


_USED = f"""
    SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = '{NAME}'
    """  # noqa: S608


def _must_be_text(home: Path) -> None:
    try:
        os.fspath(home).encode("utf-8")
    except UnicodeEncodeError:
        raise StoreError(
            f"The folder {shown(os.fsencode(home))} has a name that is no text, and DuckDB cannot "
            "open a file in it.",
            hint="give another folder with --home; photos may lie in folders of any name.",
        ) from None


def _migrate(con: duckdb.DuckDBPyConnection, what: str) -> None:
    """Apply the migrations that the database does not have, each with its record."""
    tables = _tables(con)
    if "schema_migrations" not in tables:
        if tables:
            raise damaged(what, "tracker.duckdb is a database of something else.")
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
