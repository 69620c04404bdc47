"""What `tracker status` says of photos that are not used, of those that wait, of embedders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.command import tracker
from tests.support.made_up_album import BORN, Album


@pytest.fixture
def album(tmp_path: Path) -> Iterator[Album]:
    made = Album(tmp_path / "w")
    made.enrol(made.mia)
    made.enrol(made.anna)
    yield made
    made.con.close()


def listed(album: Album) -> list[tuple[str, str]]:
    """(photo, reason) as `status --rejected --json` gives them."""
    album.con.close()
    told = tracker("status", "--rejected", "--json", home=album.home)
    return [(p["photo"], p["reason"]) for p in told.values["problems"]]


def test_the_childs_photos_that_count_in_no_month_are_listed_with_the_reason(album: Album) -> None:
    before = album.photo("Mia", day=BORN - timedelta(days=5))
    perhaps = album.photo("Mia", day=(BORN - timedelta(days=5), BORN + timedelta(days=5)))
    rough = album.photo("Mia", day=(date(2024, 3, 1), date(2024, 3, 31)))
    undated = album.photo("Mia")
    album.settle([before, perhaps, rough, undated], album.mia)
    first = album.taken - 3
    assert sorted(listed(album)) == [
        (f"/{first}.jpg", "Mia: dated before the birth"),
        (f"/{first + 1}.jpg", "Mia: the date reaches back before the birth"),
        (f"/{first + 2}.jpg", "Mia: the date is rough: it could be in two months of age"),
        (f"/{first + 3}.jpg", "the photo has no date"),
    ]
    told = tracker("status", home=album.home)
    assert "status --rejected" in told.out
    assert "4 photos not used" in told.out


def test_a_child_whose_dates_are_all_rough_is_not_said_to_have_none(tmp_path: Path) -> None:
    album = Album(tmp_path / "w")
    rough = album.photo("Mia", day=(date(2024, 3, 1), date(2024, 3, 31)))
    album.settle([rough], album.mia)
    album.con.close()
    told = tracker("status", home=album.home).out
    assert "1 photo of Mia could be in two months of age" in told
    assert "no dated faces yet" not in told


def test_an_undated_photo_of_a_relative_counts_and_is_not_listed(album: Album) -> None:
    album.settle([album.photo("Anna")], album.anna)
    both = album.photo("Anna", "Mia")
    album.settle([both], album.mia)
    album.settle([both], album.anna)
    assert {state for _, state in album.names(both)} == {"confirmed"}
    assert listed(album) == [(f"/{album.taken}.jpg", "the photo has no date")]  # Mia is in it


def test_a_photo_that_is_not_used_for_two_reasons_is_one_photo(album: Album) -> None:
    album.photo()
    assert len(listed(album)) == 2  # no face, and no date
    assert "1 photo not used" in tracker("status", home=album.home).out


def test_photos_that_wait_are_said_truthfully(album: Album) -> None:
    twins = album.photo("Mia", "Mia", day=BORN)
    album.settle([twins], album.mia)
    album.con.close()
    told = tracker("status", home=album.home)
    assert "review" not in told.out
    assert "decision" not in told.out
    assert "1 photo waits: several faces, none surely Mia's; enrol more photos of Mia" in told.out
    assert tracker("status", "--json", home=album.home).values["waiting"] == 2  # faces
    assert any("Mia" in reason for _, reason in listed(album))


def test_nothing_waits_and_nothing_is_said(album: Album) -> None:
    album.con.close()
    told = tracker("status", home=album.home)
    assert "wait" not in told.out.partition("\n")[2]  # the first line names the folder
    assert "--rejected" not in told.out


def test_one_long_path_makes_no_other_line_longer(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "photos"
    deep = folder.joinpath(*["a folder with a very long name" * 6] * 4)
    deep.mkdir(parents=True)
    (deep / "1.jpg").touch()
    (folder / "2.jpg").touch()
    tracker("init", "--child", "Mia", "--born", BORN, home=home)
    tracker("ingest", folder, "--embedder", "handcrafted", home=home)
    told = tracker("status", "--rejected", home=home)
    (line,) = [line for line in told.out.splitlines() if "2.jpg" in line]
    assert "empty" in line
    assert len(line) < 300
