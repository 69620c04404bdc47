"""The workspace is moved away, deleted or put back from a backup while the page has it open."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from db import people
from tests.support.command import process
from tests.support.made_up_album import Album
from tracker.review.desk import Desk, Replaced


@pytest.fixture(autouse=True)
def nothing_left_open(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a page would leave to the end of its process is closed, once the test is over."""
    lost: list[duckdb.DuckDBPyConnection] = []
    lose = Desk._lose

    def note(desk: Desk, connection: duckdb.DuckDBPyConnection) -> None:
        lost.append(connection)
        lose(desk, connection)

    monkeypatch.setattr(Desk, "_lose", note)
    yield
    for connection in lost:
        connection.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    Album(made).con.close()
    shutil.copytree(made, tmp_path / "backup")
    return made


def names(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [c.person.name for c in people.all_people(con)]


def ask(desk: Desk) -> list[str]:
    async def run() -> list[str]:
        return (await desk.asked("names", names)).value

    return asyncio.run(run())


def decide(desk: Desk, name: str) -> None:
    async def run() -> None:
        await desk.decided(lambda con: people.add(con, name, "uncle"))

    asyncio.run(run())


@pytest.mark.parametrize("moved", [True, False])
def test_what_is_put_back_from_a_backup_is_not_written_over(
    home: Path, tmp_path: Path, moved: bool
) -> None:
    desk = Desk(home)
    decide(desk, "Karl")
    if moved:
        home.rename(tmp_path / "away")
    else:
        shutil.rmtree(home)
    shutil.copytree(tmp_path / "backup", home)
    (home / "tracker.duckdb.wal").write_bytes(b"")  # another one's journal
    for act in (lambda: decide(desk, "Eve"), lambda: ask(desk)):
        with pytest.raises(Replaced, match="while this page had it open"):
            act()
    assert not desk.close()  # something is left that must not be closed
    assert (home / "tracker.duckdb.wal").exists()
    assert in_another_process(home) == ["Mia", "Anna"]


def in_another_process(home: Path) -> list[str]:
    listed = process("person", "list", "--json", home=home)
    return [person["name"] for person in listed.values["people"]]


def test_what_was_put_back_while_nobody_looked_is_shown_before_anything_is_stored(
    home: Path, tmp_path: Path
) -> None:
    with Desk(home, quiet=0) as desk:
        ask(desk)
        decide(desk, "Karl")
        while desk._connection is not None:
            time.sleep(0.05)
        home.rename(tmp_path / "away")
        shutil.copytree(tmp_path / "backup", home)
        with pytest.raises(Replaced, match="was not stored"):
            decide(desk, "Eve")
        assert ask(desk) == ["Mia", "Anna"]
        decide(desk, "Rosa")
        assert ask(desk) == ["Mia", "Anna", "Rosa"]


def test_a_workspace_that_is_no_more_is_said(home: Path) -> None:
    desk = Desk(home)
    ask(desk)
    shutil.rmtree(home)
    for act in (lambda: ask(desk), lambda: decide(desk, "Eve")):
        with pytest.raises(Replaced, match="was taken away"):
            act()
    assert desk.lost
    desk.close()
    assert not home.exists()
