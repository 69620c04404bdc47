from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.records import Rejection
from tracker.ingest import neighbours
from tracker.ingest.filters import Filters
from tracker.ingest.scan import Found, Known, Skipped, scan, shown
from tracker.metadata.sidecars.records import KnownSidecars, Sidecar


def make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def sidecars(entries: Iterable[object]) -> dict[str, list[str]]:
    return {
        Path(shown(e.path)).name: [Path(shown(s.path)).name for s in e.sidecars]
        for e in entries
        if isinstance(e, Found)
    }


def skipped(entries: Iterable[object]) -> dict[str, str]:
    return {Path(shown(e.path)).name: e.kind for e in entries if isinstance(e, Skipped)}


def first_time(top: Path) -> tuple[dict[bytes, Known], dict[bytes, tuple[int, int]]]:
    """What a first ingest leaves in memory."""
    found = [e for e in scan([top]) if isinstance(e, Found)]
    return (
        {e.path: (e.byte_size, e.mtime_ns, e.inode, "content") for e in found},
        {s.path: (s.byte_size, s.mtime_ns) for e in found for s in e.sidecars},
    )


def again(top: Path, known: dict[bytes, Known], read: KnownSidecars) -> dict[str, list[str]]:
    same: dict[bytes, Known] = {}
    told = sidecars(scan([top]).beside(known, same, read))
    assert not {Path(shown(path)).name for path in same} & set(told)
    assert len(same) + len(told) == len(known)
    return told


def test_photos_come_with_the_files_that_speak_of_them(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "a.jpg.json", "b.heic", "b.xmp", "c.png", ".picasa.ini")
    entries = list(scan([tmp_path]))
    assert sidecars(entries) == {
        "a.jpg": ["a.jpg.xmp", "a.jpg.json", ".picasa.ini"],
        "b.heic": ["b.xmp", ".picasa.ini"],
        "c.png": [".picasa.ini"],
    }
    assert set(skipped(entries).values()) == {"sidecar"}
    path = tmp_path / "b.xmp"
    one = next(e for e in entries if isinstance(e, Found) and e.path.endswith(b"b.heic"))
    assert one.sidecars[0] == Sidecar(bytes(path), "xmp", 1, path.stat().st_mtime_ns)


def test_a_photo_that_is_named_itself_comes_with_them_as_well(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "b.jpg", "b.jpg.json")
    assert sidecars(scan([tmp_path / "a.jpg", tmp_path / "b.jpg"])) == {
        "a.jpg": ["a.jpg.xmp"],
        "b.jpg": ["b.jpg.json"],
    }


