"""Whole libraries as other programs leave them, taken in as a user does, and what comes of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import libraries
from tests.support.command import Outcome, tracker
from tests.support.libraries import Library

pytestmark = pytest.mark.slow("whole libraries of other programs")

Ingest = Callable[..., Outcome]


def dates(home: Path) -> dict[str, dict[str, Any]]:
    """Every photo's row of `tracker dates list`, by its path."""
    told = tracker("dates", "list", "--json", home=home)
    assert told.code == 0, told.err
    return {row["path"]: row for row in told.values["photos"]}


@pytest.fixture(scope="module")
def all_of_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Library], dict[str, Any], dict[str, dict[str, Any]]]:
    """All libraries, taken in at once: they, what the ingest told, and the dates by path."""
    folder, home = tmp_path_factory.mktemp("libraries"), tmp_path_factory.mktemp("home") / "w"
    built = {build.__name__: build(folder / build.__name__) for build in libraries.ALL}
    tracker("init", "--child", "Mia", "--born", "2024-01-30", home=home)
    told = tracker("ingest", folder, "--embedder", "handcrafted", "--json", home=home)
    assert told.code == 0, told.err
    return built, told.values, dates(home)


def test_every_file_is_accounted_for(all_of_them: Any) -> None:
    built, told, _ = all_of_them
    photos = sum(len(library.photos) for library in built.values())
    skipped = sum(len(library.skipped) for library in built.values())
    assert told["photos_new"] + told["photos_known"] == told["photos_seen"] == photos
    assert sum(told["skipped"].values()) == skipped


@pytest.mark.parametrize("name", [build.__name__ for build in libraries.ALL])
def test_every_photo_is_of_its_day(name: str, all_of_them: Any) -> None:
    built, _, rows = all_of_them
    for photo in built[name].photos:
        row = rows[str(built[name].folder / photo.path)]
        expected = [None if day is None else str(day) for day in (photo.earliest, photo.latest)]
        assert [row["earliest"], row["latest"], row["source"]] == [*expected, photo.source], row


def test_a_library_taken_in_again_costs_nothing_and_says_the_same(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    library = libraries.takeout(tmp_path / "library")
    ingest(library.folder)
    before = dates(empty)
    again = ingest(library.folder, "--json").values
    assert (again["photos_new"], again["photos_known"]) == (0, len(library.photos))
    assert dates(empty) == before


def test_dates_are_the_same_whichever_half_came_first(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    library = libraries.takeout(tmp_path / "library")
    other = Path(shutil.copytree(empty, tmp_path / "other"))
    ingest(library.folder)
    ingest(*(library.folder / photo.path for photo in reversed(library.photos)), home=other)
    assert dates(other) == dates(empty)


def test_a_sidecar_that_comes_later_dates_a_photo_that_is_known(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    library = libraries.takeout(tmp_path / "library")
    sidecars = list(library.folder.rglob("*.json"))
    for path in sidecars:
        path.rename(path.with_suffix(".away"))
    ingest(library.folder)
    for path in sidecars:
        path.with_suffix(".away").rename(path)
    again = ingest(library.folder, "--json").values
    assert again["faces_embedded"] == 0
    rows = dates(empty)
    for photo in library.photos:
        assert rows[str(library.folder / photo.path)]["source"] == photo.source


def test_names_that_another_program_gave_name_faces_once_the_user_said_who_they_are(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    library = libraries.digikam(tmp_path / "library", faces=True)
    told = ingest(library.folder, "--json").values
    unanswered = {one["name"] for one in told["tags"]["unanswered"]}
    assert unanswered == {tag.name for photo in library.photos for tag in photo.tags}
    assert told["tags"]["named"] == {}
    assert tracker("tags", "is", "Anna", "Anna", home=empty).code == 0
    people = tracker("person", "list", "--json", home=empty).values["people"]
    anna = next(person for person in people if person["name"] == "Anna")
    boxed = [p for p in library.photos if any(t.name == "Anna" and t.box for t in p.tags)]
    assert anna["faces"] == len(boxed) > 0
    assert tracker("tags", "undo", home=empty).code == 0
    people = tracker("person", "list", "--json", home=empty).values["people"]
    assert {person["faces"] for person in people} == {0}


def test_only_what_was_asked_for_is_taken_in(ingest: Ingest, empty: Path, tmp_path: Path) -> None:
    library = libraries.phone(tmp_path / "library")
    dated = [photo for photo in library.photos if photo.earliest is not None]
    first = min(photo.earliest for photo in dated if photo.earliest is not None)
    wanted = [p for p in dated if p.latest is not None and p.latest <= first]
    told = ingest(library.folder, "--until", str(first), "--json").values
    assert told["photos_new"] == len(wanted) > 0
    assert told["photos_outside"] == len(library.photos) - len(wanted)
    assert told["photos_seen"] == len(library.photos)
    rest = ingest(library.folder, "--json").values
    assert rest["photos_new"] == len(library.photos) - len(wanted)


def test_with_as_a_date_before_the_birth_is_not_believed(ingest: Ingest, empty: Path) -> None:
    library = libraries.phone(empty.parent / "library")
    ingest(library.folder, "--as", "Mia")  # born 2024-01-30
    rows = dates(empty)
    assert len(rows) == len(library.photos)
    for row in rows.values():
        assert row["latest"] is None or row["latest"] >= "2024-01-30", row


def test_a_date_that_cannot_be_asked_for_is_refused_before_anything_is_read(
    ingest: Ingest, empty: Path, tmp_path: Path
) -> None:
    for words, said in (
        (("--since", "2024-13"), "2024-13"),
        (("--since", "2024-05", "--until", "2024-03"), "after"),
        (("--since", "2999"), "future"),
        (("--include", ".."), "pattern"),
    ):
        told = ingest(tmp_path, *words)
        assert told.code == 2
        assert said in told.err
