"""The page and other commands share one workspace."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from db import people
from db.connection import open_workspace, transaction
from db.errors import StoreError, WorkspaceDamaged, WorkspaceInUse, WorkspaceMissing
from tests.support.made_up_album import Album
from tracker.review.desk import Answer, Desk, ReadOnly

HOLD = """
import sys
from pathlib import Path
from db import people
from db.connection import open_workspace
with open_workspace(Path(sys.argv[1])) as con:
    people.add(con, sys.argv[3], "aunt")
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    Album(made).con.close()
    return made


@contextmanager
def held(home: Path, command: str = "ingest", adding: str = "Zoe") -> Iterator[int]:
    """Another process, which looks like `tracker command`, holds the workspace."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home), command, adding],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process.pid
    finally:
        process.communicate("\n", timeout=30)


def once_free(home: Path, seconds: float = 20.0) -> duckdb.DuckDBPyConnection:
    """The workspace, open, as soon as the page lets go of it; without asking the page to."""
    end = time.monotonic() + seconds
    while True:
        try:
            return open_workspace(home)
        except StoreError:  # DuckDB's own words where it is this very process that has it
            assert time.monotonic() < end
            time.sleep(0.05)


def names(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [c.person.name for c in people.all_people(con)]


def ask(desk: Desk) -> Answer[list[str]]:
    return asyncio.run(_ask(desk))


async def _ask(desk: Desk) -> Answer[list[str]]:
    return await desk.asked("names", names)


def decide(desk: Desk, name: str) -> None:
    async def run() -> None:
        await desk.decided(lambda con: people.add(con, name, "uncle"))

    asyncio.run(run())


def test_after_a_moment_of_quiet_other_commands_can_run(home: Path) -> None:
    with Desk(home, quiet=0.2) as desk:
        assert ask(desk).value == ["Mia", "Anna"]
        with once_free(home) as con:
            people.add(con, "Rosa", "grandmother")
        assert ask(desk).value == ["Mia", "Anna", "Rosa"]


def test_looking_again_and_again_at_what_has_not_changed_keeps_nobody_out(home: Path) -> None:
    with Desk(home, quiet=0.3) as desk:
        for _ in range(20):
            ask(desk)
            time.sleep(0.05)
        open_workspace(home).close()
        assert ask(desk).read_only is None


def test_while_photos_are_taken_in_the_page_shows_what_it_knows_and_says_who_works(
    home: Path,
) -> None:
    with Desk(home, quiet=0.1) as desk:
        ask(desk)
        once_free(home).close()
        with held(home) as pid:
            answer = ask(desk)
            assert answer.value == ["Mia", "Anna"]
            assert answer.read_only is not None
            assert f"Process {pid} is taking photos in" in answer.read_only
            with pytest.raises(ReadOnly, match=f"Process {pid} is taking photos in"):
                decide(desk, "Karl")
        again = ask(desk)
        assert again.read_only is None
        assert again.value == ["Mia", "Anna", "Zoe"]
        decide(desk, "Karl")
        assert ask(desk).value[-1] == "Karl"


def test_what_was_never_asked_cannot_be_answered_while_photos_are_taken_in(home: Path) -> None:
    with Desk(home) as desk, held(home) as pid:
        begun = time.monotonic()
        with pytest.raises(ReadOnly, match=str(pid)):
            ask(desk)
        assert time.monotonic() - begun < 2  # nobody waits for an ingest


def test_another_page_is_waited_for(home: Path) -> None:
    with Desk(home) as desk:
        waiting = threading.Thread(target=decide, args=(desk, "Rosa"))
        with held(home, "review", adding="Eve"):
            waiting.start()
            time.sleep(0.5)
        waiting.join(20)
        assert ask(desk).value[-2:] == ["Eve", "Rosa"]


def test_decisions_are_stored_in_the_order_in_which_they_came(home: Path) -> None:
    async def run(desk: Desk) -> list[str]:
        added = [
            desk.decided(lambda con, n=n: people.add(con, f"P{n:03}", "cousin"))  # type: ignore[misc]
            for n in range(100)
        ]
        await asyncio.gather(*added)
        return (await desk.asked("names", names)).value

    with Desk(home) as desk:
        assert asyncio.run(run(desk))[2:] == [f"P{n:03}" for n in range(100)]


def test_what_fails_is_told_and_the_next_is_done(home: Path) -> None:
    with Desk(home) as desk:
        with pytest.raises(ZeroDivisionError):
            asyncio.run(desk.decided(lambda con: 1 // 0))
        assert ask(desk).value == ["Mia", "Anna"]


def test_something_long_is_of_one_moment_and_keeps_nobody_waiting(home: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def long(con: duckdb.DuckDBPyConnection) -> tuple[list[str], list[str]]:
        with transaction(con):
            before = names(con)
            begun.set()
            assert go_on.wait(20)
            return before, names(con)

    async def run(desk: Desk) -> tuple[list[str], list[str]]:
        lent = asyncio.create_task(desk.lend(long))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        await desk.decided(lambda con: people.add(con, "Karl", "uncle"))
        assert (await desk.asked("names", names)).value[-1] == "Karl"
        await asyncio.sleep(0.5)  # longer than the quiet after which it would be closed
        go_on.set()
        return await lent

    with Desk(home, quiet=0.1) as desk:
        before, after = asyncio.run(run(desk))
        assert before == after == ["Mia", "Anna"]
        once_free(home).close()


def test_pondering_a_question_keeps_no_decision_waiting(home: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def ponder(con: duckdb.DuckDBPyConnection) -> list[str]:
        before = names(con)
        begun.set()
        assert go_on.wait(20)
        return before

    async def run(desk: Desk) -> list[list[str]]:
        asked = asyncio.create_task(desk.pondered("names", ponder))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        await desk.decided(lambda con: people.add(con, "Karl", "uncle"))
        go_on.set()
        first = (await asked).value
        return [first, (await desk.pondered("names", ponder)).value]

    with Desk(home) as desk:
        first, second = asyncio.run(run(desk))
        assert second == [*first, "Karl"]  # what was found before it is not taken for the answer


def test_looking_at_a_list_keeps_no_decision_waiting_either(home: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def look(con: duckdb.DuckDBPyConnection) -> list[str]:
        begun.set()
        assert go_on.wait(20)
        return names(con)

    async def run(desk: Desk) -> None:
        asked = asyncio.create_task(desk.asked("names", look))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        await desk.decided(lambda con: people.add(con, "Karl", "uncle"))
        go_on.set()
        await asked
        assert (await desk.asked("names", names)).value[-1] == "Karl"

    with Desk(home) as desk:
        asyncio.run(run(desk))


def test_it_ends_at_once_in_the_middle_of_something_long(home: Path) -> None:
    begun = threading.Event()

    def endless(con: duckdb.DuckDBPyConnection) -> int:
        begun.set()
        while True:
            con.execute("SELECT sum(hash(range)) FROM range(1000000)").fetchall()

    async def run(desk: Desk) -> None:
        asked = [asyncio.create_task(f("x", endless)) for f in (desk.pondered,)]
        asked.append(asyncio.create_task(desk.lend(endless)))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)

    desk = Desk(home)
    asyncio.run(run(desk))
    assert desk.close(20)  # no thread goes on with what was endless
    open_workspace(home).close()


def test_a_workspace_that_is_not_there_is_told_before_anything_is_served(tmp_path: Path) -> None:
    with Desk(tmp_path / "none") as desk, pytest.raises(WorkspaceMissing):
        desk.try_to_open()


def test_a_damaged_workspace_is_told_before_anything_is_served(home: Path) -> None:
    (home / "tracker.duckdb").write_bytes(b"nothing of the kind" * 1000)
    with Desk(home) as desk, pytest.raises(WorkspaceDamaged):
        desk.try_to_open()


def test_what_is_open_is_closed_at_the_end(home: Path) -> None:
    with Desk(home) as desk:
        ask(desk)
        process = subprocess.run(
            [sys.executable, "-c", HOLD, str(home), "status", "X"],
            input="\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert WorkspaceInUse.__name__ in process.stderr
    with held(home):
        pass
