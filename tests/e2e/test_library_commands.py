"""`tracker library …`, and what an ingest says of copies, bursts and folders that move."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from tests.support.command import Outcome, tracker
from tests.support.drawn_photos import drawn, save


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace, and photos that were taken in: six shots, seconds apart or
    hours, and a copy as a messenger makes it."""
    top = tmp_path_factory.mktemp("library")
    photos = top / "photos"
    photos.mkdir()
    for number, taken in enumerate(("10:01:02", "10:01:03", "10:01:04", "12:30:01", "17:45:10")):
        save(
            drawn(1, 3),
            photos / f"IMG_{number}.jpg",
            taken=f"2024:03:09 {taken}",
            quality=90 - number,
        )
    with Image.open(photos / "IMG_4.jpg") as image:
        sent = image.resize((240, 180))
    sent.save(photos / "sent.jpg", quality=60)
    home = top / "w"
    assert tracker("init", "--child", "Mia", "--born", "2024-01-30", home=home).code == 0
    told = tracker(
        "ingest", photos, "--as", "Mia", "--embedder", "handcrafted", "--json", home=home
    )
    assert told.code == 0, told.err
    return top


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Path:
    """A copy of it all to change: what was taken in lies in `photos` beside the workspace."""
    shutil.copytree(taken_in, tmp_path / "all")
    made = tmp_path / "all" / "w"
    told = tracker(
        "library", "moved", taken_in / "photos", made.parent / "photos", "--json", home=made
    )
    assert told.values["files"] == 6
    return made


def again(home: Path, *more: str, folder: str = "photos") -> Outcome:
    return tracker("ingest", home.parent / folder, "--embedder", "handcrafted", *more, home=home)


def test_a_burst_and_a_copy_count_once_and_status_says_so(home: Path) -> None:
    told = tracker("status", "--json", home=home).values
    assert told["set_aside"] == 3  # two of the burst, and the copy
    (child,) = told["children"]
    assert child["months"] == [{"age_months": 1, "faces": 3, "photo_days": 1}]
    said = tracker("status", home=home).out
    assert "3 faces set aside: a better one of the same moment counts." in said
    listed = tracker("status", "--rejected", home=home).out
    assert "another photo of the same moment counts: " in listed


def test_a_library_that_is_there_is_listed(home: Path) -> None:
    (root,) = tracker("library", "list", "--json", home=home).values["roots"]
    assert root["path"] == str(home.parent / "photos")
    assert (root["state"], root["files"], root["missing"]) == ("here", 6, 0)
    assert "here" in tracker("library", "list", home=home).out


def test_an_ingest_of_an_unplugged_disk_ends_with_what_to_do(home: Path) -> None:
    (home.parent / "photos").rename(home.parent / "away")
    told = again(home)
    assert told.code == 2
    assert "6 photos are known from it; nothing is forgotten." in told.err
    assert "tracker library moved OLD NEW" in told.err
    assert "offline" in tracker("library", "list", home=home).out
    assert tracker("status", "--json", home=home).values["photos"] == 6


def test_an_ingest_of_an_empty_mount_warns(home: Path) -> None:
    shutil.rmtree(home.parent / "photos")
    (home.parent / "photos").mkdir()
    told = again(home)
    assert "is empty now, and 6 photos are known from it" in told.err
    assert "empty" in tracker("library", "list", home=home).out
    assert tracker("status", "--json", home=home).values["missing"] == 0


def test_a_renamed_photo_is_recognised_by_the_next_ingest(home: Path) -> None:
    photos = home.parent / "photos"
    (photos / "IMG_3.jpg").rename(photos / "Mia laughs.jpg")
    told = again(home)
    assert "1 file was moved or renamed; recognised." in told.out
    assert tracker("library", "list", "--json", home=home).values["roots"][0]["files"] == 6


def test_a_moved_folder_is_recognised_without_reading_it(home: Path) -> None:
    (home.parent / "photos").rename(home.parent / "disk")
    told = again(home, folder="disk")
    assert "its 6 photos were recognised" in told.err
    assert "0 new, 6 known" in told.out
    (root,) = tracker("library", "list", "--json", home=home).values["roots"]
    assert root["path"] == str(home.parent / "disk")


