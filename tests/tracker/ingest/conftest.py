from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.drawn_photos import drawn, save
from tests.support.ingest_desk import Desk, counting
from tests.support.workspaces import new_workspace
from tracker.ingest import pipeline


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six drawn photos of one to three people, a day apart."""
    folder = tmp_path_factory.mktemp("album")
    for number in range(6):
        taken = f"2024:03:{number + 1:02d} 12:00:00"
        save(drawn(1 + number % 3, number), folder / f"p{number}.jpg", taken=taken)
    return folder


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    home = tmp_path / "workspace"
    with new_workspace(home) as con:
        made = Desk(con, home)
        monkeypatch.setattr(pipeline, "look_ahead", counting(made))
        yield made
