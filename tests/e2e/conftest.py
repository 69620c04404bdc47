"""The drawn family, taken in once and reported once, for all tests that only look at it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Outcome, tracker


@pytest.fixture(scope="session", autouse=True)
def offline_from_the_start() -> Iterator[None]:
    """Session fixtures run before each test's own settings."""
    before = os.environ.get("TRACKER_OFFLINE")
    os.environ["TRACKER_OFFLINE"] = "1"
    yield
    if before is None:
        del os.environ["TRACKER_OFFLINE"]
    else:
        os.environ["TRACKER_OFFLINE"] = before


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "tracker-demo"


@pytest.fixture(scope="session")
def demo(demo_folder: Path, offline_from_the_start: None) -> Outcome:
    """`tracker demo`, whole, as `make demo` says it."""
    with contextlib.chdir(demo_folder.parent):
        return tracker("demo")


@pytest.fixture(scope="session")
def reported(demo: Outcome, demo_folder: Path) -> dict[str, Any]:
    """`tracker report --json` on the demo's workspace."""
    assert demo.code == 0, demo.err
    told = tracker(
        "report", "--out", demo_folder / "again", "--json", home=demo_folder / "workspace"
    )
    assert told.code == 0, told.err
    return told.values


@pytest.fixture
def family(demo: Outcome, demo_folder: Path, tmp_path: Path) -> Path:
    """A copy of the demo's workspace to change."""
    assert demo.code == 0, demo.err
    home = tmp_path / "family"
    shutil.copytree(demo_folder / "workspace", home)
    return home


@pytest.fixture(scope="session")
def three_people(tmp_path_factory: pytest.TempPathFactory, offline_from_the_start: None) -> Path:
    """A workspace with a child and two parents, to be copied: the commands take far longer."""
    home = tmp_path_factory.mktemp("three") / "workspace"
    for words in (
        ("init", "--child", "Mia", "--born", "2024-01-30", "--sex", "f"),
        ("person", "add", "Anna", "--relation", "mother", "--born", "1990"),
        ("person", "add", "Ben", "--relation", "father"),
    ):
        assert tracker(*words, home=home).code == 0
    return home


@pytest.fixture
def empty(three_people: Path, tmp_path: Path) -> Path:
    """A workspace with a child and two parents, and no photos."""
    home = tmp_path / "workspace"
    shutil.copytree(three_people, home)
    return home


Ingest = Callable[..., Outcome]


@pytest.fixture
def ingest(empty: Path) -> Ingest:
    """`tracker ingest … --embedder handcrafted` into the empty workspace."""

    def run(*arguments: str | Path, home: Path = empty) -> Outcome:
        return tracker("ingest", *arguments, "--embedder", "handcrafted", home=home)

    return run