def test_missing_files_are_marked_listed_found_again_and_forgotten(home: Path) -> None:
    photos, away = home.parent / "photos", home.parent / "away.jpg"
    (photos / "IMG_0.jpg").rename(away)
    again(home)
    listed = tracker("library", "missing", home=home)
    assert "IMG_0.jpg" in listed.out
    assert "file is not where" in tracker("status", home=home).out
    away.rename(photos / "IMG_0.jpg")
    assert "1 missing file is there again." in again(home).out
    assert "No file is missing." in tracker("library", "missing", home=home).out

    (photos / "IMG_0.jpg").unlink()
    looked = tracker("library", "missing", photos, "--json", home=home).values
    assert [Path(row["path"]).name for row in looked["missing"]] == ["IMG_0.jpg"]
    refused = tracker("library", "forget", photos, "--json", home=home)
    assert refused.code == 2
    assert "--yes" in refused.err
    done = tracker("library", "forget", photos, "--yes", home=home)
    assert "The photos and their faces are kept." in done.out
    told = tracker("status", "--json", home=home).values
    assert (told["photos"], told["missing"]) == (6, 0)
    nothing = tracker("library", "forget", photos, home=home)
    assert (nothing.code, "is marked as missing" in nothing.out) == (0, True)


def test_a_folder_is_known_in_any_spelling(home: Path) -> None:
    away = home.parent / "Größe"
    (home.parent / "photos").rename(away)
    spelt = home.parent / "PHOTOS"
    assert tracker("library", "moved", spelt, away, "--json", home=home).values["files"] == 6
    (away / "IMG_0.jpg").unlink()
    apart = home.parent / unicodedata.normalize("NFD", "größe")
    looked = tracker("library", "missing", apart, "--json", home=home).values
    assert [Path(row["path"]).name for row in looked["missing"]] == ["IMG_0.jpg"]
    assert tracker("library", "forget", apart, "--yes", "--json", home=home).values == {
        "schema_version": 1,
        "forgotten": 1,
    }


def test_an_ingest_that_leaves_out_every_photo_says_so(home: Path) -> None:
    told = again(home, "--album", "no such album")
    assert told.code == 0
    assert "6 photos are not what was asked for" in told.err
    assert "files whose names end in" not in told.err


def test_much_that_is_missing_is_not_marked_where_nobody_can_be_asked(home: Path) -> None:
    photos = home.parent / "photos"
    for number in range(3):
        (photos / f"IMG_{number}.jpg").unlink()
    told = again(home)
    assert "3 of the 6 files known in" in told.err
    assert tracker("status", "--json", home=home).values["missing"] == 0
    listed = tracker("library", "missing", photos, home=home)
    assert "IMG_1.jpg" in listed.out
    assert "3 files are not there now, and not marked" in listed.out
    assert "--yes" in listed.out
    rows = tracker("library", "missing", photos, "--json", home=home).values["missing"]
    assert [row["since"] for row in rows] == ["", "", ""]
    assert tracker("status", "--json", home=home).values["missing"] == 0
    tracker("library", "missing", photos, "--yes", home=home)
    assert tracker("status", "--json", home=home).values["missing"] == 3


@pytest.mark.parametrize(
    "part", [("--include", "IMG_*"), ("--exclude", "sent*"), ("--album", "photos")]
)
def test_an_ingest_of_a_part_marks_nothing(home: Path, part: tuple[str, str]) -> None:
    (home.parent / "photos" / "IMG_1.jpg").unlink()
    again(home, *part)
    assert tracker("status", "--json", home=home).values["missing"] == 0
    again(home)
    assert tracker("status", "--json", home=home).values["missing"] == 1


def test_what_cannot_be_is_refused_in_words(home: Path, tmp_path: Path) -> None:
    photos = home.parent / "photos"
    for words, why in (
        (("moved", photos, tmp_path / "nowhere"), "is not a folder that is there"),
        (("moved", tmp_path, photos), "one is in the other"),
        (("moved", tmp_path / "never", photos), "No photos are known from"),
        (("missing", tmp_path / "never"), "No photos are known from"),
    ):
        told = tracker("library", *words, home=home)
        assert told.code == 2
        assert why in told.err
        assert "hint" in told.err.lower()


def test_in_a_new_workspace_there_is_nothing_to_list(tmp_path: Path) -> None:
    home = tmp_path / "new"
    assert tracker("init", "--child", "Mia", "--born", "2024-01-30", home=home).code == 0
    assert "No folder was taken in yet" in tracker("library", "list", home=home).out
    assert tracker("library", "list", "--json", home=home).values["roots"] == []
    assert tracker("library", "missing", "--json", home=home).values["missing"] == []
