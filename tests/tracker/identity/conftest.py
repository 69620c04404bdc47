"""Workspaces of made-up faces."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import duckdb
import pytest

from db.connection import open_workspace
from tests.support.review_album import Album, family
from tests.support.workspaces import new_workspace


@pytest.fixture
def review_home(tmp_path: Path) -> Path:
    return tmp_path / "reviewed"


@pytest.fixture
def review(review_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty workspace."""
    with new_workspace(review_home) as connection:
        yield connection


@pytest.fixture(scope="session")
def family_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Album]:
    """The family's workspace, to be copied: most of a test's time would go into making it."""
    home = tmp_path_factory.mktemp("family") / "reviewed"
    with open_workspace(home, create=True) as connection:
        made = family(connection)
    made.con = None  # it is closed, and cannot be copied
    return home, made


@pytest.fixture
def album(family_once: tuple[Path, Album], review_home: Path) -> Iterator[Album]:
    """The family, open."""
    home, kept = family_once
    made = deepcopy(kept)
    shutil.copytree(home, review_home)
    with open_workspace(review_home) as connection:
        made.con = connection
        yield made
