"""Opening a workspace: what can be in the way, and what is said then."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest

from db import DATABASE, migrations, people, settings
from db.connection import ROW_GROUP, open_workspace, transaction, translated
from db.errors import (
    DiskFull,
    StoreError,
    WorkspaceDamaged,
    WorkspaceInUse,
    WorkspaceMissing,
    WorkspaceNewer,
    WorkspaceReadOnly,
)

ROOT = Path(__file__).parents[2]


def python(code: str, *args: object) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own; `home` is its first argument."""
    start = "import sys\nfrom pathlib import Path\nfrom db import settings\n"
    start += "from db.connection import open_workspace, transaction\nhome = Path(sys.argv[1])\n"
    return subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(code), *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


@contextmanager
def as_ordinary_user(*owned: Path) -> Iterator[None]:
    """Rights count for nothing with root: become somebody else who owns these paths."""
    if os.geteuid() != 0:
        yield
        return
    nobody = 65534
    for path in owned:
        os.chown(path, nobody, nobody)
    os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_workspace_that_is_not_there_is_named_with_the_command_that_makes_one(home: Path) -> None:
    with pytest.raises(WorkspaceMissing, match=str(home)) as told:
        open_workspace(home)
    assert told.value.hint is not None
    assert "tracker init --child" in told.value.hint
    assert told.value.exit_code == 2
    assert not home.exists()


def test_making_a_workspace_twice_keeps_what_is_in_it(home: Path) -> None:
    with open_workspace(home, create=True) as con:
        settings.set_(con, "kept", "yes")
    with open_workspace(home, create=True) as con:
        assert settings.get(con, "kept") == "yes"


def test_folder_and_files_are_the_owners_alone(home: Path) -> None:
    before = os.umask(0o000)
    try:
        with open_workspace(home, create=True) as con:
            settings.set_(con, "a", "b")
            modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (home, *home.iterdir())}
    finally:
        os.umask(before)
    assert modes == {"workspace": 0o700, DATABASE: 0o600, f"{DATABASE}.wal": 0o600}


def test_a_database_that_others_could_read_is_closed_to_them(home: Path) -> None:
    open_workspace(home, create=True).close()
    (home / DATABASE).chmod(0o644)
    open_workspace(home).close()
    assert stat.S_IMODE((home / DATABASE).stat().st_mode) == 0o600


def test_a_folder_with_other_things_in_it_keeps_its_rights(home: Path) -> None:
    home.mkdir()
    (home / "diary.txt").write_text("mine")
    home.chmod(0o755)
    open_workspace(home, create=True).close()
    assert stat.S_IMODE(home.stat().st_mode) == 0o755
    assert stat.S_IMODE((home / DATABASE).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["with ' quotes \"", "two\nlines", "Ü 😀", "; DROP TABLE photos"])
