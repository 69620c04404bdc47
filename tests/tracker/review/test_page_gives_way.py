"""Commands beside the page: it lets go when one waits, and goes on by itself after."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from db import people
from db.turns import WANTED
from tests.support.command import process, program
from tests.support.made_up_album import Album
from tracker.review.desk import Answer, Desk

NEVER_S = 60.0
"""Seconds of quiet: who gets in meanwhile was let in."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "workspace"
    Album(made).con.close()
    return made


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    with Desk(home, quiet=NEVER_S) as made:
        yield made


def names(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [c.person.name for c in people.all_people(con)]


def ask(desk: Desk) -> Answer[list[str]]:
    async def run() -> Answer[list[str]]:
        return await desk.asked("names", names)

    return asyncio.run(run())


def decide(desk: Desk, name: str) -> None:
    async def run() -> None:
        await desk.decided(lambda con: people.add(con, name, "uncle"))

    asyncio.run(run())


def test_a_command_right_after_a_click_is_let_in(home: Path, desk: Desk) -> None:
    decide(desk, "Karl")
    told = process("person", "add", "Rosa", "--relation", "aunt", home=home)
    assert (told.code, told.err) == (0, "")
    assert ask(desk).value[2:] == ["Karl", "Rosa"]
    assert not (home / WANTED).exists()


@pytest.mark.slow("command after command beside the page")
def test_answers_go_on_while_commands_follow_each_other(home: Path, desk: Desk) -> None:
    script = " && ".join(f'"$@" person add P{n} --relation cousin' for n in range(4))
    running = subprocess.Popen(
        ["bash", "-c", script, "bash", *program(), "--home", str(home)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    answered = 0
    while running.poll() is None:
        decide(desk, f"A{answered}")
        answered += 1
    _, err = running.communicate()
    assert (running.returncode, err) == (0, b"")
    added = ask(desk).value[2:]
    assert sorted(added) == sorted([f"P{n}" for n in range(4)] + [f"A{n}" for n in range(answered)])
    assert answered > 4


def test_a_page_that_is_always_looking_lets_a_command_in(home: Path, desk: Desk) -> None:
    async def look(until: subprocess.Popen[bytes]) -> int:
        looked = 0
        while until.poll() is None:
            looked += 1
            await asyncio.gather(
                desk.asked(("a", looked), names), desk.pondered(("b", looked), slow)
            )
        return looked

    def slow(con: duckdb.DuckDBPyConnection) -> list[str]:
        time.sleep(0.05)
        return names(con)

    ask(desk)
    words = ["--home", str(home), "person", "add", "Rosa", "--relation", "aunt"]
    running = subprocess.Popen([*program(), *words], stdout=subprocess.DEVNULL)
    assert asyncio.run(look(running)) > 3
    assert running.returncode == 0


def test_two_commands_at_the_same_moment_both_end_well(home: Path) -> None:
    both = [
        subprocess.Popen(
            [*program(), "--home", str(home), "person", "add", name, "--relation", "aunt"],
            stdout=subprocess.DEVNULL,
        )
        for name in ("Rosa", "Eve")
    ]
    assert [one.wait(60) for one in both] == [0, 0]


def test_whoever_waited_and_was_killed_keeps_nobody_out(home: Path, desk: Desk) -> None:
    (home / WANTED).write_bytes(b"...")
    assert ask(desk).value == ["Mia", "Anna"]
    begun = time.monotonic()
    for n in range(3):
        decide(desk, f"A{n}")
    assert time.monotonic() - begun < 2
    assert not (home / WANTED).exists()


HOLD = """
import sys
from pathlib import Path
from db.connection import open_workspace
with open_workspace(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_command_says_for_whom_it_waits_and_when_it_gives_up(home: Path) -> None:
    holder = subprocess.Popen(
        [*program()[:2], HOLD, str(home), "review"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    try:
        told = process("status", "--json", home=home)
        assert told.code == 4
        has = f"rocess {holder.pid}"
        assert f"P{has} has the review page open; waiting for it.\n" in told.err
        assert f"p{has}, which has the review page open" in told.values["error"]["message"]
        assert "in a moment" in told.values["error"]["hint"]
        assert not (home / WANTED).exists()
    finally:
        holder.communicate(b"\n", timeout=30)
