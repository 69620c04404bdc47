"""Libraries whose faces were named in other programs, taken in as a user does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db.connection import open_workspace
from db.tagged_faces import named_faces, places
from tests.support import libraries
from tests.support.command import tracker
from tests.support.libraries import Library

pytestmark = pytest.mark.slow("whole libraries of other programs")

BUILDERS = (libraries.digikam, libraries.picasa, libraries.lightroom)


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Library], dict[str, Any]]:
    """Three libraries with people drawn into their photos, each name answered for: the home, the
    libraries, what the ingest told."""
    folder, home = tmp_path_factory.mktemp("tagged"), tmp_path_factory.mktemp("home") / "w"
    built = [build(folder / build.__name__, faces=True) for build in BUILDERS]
    tracker("init", "--child", "Mia", "--born", "2017-01-30", home=home)
    told = tracker("ingest", folder, "--embedder", "handcrafted", "--json", home=home)
    assert told.code == 0, told.err
    names = {tag.name for library in built for photo in library.photos for tag in photo.tags}
    for name in sorted(names):
        if name != "Mia":
            tracker("person", "add", name, "--relation", "unrelated", home=home)
        assert tracker("tags", "is", name, name, home=home).code == 0
    return home, built, told.values


def test_every_name_is_asked_about_after_the_ingest(tagged: Any) -> None:
    _, built, told = tagged
    names = {tag.name for library in built for photo in library.photos for tag in photo.tags}
    assert {line["name"] for line in told["tags"]["unanswered"]} == names


def test_every_tag_names_the_face_it_was_drawn_around(tagged: Any) -> None:
    home, built, _ = tagged
    with open_workspace(home) as con:
        named, where = (
            named_faces(con),
            {place.path.decode(): place.sha256 for place in places(con)},
        )
    for library in built:
        for photo in library.photos:
            faces = named.get(where[str(library.folder / photo.path)])
            found = {} if faces is None else dict(faces.named)
            assert set(found) == {tag.name for tag in photo.tags}, photo.path
            for tag in photo.tags:
                assert faces is not None
                assert tag.box is not None
                x0, y0, x1, y1 = found[tag.name]
                middle = (x0 + x1) / 2 / faces.width, (y0 + y1) / 2 / faces.height
                assert tag.box[0] < middle[0] < tag.box[2], photo.path
                assert tag.box[1] < middle[1] < tag.box[3], photo.path


def test_taken_in_again_nothing_changes_and_nothing_is_asked(tagged: Any) -> None:
    home, built, _ = tagged
    again = tracker(
        "ingest", built[0].folder, "--embedder", "handcrafted", "--json", home=home
    ).values
    assert again["tags"]["named"] == {}
    assert again["tags"]["taken_back"] == 0
    assert again["tags"]["unanswered"] == []


def test_our_own_export_taken_in_as_sidecars_names_nobody(tagged: Any, tmp_path: Path) -> None:
    home, built, _ = tagged
    copied = tmp_path / "copied"
    for photo in built[1].photos:
        target = copied / Path(photo.path).name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((built[1].folder / photo.path).read_bytes())
    tracker("ingest", copied, "--embedder", "handcrafted", home=home)
    told = tracker("export", "tags", "--beside", "--json", home=home)
    assert told.code == 0, told.err
    assert len(list(copied.glob("*.xmp"))) == sum(bool(photo.tags) for photo in built[1].photos)
    other = tmp_path / "other"
    tracker("init", "--child", "Mia", "--born", "2017-01-30", home=other)
    tracker("ingest", copied, "--embedder", "handcrafted", home=other)
    assert tracker("tags", "list", "--json", home=other).values["names"] == []