def test_a_folder_of_any_name_that_is_text_will_do(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    with open_workspace(home, create=True) as con:
        settings.set_(con, "a", "b")
    with open_workspace(home) as con:
        assert settings.get(con, "a") == "b"


def test_a_folder_whose_name_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    home = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    with pytest.raises(StoreError, match=r"caf\\xe9"):
        open_workspace(home, create=True)


def test_a_file_in_the_place_of_the_folder_is_an_error_in_words(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be used"):
        open_workspace(home, create=True)
    assert home.read_text() == "not a folder"


def test_a_second_process_is_told_who_holds_the_workspace(home: Path) -> None:
    with open_workspace(home, create=True):
        other = python(
            """
            from db.errors import WorkspaceInUse
            try:
                open_workspace(home)
            except WorkspaceInUse as error:
                print(error.pid, error.exit_code, error.hint)
            """,
            home,
        )
    pid, code, hint = other.stdout.strip().split(" ", 2)
    assert (int(pid), int(code)) == (os.getpid(), 4)
    assert "wait" in hint
    again = python("open_workspace(home).close(); print('free')", home)
    assert again.stdout.strip() == "free", again.stderr


@pytest.mark.parametrize(
    "content",
    [b"this is no database " * 500, b"\x00" * 20_000, b"SQLite format 3\0" + b"\0" * 8_000],
    ids=["other file", "zeros", "SQLite"],
)
def test_a_file_that_is_no_database_is_told_and_left_alone(home: Path, content: bytes) -> None:
    home.mkdir()
    (home / DATABASE).write_bytes(content)
    with pytest.raises(WorkspaceDamaged) as told:
        open_workspace(home, create=True)
    assert told.value.exit_code == 5
    assert told.value.hint is not None
    assert "keep a copy" in told.value.hint
    assert "tracker doctor" in told.value.hint
    assert (home / DATABASE).read_bytes() == content


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_a_database_that_was_cut_short_is_damaged(home: Path, keep: float) -> None:
    with open_workspace(home, create=True) as con, transaction(con):
        con.execute("INSERT INTO settings SELECT range, md5(range::VARCHAR) FROM range(50000)")
    data = (home / DATABASE).read_bytes()
    (home / DATABASE).write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(WorkspaceDamaged):
        open_workspace(home)
    assert (home / DATABASE).stat().st_size == int(len(data) * keep)


def test_a_database_that_became_smaller_by_itself_is_whole(home: Path) -> None:
    with open_workspace(home, create=True) as con, transaction(con):
        con.execute("INSERT INTO settings SELECT range, md5(range::VARCHAR) FROM range(50000)")
    before = (home / DATABASE).stat().st_size
    with open_workspace(home) as con:
        con.execute("DELETE FROM settings")
        con.execute("CHECKPOINT")
    assert (home / DATABASE).stat().st_size < before
    with open_workspace(home) as con:
        assert settings.all_settings(con) == {}


def test_a_database_of_something_else_is_not_touched(home: Path) -> None:
    home.mkdir()
    with duckdb.connect(str(home / DATABASE)) as con:
        con.execute("CREATE TABLE accounts (i INTEGER)")
    with pytest.raises(WorkspaceDamaged, match="something else"):
        open_workspace(home)
    with duckdb.connect(str(home / DATABASE)) as con:
        assert [t for (t,) in con.execute("SHOW TABLES").fetchall()] == ["accounts"]


def test_a_folder_in_the_place_of_the_database_is_told(home: Path) -> None:
    (home / DATABASE).mkdir(parents=True)
    for create in (False, True):
        with pytest.raises(WorkspaceDamaged, match="is a folder") as told:
            open_workspace(home, create=create)
        assert told.value.hint is not None
        assert "move" in told.value.hint
    assert (home / DATABASE).is_dir()


@pytest.mark.parametrize("beside", ["gallery/a.faiss", "thumbnails/ab/cd.jpg"])
def test_an_empty_database_beside_what_belongs_to_a_full_one_is_damage(
    home: Path, beside: str
) -> None:
    (home / beside).parent.mkdir(parents=True)
    (home / beside).write_bytes(b"something")
    (home / DATABASE).touch()
    for create in (False, True):
        with pytest.raises(WorkspaceDamaged, match="empty") as told:
            open_workspace(home, create=create)
        assert told.value.hint is not None
        assert "backup" in told.value.hint
    assert (home / beside).exists()


def test_a_journal_without_its_database_is_not_thrown_away(home: Path) -> None:
    home.mkdir()
    journal = home / f"{DATABASE}.wal"
    journal.write_bytes(b"what was written last")
    with pytest.raises(WorkspaceDamaged, match="journal"):
        open_workspace(home, create=True)
    assert journal.exists()


def test_a_workspace_of_a_later_version_is_told_apart_from_a_damaged_one(home: Path) -> None:
    with open_workspace(home, create=True) as con:
        con.execute("INSERT INTO schema_migrations VALUES (9999, 'later', TIMESTAMP '2999-01-01')")
    with pytest.raises(WorkspaceNewer) as told:
        open_workspace(home)
    assert told.value.exit_code == 5
    assert told.value.hint is not None
    assert "update" in told.value.hint


def test_an_empty_file_from_an_interrupted_start_is_replaced(home: Path) -> None:
    home.mkdir()
    (home / DATABASE).touch()
    (home / f".{DATABASE}.1.new").write_bytes(b"half")
    with pytest.raises(WorkspaceMissing):
        open_workspace(home)
    open_workspace(home, create=True).close()
    assert [p.name for p in home.iterdir()] == [DATABASE]


def test_a_folder_without_the_right_to_write_is_told() -> None:
    # Not in tmp_path: nobody but the user who runs the tests gets into the folders above it.
    with TemporaryDirectory() as temporary:
        outer = Path(temporary)
        home = outer / "workspace"
        open_workspace(home, create=True).close()
        with as_ordinary_user(outer, home, home / DATABASE):
            home.chmod(0o500)
            with pytest.raises(WorkspaceReadOnly) as told:
                open_workspace(home)
            home.chmod(0o700)
            (home / DATABASE).chmod(0o400)
            with pytest.raises(WorkspaceReadOnly):
                open_workspace(home)
            outer.chmod(0o500)
            with pytest.raises(WorkspaceReadOnly):
                open_workspace(outer / "new", create=True)
            outer.chmod(0o700)
    assert told.value.hint is not None
    assert "--home" in told.value.hint


def test_a_full_disk_loses_nothing_that_was_stored(home: Path) -> None:
    written = python(
        """
        import resource
        from db.errors import DiskFull
        con = open_workspace(home, create=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        done = 0
        try:
            while True:
                with transaction(con):
                    con.execute(
                        "INSERT INTO settings SELECT ? || range, md5(range::VARCHAR) "
                        "FROM range(2000)",
                        [f"{done}-"],
                    )
                done += 1
        except DiskFull as error:
            print(done, error)
        """,
        home,
    )
    done, said = written.stdout.split(" ", 1)
    assert "no room left" in said, written.stderr
    assert int(done) > 0
    with open_workspace(home) as con:
        assert len(settings.all_settings(con)) == int(done) * 2000


def test_a_full_disk_at_the_start_leaves_no_half_of_a_workspace(home: Path) -> None:
    made = python(
        """
        import resource
        from db.errors import DiskFull
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))
        try:
            open_workspace(home, create=True)
        except DiskFull:
            print("full")
        """,
        home,
    )
    assert made.stdout.strip() == "full", made.stderr
    assert list(home.iterdir()) == []
    open_workspace(home, create=True).close()


def test_a_kill_in_the_middle_of_a_write_leaves_what_was_committed(home: Path) -> None:
    python(
        """
        import os
        con = open_workspace(home, create=True)
        settings.set_(con, "before", "kept")
        con.execute("BEGIN TRANSACTION")
        con.execute("INSERT INTO settings SELECT 'half' || range, 'x' FROM range(100000)")
        os.kill(os.getpid(), 9)
        """,
        home,
    )
    with open_workspace(home) as con:
        assert settings.all_settings(con) == {"before": "kept"}


def test_a_journal_whose_last_write_was_cut_off_still_opens(home: Path) -> None:
    python(
        """
        import os
        con = open_workspace(home, create=True)
        for i in range(20):
            settings.set_(con, f"{i:02}", "x")
        os.kill(os.getpid(), 9)
        """,
        home,
    )
    journal = home / f"{DATABASE}.wal"
    journal.write_bytes(journal.read_bytes()[:-5])
    with open_workspace(home) as con:
        assert list(settings.all_settings(con)) == [f"{i:02}" for i in range(19)]


def test_a_flipped_bit_in_the_journal_is_damage_and_not_a_crash(home: Path) -> None:
    python(
        """
        import os
        con = open_workspace(home, create=True)
        for i in range(50):
            settings.set_(con, f"{i:02}", "x" * 50)
        os.kill(os.getpid(), 9)
        """,
        home,
    )
    journal = home / f"{DATABASE}.wal"
    data = bytearray(journal.read_bytes())
    # In what was written, not in the length before it: a write that is longer than the journal
    # looks to DuckDB like one that was cut off.
    data[data.index(b"x" * 50, len(data) // 2) + 25] ^= 1
    journal.write_bytes(data)
    with pytest.raises(WorkspaceDamaged):
        open_workspace(home)
    assert journal.read_bytes() == data


def test_an_error_in_a_transaction_takes_all_of_it_back(con: duckdb.DuckDBPyConnection) -> None:
    settings.set_(con, "a", "before")
    with pytest.raises(RuntimeError), transaction(con):
        con.execute("UPDATE settings SET value = 'after'")
        raise RuntimeError
    assert settings.get(con, "a") == "before"
    settings.set_(con, "a", "usable")
    assert settings.get(con, "a") == "usable"


def test_an_interruption_in_a_transaction_takes_all_of_it_back(
    con: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(KeyboardInterrupt), transaction(con):
        con.execute("INSERT INTO settings VALUES ('a', 'half')")
        raise KeyboardInterrupt
    assert settings.get(con, "a") is None


def test_nothing_outside_the_file_can_be_reached(
    con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    a_variable = [1, 2]
    (tmp_path / "a.csv").write_text("a\n1\n")
    assert a_variable
    for sql in (
        "SELECT * FROM a_variable",
        f"SELECT * FROM '{tmp_path}/a.csv'",
        f"SELECT * FROM read_csv('{tmp_path}/a.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        f"ATTACH '{tmp_path}/other.duckdb'",
        "INSTALL vss",
        "LOAD vss",
        "SET enable_external_access = true",
        "SET autoload_known_extensions = true",
        "SET python_enable_replacements = true",
    ):
        with pytest.raises(duckdb.Error):
            con.execute(sql)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "workspace"]


def test_a_query_that_takes_long_draws_nothing_between_the_results(home: Path) -> None:
    """DuckDB draws a bar on stdout wherever Python was not started with a script's file."""
    open_workspace(home, create=True).close()
    code = """
        with open_workspace(home) as con:
            print(con.execute("SELECT current_setting('enable_progress_bar')").fetchone()[0])
    """
    assert python(code, home).stdout == "False\n"


def test_every_migration_is_applied_once_in_order(home: Path) -> None:
    steps = [(step.number, step.name) for step in migrations.known()]
    assert [number for number, _ in steps] == list(range(1, len(steps) + 1))
    for _ in range(2):
        with open_workspace(home, create=True) as con:
            rows = con.execute("SELECT number, name FROM schema_migrations ORDER BY 1").fetchall()
            assert rows == steps


def test_a_migration_that_fails_leaves_no_half_of_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_workspace(home, create=True).close()
    good = migrations.known()
    number = len(good) + 1
    broken = migrations.Migration(number, "broken", "CREATE TABLE half (i INTEGER); SELECT nosuch;")
    monkeypatch.setattr(migrations, "known", lambda: (*good, broken))
    with pytest.raises(StoreError):
        open_workspace(home)
    mended = migrations.Migration(number, "mended", "CREATE TABLE half (i INTEGER)")
    monkeypatch.setattr(migrations, "known", lambda: (*good, mended))
    with open_workspace(home) as con:
        assert con.execute("SELECT count(*) FROM half").fetchall() == [(0,)]


def test_the_errors_of_opening_are_the_ones_that_the_command_line_knows() -> None:
    codes = {
        WorkspaceMissing: 2,
        WorkspaceInUse: 4,
        WorkspaceDamaged: 5,
        WorkspaceNewer: 5,
        WorkspaceReadOnly: 1,
        DiskFull: 1,
    }
    assert {kind: kind("").exit_code for kind in codes} == codes


def test_ctrl_c_in_the_middle_of_a_query_is_an_interruption() -> None:
    """DuckDB's binding says it in one of two ways, depending on when the signal comes."""
    for said in (RuntimeError("Query interrupted"), duckdb.InterruptException("Interrupted!")):
        with pytest.raises(KeyboardInterrupt), translated():
            raise said
    with pytest.raises(RuntimeError, match="something else"), translated():
        raise RuntimeError("something else")


def test_a_checkpoint_writes_few_rows_anew(home: Path) -> None:
    with open_workspace(home, create=True) as con:
        con.execute("CREATE TABLE many AS SELECT range AS number FROM range(40_000)")
    with open_workspace(home) as con:
        con.execute("INSERT INTO many SELECT range FROM range(40_000)")
        con.execute("CHECKPOINT")
        (groups,) = con.execute(
            "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('many')"
        ).fetchall()[0]
    assert groups >= 80_000 // ROW_GROUP


def test_what_does_not_fit_into_memory_goes_beside_the_database_and_nowhere_else(
    home: Path,
) -> None:
    with open_workspace(home, create=True) as con:
        (place,) = con.execute("SELECT current_setting('temp_directory')").fetchall()[0]
    assert Path(place).parent == home


@pytest.mark.parametrize("name", ["it's a 'home'", "semi;colon", "a ${HOME} ~ %20"])
def test_a_folder_of_any_name_holds_a_workspace(tmp_path: Path, name: str) -> None:
    with open_workspace(tmp_path / name, create=True) as con:
        people.add(con, "Mia", "child")
    assert (tmp_path / name / DATABASE).is_file()
    with open_workspace(tmp_path / name) as con:
        assert [counted.person.name for counted in people.all_people(con)] == ["Mia"]
