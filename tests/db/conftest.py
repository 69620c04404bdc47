from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from db import people, photos
from tests.support.workspaces import DETECTOR, EMBEDDER, new_workspace, photo_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def con(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with new_workspace(home) as connection:
        yield connection


@pytest.fixture
def anna(con: duckdb.DuckDBPyConnection) -> int:
    return people.add(con, "Anna", "mother").person_id


@pytest.fixture
def ben(con: duckdb.DuckDBPyConnection) -> int:
    return people.add(con, "Ben", "father").person_id


@pytest.fixture
def group(con: duckdb.DuckDBPyConnection) -> list[int]:
    """The three faces of one photo."""
    photo = photo_of("group", 3)
    photos.store_batch(con, [photo], [], detector=DETECTOR, embedder=EMBEDDER)
    return [face.face_id for face in photo.faces]
