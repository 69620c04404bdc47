"""Photos that were taken in before every clue was kept."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from db import dates, migrations
from db.connection import open_workspace
from db.records import Clue
from tests.support.workspaces import sha_of
from tracker.dating import clues
from tracker.ingest.redating import refresh

BEFORE = 5
"""The last migration before the clues were kept."""

DAY = "DATE '2024-03-09', DATE '2024-03-09', TIMESTAMP '2024-03-09 14:15:00'"
YEAR = "DATE '1994-01-01', DATE '1994-12-31', NULL"
NONE = "NULL, NULL, NULL"
OLD = {
    "shutter": (DAY, "exif", 0.95, "2024:03:09 14:15:00"),
    "scanner": (DAY, "exif", 0.85, "2024:03:09 14:15:00"),
    "editor": (DAY, "exif", 0.6, "2024:03:09 14:15:00"),
    "name": (DAY, "filename", 0.9, "20240309_141500"),
    "sent": (DAY, "filename", 0.6, "20240309"),
    "screen": (DAY, "filename", 0.4, "20240309"),
    "option": (YEAR, "option", 0.5, "1994-01-01 to 1994-12-31"),
    "undated": (NONE, "none", 0.0, ""),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace as it was, with photos dated in all ways."""
    home, now = tmp_path / "home", migrations.known()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "known", lambda: now[:BEFORE])
        with open_workspace(home, create=True) as con:
            for number, (name, (days, source, confidence, raw)) in enumerate(OLD.items()):
                told = f"{number}, ?, 1, 1, 1, 'JPEG', {days}, ?, ?, ?, []"
                values = [sha_of(name), source, confidence, raw]
                con.execute(f"INSERT INTO photos VALUES ({told})", values)
    return home


def test_the_clue_that_decided_is_known_by_how_far_it_was_trusted(home: Path) -> None:
    with open_workspace(home) as con:
        found = dates.known(con, map(sha_of, OLD))
    on, at = date(2024, 3, 9), datetime(2024, 3, 9, 14, 15)
    raw = "2024:03:09 14:15:00"
    assert [found[sha_of(name)].clues for name in OLD] == [
        (Clue("exif", clues.ORIGINAL, raw, on, on, at),),
        (Clue("exif", clues.DIGITIZED, raw, on, on, at),),
        (Clue("modified", clues.MODIFIED, raw, on, on, at),),
        (Clue("filename", clues.NAME, "20240309_141500", on, on, at),),
        (Clue("filename", clues.NAME_SENT, "20240309", on, on, at),),
        (Clue("filename", clues.NAME_SCREEN, "20240309", on, on, at),),
        (
            Clue(
                "option",
                clues.OPTION,
                "1994-01-01 to 1994-12-31",
                date(1994, 1, 1),
                date(1994, 12, 31),
            ),
        ),
        (),
    ]


def test_their_dates_stay_when_they_are_worked_out_again(home: Path) -> None:
    with open_workspace(home) as con:
        before = {name: dates.known(con, [sha_of(name)])[sha_of(name)].dated for name in OLD}
        refresh(con, {sha_of(name): () for name in OLD}, date(2026, 1, 1))
        after = {name: dates.known(con, [sha_of(name)])[sha_of(name)].dated for name in OLD}
    days = {name: (dated.earliest, dated.latest) for name, dated in after.items()}
    assert days == {name: (dated.earliest, dated.latest) for name, dated in before.items()}
    assert after["editor"].source == "modified"
    assert after["shutter"] == before["shutter"]
