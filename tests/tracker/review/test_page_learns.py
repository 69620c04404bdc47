"""Answers teach who the others are, while the page goes on."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from db import decisions
from db.connection import open_workspace, transaction
from db.records import Decision
from tests.support.review_album import family
from tracker.identity import deciding, reviewing
from tracker.identity.strictness import set_strictness
from tracker.review import learning
from tracker.review.desk import Desk
from tracker.review.learning import Learning


def test_names_are_proposed_anew_after_so_many_answers(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    with open_workspace(home, create=True) as con:
        album = family(con)
        set_strictness(con, 0.05)
        rosa = album.add("Rosa", "grandmother")
        known = [album.photo(f"r{n}", ["Rosa"], date(2024, 3, 1 + n))[0] for n in range(6)]
        (open_one,) = album.photo("later", ["Rosa"], date(2024, 4, 1))

    async def answered() -> list[str]:
        states = []
        with Desk(home) as desk:
            learns = Learning(desk, every=3, pause=0)
            for face in known:
                await desk.decided(lambda con, f=face: deciding.decide(con, [f], rosa, "confirmed"))
                learns.heard()
                await learns.finished()
                told = await desk.asked("state", lambda con: reviewing.face(con, open_one).face)
                states.append(f"{told.value.state} {told.value.name}".strip())
        return states

    states = asyncio.run(answered())
    assert states[:2] == ["", ""]
    assert states[-1] == "proposed Rosa"


def test_what_was_told_elsewhere_is_learnt_when_the_page_is_shown(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    with open_workspace(home, create=True) as con:
        album = family(con)
        (face,) = album.photo("later", ["x"], date(2024, 4, 1))
        album.say(face, "Anna", "proposed")  # by a program of before, who looks like nobody

    async def shown() -> str:
        with Desk(home) as desk:
            learns = Learning(desk, pause=0)
            learns.begin()
            learns.begin()
            await learns.finished()
            told = await desk.asked("face", lambda con: reviewing.face(con, face).face.state)
            return told.value

    assert asyncio.run(shown()) == ""


def test_what_is_learnt_gives_way_to_what_was_answered_meanwhile(tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    with open_workspace(home, create=True) as con:
        album = family(con)
        (face,) = album.photo("later", ["Anna"], date(2024, 4, 1))

    async def answered() -> str:
        with Desk(home) as desk:
            learns = Learning(desk, every=1, pause=0)
            learns.heard()
            await desk.decided(lambda con: deciding.decide(con, [face], None, "ignored"))
            await learns.finished()
            told = await desk.asked("face", lambda con: reviewing.face(con, face).face.state)
            return told.value

    assert asyncio.run(answered()) == "ignored"


def test_nobody_is_in_a_photo_twice_whatever_comes_while_names_are_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "workspace"
    with open_workspace(home, create=True) as con:
        album = family(con)
        one, other = album.photo("both", ["Anna", "x"], date(2024, 4, 1))
    anna = album.people["Anna"]
    begun, answered = threading.Event(), threading.Event()

    def propose(con: duckdb.DuckDBPyConnection) -> None:
        with transaction(con):
            con.execute("SELECT count(*) FROM decisions")
            begun.set()
            assert answered.wait(20)
            decisions.decide(con, [Decision(one, anna, "proposed", "match", "chance 0.99")])

    async def run() -> list[str]:
        with Desk(home) as desk:
            learns = Learning(desk, every=1, pause=0)
            learns.heard()
            while not begun.is_set():
                await asyncio.sleep(0.01)
            await desk.decided(lambda con: deciding.decide(con, [other], anna, "confirmed"))
            answered.set()
            await learns.finished()
            told = await desk.asked("a", lambda con: reviewing.face(con, one).face.state)
            return [told.value]

    monkeypatch.setattr(learning, "_propose", propose)
    assert asyncio.run(run()) == [""]


def test_it_waits_for_a_pause_and_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[float] = []

    class Watched(Desk):
        async def lend(self, work: object) -> None:  # type: ignore[override]
            begun.append(time.monotonic())

    async def answered(pause: float, longest: float) -> float:
        monkeypatch.setattr(learning, "LONGEST_S", longest)
        begun.clear()
        with Watched(tmp_path) as desk:
            there = Learning(desk, every=1, pause=pause)
            first = time.monotonic()
            for _ in range(8):
                there.heard()
                await asyncio.sleep(0.1)
            await there.finished()
            return begun[0] - first

    assert asyncio.run(answered(0.4, 20)) >= 1.0
    assert asyncio.run(answered(0.4, 0.2)) < 0.6