def test_a_file_that_could_be_several_photos_is_told_with_the_reason(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.png", "a.json", "a.xmp")
    entries = list(scan([tmp_path]))
    assert sidecars(entries) == {"a.jpg": [], "a.png": []}
    refused = [e for e in entries if isinstance(e, Skipped)]
    assert {e.kind for e in refused} == {neighbours.AMBIGUOUS}
    assert {e.why for e in refused} == {"It could speak of a.jpg or a.png."}


def test_titles_inside_are_read_where_names_do_not_decide(tmp_path: Path) -> None:
    stem = "Screenshot_20190317-234331_Lieblingsrezepte und"
    make(tmp_path, f"{stem} eins.jpg", f"{stem} zwei.jpg")
    (tmp_path / f"{stem[:46]}.json").write_text(f'{{"title": "{stem} zwei.jpg"}}')
    told = sidecars(scan([tmp_path]))
    assert told == {f"{stem} eins.jpg": [], f"{stem} zwei.jpg": [f"{stem[:46]}.json"]}


def test_videos_of_live_photos_and_edit_instructions_are_known_as_such(tmp_path: Path) -> None:
    make(tmp_path, "IMG_1.HEIC", "img_1.mov", "IMG_1.AAE", "IMG_2.MOV", "IMG_E1.HEIC", "c.mkv")
    make(tmp_path, "PXL.MP.jpg", "PXL.MP")
    entries = list(scan([tmp_path]))
    assert skipped(entries) == {
        "img_1.mov": "live photo's video",
        "PXL.MP": "live photo's video",
        "IMG_1.AAE": "edit instructions (AAE)",
        "IMG_2.MOV": "video",
        "c.mkv": "video",
    }
    assert set(sidecars(entries)) == {"IMG_1.HEIC", "IMG_E1.HEIC", "PXL.MP.jpg"}


def test_links_and_folders_that_are_called_like_sidecars_are_none(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b.jpg", "elsewhere", "a.jpg.json/c.jpg", ".picasa.ini/d.jpg")
    (tmp_path / "b.jpg.xmp").symlink_to(tmp_path / "elsewhere")
    entries = list(scan([tmp_path]))
    assert sidecars(entries) == {"a.jpg": [], "b.jpg": [], "c.jpg": []}
    assert skipped(entries)["b.jpg.xmp"] == "link"
    assert skipped(entries)[".picasa.ini"] == "hidden"


def test_hidden_copies_of_photos_and_sidecars_take_part_in_nothing(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "._a.jpg", "._a.jpg.xmp", ".picasa.ini")
    os.mkfifo(tmp_path / "b.jpg.json")
    entries = list(scan([tmp_path]))
    assert sidecars(entries) == {"a.jpg": ["a.jpg.xmp", ".picasa.ini"]}
    assert skipped(entries) == {
        "a.jpg.xmp": "sidecar",
        ".picasa.ini": "sidecar",
        "._a.jpg": "AppleDouble (._)",
        "._a.jpg.xmp": "AppleDouble (._)",
        "b.jpg.json": ".json",
    }
    assert neighbours.listed(bytes(tmp_path)).photos_of(b".picasa.ini") == [b"a.jpg"]


def test_known_photos_whose_sidecars_are_known_cost_no_second_look(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "b.jpg", "sub/c.jpg", "sub/.picasa.ini")
    known, read = first_time(tmp_path)
    assert again(tmp_path, known, read) == {}


def test_only_photos_of_which_something_new_is_said_are_looked_at_again(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "b.jpg", "b.jpg.json", "c.jpg", "sub/d.jpg")
    known, read = first_time(tmp_path)
    (tmp_path / "b.jpg.json").write_bytes(b"longer")
    assert again(tmp_path, known, read) == {"b.jpg": ["b.jpg.json"]}
    known, read = first_time(tmp_path)
    make(tmp_path, "c.xmp")
    assert again(tmp_path, known, read) == {"c.jpg": ["c.xmp"]}
    make(tmp_path, "sub/.picasa.ini")
    assert set(again(tmp_path, known, read)) == {"c.jpg", "d.jpg"}


def test_without_a_memory_of_sidecars_their_photos_are_looked_at_again(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "a.jpg.xmp", "b.jpg", "sub/c.jpg")
    known, _ = first_time(tmp_path)
    assert again(tmp_path, known, {}) == {"a.jpg": ["a.jpg.xmp"]}


def test_files_of_videos_and_albums_do_not_bring_the_photos_beside_them_back(
    tmp_path: Path,
) -> None:
    make(tmp_path, "a.jpg", "a.jpg.json", "v.mp4", "v.mp4.json", "metadata.json", "gone.jpg.json")
    known, read = first_time(tmp_path)
    assert again(tmp_path, known, read) == {}
    told = skipped(scan([tmp_path]).beside(known, {}, read))
    assert told == {
        "a.jpg.json": "sidecar",
        "v.mp4": "video",
        "v.mp4.json": "sidecar of a video",
        "metadata.json": "album's description",
        "gone.jpg.json": "sidecar without its photo",
    }


def test_what_is_told_again_stands_in_the_order_of_names(tmp_path: Path) -> None:
    make(tmp_path, "a.jpg", "b.jpg", "b.jpg.xmp", "c.jpg", "d.webp", "e.jpg", "e.xmp")
    known, read = first_time(tmp_path)
    del known[os.fsencode(tmp_path / "c.jpg")]
    entries = scan([tmp_path]).beside(known, {}, {})
    assert [Path(shown(e.path)).name for e in entries] == [
        "b.jpg",
        "b.jpg.xmp",
        "c.jpg",
        "d.webp",
        "e.jpg",
        "e.xmp",
    ]
    assert read


NAMES = st.sampled_from(
    ["a.jpg", "A.JPG", "a.jpg.json", "a.json", "a.xmp", "a.mov", "a.aae", "b.png", "._a.jpg",
     "b.cr2", ".picasa.ini", ".trashed-1-a.jpg", "sub/a.jpg", "sub/a.jpg.xmp", "Trash/a.jpg",
     "notes.txt",
     "x.photoslibrary/originals/a.jpg", "x.photoslibrary/resources/a.jpg", "sub/deep/c.heic"]
)  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.sets(NAMES), starts=st.lists(NAMES, max_size=3), sides=st.lists(NAMES, max_size=4))
@pytest.mark.parametrize("filters", [Filters(), Filters(include=("*a*",), exclude=("sub",))])
def test_no_file_is_met_twice_and_none_is_forgotten(
    tmp_path_factory: pytest.TempPathFactory,
    names: set[str],
    starts: list[str],
    sides: list[str],
    filters: Filters,
) -> None:
    top = make(tmp_path_factory.mktemp("walked"), *sorted(names), "z.jpg")
    asked = [top, *(top / start for start in starts if start in names), top / "sub", top]
    asked = [path for path in asked if path.exists()]
    entries = list(scan(asked, filters))
    paths = [e.path for e in entries]
    assert len(set(paths)) == len(paths)
    whole = tuple(
        bytes(path) + b"/" for path in (Path(shown(e.path)) for e in entries) if path.is_dir()
    )
    for path in (bytes(path) for path in top.rglob("*") if path.is_file()):
        assert (path in paths) != path.startswith(whole) or Path(shown(path)) in asked

    known = {
        e.path: (e.byte_size, e.mtime_ns, e.inode, "content")
        for e in entries
        if isinstance(e, Found)
    }
    read = {
        s.path: (s.byte_size, s.mtime_ns)
        for e in entries
        if isinstance(e, Found)
        for s in e.sidecars
        if Path(shown(s.path)).name not in sides
    }
    same: dict[bytes, Known] = {}
    rest = list(scan(asked, filters).beside(known, same, read))
    assert not any(isinstance(e, Rejection) for e in rest)
    left = [e.path for e in rest]
    assert len(set(left)) == len(left)
    assert sorted([*left, *same]) == sorted(paths)
