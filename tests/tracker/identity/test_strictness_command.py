"""`tracker strictness`: what is shown, and what is refused."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from db import people
from tests.support.made_up_album import BORN, Album
from tracker.cli.commands import app
from tracker.cli.strictness import parse_share
from tracker.errors import UsageError


def said(home: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["--home", str(home), "strictness", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_shares_are_read_as_people_write_them() -> None:
    for text in ("0.5%", "0.5 %", "0,5%", "0.005"):
        assert math.isclose(parse_share(text), 0.005)
    for text in ("", "strict", "nan", "%"):
        with pytest.raises(UsageError):
            parse_share(text)


def test_it_shows_everybody_s_rates_and_can_be_changed(tmp_path: Path) -> None:
    home = tmp_path / "w"
    album = Album(home)
    album.enrol(album.mia)
    album.enrol(album.anna)
    album.photo("Mia", day=BORN)
    album.con.close()
    shown = said(home)
    assert "Strictness 1 %." in shown
    assert "Mia" in shown and "Anna" in shown
    assert "0 % (0 % to" in shown
    assert "Strictness 5 %." in said(home, "5%")
    assert '"strictness": 0.05' in said(home, "--json")


def test_it_fits_a_terminal_whatever_people_are_called(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    people.rename(album.con, album.anna.person_id, "Anna-Maria " * 9)
    for person, looks in ((album.mia, "Mia"), (album.anna, "Anna")):
        taken = [album.photo(looks, day=BORN + timedelta(days=n)) for n in range(4)]
        album.settle(taken, person)
    album.con.close()
    lines = said(tmp_path / "w").splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("Anna-") for line in lines)
    assert "e-" not in "".join(lines)  # no 6.9e-16 %


def test_a_workspace_without_named_faces_says_what_to_do(tmp_path: Path) -> None:
    Album(tmp_path / "w").con.close()
    assert "tracker ingest FOLDER --as NAME" in said(tmp_path / "w")
