from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from db.connection import open_workspace


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def con(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workspace(home, create=True) as connection:
        yield connection
