from __future__ import annotations

import os
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import UsageError
from tracker.ingest.filters import Filters, folded
from tracker.ingest.scan import Found, Known, Skipped, scan, shown


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "a.jpg",
        "b.PNG",
        "2019/c.jpg",
        "2019/Italien/d.jpg",
        "2019/Italien/Screenshots/e.png",
        "2020/f.jpg",
        "Familie Müller/g.jpg",
        "notes.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def wanted(tree: Path, **filters: tuple[str, ...]) -> str:
    """The letters of the photos that are asked for."""
    entries = list(scan([tree], Filters(**filters)))
    left_out = [e for e in entries if isinstance(e, Skipped) and e.kind == "filtered"]
    found = [Path(shown(e.path)).stem for e in entries if isinstance(e, Found)]
    assert len(found) + len(left_out) == 7  # each is accounted for
    assert any(isinstance(e, Skipped) and e.kind == ".txt" for e in entries)
    return "".join(sorted(found))


@pytest.mark.parametrize(
    ("pattern", "means"),
    [
        ("*.png", "be"),
        ("*.PNG", "be"),
        ("2019", "cde"),
        ("2019/", "cde"),
        ("/2019", "cde"),
        ("2019/*", "cde"),
        ("2019/*.jpg", "c"),
        ("2019/**", "cde"),
        ("2019/**/*.jpg", "cd"),
        ("**/*.jpg", "acdfg"),
        ("*/*.jpg", "cfg"),
        ("italien", "de"),
        ("Italien/d.jpg", ""),
        ("**/Italien/d.jpg", "d"),
        ("**/screenshots/**", "e"),
        ("20??", "cdef"),
        ("[ab].*", "ab"),
        ("[!ab].*", "cdefg"),
        ("FAMILIE MÜLLER", "g"),
        (unicodedata.normalize("NFD", "Familie Müller"), "g"),
        ("./a.jpg", "a"),
        ("nothing", ""),
    ],
)
def test_patterns_mean_names_and_paths_below_the_folder(
    tree: Path, pattern: str, means: str
) -> None:
    assert wanted(tree, include=(pattern,)) == means
    assert wanted(tree, exclude=(pattern,)) == "".join(sorted(set("abcdefg") - set(means)))


def test_several_patterns_add_up_and_what_is_excluded_stays_out(tree: Path) -> None:
    assert wanted(tree, include=("2019", "2020")) == "cdef"
    assert wanted(tree, include=("2019", "2020"), exclude=("*.png", "f.*")) == "cd"


def test_names_are_compared_composed_and_stay_as_they_are(tmp_path: Path) -> None:
    name = os.fsencode(unicodedata.normalize("NFD", "Müller.jpg"))
    path = bytes(tmp_path) + b"/" + name
    Path(os.fsdecode(path)).write_bytes(b"x")
    (found,) = scan([tmp_path], Filters(include=("müller.*",)))
    assert isinstance(found, Found)
    assert found.path == path


def test_names_that_are_no_text_can_be_filtered(tmp_path: Path) -> None:
    path = bytes(tmp_path) + b"/\xff\xe9.jpg"
    Path(os.fsdecode(path)).write_bytes(b"x")
    (found,) = scan([tmp_path], Filters(include=("*.jpg",), exclude=("*.png",)))
    assert isinstance(found, Found)


def test_filters_hold_for_a_photo_that_is_named_itself(tree: Path) -> None:
    entries = list(scan([tree / "a.jpg", tree / "b.PNG"], Filters(exclude=("*.png",))))
    assert [type(e) for e in entries] == [Found, Skipped]


def test_known_photos_that_are_not_asked_for_are_not_counted_as_the_same(tree: Path) -> None:
    found = [e for e in scan([tree]) if isinstance(e, Found)]
    known = {e.path: (e.byte_size, e.mtime_ns, e.inode, "content") for e in found}
    same: dict[bytes, Known] = {}
    rest = list(scan([tree], Filters(include=("2019",))).beside(known, same))
    assert {Path(shown(path)).stem for path in same} == {"c", "d", "e"}
    assert sum(isinstance(e, Skipped) and e.kind == "filtered" for e in rest) == 4


def test_albums_are_folders_with_all_that_is_in_them(tree: Path) -> None:
    assert wanted(tree, albums=("italien",)) == "de"
    assert wanted(tree, albums=("2020", "familie müller")) == "fg"
    assert wanted(tree, albums=("2019",), exclude=("Italien",)) == "c"
    assert wanted(tree, albums=(tree.name,)) == "abcdefg"
    assert wanted(tree, albums=("2018",)) == ""


@pytest.mark.parametrize("name", ["metadata.json", "Metadaten.json"])
def test_an_album_of_a_takeout_is_found_by_its_title(tree: Path, name: str) -> None:
    (tree / "2020" / name).write_text('{"title": "Urlaub am Meer 🏖"}', encoding="utf-8")
    assert wanted(tree, albums=("urlaub am meer 🏖",)) == "f"
    (tree / "2020" / name).write_bytes(b"\xff{{{")
    assert wanted(tree, albums=("urlaub am meer 🏖",)) == ""


def test_an_album_is_a_photos_own_folder_where_the_photo_is_named(tree: Path) -> None:
    path = tree / "2019" / "Italien" / "d.jpg"
    assert isinstance(next(iter(scan([path], Filters(albums=("Italien",))))), Found)
    assert isinstance(next(iter(scan([path], Filters(albums=("2020",))))), Skipped)


@pytest.mark.parametrize("pattern", ["", "/", ".", "..", "../x", "a/../b", "//"])
def test_a_pattern_that_means_nothing_is_said_at_once(pattern: str) -> None:
    for field in ("include", "exclude"):
        with pytest.raises(UsageError, match="is not a pattern"):
            Filters(**{field: (pattern,)})


@pytest.mark.parametrize("pattern", ["[abc", "IMG_[0-9", "x/[!a", "[]", "[!]", "[a]/b[", "[a][b"])
def test_a_bracket_that_is_left_open_is_said_at_once(pattern: str) -> None:
    with pytest.raises(UsageError, match="no ] closes"):
        Filters(include=(pattern,))


@pytest.mark.parametrize("pattern", ["[abc]", "[]]", "[!]]", "a]", "[[]1].jpg", "[[]", "[a]x[!b]"])
def test_brackets_that_are_closed_are_fine(pattern: str) -> None:
    assert Filters(include=(pattern,))


@pytest.mark.parametrize("album", ["", " "])
def test_an_album_without_a_name_is_said_at_once(album: str) -> None:
    with pytest.raises(UsageError, match="without a name"):
        Filters(albums=(album,))


def test_a_pattern_of_many_stars_takes_no_time(tmp_path: Path) -> None:
    (tmp_path / ("a" * 200)).mkdir()
    (tmp_path / ("a" * 200) / f"{'a' * 240}.jpg").write_bytes(b"x")
    begun = time.monotonic()
    for pattern in ("*a" * 60 + "b", "/".join(["**"] * 60 + ["b"]), "**/" * 40 + "*a" * 40 + "b"):
        assert not any(isinstance(e, Found) for e in scan([tmp_path], Filters(include=(pattern,))))
    assert time.monotonic() - begun < 2


@given(pattern=st.text(max_size=30), path=st.lists(st.text(min_size=1, max_size=8), min_size=1))
def test_no_pattern_raises_but_with_a_reason(pattern: str, path: list[str]) -> None:
    try:
        filters = Filters(include=(pattern,))
    except UsageError:
        return
    names = tuple(folded(name) for name in path)
    assert filters.wants(names) != Filters(exclude=(pattern,)).wants(names)
